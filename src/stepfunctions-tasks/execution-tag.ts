/** Tag that says which execution of a state machine started a job: its ARN, as far as a tag can hold it. */
export const EXECUTION_TAG = 'cdk-sagemaker-neo:execution';

/** JSONata: an ARN as a tag can hold it. Names of executions may have characters that tags may not. */
export function executionTag(arn: string): string {
  return `$replace(${arn}, /[^A-Za-z0-9_.:\\/=+@-]/, '-')`;
}
