import { Duration, Resource, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { NeoCompilationMonitoring, NeoCompiledModel, NeoTarget, type INeoCompilationJob, type NeoVpcConfig } from '../../src';
import { compilation } from '../compilation-job/fixture';
import { network, only, templateOf } from '../network/fixture';

const METHODS = ['onOutcome', 'onCompleted', 'onFailed'] as const;
const METRICS = ['metricCompletedJobs', 'metricFailedJobs', 'metricCompilationTime', 'metricPendingTime'] as const;

describe('the options of an event', () => {
  test('take every member of CDK\'s', () => {
    const { stack, job } = compilation();
    const other = new Stack(stack.node.root, 'Other');
    const options = { target: new SnsTopic(new sns.Topic(stack, 'Topic')), description: 'why', ruleName: 'rule', eventPattern: { detail: { requestType: ['Create'] } } };
    for (const method of METHODS) {
      expect(() => job[method](method, { ...options, crossStackScope: other })).not.toThrow();
      expect(() => job[method](`${method}Without`)).not.toThrow();
      expect(() => job[method](`${method}Undefined`, { target: undefined })).not.toThrow();
    }
  });

  test.each<[unknown, string]>([
    [{ targets: [] }, 'options.targets is not a prop: use target; got: []'],
    [{ rule_name: 'a' }, 'options.rule_name is not a prop: use ruleName; got: "a"'],
    [{ neverHeardOf: 1 }, 'options.neverHeardOf is not a prop: remove it, or use one of target, '],
    [{ target: 'x' }, 'options.target has the wrong type: it must be a target of a rule'],
    [{ target: null }, 'options.target has the wrong type'],
    [{ ruleName: 3 }, 'options.ruleName has the wrong type: it must be a string; got: 3'],
    [{ eventPattern: { detail_type: ['a'] } }, 'options.eventPattern.detail_type is not a prop: use detailType'],
    [{ eventPattern: 'a' }, 'options.eventPattern has the wrong type'],
    [{ crossStackScope: 'a' }, 'options.crossStackScope has the wrong type'],
    [null, 'options has the wrong type'],
    ['x', 'options has the wrong type'],
  ])('fail for %j', (options, message) => {
    const { stack, job } = compilation();
    for (const method of METHODS) { expect(() => job[method](method, options as any)).toThrow(message); }
    // What is wrong leaves nothing behind.
    templateOf(stack).resourceCountIs('AWS::Events::Rule', 0);
  });
});

describe('the options of a metric', () => {
  test('take every member of CDK\'s, and further ones of a newer CDK', () => {
    const { job } = compilation();
    const options: cloudwatch.MetricOptions = {
      statistic: 'Average',
      period: Duration.hours(1),
      unit: cloudwatch.Unit.COUNT,
      label: 'a',
      color: '#ffffff',
      id: 'a',
      visible: false,
      account: '111122223333',
      region: 'us-east-1',
      stackAccount: '111122223333',
      stackRegion: 'us-east-1',
      dimensionsMap: { Job: 'a' },
    };
    for (const method of METRICS) {
      expect(job[method](options)).toMatchObject({ statistic: 'Average', label: 'a' });
      expect(() => job[method]({ neverHeardOf: 1 } as any)).not.toThrow();
    }
  });

  test.each<[unknown, string]>([
    [{ statistics: 'Sum' }, 'props.statistics is not a prop: use statistic; got: "Sum"'],
    [{ periods: 3 }, 'props.periods is not a prop: use period'],
    [{ dimensions_map: {} }, 'props.dimensions_map is not a prop: use dimensionsMap'],
    [{ period: 3 }, 'props.period has the wrong type: it must be a Duration'],
    [{ statistic: 3 }, 'props.statistic has the wrong type'],
    [null, 'props has the wrong type'],
    ['Sum', 'props has the wrong type'],
  ])('fail for %j', (options, message) => {
    const { stack, job } = compilation();
    for (const method of METRICS) { expect(() => job[method](options as any)).toThrow(message); }
    expect(() => job.metric('FailedJobs', options as any)).toThrow(message);
    templateOf(stack).resourceCountIs('AWS::Logs::MetricFilter', 0);
  });
});

/** A job of a library of the user's own, which knows nothing of this library's classes. */
class OwnJob extends Resource implements INeoCompilationJob {
  public readonly jobArn = 'arn:aws:sagemaker:us-east-1:111122223333:compilation-job/nightly';
  public readonly target = NeoTarget.ML_C5;
  public readonly modelArtifactsUri = 's3://compiled/nightly/model.tar.gz';
  public readonly artifactObjectKey = 'nightly/model.tar.gz';
  public readonly artifactDigest = 'abc';
  public readonly inferenceImage = '111122223333.dkr.ecr.us-east-1.amazonaws.com/neo:1';
  public readonly consoleUrl = 'https://example.com/job';
  public readonly logUrl = 'https://example.com/log';

  constructor(scope: Stack, id: string, public readonly role: iam.IRole, public readonly vpcConfig: NeoVpcConfig, public readonly jobName = 'nightly') {
    super(scope, id);
  }

  public grantReadArtifacts(grantee: iam.IGrantable) {
    return iam.Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: ['arn:aws:s3:::compiled/nightly/*'] });
  }

  public grantReadArtifactsOutsideEndpoint(grantee: iam.IGrantable) { return this.grantReadArtifacts(grantee); }

  public metric(metricName: string, props?: cloudwatch.MetricOptions) { return new cloudwatch.Metric({ namespace: 'Own', metricName, ...props }); }
  public metricCompletedJobs(props?: cloudwatch.MetricOptions) { return this.metric('CompletedJobs', props); }
  public metricFailedJobs(props?: cloudwatch.MetricOptions) { return this.metric('FailedJobs', props); }
  public metricCompilationTime(props?: cloudwatch.MetricOptions) { return this.metric('CompilationTime', props); }
  public metricPendingTime(props?: cloudwatch.MetricOptions) { return this.metric('PendingTime', props); }
  public onOutcome(): never { throw new Error('not needed'); }
  public onCompleted(): never { throw new Error('not needed'); }
  public onFailed(): never { throw new Error('not needed'); }
}

