import { Lazy, Resource, Stack, type CfnElement } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type { CompilationOutcome } from './compilation-job-outcome';
import type { CompilationJobProvider } from './compilation-job-provider';
import { consoleOf } from './console';
import { OutcomeMetrics } from './outcome-metrics';
import { outcomePattern } from './outcome-pattern';

/**
 * What can be seen of a compilation job from outside: metrics, events and its place in the console.
 *
 * Metrics and events come from the functions behind the job, when they answer CloudFormation, as AWS documents no event and no metric of Neo.
 * So they know of jobs that the deployment waits for, and of nothing before the answer. Each outcome is counted and told once,
 * and very rarely (when AWS Lambda runs a function twice) more than once.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
 *
 * @example
 * declare const job: NeoCompilationJob;
 * declare const queue: sqs.Queue;
 * job.onFailed('Failed', { target: new targets.SqsQueue(queue) });
 * job.metricFailedJobs().createAlarm(this, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
 */
export abstract class NeoObservedCompilationJob extends Resource {
  /**
   * Name of the job.
   */
  public abstract readonly jobName: string;

  /**
   * @internal
   */
  public abstract readonly _provider: CompilationJobProvider;

  /**
   * Whether the deployment waits for the job: without, no outcome is ever seen.
   */
  public abstract readonly waitsForCompletion: boolean;

  /**
   * A metric of this job, in the namespace `cdk-sagemaker-neo` with the dimensions `Stack` and `Job`. The first metric of
   * a kind adds one metric filter to the log group of the functions; it counts from then on.
   *
   * @param metricName `CompletedJobs`, `FailedJobs`, `CompilationTime` or `PendingTime`
   * @param props statistic, period, label …
   */
  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return OutcomeMetrics.of(this._provider).metric(metricName, this.stackName, this._logicalResourceId, props);
  }

  /**
   * Jobs that completed.
   *
   * @param props statistic, period, label …
   * @default - sum over 5 minutes
   */
  public metricCompletedJobs(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('CompletedJobs', { statistic: 'Sum', ...props });
  }

  /**
   * Creations and updates of the job that failed, because Neo failed, was refused, was stopped or took too long.
   *
   * @param props statistic, period, label …
   * @default - sum over 5 minutes
   */
  public metricFailedJobs(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FailedJobs', { statistic: 'Sum', ...props });
  }

  /**
   * Seconds from the job's start to its end, completed or failed: what `maxRuntime` limits.
   *
   * @param props statistic, period, label …
   * @default - maximum over 5 minutes
   */
  public metricCompilationTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('CompilationTime', { statistic: 'Maximum', ...props });
  }

  /**
   * Seconds from the job's creation to its start, in which it waits for an instance.
   *
   * @param props statistic, period, label …
   * @default - maximum over 5 minutes
   */
  public metricPendingTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('PendingTime', { statistic: 'Maximum', ...props });
  }

  /**
   * A rule for the end of the job, completed or failed. The first rule of a stack permits the functions to put this library's events on the default
   * event bus, and has them do so; without one, there are no events.
   *
   * The detail of the event has `outcome` (`COMPLETED` or `FAILED`), `stackName`, `logicalResourceId`, `requestType`, `jobName`, `reason`,
   * `compilationSeconds`, `pendingSeconds`, `modelArtifactsUri` and `logUrl`, as far as they are known.
   *
   * @param id id of the rule
   * @param options target, name, description and more of the pattern
   */
  public onOutcome(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options);
  }

  /**
   * A rule for the job's completion: see `onOutcome`.
   *
   * @param id id of the rule
   * @param options target, name, description and more of the pattern
   */
  public onCompleted(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options, 'COMPLETED');
  }

  /**
   * A rule for the job's failure: see `onOutcome`.
   *
   * @param id id of the rule
   * @param options target, name, description and more of the pattern
   */
  public onFailed(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options, 'FAILED');
  }

  /**
   * Where the console shows the job.
   */
  public get consoleUrl(): string {
    return `${consoleOf(this)}/sagemaker/home?region=${Stack.of(this).region}#/compilation-jobs/${this.jobName}`;
  }

  /**
   * Where the console shows the job's log, which SageMaker writes.
   */
  public get logUrl(): string {
    return `${consoleOf(this)}/cloudwatch/home?region=${Stack.of(this).region}#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FCompilationJobs/log-events/${this.jobName}`;
  }

  /**
   * The dimension `Job`, and `logicalResourceId` of an event: does not change from job to job, as the job's name does.
   *
   * @internal
   */
  public get _logicalResourceId(): string {
    return Lazy.string({ produce: () => Stack.of(this).resolve((this.node.defaultChild as CfnElement).logicalId) });
  }

  private get stackName(): string {
    return Stack.of(this).stackName;
  }

  private rule(id: string, options: events.OnEventOptions, outcome?: CompilationOutcome['outcome']): events.Rule {
    this._provider.enableEvents();
    const rule = new events.Rule(options.crossStackScope ?? this, id, {
      ruleName: options.ruleName,
      description: options.description,
      eventPattern: options.eventPattern,
    });
    rule.addEventPattern(outcomePattern(this.stackName, [this._logicalResourceId], outcome));
    rule.addTarget(options.target);
    return rule;
  }
}
