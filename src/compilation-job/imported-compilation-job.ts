import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { CompilationJobBase, type JobObservation, type NeoCompilationJobAttributes } from './compilation-job-base';
import { outcomeMetric } from './outcomes';
import { requireJobName, validateVpcConfig, VPC_CONFIG } from '../compilation/compilation-validation';
import type { Artifacts } from '../compilation/permissions';
import type { NeoVpcConfig } from '../network/private-compilation-vpc-base';
import type { NeoTarget } from '../target/target';
import { NeoValidationError } from '../util/errors';
import { failOnExecutionValues } from '../util/execution-values';
import { DURATION, optional, requireTypes, STRING, type PropTypes } from '../util/prop-types';
import { BUCKET, KEY, ROLE, TARGET } from '../util/resource-types';
import { inPolicy, literally, requireKey } from '../util/s3-names';

const TYPES: PropTypes<NeoCompilationJobAttributes> = {
  jobName: STRING,
  outputBucket: optional(BUCKET),
  artifactObjectKey: optional(STRING),
  artifactDigest: optional(STRING),
  outputEncryptionKey: optional(KEY),
  inferenceImage: optional(STRING),
  target: optional(TARGET),
  role: optional(ROLE),
  vpcConfig: optional(VPC_CONFIG),
  maxRuntime: optional(DURATION),
  stackName: optional(STRING),
  logicalResourceId: optional(STRING),
};

/** A job that another stack or another program creates. */
export class ImportedCompilationJob extends CompilationJobBase {
  public readonly jobName: string;
  public readonly jobArn: string;

  constructor(scope: Construct, id: string, private readonly attrs: NeoCompilationJobAttributes) {
    super(scope, id);
    requireTypes(this, attrs, TYPES, 'attrs');
    failOnExecutionValues(this, attrs);
    requireJobName(this, 'jobName', attrs.jobName);
    if (attrs.artifactObjectKey !== undefined) { requireKey(this, 'artifactObjectKey', attrs.artifactObjectKey); }
    if (attrs.vpcConfig) { validateVpcConfig(this, attrs.vpcConfig); }
    this.jobName = attrs.jobName;
    this.jobArn = Stack.of(this).formatArn({
      service: 'sagemaker', resource: 'compilation-job', resourceName: attrs.jobName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  public get role(): iam.IRole { return this.known('role'); }
  public get target(): NeoTarget { return this.known('target'); }
  public get artifactObjectKey(): string { return this.known('artifactObjectKey'); }
  public get artifactDigest(): string { return this.known('artifactDigest'); }
  public get inferenceImage(): string { return this.known('inferenceImage'); }
  public get vpcConfig(): NeoVpcConfig { return this.known('vpcConfig'); }
  public get modelArtifactsUri(): string { return this.known('outputBucket').s3UrlForObject(this.artifactObjectKey); }

  /** @internal */
  public get _observation(): JobObservation {
    const { jobName, stackName, logicalResourceId, maxRuntime } = this.attrs;
    return {
      // The job's name would not match the jobs that replace it.
      outcomes: stackName !== undefined && logicalResourceId !== undefined
        ? { stackName: [stackName], logicalResourceId: [logicalResourceId] }
        : { jobName: [jobName] },
      jobNamePrefix: jobName,
      maxRuntime,
      waitsForCompletion: true,
    };
  }

  /** @internal */
  protected get _artifacts(): Artifacts {
    const key = this.artifactObjectKey;
    // The pattern is the job's folder if the key is known.
    const pattern = Token.isUnresolved(key) || !key.includes('/') ? literally(key) : `${literally(key.slice(0, key.lastIndexOf('/')))}/*`;
    return { bucket: this.known('outputBucket'), pattern: inPolicy(pattern), key: this.attrs.outputEncryptionKey };
  }

  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return outcomeMetric(this, metricName, this.known('stackName'), this.known('logicalResourceId'), props);
  }

  private known<K extends keyof NeoCompilationJobAttributes>(attribute: K): NonNullable<NeoCompilationJobAttributes[K]> {
    const value = this.attrs[attribute];
    if (value !== undefined) { return value!; }
    throw new NeoValidationError(`${attribute} of the imported job is not known: use NeoCompilationJob.fromCompilationJobAttributes with ${attribute}; `
      + `got: the job named ${this.attrs.jobName}`, this);
  }
}
