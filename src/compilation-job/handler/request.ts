import type { CloudFormationCustomResourceResourcePropertiesCommon } from 'aws-lambda';
import type { CompilationJobAttributes, CompilationJobProperties } from '../compilation-job-properties';
import { jobNameOf } from './identity';

type Properties = CloudFormationCustomResourceResourcePropertiesCommon & CompilationJobProperties;

/** A request from CloudFormation to a custom resource. */
export interface ResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  /** Absent in a Create. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  readonly OldResourceProperties?: Properties;
}

/** A request whose job name is known. */
export interface PolledRequest extends ResourceRequest {
  /** Name of the job. In an Update, it may differ from the one in CloudFormation's request. */
  readonly PhysicalResourceId: string;
  /** When the waiter began, in milliseconds since the epoch. */
  readonly RequestedAt: number;
  /** The physical id in CloudFormation's request. */
  readonly OldPhysicalResourceId?: string;
  /** A step may write to it, even if it fails. */
  readonly Memory: Memory;
}

/** The state that a step passes to the next one. Times are in milliseconds since the epoch. */
export interface Memory {
  /** When AWS first denied access in the current series of denied steps. */
  RefusedSince?: number;
  /** When the handler last asked CloudFormation whether it still wants the job. */
  AskedAt?: number;
  /** Whether the Update has had its first pause, before it looks for a job. */
  IsSpread?: boolean;
  /** When the pauses are over and the time limit begins. */
  BeginsAt?: number;
  /** Status of the stack when the handler first asked for it. */
  StackStatus?: string;
  /** When SageMaker accepted the job. */
  CreatedAt?: number;
  /** When SageMaker first rejected the deletion of the job, although it had ended. */
  NotDeletedSince?: number;
  /** When CreateCompilationJob got no response. The call may still take effect. */
  UnansweredAt?: number;
}

/** The input of the waiter's state machine, which passes it to the function in each step. */
export interface Step {
  /** As CloudFormation sent it, with the URL for the response. */
  readonly Request: ResourceRequest & { readonly ResponseURL: string };
  /** When the execution began, in ISO 8601. */
  readonly StartedAt: string;
  readonly Progress: Progress;
}

/** The state that the state machine keeps between two steps. */
export interface Progress extends Memory {
  readonly PhysicalResourceId?: string;
  /** Seconds until the next step. */
  readonly WaitSeconds?: number;
  /** The response to send. If it is set, the request is over. */
  readonly Answer?: Answer;
}

export interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly Data?: CompilationJobAttributes;
}

/** The result of a check of the job: the response, or when to check again. */
export type Look = Pick<Progress, 'Answer' | 'WaitSeconds'>;

export const NOT_YET: Look = {};
export const DONE: Look = { Answer: { Status: 'SUCCESS' } };

/** Whether the name was generated for this request: no other request can have created such a job, so its tags need not be read. */
export function isNamedByThis(request: PolledRequest): boolean {
  const properties = request.ResourceProperties;
  return properties.JobName === undefined && request.PhysicalResourceId === jobNameOf(request, properties);
}
