import { App, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import { NeoCompilationJob, NeoCompilationMonitoring, type NeoCompilationMonitoringProps } from '../../src';
import { compilation } from '../compilation-job/fixture';
import { bySid, network, newStack, only, templateOf, warningIds, warnings } from '../network/fixture';

const policies = (template: Template) => Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
const events = (template: Template) => policies(template).filter(({ Sid }) => Sid === 'TellOutcomes');
const jobId = (template: Template) => Object.keys(template.findResources(NeoCompilationJob.RESOURCE_TYPE))[0];
const busOf = (template: Template) => Object.values(template.findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.isComplete' } }))
  .map(({ Properties }) => Properties.Environment?.Variables.EVENT_BUS_NAME);

function monitored(props: Partial<NeoCompilationMonitoringProps> = {}, fixture = compilation()) {
  const monitoring = new NeoCompilationMonitoring(fixture.stack, 'Monitoring', { jobs: [fixture.job], ...props });
  return { ...fixture, monitoring };
}

describe('metrics', () => {
  test('cost nothing before they are asked for', () => {
    const template = templateOf(compilation().stack);
    template.resourceCountIs('AWS::Logs::MetricFilter', 0);
    expect(events(template)).toEqual([]);
    expect(busOf(template)).toEqual([undefined]);
  });

  test.each([
    ['metricCompletedJobs', 'CompletedJobs', 'Sum', '{ ($.action = "outcome") && ($.outcome = "COMPLETED") }', '1', 'Count'],
    ['metricFailedJobs', 'FailedJobs', 'Sum', '{ ($.action = "outcome") && ($.outcome = "FAILED") }', '1', 'Count'],
    ['metricCompilationTime', 'CompilationTime', 'Maximum', '{ ($.action = "outcome") && ($.compilationSeconds >= 0) }', '$.compilationSeconds', 'Seconds'],
    ['metricPendingTime', 'PendingTime', 'Maximum', '{ ($.action = "outcome") && ($.pendingSeconds >= 0) }', '$.pendingSeconds', 'Seconds'],
  ] as const)('%s', (method, MetricName, Statistic, FilterPattern, MetricValue, Unit) => {
    const { stack, job } = compilation();
    job[method]().createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
    const template = templateOf(stack);
    expect(only(template, 'AWS::Logs::MetricFilter')).toEqual({
      FilterPattern,
      LogGroupName: { Ref: expect.stringMatching(/CompilationJobProviderLogs/) },
      MetricTransformations: [{
        MetricName,
        MetricNamespace: 'cdk-sagemaker-neo',
        MetricValue,
        Unit,
        Dimensions: [{ Key: 'Stack', Value: '$.stackName' }, { Key: 'Job', Value: '$.logicalResourceId' }],
      }],
    });
    expect(only(template, 'AWS::CloudWatch::Alarm')).toMatchObject({
      MetricName,
      Namespace: 'cdk-sagemaker-neo',
      Statistic,
      Period: 300,
      // The logical ID that the handler logs is that of the custom resource.
      Dimensions: [{ Name: 'Job', Value: jobId(template) }, { Name: 'Stack', Value: 'Stack' }],
    });
  });

  test('of many jobs share their filters', () => {
    const fixture = compilation();
    const second = compilation({}, fixture, 'Second').job;
    [fixture.job, second].forEach(job => [job.metricFailedJobs(), job.metricFailedJobs({ period: Duration.hours(1) })]);
    templateOf(fixture.stack).resourceCountIs('AWS::Logs::MetricFilter', 1);
  });

  test('fails: of another name', () => {
    expect(() => compilation().job.metric('Failures')).toThrow(/metricName must be one of CompletedJobs, FailedJobs, CompilationTime, PendingTime; got: "Failures"/);
  });
});

describe('events', () => {
  test.each([
    ['onOutcome', undefined],
    ['onCompleted', ['COMPLETED']],
    ['onFailed', ['FAILED']],
  ] as const)('%s is a rule for this job, by the names that the handler gives it', (method, outcome) => {
    const { stack, job } = compilation();
    job[method]('Rule', { target: new SnsTopic(new sns.Topic(stack, 'Topic')) });
    const template = templateOf(stack);
    const { EventPattern, Targets } = only(template, 'AWS::Events::Rule');
    expect(EventPattern).toEqual({
      'source': ['cdk-sagemaker-neo'],
      'detail-type': ['Neo Compilation Job Outcome'],
      'detail': { stackName: ['Stack'], logicalResourceId: [jobId(template)], ...outcome && { outcome } },
    });
    expect(Targets).toHaveLength(1);
  });

  test('are put on the default bus by the handler, which may put no other', () => {
    const { stack, job } = compilation();
    job.onFailed('One');
    job.onCompleted('Two');
    const template = templateOf(stack);
    expect(busOf(template)).toEqual(['default']);
    expect(events(template)).toEqual([{
      Sid: 'TellOutcomes',
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':events:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':event-bus/default']] },
      Condition: { StringEquals: { 'events:source': 'cdk-sagemaker-neo', 'events:detail-type': 'Neo Compilation Job Outcome' } },
    }]);
  });

  test('of a private control plane come with a warning', () => {
    const { stack, job } = compilation({}, network({ privateControlPlane: true }));
    expect(warningIds(stack)).not.toContain('eventsNeedEndpoint');
    job.onFailed('Rule');
    expect(warningIds(stack)).toContain('eventsNeedEndpoint');
  });
});

describe('monitoring', () => {
  test('has two alarms per job, silent while there is no data', () => {
    const { stack } = monitored({}, compilation({ maxRuntime: Duration.minutes(20) }));
    const alarms = Object.values(templateOf(stack).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
    expect(alarms.map(({ MetricName, Threshold }) => [MetricName, Threshold])).toEqual(expect.arrayContaining([['FailedJobs', 1], ['CompilationTime', 960]]));
    expect(alarms).toHaveLength(2);
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({ TreatMissingData: 'notBreaching', ComparisonOperator: 'GreaterThanOrEqualToThreshold', EvaluationPeriods: 1 });
      expect(alarm).not.toHaveProperty('AlarmActions');
    }
  });

  test('notifies one topic of outcomes, another of alarms', () => {
    const { stack, bucket, privateVpc } = network();
    const [topic, alarmTopic] = [new sns.Topic(stack, 'Topic'), new sns.Topic(stack, 'AlarmTopic')];
    monitored({ topic, alarmTopic }, compilation({}, { stack, bucket, privateVpc }));
    const template = templateOf(stack);
    const [rule] = Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties);
    expect(rule.EventPattern.detail).toEqual({ stackName: ['Stack'], logicalResourceId: [jobId(template)] });
    expect(rule.Targets[0].Arn).toEqual(stack.resolve(topic.topicArn));
    expect(Object.values(rule.Targets[0].InputTransformer.InputPathsMap)).toEqual(expect.arrayContaining(['$.detail.jobName', '$.detail.outcome', '$.detail.reason', '$.detail.logUrl']));
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [stack.resolve(alarmTopic.topicArn)] });
    bySid({ Statement: events(template) }, 'TellOutcomes');
  });

  test('saves a query for the outcomes and one for the logs of Neo, whose log group stays AWS\'s', () => {
    const { stack } = monitored();
    const template = templateOf(stack);
    const queries = Object.values(template.findResources('AWS::Logs::QueryDefinition')).map(({ Properties }) => Properties);
    expect(queries.map(({ LogGroupNames }) => LogGroupNames)).toEqual(expect.arrayContaining([
      [{ Ref: expect.stringMatching(/CompilationJobProviderLogs/) }], ['/aws/sagemaker/CompilationJobs'],
    ]));
    expect(queries.map(({ QueryString }) => QueryString).join()).toMatch(/filter action = "outcome"[^]*strcontains\(@logStream, "Stack-[0-9a-f]{6}-Job-"\)/);
    expect(JSON.stringify(Object.values(template.findResources('AWS::Logs::LogGroup')))).not.toContain('/aws/sagemaker');
  });

  test('shows all jobs on one dashboard', () => {
    const fixture = compilation();
    const second = compilation({}, fixture, 'Second').job;
    monitored({ jobs: [fixture.job, second], dashboardName: 'neo' }, fixture);
    const { DashboardBody, DashboardName } = only(templateOf(fixture.stack), 'AWS::CloudWatch::Dashboard');
    expect(DashboardName).toBe('neo');
    const body = JSON.stringify(DashboardBody);
    for (const name of ['CompletedJobs', 'FailedJobs', 'CompilationTime', 'PendingTime']) { expect(body.split(`\\"${name}\\"`)).toHaveLength(1 + 2); }
  });

  test('links to the console, in its Region', () => {
    const stack = newStack({ env: { region: 'us-gov-west-1', account: '111122223333' } });
    const { job } = monitored({}, compilation({}, network({}, stack)));
    const outputs = Object.values(templateOf(stack).findOutputs('*')).map(({ Value }) => JSON.stringify(Value));
    expect(outputs.filter(value => value.includes('https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#dashboards/dashboard/'))).toHaveLength(1);
    expect(outputs.filter(value => value.includes('/sagemaker/home?region=us-gov-west-1#/compilation-jobs/'))).toHaveLength(1);
    expect(JSON.stringify(stack.resolve(job.logUrl))).toContain('$252Faws$252Fsagemaker$252FCompilationJobs/log-events/');
  });

  test('of jobs in other stacks', () => {
    const { job } = compilation();
    const app = App.of(job) as App;
    const other = new Stack(app, 'Operations');
    new NeoCompilationMonitoring(other, 'Monitoring', { jobs: [job], topic: new sns.Topic(other, 'Topic'), jobLinks: false });
    const template = Template.fromStack(other);
    expect(only(template, 'AWS::Events::Rule').EventPattern.detail).toEqual({ stackName: ['Stack'], logicalResourceId: [expect.stringMatching(/^Job/)] });
    template.resourceCountIs('AWS::CloudWatch::Alarm', 2);
    Template.fromStack(Stack.of(job)).resourceCountIs('AWS::Logs::MetricFilter', 4);
  });

  test('warns of jobs that the deployment does not wait for', () => {
    const { stack } = monitored({}, compilation({ waitForCompletion: false }));
    expect(warnings(stack).filter(text => text.includes('outcomeNotSeen'))).toEqual([expect.stringContaining('the deployment does not wait for Stack/Job')]);
  });

  test('has construct ids that are contract: alarms, rule, queries, dashboard and outputs', () => {
    const fixture = compilation();
    const { monitoring, job, stack } = monitored({ topic: new sns.Topic(fixture.stack, 'Topic') }, fixture);
    const [jobSuffix, stackSuffix] = [job, stack].map(({ node }) => node.addr.slice(-8));
    expect(monitoring.node.children.map(({ node }) => node.id)).toEqual([
      `Failed${jobSuffix}`, `CompilationTime${jobSuffix}`, `Messages${stackSuffix}`, 'OutcomeQuery', 'CompilationLogQuery', 'Dashboard', 'DashboardUrl', `JobUrl${jobSuffix}`,
    ]);
  });

  test('has construct ids that are contract: a rule for every 25 jobs of a stack, and one for an imported job', () => {
    const fixture = compilation();
    const made = [fixture.job, ...Array.from({ length: 25 }, (_, index) => compilation({}, fixture, `Job${index}`).job)];
    const imported = NeoCompilationJob.fromCompilationJobAttributes(fixture.stack, 'Imported', { jobName: 'job', stackName: 'Other', logicalResourceId: 'Job' });
    const { monitoring, stack } = monitored({ topic: new sns.Topic(fixture.stack, 'Topic'), jobs: [...made, imported] }, fixture);
    const [stackSuffix, importedSuffix] = [stack, imported].map(({ node }) => node.addr.slice(-8));
    expect(monitoring.node.children.map(({ node }) => node.id).filter(id => id.startsWith('Messages')))
      .toEqual([`Messages${importedSuffix}`, `Messages${stackSuffix}`, `Messages${stackSuffix}25`]);
  });

  test('has no alarm on a time that is not known', () => {
    const maxRuntime = Duration.seconds(Lazy.number({ produce: () => 900 }));
    expect(monitored({}, compilation({ maxRuntime })).monitoring.compilationTimeAlarms).toEqual([]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['no jobs', () => monitored({ jobs: [] }), /jobs must be 1 to 100 jobs.*got: 0/],
    ['jobs that are none', () => monitored({ jobs: undefined }), /jobs must be given; got: undefined/],
    ['a dashboard with a space in its name', () => monitored({ dashboardName: 'my board' }), /dashboardName must be 1 to 255 letters.*got: "my board"/],
    ['a topic of another Region', () => {
      const fixture = compilation({}, network({}, newStack({ env: { region: 'us-east-1', account: '111122223333' } })));
      monitored({ alarmTopic: sns.Topic.fromTopicArn(fixture.stack, 'Far', 'arn:aws:sns:eu-west-1:111122223333:far') }, fixture);
    }, /alarmTopic must be in the Region of the stack, us-east-1.*got: Stack\/Far in eu-west-1/],
    ['a job twice', () => { const f = compilation(); monitored({ jobs: [f.job, f.job] }, f); }, /jobs must not contain a job twice; got: Stack\/Job/],
    ['a threshold of 0', () => monitored({ compilationTimeThreshold: 0 }), /compilationTimeThreshold must be above 0 and at most 1.*got: 0/],
    ['a threshold of 80', () => monitored({ compilationTimeThreshold: 80 }), /got: 80/],
    ['a threshold of NaN', () => monitored({ compilationTimeThreshold: NaN }), /got: NaN/],
    ['another Region', () => {
      const { job } = compilation({}, network({}, newStack({ env: { region: 'eu-west-1', account: '111122223333' } })));
      return new NeoCompilationMonitoring(new Stack(App.of(job) as App, 'Other', { env: { region: 'us-east-1', account: '111122223333' } }), 'Monitoring', { jobs: [job] });
    }, /jobs must be in the region of the stack, us-east-1.*got: Stack\/Job in eu-west-1/],
  ])('fails: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