describe('an implementation of INeoCompilationJob of the user\'s own', () => {
  const own = () => {
    const fixture = network({ maxAzs: 2 });
    return { ...fixture, job: new OwnJob(fixture.stack, 'Own', fixture.privateVpc.role, fixture.privateVpc.vpcConfig) };
  };

  test('is monitored by the name of the job, without an alarm on its time', () => {
    const { stack, job } = own();
    const monitoring = new NeoCompilationMonitoring(stack, 'Monitoring', { jobs: [job], topic: new sns.Topic(stack, 'Topic') });
    expect([monitoring.failureAlarms.length, monitoring.compilationTimeAlarms.length]).toEqual([1, 0]);
    const template = templateOf(stack);
    expect(only(template, 'AWS::Events::Rule').EventPattern.detail).toEqual({ jobName: ['nightly'] });
    expect(only(template, 'AWS::Logs::QueryDefinition').QueryString).toContain('strcontains(@logStream, "nightly")');
    template.hasOutput('*', { Value: 'https://example.com/job' });
  });

  test('is hosted', () => {
    const { stack, job } = own();
    new NeoCompiledModel(stack, 'Model', { job });
    expect(only(templateOf(stack), 'AWS::SageMaker::Model').PrimaryContainer).toEqual({ Image: job.inferenceImage, ModelDataUrl: job.modelArtifactsUri });
  });

  test.each<unknown>(['job', { jobName: 'job' }, null])('fails for %j', job => {
    const { stack } = network();
    const construct = job as INeoCompilationJob;
    expect(() => new NeoCompiledModel(stack, 'Model', { job: construct })).toThrow('job has the wrong type: it must be a compilation job');
    expect(() => new NeoCompilationMonitoring(stack, 'Monitoring', { jobs: [construct] })).toThrow('jobs[0] has the wrong type: it must be a compilation job');
  });
});
