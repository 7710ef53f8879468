import {
  AddTagsCommand, CreateCompilationJobCommand, DeleteCompilationJobCommand, DeleteTagsCommand, DescribeCompilationJobCommand,
  ListCompilationJobsCommand, ListTagsCommand, StopCompilationJobCommand,
  type CompilationJobSummary, type CreateCompilationJobRequest, type DescribeCompilationJobResponse, type Tag,
} from '@aws-sdk/client-sagemaker';
import type { Dependencies } from './dependencies';
import { isNotFound, isValidation, type AwsError } from './errors';
import { configurationOf, ownerOf } from './identity';
import type { ResourceRequest } from './request';
import { CONFIGURATION_TAG, OWNER_TAG } from '../compilation-job-properties';

export type Job = DescribeCompilationJobResponse;

/** Whether a job still occupies an instance and can cost money. */
export const isInProgress = (job: Pick<Job, 'CompilationJobStatus'>) =>
  job.CompilationJobStatus === 'STARTING' || job.CompilationJobStatus === 'INPROGRESS' || job.CompilationJobStatus === 'STOPPING';

/** Returns the bucket and key of the compiled model, if there is one. */
export function artifactOf(job: Job): { bucket: string; key: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(job.ModelArtifacts?.S3ModelArtifacts ?? '');
  return match ? { bucket: match[1], key: match[2] } : undefined;
}

async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (e) {
    if (isNotFound(e as AwsError)) { return undefined; }
    throw e;
  }
}

async function allPages<P extends { NextToken?: string }>(call: (nextToken?: string) => Promise<P | undefined>): Promise<P[]> {
  const pages: P[] = [];
  for (let page = await call(); page; page = page.NextToken ? await call(page.NextToken) : undefined) { pages.push(page); }
  return pages;
}

/** How long the tags of a job may stay invisible after its creation. */
const TAG_LAG_MS = 2 * 60_000;

export interface Ownership {
  /** Whether the job belongs to the resource. */
  readonly ours: boolean;
  /** Whether the job has the configuration that the request asks for. */
  readonly current: boolean;
  /** Whether the job is too new for its tags to be visible. */
  readonly unknown: boolean;
  readonly tags: ReadonlyMap<string, string>;
}

/** The compilation jobs of this account and Region. */
export class NeoJobs {
  constructor(private readonly deps: Pick<Dependencies, 'sagemaker' | 'artifacts' | 'now' | 'log'>) {}

  public async find(name: string): Promise<Job | undefined> {
    return unlessGone(this.deps.sagemaker.send(new DescribeCompilationJobCommand({ CompilationJobName: name })));
  }

  public async create(request: CreateCompilationJobRequest): Promise<void> {
    await this.deps.sagemaker.send(new CreateCompilationJobCommand(request));
  }

  /** Does nothing if the job is being stopped, has ended or is gone. */
  public async stop(job: Job, why: string): Promise<void> {
    if (job.CompilationJobStatus === 'STOPPING') { return; }
    this.deps.log({ action: 'stop', job: job.CompilationJobName, why });
    try {
      await this.deps.sagemaker.send(new StopCompilationJobCommand({ CompilationJobName: job.CompilationJobName }));
    } catch (e) {
      if (!isNotFound(e as AwsError) && !isValidation(e as AwsError)) { throw e; }
    }
  }

  /**
   * Stops those of these jobs that are in progress and belong to the resource.
   *
   * @returns whether a job has yet to end, or may turn out to belong to the resource
   */
  public async stopOwn(
    names: Iterable<string>, request: ResourceRequest, why: string, concerns: (job: Job) => boolean = () => true,
  ): Promise<boolean> {
    let isWaiting = false;
    for (const name of names) {
      const job = await this.find(name);
      if (!job || !isInProgress(job) || !concerns(job)) { continue; }
      const { ours, unknown } = await this.ownershipOf(job, request);
      if (ours) { await this.stop(job, why); }
      isWaiting ||= ours || unknown;
    }
    return isWaiting;
  }

  public async delete(job: Job): Promise<void> {
    await unlessGone(this.deps.sagemaker.send(new DeleteCompilationJobCommand({ CompilationJobName: job.CompilationJobName })));
  }

  /** Lists the jobs whose names have this prefix, newest first. */
  public async list(namePrefix: string): Promise<CompilationJobSummary[]> {
    const pages = await allPages(NextToken => this.deps.sagemaker.send(new ListCompilationJobsCommand({
      NameContains: namePrefix, SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 100, NextToken,
    })));
    return pages.flatMap(page => page.CompilationJobSummaries ?? []).filter(job => job.CompilationJobName!.startsWith(namePrefix));
  }

  /** Lists the names of jobs in progress that have this prefix. */
  public async listInProgress(namePrefix: string): Promise<string[]> {
    return (await this.list(namePrefix)).filter(isInProgress).map(job => job.CompilationJobName!);
  }

  /** Reads the tags of a job to find out whether it belongs to the resource of the request. */
  public async ownershipOf(job: Job, request: ResourceRequest): Promise<Ownership> {
    const tags = await this.tags(job);
    return {
      tags,
      unknown: tags.size === 0 && this.deps.now() - (job.CreationTime?.getTime() ?? 0) < TAG_LAG_MS,
      ours: tags.get(OWNER_TAG) === ownerOf(request),
      current: tags.get(CONFIGURATION_TAG) === configurationOf(request.ResourceProperties),
    };
  }

  /** Returns the tags of a job, none if the job is gone. */
  public async tags(job: Job): Promise<Map<string, string>> {
    const ResourceArn = job.CompilationJobArn;
    const pages = await allPages(NextToken => unlessGone(this.deps.sagemaker.send(new ListTagsCommand({ ResourceArn, NextToken }))));
    return new Map(pages.flatMap(page => page.Tags ?? []).map(({ Key, Value }) => [Key!, Value ?? '']));
  }

  /** Writes the wanted tags and removes those that were wanted before. Other tags stay. */
  public async retag(job: Job, present: ReadonlyMap<string, string>, wanted: readonly Tag[], before: readonly Tag[]): Promise<void> {
    const changed = wanted.filter(tag => present.get(tag.Key!) !== tag.Value);
    const gone = before.map(tag => tag.Key!).filter(key => present.has(key) && !wanted.some(tag => tag.Key === key));
    if (gone.length > 0) {
      await this.deps.sagemaker.send(new DeleteTagsCommand({ ResourceArn: job.CompilationJobArn, TagKeys: gone }));
    }
    if (changed.length > 0) {
      await this.deps.sagemaker.send(new AddTagsCommand({ ResourceArn: job.CompilationJobArn, Tags: changed }));
    }
  }

  /** Deletes the artifact of a job if it is in the folder that only this job writes to. */
  public async deleteArtifact(job: Job): Promise<void> {
    const artifact = artifactOf(job);
    if (!artifact || !`/${artifact.key}`.includes(`/${job.CompilationJobName}/`)) { return; }
    try {
      await this.deps.artifacts.delete(artifact.bucket, artifact.key);
    } catch (e) {
      // The artifact is already gone if its bucket is.
      if ((e as AwsError).name !== 'NoSuchBucket') { throw e; }
    }
  }
}
