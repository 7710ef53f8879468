import type { CloudFormationCustomResourceResourcePropertiesCommon } from 'aws-lambda';
import { CONFIGURATION_TAG, OWNER_TAG, type CompilationJobAttributes, type CompilationJobProperties } from '../compilation-job-properties';
import { configurationOf, jobNameOf, ownerOf } from './identity';
import type { Job, NeoJobs } from './neo-jobs';

type Properties = CloudFormationCustomResourceResourcePropertiesCommon & CompilationJobProperties;

/** CloudFormation's request as the Provider framework hands it over, without the presigned URL in it. */
export interface ResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  /** Absent in the first request of a Create. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  readonly OldResourceProperties?: Properties;
}

/** A request under way: the framework hands back what onEvent returned. */
export interface PolledRequest extends ResourceRequest {
  readonly PhysicalResourceId: string;
  /** When onEvent saw the request, in milliseconds since the epoch. */
  readonly RequestedAt: number;
}

export interface Started {
  readonly PhysicalResourceId: string;
  readonly RequestedAt: number;
}

export interface Progress {
  readonly IsComplete: boolean;
  readonly Data?: CompilationJobAttributes;
}

export const NOT_YET: Progress = { IsComplete: false };
export const DONE: Progress = { IsComplete: true };

/** What a job's tags say of it. */
export async function belongingOf(jobs: NeoJobs, job: Job, request: ResourceRequest): Promise<{ ours: boolean; current: boolean }> {
  const tags = await jobs.tags(job);
  return {
    ours: tags.get(OWNER_TAG) === ownerOf(request),
    current: tags.get(CONFIGURATION_TAG) === configurationOf(request.ResourceProperties),
  };
}

/** Nobody but this very request can have made a job of the name generated for it: no tags need to be read. */
export function isNamedByThis(request: PolledRequest): boolean {
  const properties = request.ResourceProperties;
  return properties.JobName === undefined && request.PhysicalResourceId === jobNameOf(request, properties);
}
