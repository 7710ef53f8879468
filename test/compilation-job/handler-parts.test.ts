import type { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';
import * as fc from 'fast-check';
import { properties } from './protocol/world';
import { isTimeToTry } from '../../src/compilation-job/handler/backoff';
import {
  isAccessDenied, isInUse, isNotFound, isQuota, isRoleNotReady, isTransient, isValidation,
} from '../../src/compilation-job/handler/errors';
import { configurationOf, createRequestOf, isJobName, jobNameOf, ownerOf, searchPrefixOf } from '../../src/compilation-job/handler/identity';
import { essentials, JobFailure, logsLink, refusal, truncated } from '../../src/compilation-job/handler/messages';
import { artifactOf } from '../../src/compilation-job/handler/neo-jobs';

const error = (name: string, message = '', more: object = {}) => Object.assign(new Error(message), { name, ...more });
const request = { StackId: 'stack', LogicalResourceId: 'Job', RequestId: 'request' };

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

describe('names', () => {
  test.each([
    ['a', true], ['a-b', true], ['a--b', true], ['A9', true], ['n'.repeat(63), true],
    ['', false], ['-a', false], ['a-', false], ['a b', false], ['a_b', false], ['n'.repeat(64), false], ['a\n', false], [undefined, false],
  ])('%s: a job name is %s', (name, expected) => expect(isJobName(name)).toBe(expected));

  test('differ by stack, resource and request, and by nothing else', () => {
    const name = jobNameOf(request, properties());
    expect(jobNameOf({ ...request }, properties({ Tags: [{ Key: 'a', Value: 'b' }], WaitForCompletion: 'false' }))).toBe(name);
    const others = [
      jobNameOf({ ...request, StackId: 'other' }, properties()), jobNameOf({ ...request, LogicalResourceId: 'other' }, properties()),
      jobNameOf({ ...request, RequestId: 'other' }, properties()), jobNameOf(request, properties({ model: 'other' })),
    ];
    expect(new Set([name, ...others]).size).toBe(5);
  });

  test('of one configuration are found by their beginning', () => {
    expect(jobNameOf(request, properties()).startsWith(`${searchPrefixOf(properties())}-`)).toBe(true);
    expect(searchPrefixOf(properties())).toMatch(/^Models-7cd64c-Job-[0-9a-f]{8}$/);
  });

  test('owner: the resource, whatever the request', () => {
    expect(ownerOf({ ...request, RequestId: 'other' })).toBe(ownerOf(request));
    expect(ownerOf({ ...request, StackId: 'other' })).not.toBe(ownerOf(request));
    expect(ownerOf({ ...request, LogicalResourceId: 'other' })).not.toBe(ownerOf(request));
  });

  test('configuration: a package and an output key count, too', () => {
    const base = properties();
    expect(configurationOf({ ...base, Request: { ...base.Request, ModelPackageVersionArn: 'arn' } })).not.toBe(configurationOf(base));
    expect(configurationOf({ ...base, Request: { ...base.Request, OutputConfig: { ...base.Request.OutputConfig, KmsKeyId: 'key' } } })).not.toBe(configurationOf(base));
  });
});

test('the request\'s numbers are numbers, and absent ones stay absent', () => {
  const props = properties({ request: { StoppingCondition: { MaxRuntimeInSeconds: '60', MaxPendingTimeInSeconds: '7200' } } });
  expect(createRequestOf('name', request, props).StoppingCondition).toEqual({ MaxRuntimeInSeconds: 60, MaxPendingTimeInSeconds: 7200 });
  expect(createRequestOf('name', request, properties({ request: { StoppingCondition: undefined } })).StoppingCondition)
    .toEqual({ MaxRuntimeInSeconds: undefined, MaxPendingTimeInSeconds: undefined });
});

describe('backoff', () => {
  test('every poll at first, one of six after two minutes, never more than two minutes apart', () => {
    fc.assert(fc.property(fc.uuid(), id => {
      const tries = Array.from({ length: 330 }, (_, i) => i * 10).filter(elapsed => isTimeToTry(elapsed, id));
      const late = tries.filter(elapsed => elapsed >= 120);
      expect(tries.slice(0, 3)).toEqual([0, 10, 20]);
      expect(late.length).toBeGreaterThan(45);
      expect(late.length).toBeLessThan(65);
      expect(Math.max(...late.slice(1).map((elapsed, i) => elapsed - late[i]))).toBeLessThanOrEqual(110);
    }));
  });

  test('spreads the jobs of a stack: no poll is everybody\'s', () => {
    const at = (elapsed: number) => Array.from({ length: 200 }, (_, i) => isTimeToTry(elapsed, `request-${i}`)).filter(Boolean).length;
    for (const elapsed of [600, 610, 1_230, 3_000]) {
      expect(at(elapsed)).toBeGreaterThan(15);
      expect(at(elapsed)).toBeLessThan(55);
    }
  });
});

describe('words', () => {
  const job: CreateCompilationJobRequest = createRequestOf('resnet', request, properties());

  test('cut text fits in bytes of JSON, ends in dots, and is as long as can be', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 3, max: 200 }), (text, limit) => {
      const cut = truncated(text, limit);
      const bytes = (s: string) => Buffer.byteLength(JSON.stringify(s)) - 2;
      expect(bytes(cut)).toBeLessThanOrEqual(limit);
      if (bytes(text) <= limit) { expect(cut).toBe(text); } else {
        expect(cut.endsWith('...')).toBe(true);
        expect(text.startsWith(cut.slice(0, -3))).toBe(true);
        const [next] = [...text.slice(cut.length - 3)];
        expect(bytes(cut) + bytes(next)).toBeGreaterThan(limit);
      }
    }));
  });

  test.each([
    ['aws', 'us-east-1', 'us-east-1.console.aws.amazon.com'],
    ['aws-cn', 'cn-north-1', 'cn-north-1.console.amazonaws.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'us-gov-west-1.console.amazonaws-us-gov.com'],
  ])('the log of a job in %s', (partition, region, host) => {
    expect(logsLink(`arn:${partition}:sagemaker:${region}:111122223333:compilation-job/resnet`))
      .toBe(`https://${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FCompilationJobs/log-events/resnet`);
  });

  test('the essentials of a request in one line', () => {
    expect(essentials(job)).toBe('job: resnet, model: s3://models/resnet.tar.gz, framework: PYTORCH 1.13, target: ml_c5, output: s3://models/neo/resnet, '
      + 'role: arn:aws:iam::111122223333:role/neo-execution, subnets: subnet-0123456789abcdef0, securityGroups: sg-0123456789abcdef0');
    expect(essentials({
      CompilationJobName: 'resnet',
      RoleArn: 'role',
      ModelPackageVersionArn: 'package',
      StoppingCondition: {},
      VpcConfig: { Subnets: ['a', 'b'], SecurityGroupIds: ['c', 'd'] },
      OutputConfig: { S3OutputLocation: 's3://o', TargetPlatform: { Os: 'LINUX', Arch: 'ARM64', Accelerator: 'MALI' } },
    })).toBe('job: resnet, model: package, target: LINUX ARM64 MALI, output: s3://o, role: role, subnets: a b, securityGroups: c d');
    expect(essentials({ RoleArn: 'role' } as any)).toBe('role: role');
  });

  test.each([
    ['AccessDeniedException', 'no', /look for an IAM permissions boundary/],
    ['ValidationException', 'Could not assume role', /let sagemaker\.amazonaws\.com assume the role/],
    ['ValidationException', 'S3 URI is wrong', /check that the archive exists/],
    ['ValidationException', 'bucket is elsewhere', /check that the archive exists/],
    ['ValidationException', 'unsupported framework', /pick a framework version/],
    ['ValidationException', 'bad version', /pick a framework version/],
    ['ValidationException', 'something else', /correct the property that the message names/],
  ])('%s "%s" is refused with advice', (name, message, advice) => {
    expect(refusal('CreateCompilationJob', error(name, message), job))
      .toMatch(new RegExp(`^CreateCompilationJob was refused: ${name}: ${message} \\(job: resnet.*\\)\\. What to do: .*${advice.source}.*\\.$`));
  });

  test('a failure is one line of stack and at most 2,400 bytes', () => {
    const failure = new JobFailure('x'.repeat(3_000));
    expect([failure.name, failure.stack, failure.message.length]).toEqual(['JobFailure', 'JobFailure', 2_400]);
  });
});

test.each([
  ['s3://bucket/a/b.tar.gz', { bucket: 'bucket', key: 'a/b.tar.gz' }],
  ['s3://bucket', undefined],
  ['https://bucket/key', undefined],
  [undefined, undefined],
])('the artifact at %s', (uri, expected) => expect(artifactOf({ ModelArtifacts: { S3ModelArtifacts: uri } } as any)).toEqual(expected));
