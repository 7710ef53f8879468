import { CompilationJobStatus, CompilationJobSummary, CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';
import { NeoOperation, NeoOperations } from './api';
import { ArtifactStore, parseS3Uri } from './artifact-store';
import { artifactBody, artifactUri } from './artifacts';
import { SYSTEM_CLOCK } from './clock';
import { documentedFailure } from './documented-failures';
import { resourceInUse, resourceLimitExceeded, resourceNotFound, validationException } from './errors';
import { Job, Transition } from './job';
import { listSummaries } from './listing';
import { always, Planner } from './outcomes';
import { checkTags } from './request-rules';
import { validateInput } from './validation';
import { describe, summarize } from './views';

export interface NeoServiceProps {
  /** @default '111122223333' */
  readonly account?: string;
  /** @default 'us-east-1' */
  readonly region?: string;
  /** Milliseconds since the epoch. It must never run backwards. @default - the system's time */
  readonly now?: () => number;
  /** The maximum number of jobs in STARTING, INPROGRESS or STOPPING. @default - no limit */
  readonly quota?: number;
  /** The outcome of each job. @default - every job completes, 8 seconds after its creation */
  readonly plan?: Planner;
  /** The store that jobs write their artifacts to. @default - a new store */
  readonly artifacts?: ArtifactStore;
  /** Whether a job fails if its model archive is not in `artifacts`. @default false */
  readonly modelsMustExist?: boolean;
  /** Delays after which some responses are up to date. They may be changed during the run. @default - all responses are up to date */
  readonly lag?: Lag;
}

/** Delays, in milliseconds, after which responses are up to date. CreateCompilationJob is never stale: a name is in use at once. */
export interface Lag {
  /** For ListCompilationJobs: jobs appear, change their status and disappear later. @default 0 */
  list?: number;
  /** For ListTags: tags appear later. @default 0 */
  tags?: number;
  /** For calls that name a job: the job is not found for this time after its creation. @default 0 */
  describe?: number;
}

/** A job as tests see it, even after its deletion. */
export interface JobRecord {
  readonly name: string;
  readonly arn: string;
  readonly status: CompilationJobStatus;
  readonly request: CreateCompilationJobRequest;
  readonly tags: Readonly<Record<string, string>>;
  /** All statuses so far, in order. */
  readonly history: readonly Transition[];
  readonly deletedAt?: number;
}

type Input<O extends NeoOperation> = NeoOperations[O]['input'];
type Output<O extends NeoOperation> = NeoOperations[O]['output'];

const MAX_TAGS = 50;

/**
 * SageMaker Neo as far as its API is documented, for one account and Region, in memory. It has no timers: every response
 * follows from the calls so far and the clock. README.md lists what is contract, what is an assumption, and what is missing.
 */
export class NeoService {
  public readonly account: string;
  public readonly region: string;
  public readonly artifacts: ArtifactStore;
  public readonly now: () => number;
  private readonly quota: number;
  private readonly plan: Planner;
  private readonly modelsMustExist: boolean;
  private readonly lag: Lag;
  private readonly operations: { [O in NeoOperation]: (input: Input<O>) => Output<O> };
  private readonly jobs = new Map<string, Job>();
  private readonly jobsByArn = new Map<string, Job>();
  private readonly everCreated: Job[] = [];
  private readonly active = new Set<Job>();
  /** The time before which no active job ends. */
  private nextEnd = Infinity;

  constructor(props: NeoServiceProps = {}) {
    this.account = props.account ?? '111122223333';
    this.region = props.region ?? 'us-east-1';
    this.now = props.now ?? SYSTEM_CLOCK.now;
    this.quota = props.quota ?? Infinity;
    this.plan = props.plan ?? always({});
    this.modelsMustExist = props.modelsMustExist ?? false;
    this.lag = props.lag ?? {};
    this.artifacts = props.artifacts ?? new ArtifactStore();
    this.artifacts.beforeRead(() => this.settle());
    this.operations = {
      CreateCompilationJob: input => this.create(input),
      DescribeCompilationJob: input => describe(this.find(input.CompilationJobName!), this.now(), this.region),
      StopCompilationJob: input => this.stop(this.find(input.CompilationJobName!)),
      DeleteCompilationJob: input => this.delete(this.find(input.CompilationJobName!)),
      ListCompilationJobs: input => listSummaries(this.listed(input.NameContains), input),
      ListTags: input => ({ Tags: this.findByArn(input.ResourceArn!).tagsAt(this.now() - (this.lag.tags ?? 0)) }),
      AddTags: input => this.addTags(this.findByArn(input.ResourceArn!), input),
      DeleteTags: input => this.deleteTags(this.findByArn(input.ResourceArn!), input),
    };
  }

  /**
   * Makes a call of the API, with the names and types of the AWS SDK.
   *
   * @throws AwsError like the real service
   */
  public call<O extends NeoOperation>(operation: O, input: Input<O>): Output<O> {
    validateInput(operation, input);
    this.settle();
    return this.operations[operation](input);
  }

  /** All jobs that were created, including deleted ones, in the order of creation. */
  public records(): JobRecord[] {
    const now = this.now();
    return this.everCreated.map(job => ({
      name: job.name,
      arn: job.arn,
      status: job.status(now),
      request: job.request,
      tags: Object.fromEntries(job.tags),
      history: job.history(now),
      deletedAt: job.deletedAt,
    }));
  }

  /** The number of jobs that count against the quota now. */
  public activeJobs(): number {
    this.settle();
    return this.active.size;
  }

  private create(input: CreateCompilationJobRequest): Output<'CreateCompilationJob'> {
    const name = input.CompilationJobName!;
    const existing = this.jobs.get(name);
    if (existing) {
      throw resourceInUse(existing.arn);
    }
    if (this.active.size >= this.quota) {
      throw resourceLimitExceeded('Number of concurrent compilation jobs', this.quota, this.active.size);
    }
    // The request is copied, so that later changes of the caller's object have no effect.
    const request = structuredClone(input);
    const failureReason = documentedFailure(request, this.region, this.modelsMustExist ? this.artifacts : undefined);
    const plan = this.plan(request, this.everCreated.length);
    const job = new Job(request, this.arn(name), this.now(), failureReason === undefined ? plan : { ...plan, failureReason });
    this.jobs.set(name, job);
    this.jobsByArn.set(job.arn, job);
    this.everCreated.push(job);
    this.active.add(job);
    this.nextEnd = Math.min(this.nextEnd, job.endsAt);
    return { CompilationJobArn: job.arn };
  }

  private stop(job: Job): {} {
    job.stop(this.now());
    this.nextEnd = Math.min(this.nextEnd, job.endsAt);
    return {};
  }

  private delete(job: Job): {} {
    job.assertDeletable(this.now());
    job.deletedAt = this.now();
    this.jobs.delete(job.name);
    this.jobsByArn.delete(job.arn);
    return {};
  }

  private addTags(job: Job, { Tags: tags }: Input<'AddTags'>): Output<'AddTags'> {
    checkTags(tags!);
    const added = tags!.filter(tag => !job.tags.has(tag.Key!)).length;
    if (job.tags.size + added > MAX_TAGS) {
      throw resourceLimitExceeded('Number of tags for a resource', MAX_TAGS, job.tags.size, added);
    }
    tags!.forEach(tag => job.tags.set(tag.Key!, tag.Value!));
    job.noteTags(this.now());
    return { Tags: job.tagList() };
  }

  private deleteTags(job: Job, { TagKeys: keys }: Input<'DeleteTags'>): {} {
    keys!.forEach(key => job.tags.delete(key));
    job.noteTags(this.now());
    return {};
  }

  /** Handles the jobs that have ended since the last call: they free their quota, and their artifacts are written. */
  private settle(): void {
    const now = this.now();
    if (now < this.nextEnd) {
      return;
    }
    this.nextEnd = Infinity;
    for (const job of this.active) {
      if (job.isActive(now)) {
        this.nextEnd = Math.min(this.nextEnd, job.endsAt);
        continue;
      }
      this.active.delete(job);
      const target = parseS3Uri(artifactUri(job.request));
      if (target && job.status(now) === CompilationJobStatus.COMPLETED) {
        this.artifacts.put(target.bucket, target.key, artifactBody(job.request), job.endsAt);
      }
    }
  }

  /** Whether the tags of a job are visible yet. */
  public showsTags(name: string): boolean {
    const job = this.jobs.get(name);
    return job === undefined || job.tagsAt(this.now() - (this.lag.tags ?? 0)).length > 0;
  }

  /** Returns the summaries of visible jobs. Jobs with other names are filtered out first, because accounts have hundreds of jobs. */
  private listed(nameContains = ''): CompilationJobSummary[] {
    const lag = this.lag.list ?? 0;
    const then = this.now() - lag;
    const wasThere = ({ createdAt, deletedAt = Infinity }: Job) => createdAt <= then && deletedAt > then;
    const jobs = lag === 0 ? [...this.jobs.values()] : this.everCreated.filter(wasThere);
    return jobs.filter(({ name }) => name.includes(nameContains)).map(job => summarize(job, then));
  }

  private find(name: string): Job {
    const job = this.jobs.get(name);
    if (!job || this.now() - job.createdAt < (this.lag.describe ?? 0)) {
      throw resourceNotFound(name);
    }
    return job;
  }

  private findByArn(arn: string): Job {
    const job = this.jobsByArn.get(arn);
    if (!job) {
      throw validationException(`Could not find resource with ARN ${arn}`);
    }
    return job;
  }

  private arn(name: string): string {
    const partition = this.region.startsWith('cn-') ? 'aws-cn' : this.region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
    return `arn:${partition}:sagemaker:${this.region}:${this.account}:compilation-job/${name}`;
  }
}
