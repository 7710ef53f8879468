import { createHash } from 'crypto';
import type { CreateCompilationJobRequest, Tag } from '@aws-sdk/client-sagemaker';
import { CONFIGURATION_TAG, OWNER_TAG, type CompilationJobProperties } from '../compilation-job-properties';

/** The part of a CloudFormation request that names and tags are derived from. */
export interface Identified {
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly RequestId: string;
}

const JOB_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

export function isJobName(id: string | undefined): id is string {
  return id !== undefined && JOB_NAME.test(id);
}

/**
 * Returns the name of the job for a request. It depends only on the request: a repeated delivery yields the same name, and no other request, update
 * or stack does.
 */
export function jobNameOf(request: Identified, properties: CompilationJobProperties): string {
  return properties.JobName
    ?? `${searchPrefixOf(properties)}-${digest([request.StackId, request.LogicalResourceId, request.RequestId], 8)}`;
}

/** Returns the common prefix of the names of all jobs of this configuration. */
export function searchPrefixOf(properties: CompilationJobProperties): string {
  return `${properties.JobNamePrefix}-${configurationOf(properties).slice(0, 8)}`;
}

export function ownerOf({ StackId, LogicalResourceId }: Identified): string {
  return digest([StackId, LogicalResourceId], 32);
}

/**
 * Returns a digest of everything that alters the result of a job. Role, network, time limits and tags do not, so changing them creates no new job.
 */
export function configurationOf({ Request, ModelVersion }: CompilationJobProperties): string {
  const { InputConfig, ModelPackageVersionArn, OutputConfig } = Request;
  return digest({ InputConfig, ModelPackageVersionArn, OutputConfig, ModelVersion }, 32);
}

/** Returns all tags of the job: those in the request and the two that the handler adds. */
export function tagsOf(request: Identified, properties: CompilationJobProperties): Tag[] {
  return [
    ...properties.Tags ?? [],
    { Key: OWNER_TAG, Value: ownerOf(request) },
    { Key: CONFIGURATION_TAG, Value: configurationOf(properties) },
  ];
}

/**
 * Returns the CreateCompilationJob request. It converts strings back to numbers, and appends the job's name to the output location, so that no two
 * jobs share an artifact.
 */
export function createRequestOf(name: string, request: Identified, properties: CompilationJobProperties): CreateCompilationJobRequest {
  const { StoppingCondition, OutputConfig, ...rest } = properties.Request;
  const number = (value: string | undefined) => value === undefined ? undefined : Number(value);
  return {
    ...rest as Partial<CreateCompilationJobRequest>,
    CompilationJobName: name,
    RoleArn: properties.Request.RoleArn,
    OutputConfig: {
      ...OutputConfig as CreateCompilationJobRequest['OutputConfig'],
      S3OutputLocation: `${OutputConfig!.S3OutputLocation}/${name}`,
    },
    StoppingCondition: {
      MaxRuntimeInSeconds: number(StoppingCondition?.MaxRuntimeInSeconds),
      MaxPendingTimeInSeconds: number(StoppingCondition?.MaxPendingTimeInSeconds),
    },
    Tags: tagsOf(request, properties),
  };
}

/** Returns the SHA-256 digest of a value, cut to this many hexadecimal digits. */
export function digest(value: unknown, length: number): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, length);
}

/** Returns a number from 0 to 1 that is always the same for a text. It spreads calls that many jobs would otherwise make at once. */
export function fractionOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}

/** Renders JSON with sorted keys, because CloudFormation does not keep the order of properties. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, v) => v && typeof v === 'object' && !Array.isArray(v)
    ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => a < b ? -1 : 1))
    : v);
}
