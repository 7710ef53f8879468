/** The longest response that CloudFormation accepts. */
export const MAX_ANSWER_BYTES = 4096;

/** The identifiers of a request, which the response must repeat. */
export interface RequestIdentity {
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** The result of a request to a custom resource. */
export interface Outcome {
  readonly succeeded: boolean;
  readonly reason?: string;
  readonly physicalId?: string;
  readonly data: Readonly<Record<string, any>>;
  readonly noEcho: boolean;
}

export const failed = (reason: string, physicalId?: string): Outcome => ({ succeeded: false, reason, physicalId, data: {}, noEcho: false });

/**
 * Parses a body that was sent to the response URL. Undefined if CloudFormation ignores it.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
 */
export function judgeAnswer(identity: RequestIdentity, body: string): Outcome | undefined {
  if (Buffer.byteLength(body) > MAX_ANSWER_BYTES) { return failed('Response object is too long.'); }
  let answer: any;
  try {
    answer = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (answer === null || typeof answer !== 'object') { return undefined; }
  if (answer.RequestId !== identity.RequestId || answer.StackId !== identity.StackId || answer.LogicalResourceId !== identity.LogicalResourceId) {
    return undefined;
  }
  const physicalId = typeof answer.PhysicalResourceId === 'string' && answer.PhysicalResourceId !== '' ? answer.PhysicalResourceId : undefined;
  if (physicalId === undefined || Buffer.byteLength(physicalId) > 1024) { return failed('Invalid PhysicalResourceId'); }
  switch (answer.Status) {
    case 'SUCCESS':
      return { succeeded: true, reason: answer.Reason, physicalId, data: answer.Data ?? {}, noEcho: answer.NoEcho === true || answer.NoEcho === 'true' };
    case 'FAILED':
      return failed(`Received response status [FAILED] from custom resource. Message returned: ${answer.Reason ?? ''} (RequestId: ${identity.RequestId})`, physicalId);
    default:
      return failed(`Invalid response status: ${answer.Status}`, physicalId);
  }
}
