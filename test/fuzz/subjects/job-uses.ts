import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as fc from 'fast-check';
import { grantees, jobNames, roles, vpcConfigs } from './parts';
import {
  NeoCompilationJob, NeoCompilationMonitoring, NeoCompiledModel, NeoModel, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoTarget,
  type NeoCompilationMonitoringProps, type NeoCompiledModelProps, type NeoAcceptedFinding, type NeoPrivacyValidationProps,
} from '../../../src';
import { subject } from '../subject';
import { any, bad, booleans, elsewhere, good, lists, maps, notOf, numbers, numberTokens, oneOf, optional, required, structs, texts, textTokens, type Values } from '../values';
import { type World } from '../world';

const another = (world: World, id: string, props: object = {}, stack = world.stack) => world.part(id, () => new NeoCompilationJob(stack, id, {
  vpcConfig: world.network.vpcConfig, model: NeoModel.fromModelPackageVersion('arn:aws:sagemaker:us-east-1:111122223333:model-package/models/1'), target: NeoTarget.ML_C5, outputBucket: world.bucket, ...props,
}));

/** With a network of its own, as stacks must not depend on each other. */
function far(world: World): NeoCompilationJob {
  const stack = world.otherStack('Far');
  const bucket = world.part('FarBucket', id => new s3.Bucket(stack, id));
  const network = world.part('FarNetwork', id => new NeoPrivateCompilationVpc(stack, id, { buckets: [bucket] }));
  return another(world, 'FarJob', { vpcConfig: network.vpcConfig, outputBucket: bucket }, stack);
}

const jobs: Values = oneOf(
  good(['the job', world => world.job], ['another job', world => another(world, 'Another')]),
  any(
    ['a job that the deployment does not wait for', world => another(world, 'Unwatched', { waitForCompletion: false })],
    ['a job for a device', world => another(world, 'Edge', { target: NeoTarget.RASP3B, compilerOptions: undefined })],
    ['a job for AWS Lambda', world => another(world, 'Function', { target: NeoTarget.LAMBDA })],
    ['a job of unknown length', world => another(world, 'Long', { maxRuntime: Duration.seconds(world.parameter('Number').valueAsNumber) })],
    ['a job of another stack', world => far(world)],
  ),
  bad(['an imported job', world => world.anew((scope, id) => NeoCompilationJob.fromJobName(scope, id, 'imported'))], ['a name', () => 'job']),
  notOf(),
);

const IMAGE = texts(text => text === '' ? 'bad' : 'any', fc.constantFrom('111122223333.dkr.ecr.us-east-1.amazonaws.com/neo:1'));

export const COMPILED_MODEL = subject<NeoCompiledModelProps>({
  name: 'NeoCompiledModel',
  weight: 10,
  base: world => ({ job: world.job }),
  values: {
    job: required(jobs),
    vpcConfig: optional(vpcConfigs.map(value => value.as(value.verdict === 'good' ? 'any' : value.verdict))),
    role: optional(roles),
    enableNetworkIsolation: optional(booleans),
    allowOutsideEndpoint: optional(booleans),
    image: optional(IMAGE, textTokens(), notOf('string')),
    environment: optional(maps(texts(text => /^[a-zA-Z_][a-zA-Z0-9_]{0,1023}$/.test(text) ? 'good' : 'bad', fc.stringMatching(/^[A-Z_]{1,8}$/)), oneOf(texts(text => text.length <= 1_024 ? 'good' : 'bad'), textTokens(), notOf('string'))), notOf('object')),
    modelName: optional(jobNames),
  },
  make: (_world, scope, props) => { new NeoCompiledModel(scope, 'Model', props); },
  calls: { job: /\bjob\b|inferenceImage|modelArtifactsUri/ },
});

const topics: Values = oneOf(
  good(['a topic', world => world.part('Topic', id => new sns.Topic(world.stack, id))]),
  any(['an imported topic', world => world.anew((scope, id) => sns.Topic.fromTopicArn(scope, id, 'arn:aws:sns:us-east-1:111122223333:topic'))]),
  elsewhere(['a topic of another Region', world => world.anew((scope, id) => sns.Topic.fromTopicArn(scope, id, 'arn:aws:sns:eu-west-1:111122223333:topic'))]),
  bad(['an ARN', () => 'arn:aws:sns:us-east-1:111122223333:topic'], ['a role', world => world.role]),
  notOf(),
);

