import { Resource, Stack, type Duration, type IResource } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { consoleUrl, jobLogUrl } from './compilation-job-properties';
import type { CompilationJobProvider } from './compilation-job-provider';
import { EVENT_OPTIONS, METRIC_OPTIONS, outcomePattern, type OutcomeFilter } from './outcomes';
import { grantArtifacts, type Artifacts } from '../compilation/permissions';
import { requireExemptable } from '../network/bucket-policies';
import type { NeoVpcConfig } from '../network/private-compilation-vpc-base';
import type { NeoTarget } from '../target/target';
import { requireType } from '../util/prop-types';
import { GRANTEE } from '../util/resource-types';

/**
 * A SageMaker Neo compilation job.
 *
 * AWS documents no events and no metrics for Neo, so the functions behind the job create them when they respond to CloudFormation. They cover jobs
 * that the deployment waits for, and nothing before the response. Each outcome is counted and sent once; very rarely, if AWS Lambda runs a function
 * twice, more than once.
 *
 * Reading an attribute that is not known is an error. An imported job knows only its given attributes. With `waitForCompletion: false`, the result
 * of a job is not known, because the deployment does not wait for it.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeCompilationJob.html
 *
 * @example
 * declare const job: NeoCompilationJob;
 * declare const queue: sqs.Queue;
 * job.onFailed('Failed', { target: new targets.SqsQueue(queue) });
 * job.metricFailedJobs().createAlarm(this, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
 */
export interface INeoCompilationJob extends IResource {
  /**
   * Name of the job.
   *
   * @attribute
   */
  readonly jobName: string;

  /**
   * ARN of the job.
   *
   * @attribute
   */
  readonly jobArn: string;

  /**
   * Role that the job assumes.
   */
  readonly role: iam.IRole;

  /**
   * The device or platform that the model is compiled for.
   */
  readonly target: NeoTarget;

  /**
   * Network of the job.
   */
  readonly vpcConfig: NeoVpcConfig;

  /**
   * S3 URI of the compiled model, a `.tar.gz` archive. It is not known with `waitForCompletion: false`.
   *
   * @attribute
   */
  readonly modelArtifactsUri: string;

  /**
   * Key of the compiled model in the output bucket. It is not known with `waitForCompletion: false`.
   *
   * @attribute
   */
  readonly artifactObjectKey: string;

  /**
   * Digest of the compiled model, as SageMaker returns it. According to the API reference, it is a BLAKE2 hash, not SHA-256. It is not known with
   * `waitForCompletion: false`.
   *
   * @attribute
   */
  readonly artifactDigest: string;

  /**
   * Image that serves the compiled model on a SageMaker endpoint. It is not known for edge devices, for which Neo has no image, and with
   * `waitForCompletion: false`.
   *
   * @attribute
   */
  readonly inferenceImage: string;

  /**
   * URL of the job in the console.
   */
  readonly consoleUrl: string;

  /**
   * URL of the job's log in the console. SageMaker writes the log.
   */
  readonly logUrl: string;

  /**
   * Lets a principal read the compiled model, including `kms:Decrypt` on its key, and nothing else in the bucket. The bucket policy of a private
   * network still denies requests that do not come through the network's S3 endpoint: use `grantReadArtifactsOutsideEndpoint` for those.
   *
   * @param grantee the principal that may read
   */
  grantReadArtifacts(grantee: iam.IGrantable): iam.Grant;

  /**
   * Lets a principal outside the private network, such as the role of a device, read the compiled model. It does what `grantReadArtifacts` does, and
   * exempts the principal from the network's bucket policies (`allowOutsideEndpoint`).
   *
   * Create the role in the network's stack or give it a `roleName`, because the bucket policies name the role, and the role's policy names the
   * bucket.
   *
   * @param grantee a role, a user, a function or an `ArnPrincipal`
   */
  grantReadArtifactsOutsideEndpoint(grantee: iam.IGrantable): iam.Grant;

