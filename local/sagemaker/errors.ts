/** An error in AWS's format, which the SDK client turns into an exception with this name. */
export class AwsError extends Error {
  constructor(
    /** The error's name, for example `ValidationException`. */
    public readonly name: string,
    message: string,
    /** HTTP status: 4xx is the caller's fault, 5xx the service's. */
    public readonly statusCode: number = 400,
  ) {
    super(message);
  }
}

/** Not in the service's model, but every AWS service returns it if the input violates a constraint. */
export const validationException = (message: string) => new AwsError('ValidationException', message);

/** The request has a value of a wrong type, for example a string instead of a number. */
export const serializationException = (message: string) => new AwsError('SerializationException', message);

export const resourceInUse = (arn: string) => new AwsError('ResourceInUse',
  `Compilation job names must be unique within an AWS account and region, and a compilation job with this name already exists (${arn})`);

export const resourceNotFound = (jobName: string) => new AwsError('ResourceNotFound', `Could not find compilation job '${jobName}'.`);

export const resourceLimitExceeded = (limitName: string, limit: number, used: number, delta = 1) => new AwsError('ResourceLimitExceeded',
  `The account-level service limit '${limitName}' is ${limit}, with current utilization of ${used} and a request delta of ${delta}. `
  + 'Please contact AWS support to request an increase for this limit.');

export const wrongState = (verb: 'Stop' | 'Delete', status: string) => validationException(
  `The request was rejected because the compilation job is in status ${status}`
  + (verb === 'Delete' ? '. A compilation job can be deleted only if its status is COMPLETED, FAILED or STOPPED.' : ''));
