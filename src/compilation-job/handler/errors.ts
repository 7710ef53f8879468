/**
 * What an error of an AWS API means for the job's life. Only ResourceInUse, ResourceLimitExceeded and ResourceNotFound
 * are modelled by SageMaker; all else is told apart by name and status.
 */
export interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export const isNotFound = (e: AwsError) => e.name === 'ResourceNotFound'
  // Describe, Stop and Delete word it as a validation error for some job types.
  || (e.name === 'ValidationException' && /could not find|does not exist|not found/i.test(e.message));

export const isInUse = (e: AwsError) => e.name === 'ResourceInUse';

export const isQuota = (e: AwsError) => e.name === 'ResourceLimitExceeded';

export const isValidation = (e: AwsError) => e.name === 'ValidationException';

export const isAccessDenied = (e: AwsError) => e.name === 'AccessDeniedException' || e.name === 'AccessDenied';

const TOKEN_NAMES = /^(UnrecognizedClientException|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|ExpiredTokenException|InvalidToken|AuthFailure)$/;

/**
 * Access refused, but maybe not for long: a statement, or the token of a role, that is seconds old may not be known everywhere yet. What is denied
 * explicitly is denied for good.
 */
export const mayBeLate = (e: AwsError) => (isAccessDenied(e) || TOKEN_NAMES.test(e.name) || /security token .*(invalid|expired)/i.test(e.message))
  && !/explicit deny/i.test(e.message);

/** IAM is eventually consistent: a role made seconds ago may not be assumable yet. */
export const isRoleNotReady = (e: AwsError) => isValidation(e) && /assume (the )?(execution )?role|sts:AssumeRole/i.test(e.message);

const TRANSIENT_NAMES = /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled|RequestThrottledException|SlowDown|ServiceUnavailable|ServiceUnavailableException|InternalFailure|InternalServerError|InternalServerException|InternalError|RequestTimeout|RequestTimeoutException|TimeoutError|ProvisionedThroughputExceededException|NetworkingError)$/;
const TRANSIENT_CODES = /^(ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** Throttling, a server's own fault, or a connection that broke: the same call may succeed later. */
export function isTransient(e: AwsError & { code?: string }): boolean {
  const status = e.$metadata?.httpStatusCode ?? 0;
  return TRANSIENT_NAMES.test(e.name) || TRANSIENT_CODES.test(e.code ?? '') || status === 429 || status >= 500;
}

/** The call may have taken effect, or may do so yet: the connection broke, or no answer came in time. */
export function isUnanswered(e: AwsError): boolean {
  const status = e.$metadata?.httpStatusCode ?? 0;
  return isTransient(e) && (status === 0 || status >= 500);
}
