import type { CloudFormationCustomResourceResourcePropertiesCommon } from 'aws-lambda';
import { CONFIGURATION_TAG, OWNER_TAG, type CompilationJobAttributes, type CompilationJobProperties } from '../compilation-job-properties';
import { configurationOf, jobNameOf, ownerOf } from './identity';
import type { Job, NeoJobs } from './neo-jobs';

type Properties = CloudFormationCustomResourceResourcePropertiesCommon & CompilationJobProperties;

/** A request of CloudFormation to a custom resource. */
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

/** A request whose job is known by name. */
export interface PolledRequest extends ResourceRequest {
  /** The job that answers the request; in an Update not always the one that CloudFormation named. */
  readonly PhysicalResourceId: string;
  /** When the waiter began, in milliseconds since the epoch. */
  readonly RequestedAt: number;
  /** The physical id that CloudFormation named. */
  readonly OldPhysicalResourceId?: string;
  /** A step may write into it, also when it fails. */
  readonly Memory: Memory;
}

/** What one step tells the next; times in milliseconds since the epoch. */
export interface Memory {
  /** The first of the steps in a row in which AWS refused access. */
  RefusedSince?: number;
  /** When CloudFormation was last asked whether it still wants the job. */
  AskedAt?: number;
  /** The Update has paused before it looks for a job. */
  IsSpread?: boolean;
  /** Status of the stack when CloudFormation was first asked. */
  StackStatus?: string;
  /** When SageMaker took the job. */
  CreatedAt?: number;
  /** When a call that asked for the job was left without an answer: it may still take effect. */
  UnansweredAt?: number;
}

/** What one look at the job has found. */
export interface Look {
  readonly IsComplete: boolean;
  /** @default - ten seconds from look to look */
  readonly WaitSeconds?: number;
  readonly Data?: CompilationJobAttributes;
}

/** The input of the waiter's state machine, which hands it to the function at each step. */
export interface Step {
  /** As CloudFormation sent it, with the URL that the answer goes to. */
  readonly Request: ResourceRequest & { readonly ResponseURL: string };
  /** When the execution began, in ISO 8601. */
  readonly StartedAt: string;
  readonly Progress: Progress;
}

/** What the state machine keeps from one step to the next. */
export interface Progress extends Memory {
  readonly PhysicalResourceId?: string;
  /** Until the next step. */
  readonly WaitSeconds?: number;
  /** Given: the request is over, and this is to be sent. */
  readonly Answer?: Answer;
}

export interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly Data?: CompilationJobAttributes;
}

export const NOT_YET: Look = { IsComplete: false };
export const DONE: Look = { IsComplete: true };

/** A job's tags may be seen so much later than the job itself. */
const TAG_LAG_MS = 2 * 60_000;

/**
 * What a job's tags say of it. A young job without any is unknown: it may be ours.
 */
export async function ownershipOf(
  jobs: NeoJobs, job: Job, request: ResourceRequest, now: number,
): Promise<{ ours: boolean; current: boolean; unknown: boolean; tags: ReadonlyMap<string, string> }> {
  const tags = await jobs.tags(job);
  return {
    tags,
    unknown: tags.size === 0 && now - (job.CreationTime?.getTime() ?? 0) < TAG_LAG_MS,
    ours: tags.get(OWNER_TAG) === ownerOf(request),
    current: tags.get(CONFIGURATION_TAG) === configurationOf(request.ResourceProperties),
  };
}

/** Only this very request can have made a job of the name generated for it, so no tags need to be read. */
export function isNamedByThis(request: PolledRequest): boolean {
  const properties = request.ResourceProperties;
  return properties.JobName === undefined && request.PhysicalResourceId === jobNameOf(request, properties);
}