const DASHBOARD = /^[A-Za-z0-9_-]{1,255}$/;

export const MONITORING = subject<NeoCompilationMonitoringProps>({
  name: 'NeoCompilationMonitoring',
  weight: 8,
  base: world => ({ jobs: [world.job] }),
  values: {
    // No job twice, which chance may bring.
    jobs: required(lists(jobs, { least: 1, most: 100, reach: 110 }).map(value => value.verdict === 'good' ? value.as('any') : value), notOf('array')),
    topic: optional(topics),
    alarmTopic: optional(topics),
    compilationTimeThreshold: optional(numbers(number => number > 0 && number <= 1 ? 'good' : 'bad'), numberTokens('bad'), notOf('number')),
    dashboardName: optional(texts(text => DASHBOARD.test(text) ? 'good' : 'bad', fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/)), textTokens(), notOf('string')),
    jobLinks: optional(booleans),
  },
  make: (_world, scope, props) => { new NeoCompilationMonitoring(scope, 'Monitoring', props); },
  calls: { jobs: /\bjobs?\b/ },
});

export const JOB_METHODS = subject<{ jobName: string; metricName: string; grantee: iam.IGrantable; color: string | undefined }>({
  name: 'NeoCompilationJob.fromJobName, metric, grantReadArtifactsOutsideEndpoint',
  weight: 8,
  base: world => ({ jobName: 'imported', metricName: 'FailedJobs', grantee: world.role, color: undefined }),
  values: {
    jobName: required(jobNames),
    metricName: required(good(['CompletedJobs', () => 'CompletedJobs'], ['PendingTime', () => 'PendingTime']), texts(() => 'bad'), textTokens('bad'), notOf('string')),
    grantee: required(grantees),
    color: optional(any(['#ff0000', () => '#ff0000'])),
  },
  make: (world, scope, { jobName, metricName, grantee, color }) => {
    NeoCompilationJob.fromJobName(scope, 'Imported', jobName);
    world.job.metric(metricName, { color }).createAlarm(scope, 'Alarm', { threshold: 1, evaluationPeriods: 1, comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD });
    world.job.grantReadArtifactsOutsideEndpoint(grantee);
  },
  calls: { jobName: /jobName/, grantee: /grantee|bucketPolicyExemptPrincipals/ },
});

const exceptionTexts = oneOf(texts(text => text.trim() === '' ? 'bad' : 'any'), textTokens('any'), notOf('string'));

const acceptedFindings: Values = oneOf(
  lists(oneOf(structs<NeoAcceptedFinding>(() => ({ ruleId: 'NoNatGateway', constructPath: 'Stack/Network', reason: 'audited' }), {
    ruleId: required(texts(() => 'bad', fc.constant('NoInternetGateway')).map(value => value.as('any')), notOf('string')),
    constructPath: required(exceptionTexts),
    reason: required(exceptionTexts),
  }), notOf())),
  notOf('array'),
);

export const PRIVACY_VALIDATION = subject<NeoPrivacyValidationProps & { scope: any }>({
  name: 'NeoPrivacyValidation',
  weight: 12,
  share: 1,
  base: world => ({ scope: world.stack }),
  values: {
    scope: required(good(['the app', world => world.app], ['the stack', world => world.stack]), bad(['a text', () => 'app']), notOf()),
    reportDirectory: optional(texts(text => text === '' || text.includes('\u0000') ? 'bad' : 'any'), textTokens('bad'), notOf('string')),
    failOnUnknown: optional(booleans),
    organizationId: optional(good(['an organization', () => 'o-a1b2c3d4e5']), texts(() => 'bad'), textTokens('bad'), notOf('string')),
    acceptedFindings: optional(acceptedFindings),
  },
  make: (_world, _scope, { scope, ...props }) => {
    new NeoPrivacyValidation(props);
    // Nothing is written just anywhere.
    NeoPrivacyValidation.addTo(scope, { ...props, reportDirectory: undefined });
  },
  calls: { acceptedFindings: /acceptedFindings|ruleId/ },
});
