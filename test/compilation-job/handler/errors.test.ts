import {
  isAccessDenied, isInUse, isNotFound, isQuota, isRoleNotReady, isTransient, isValidation,
} from '../../../src/compilation-job/handler/errors';

const error = (name: string, message = '', more: object = {}) => Object.assign(new Error(message), { name, ...more });

describe('what an error means', () => {
  test.each([
    'Throttling', 'ThrottlingException', 'ThrottledException', 'TooManyRequestsException', 'RequestLimitExceeded', 'RequestThrottled',
    'RequestThrottledException', 'SlowDown', 'ServiceUnavailable', 'ServiceUnavailableException', 'InternalFailure', 'InternalServerError',
    'InternalServerException', 'InternalError', 'RequestTimeout', 'RequestTimeoutException', 'TimeoutError',
    'ProvisionedThroughputExceededException', 'NetworkingError',
  ])('%s may go away', name => {
    expect(isTransient(error(name))).toBe(true);
    expect(isTransient(error(`${name}X`))).toBe(false);
    expect(isTransient(error(`X${name}`))).toBe(false);
  });

  test.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])('a connection that ends in %s may work later', code => {
    expect(isTransient(error('Error', '', { code }))).toBe(true);
    expect(isTransient(error('Error', '', { code: `${code}_` }))).toBe(false);
    expect(isTransient(error('Error', '', { code: `_${code}` }))).toBe(false);
  });

  test.each([[429, true], [500, true], [503, true], [499, false], [400, false], [404, false]])('status %i: transient is %s', (httpStatusCode, expected) => {
    expect(isTransient(error('Unknown', '', { $metadata: { httpStatusCode } }))).toBe(expected);
  });

  test('an error without name, code and status is final', () => {
    expect(isTransient(error('Error'))).toBe(false);
    expect(isTransient(error('ValidationException', 'no', { $metadata: {} }))).toBe(false);
  });

  test.each([
    ['ResourceNotFound', '', true],
    ['ValidationException', 'Could not find compilation job "x".', true],
    ['ValidationException', 'Requested resource does not exist', true],
    ['ValidationException', 'Compilation job not found', true],
    ['ValidationException', 'Unsupported framework', false],
    ['AccessDeniedException', 'could not find', false],
  ])('%s "%s": not found is %s', (name, message, expected) => expect(isNotFound(error(name, message))).toBe(expected));

  test.each([
    ['Could not assume role arn:aws:iam::1:role/r. Please ensure that the role exists', true],
    ['Unable to assume the role provided', true],
    ['SageMaker is unable to perform: sts:AssumeRole on the role.', true],
    ['Could not access model data at s3://m/a. Please ensure that the role "r" exists and that its trust relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com".', true],
    ['SageMaker was unable to assume execution role', true],
    ['The role must be an ARN', false],
  ])('a young role: %s is %s', (message, expected) => {
    expect(isRoleNotReady(error('ValidationException', message))).toBe(expected);
    expect(isRoleNotReady(error('AccessDeniedException', message))).toBe(false);
  });

  test('the rest by name', () => {
    expect([isInUse(error('ResourceInUse')), isInUse(error('Other'))]).toEqual([true, false]);
    expect([isQuota(error('ResourceLimitExceeded')), isQuota(error('Other'))]).toEqual([true, false]);
    expect([isValidation(error('ValidationException')), isValidation(error('Other'))]).toEqual([true, false]);
    expect([isAccessDenied(error('AccessDeniedException')), isAccessDenied(error('AccessDenied')), isAccessDenied(error('Other'))]).toEqual([true, true, false]);
  });
});
