import { CompilationJobStatus, CreateCompilationJobRequest, Tag } from '@aws-sdk/client-sagemaker';
import { wrongState } from './errors';
import { JobPlan } from './outcomes';

/** The job entered this status at this time (milliseconds since the epoch). */
export interface Transition {
  readonly status: CompilationJobStatus;
  readonly at: number;
}

/** AWS bills and counts these; only the others can be deleted. */
export const ACTIVE_STATUSES: readonly CompilationJobStatus[] = [
  CompilationJobStatus.STARTING, CompilationJobStatus.INPROGRESS, CompilationJobStatus.STOPPING,
];

const STOPPABLE: readonly CompilationJobStatus[] = [CompilationJobStatus.STARTING, CompilationJobStatus.INPROGRESS];

/**
 * A compilation job. Its timeline contains its whole future. It is set when the job is created, and rewritten when the job is stopped. The status at
 * a given time is read from the timeline, so that no timer runs and time can be simulated.
 */
export class Job {
  public readonly name: string;
  public readonly tags: Map<string, string>;
  public deletedAt?: number;
  /** The versions of the tags, and the time from which each is valid. */
  private readonly tagHistory: { readonly at: number; readonly tags: Tag[] }[] = [];
  private timeline: readonly Transition[];
  private readonly outcomeReason: string;

  constructor(
    public readonly request: CreateCompilationJobRequest,
    public readonly arn: string,
    createdAt: number,
    public readonly plan: JobPlan,
  ) {
    this.name = request.CompilationJobName!;
    this.tags = new Map((request.Tags ?? []).map(tag => [tag.Key!, tag.Value!]));
    [this.timeline, this.outcomeReason] = future(request, createdAt, plan);
    this.noteTags(createdAt);
  }

  public get createdAt(): number {
    return this.timeline[0].at;
  }

  /** When the job will end, unless it is stopped. */
  public get endsAt(): number {
    return this.timeline[this.timeline.length - 1].at;
  }

  public status(now: number): CompilationJobStatus {
    return this.current(now).status;
  }

  /** When the status last changed. */
  public lastModifiedAt(now: number): number {
    return this.current(now).at;
  }

  public isActive(now: number): boolean {
    return now < this.endsAt;
  }

  /** The history up to now. */
  public history(now: number): readonly Transition[] {
    return this.timeline.filter(({ at }) => at <= now);
  }

  /** When the job entered a status, or undefined if it has not (yet). */
  public enteredAt(status: CompilationJobStatus, now: number): number | undefined {
    return this.history(now).find(transition => transition.status === status)?.at;
  }

  /** Why the job failed. Empty in every other status, because the API requires the member. */
  public failureReason(now: number): string {
    return this.status(now) === CompilationJobStatus.FAILED ? this.outcomeReason : '';
  }

  /** @throws AwsError ValidationException unless STARTING or INPROGRESS */
  public stop(now: number): void {
    const status = this.status(now);
    if (!STOPPABLE.includes(status)) {
      throw wrongState('Stop', status);
    }
    this.timeline = [
      ...this.history(now),
      { status: CompilationJobStatus.STOPPING, at: now },
      { status: CompilationJobStatus.STOPPED, at: now + (this.plan.stoppingMs ?? 2_000) },
    ];
  }

  /** @throws AwsError ValidationException unless COMPLETED, FAILED or STOPPED */
  public assertDeletable(now: number): void {
    if (this.isActive(now)) {
      throw wrongState('Delete', this.status(now));
    }
  }

  public tagList(): Tag[] {
    return [...this.tags].map(([Key, Value]) => ({ Key, Value }));
  }

  /** Call it after a change of the tags. */
  public noteTags(now: number): void {
    this.tagHistory.push({ at: now, tags: this.tagList() });
  }

  /** The tags at a time; none before the job was created. */
  public tagsAt(time: number): Tag[] {
    return this.tagHistory.filter(({ at }) => at <= time).at(-1)?.tags ?? [];
  }

  private current(now: number): Transition {
    let i = this.timeline.length - 1;
    while (i > 0 && this.timeline[i].at > now) {
      i--;
    }
    return this.timeline[i];
  }
}

/** The timeline of a job that is not stopped, and the reason if it will fail. */
function future(request: CreateCompilationJobRequest, createdAt: number, plan: JobPlan): [Transition[], string] {
  const { startingMs = 2_000, compilingMs = 6_000, failureReason } = plan;
  const { MaxRuntimeInSeconds: maxRuntime = 86_400, MaxPendingTimeInSeconds: maxPending = Infinity } = request.StoppingCondition!;
  const created = { status: CompilationJobStatus.STARTING, at: createdAt };
  if (startingMs > maxPending * 1_000) {
    return [[created, { status: CompilationJobStatus.STOPPED, at: createdAt + maxPending * 1_000 }], ''];
  }
  const started = { status: CompilationJobStatus.INPROGRESS, at: createdAt + startingMs };
  if (compilingMs > maxRuntime * 1_000) {
    const reason = `TimeOut: the compilation job did not complete within MaxRuntimeInSeconds (${maxRuntime} seconds)`;
    return [[created, started, { status: CompilationJobStatus.FAILED, at: started.at + maxRuntime * 1_000 }], reason];
  }
  const end = failureReason === undefined ? CompilationJobStatus.COMPLETED : CompilationJobStatus.FAILED;
  // The API allows 1,024 characters.
  return [[created, started, { status: end, at: started.at + compilingMs }], (failureReason ?? '').slice(0, 1_024)];
}
