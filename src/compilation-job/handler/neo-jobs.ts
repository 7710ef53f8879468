import {
  AddTagsCommand, CreateCompilationJobCommand, DeleteCompilationJobCommand, DeleteTagsCommand, DescribeCompilationJobCommand,
  ListCompilationJobsCommand, ListTagsCommand, StopCompilationJobCommand,
  type CompilationJobSummary, type CreateCompilationJobRequest, type DescribeCompilationJobResponse,
  type ListCompilationJobsCommandOutput, type ListTagsCommandOutput, type Tag,
} from '@aws-sdk/client-sagemaker';
import type { Dependencies } from './dependencies';
import { isNotFound, isValidation, type AwsError } from './errors';

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

/** The compilation jobs of this account and Region. */
export class NeoJobs {
  constructor(private readonly deps: Pick<Dependencies, 'sagemaker' | 'artifacts'>) {}

  public async find(name: string): Promise<Job | undefined> {
    return unlessGone(this.deps.sagemaker.send(new DescribeCompilationJobCommand({ CompilationJobName: name })));
  }

  public async create(request: CreateCompilationJobRequest): Promise<void> {
    await this.deps.sagemaker.send(new CreateCompilationJobCommand(request));
  }

  /** Does nothing if the job has ended or is gone. */
  public async stop(job: Job): Promise<void> {
    if (job.CompilationJobStatus === 'STOPPING') { return; }
    try {
      await this.deps.sagemaker.send(new StopCompilationJobCommand({ CompilationJobName: job.CompilationJobName }));
    } catch (e) {
      if (!isNotFound(e as AwsError) && !isValidation(e as AwsError)) { throw e; }
    }
  }

  public async delete(job: Job): Promise<void> {
    await unlessGone(this.deps.sagemaker.send(new DeleteCompilationJobCommand({ CompilationJobName: job.CompilationJobName })));
  }

  /** Lists the jobs whose names have this prefix, newest first. */
  public async list(namePrefix: string): Promise<CompilationJobSummary[]> {
    const jobs: CompilationJobSummary[] = [];
    let NextToken: string | undefined;
    do {
      const page: ListCompilationJobsCommandOutput = await this.deps.sagemaker.send(new ListCompilationJobsCommand({
        NameContains: namePrefix, SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 100, NextToken,
      }));
      jobs.push(...page.CompilationJobSummaries ?? []);
      NextToken = page.NextToken;
    } while (NextToken);
    return jobs.filter(job => job.CompilationJobName!.startsWith(namePrefix));
  }

  /** Lists the names of jobs in progress that have this prefix. */
  public async listInProgress(namePrefix: string): Promise<string[]> {
    return (await this.list(namePrefix)).filter(isInProgress).map(job => job.CompilationJobName!);
  }

  /** Returns the tags of a job, none if the job is gone. */
  public async tags(job: Job): Promise<Map<string, string>> {
    const tags = new Map<string, string>();
    let NextToken: string | undefined;
    do {
      const page: ListTagsCommandOutput | undefined = await unlessGone(
        this.deps.sagemaker.send(new ListTagsCommand({ ResourceArn: job.CompilationJobArn, NextToken })));
      for (const { Key, Value } of page?.Tags ?? []) { tags.set(Key!, Value ?? ''); }
      NextToken = page?.NextToken;
    } while (NextToken);
    return tags;
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
