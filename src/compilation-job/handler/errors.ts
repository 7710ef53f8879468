/**
 * What an error of an AWS API means for a job. SageMaker's API model has only ResourceInUse, ResourceLimitExceeded and ResourceNotFound. All other
 * errors are recognized by their names and status codes.
 */
export interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export const isNotFound = (e: AwsError) => e.name === 'ResourceNotFound'
  // For some types of jobs, Describe, Stop and Delete report this as a validation error.
  || (e.name === 'ValidationException' && /could not find|does not exist|not found/i.test(e.message));

export const isInUse = (e: AwsError) => e.name === 'ResourceInUse';

export const isQuota = (e: AwsError) => e.name === 'ResourceLimitExceeded';

export const isValidation = (e: AwsError) => e.name === 'ValidationException';

export const isAccessDenied = (e: AwsError) => e.name === 'AccessDeniedException' || e.name === 'AccessDenied';

const TOKEN_NAMES = /^(UnrecognizedClientException|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|ExpiredTokenException|InvalidToken|AuthFailure)$/;

/**
 * Whether a denial may be temporary: a policy statement, or a role's token, that is only seconds old may not have propagated yet. An explicit deny is
 * final.
 */
export const mayBeLate = (e: AwsError) => (isAccessDenied(e) || TOKEN_NAMES.test(e.name) || /security token .*(invalid|expired)/i.test(e.message))
  && !/explicit deny/i.test(e.message);

/** IAM is eventually consistent, so a role that was created seconds ago may not be assumable yet. */
export const isRoleNotReady = (e: AwsError) => isValidation(e) && /assume (the )?(execution )?role|sts:AssumeRole/i.test(e.message);

const TRANSIENT_NAMES = /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled|RequestThrottledException|SlowDown|ServiceUnavailable|ServiceUnavailableException|InternalFailure|InternalServerError|InternalServerException|InternalError|RequestTimeout|RequestTimeoutException|TimeoutError|ProvisionedThroughputExceededException|NetworkingError)$/;
const TRANSIENT_CODES = /^(ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** Throttling, a server error or a broken connection: the same call may succeed later. */
export function isTransient(e: AwsError & { code?: string }): boolean {
  const status = e.$metadata?.httpStatusCode ?? 0;
  return TRANSIENT_NAMES.test(e.name) || TRANSIENT_CODES.test(e.code ?? '') || status === 429 || status >= 500;
}

/** The connection broke, or no response came in time: the call may have taken effect, or may still do so. */
export function isUnanswered(e: AwsError): boolean {
  const status = e.$metadata?.httpStatusCode ?? 0;
  return isTransient(e) && (status === 0 || status >= 500);
}