  /**
   * Returns a metric of this job, in the namespace `cdk-sagemaker-neo` with the dimensions `Stack` and `Job`. The first metric of a kind adds one
   * metric filter to the log group of the functions, and counts from then on. For an imported job, the stack that creates the job must use the
   * metric, too, to have the filter.
   *
   * @param metricName `CompletedJobs`, `FailedJobs`, `CompilationTime` or `PendingTime`
   * @param props statistic, period, label …
   */
  metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Returns the metric for the number of jobs that completed.
   *
   * @param props statistic, period, label …
   * @default - sum over 5 minutes
   */
  metricCompletedJobs(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Returns the metric for the number of Creates and Updates of the resource that failed because the job failed, was rejected, was stopped or took
   * too long.
   *
   * @param props statistic, period, label …
   * @default - sum over 5 minutes
   */
  metricFailedJobs(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Returns the metric for the seconds from the job's start to its end, whether it completed or failed. This is the time that `maxRuntime` limits.
   *
   * @param props statistic, period, label …
   * @default - maximum over 5 minutes
   */
  metricCompilationTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Returns the metric for the seconds from the job's creation to its start, during which it waits for an instance.
   *
   * @param props statistic, period, label …
   * @default - maximum over 5 minutes
   */
  metricPendingTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Adds a rule that matches when the job completes or fails. The first rule in a stack makes the functions put events on the default event bus, and
   * grants them that permission; without a rule, there are no events. For an imported job, the stack that creates the job must have such a rule.
   *
   * The detail of the event has `outcome` (`COMPLETED` or `FAILED`), `stackName`, `logicalResourceId`, `requestType`, `jobName`, `reason`,
   * `compilationSeconds`, `pendingSeconds`, `modelArtifactsUri` and `logUrl`, as far as they are known.
   *
   * @param id construct id of the rule
   * @param options target, name, description and an additional event pattern
   */
  onOutcome(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * Adds a rule that matches when the job completes: see `onOutcome`.
   *
   * @param id construct id of the rule
   * @param options target, name, description and an additional event pattern
   */
  onCompleted(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * Adds a rule that matches when the job fails: see `onOutcome`.
   *
   * @param id construct id of the rule
   * @param options target, name, description and an additional event pattern
   */
  onFailed(id: string, options?: events.OnEventOptions): events.Rule;
}

/**
 * Attributes of a job that another stack or another program creates. Reading or using an attribute that is not set is an error.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeCompilationJob.html
 */
export interface NeoCompilationJobAttributes {
  /**
   * Name of the job, in the account and Region of the scope.
   */
  readonly jobName: string;

  /**
   * Bucket of the compiled model. Granting and hosting need it.
   *
   * @default - unknown
   */
  readonly outputBucket?: s3.IBucket;

  /**
   * Key of the compiled model in the bucket, `artifactObjectKey` of the job. Granting and hosting need it. Grants cover the folder of the job if the
   * key is known at synthesis, and this one object if it is a token.
   *
   * @default - unknown
   */
  readonly artifactObjectKey?: string;

  /**
   * Digest of the compiled model, a BLAKE2 hash according to the API reference.
   *
   * @default - unknown
   */
  readonly artifactDigest?: string;

  /**
   * Key that encrypts the compiled model, if it is not the key of the bucket.
   *
   * @default - the key of the bucket, if it has one
   */
  readonly outputEncryptionKey?: kms.IKey;

  /**
   * Image that serves the compiled model. Hosting needs it, or an image of your own.
   *
   * @default - unknown
   */
  readonly inferenceImage?: string;

  /**
   * The device or platform that the model is compiled for. Hosting needs it.
   *
   * @default - unknown
   */
  readonly target?: NeoTarget;

  /**
   * Role that the job assumes.
   *
   * @default - unknown
   */
  readonly role?: iam.IRole;

  /**
   * Network of the job. `grantReadArtifactsOutsideEndpoint` needs it, and so does hosting without a `vpcConfig` of its own.
   *
   * @default - unknown
   */
  readonly vpcConfig?: NeoVpcConfig;

  /**
   * How long the compilation may run.
   *
   * @default - unknown: a monitoring has no alarm on the compilation time
   */
  readonly maxRuntime?: Duration;

  /**
   * Name of the stack that creates the job. Metrics and alarms need it.
   *
   * @default - unknown: rules match events by the name of the job
   */
  readonly stackName?: string;

  /**
   * Logical ID of the job in its stack, `logicalResourceId` of the job. Metrics and alarms need it.
   *
   * @default - unknown: rules match events by the name of the job
   */
  readonly logicalResourceId?: string;
}

/** The facts about a job that metrics, events and monitoring need. */
export interface JobObservation {
  /** The functions behind the job; undefined for an imported job. */
  readonly provider?: CompilationJobProvider;
  /** Selects the outcomes of this job: by logical ID if possible, because a rule that refers to the job's name would be created after the job. */
  readonly outcomes: OutcomeFilter;
  /** The common prefix of the names of the job and its predecessors. */
  readonly jobNamePrefix: string;
  /** Undefined if unknown. */
  readonly maxRuntime?: Duration;
  readonly waitsForCompletion: boolean;
}

/** Returns the facts about any job. For another implementation of the interface, only the name is known. */
export function observationOf(job: INeoCompilationJob): JobObservation {
  return (job as Partial<CompilationJobBase>)._observation
    ?? { outcomes: { jobName: [job.jobName] }, jobNamePrefix: job.jobName, waitsForCompletion: true };
}

/**
 * The parts that jobs of this app and imported jobs have in common.
 *
 * @internal
 */
export abstract class CompilationJobBase extends Resource implements INeoCompilationJob {
  public abstract readonly jobName: string;
  public abstract readonly jobArn: string;
  public abstract readonly role: iam.IRole;
  public abstract readonly target: NeoTarget;
  public abstract readonly vpcConfig: NeoVpcConfig;
  public abstract readonly modelArtifactsUri: string;
  public abstract readonly artifactObjectKey: string;
  public abstract readonly artifactDigest: string;
  public abstract readonly inferenceImage: string;

  /** @internal */
  public abstract readonly _observation: JobObservation;

  /** @internal */
  protected abstract readonly _artifacts: Artifacts;

  public abstract metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  public get consoleUrl(): string {
    const { region } = Stack.of(this);
    return `${consoleUrl(region)}/sagemaker/home?region=${region}#/compilation-jobs/${this.jobName}`;
  }

  public get logUrl(): string {
    return jobLogUrl(Stack.of(this).region, this.jobName);
  }

  public grantReadArtifacts(grantee: iam.IGrantable): iam.Grant {
    requireType(this, 'grantee', grantee, GRANTEE);
    return grantArtifacts(this, this._artifacts, grantee);
  }

  public grantReadArtifactsOutsideEndpoint(grantee: iam.IGrantable): iam.Grant {
    requireType(this, 'grantee', grantee, GRANTEE);
    const { privateVpc } = this.vpcConfig;
    if (privateVpc) {
      requireExemptable(this, privateVpc, 'grantee', grantee.grantPrincipal, 'create it in the stack of the network, or give the role a roleName');
      privateVpc.allowOutsideEndpoint(grantee);
    }
    return this.grantReadArtifacts(grantee);
  }

  public metricCompletedJobs(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('CompletedJobs', this.withStatistic('Sum', props));
  }

  public metricFailedJobs(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FailedJobs', this.withStatistic('Sum', props));
  }

  public metricCompilationTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('CompilationTime', this.withStatistic('Maximum', props));
  }

  public metricPendingTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('PendingTime', this.withStatistic('Maximum', props));
  }

  public onOutcome(id: string, options: events.OnEventOptions = {}): events.Rule {
    requireType(this, 'options', options, EVENT_OPTIONS);
    const { provider, outcomes } = this._observation;
    provider?.enableEvents();
    const rule = new events.Rule(options.crossStackScope ?? this, id, {
      ruleName: options.ruleName,
      description: options.description,
      eventPattern: options.eventPattern,
    });
    rule.addEventPattern(outcomePattern(outcomes));
    rule.addTarget(options.target);
    return rule;
  }

  public onCompleted(id: string, options?: events.OnEventOptions): events.Rule {
    const rule = this.onOutcome(id, options);
    rule.addEventPattern({ detail: { outcome: ['COMPLETED'] } });
    return rule;
  }

  public onFailed(id: string, options?: events.OnEventOptions): events.Rule {
    const rule = this.onOutcome(id, options);
    rule.addEventPattern({ detail: { outcome: ['FAILED'] } });
    return rule;
  }

  /** Checks the options before they are merged, because nothing of null or a string would be left then. */
  private withStatistic(statistic: string, props: cloudwatch.MetricOptions = {}): cloudwatch.MetricOptions {
    requireType(this, 'props', props, METRIC_OPTIONS);
    return { statistic, ...props };
  }
}
