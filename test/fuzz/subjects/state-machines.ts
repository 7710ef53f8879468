import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as fc from 'fast-check';
import { buckets, folders, jobNames, keys, models, roles, tags, targets, vpcConfigs } from './parts';
import {
  NeoCompilationFleet, NeoCompilerOptions, NeoCreateCompilationJob, NeoExecutionModel, NeoFleetModels, NeoFramework, NeoManifestFormat,
  NeoRunCompilationJob, NeoOrphanedJobStopper, NeoTarget, type NeoCompilationFleetProps, type NeoCompilationTaskOptions, type NeoFleetTarget,
  type NeoManifestOptions, type NeoModelOptions, type NeoRunCompilationJobJsonPathProps, type NeoOrphanedJobStopperProps,
} from '../../../src';
import { subject } from '../subject';
import { any, bad, booleans, durations, elsewhere, good, lists, notOf, numberTokens, numbers, oneOf, optional, required, structs, texts, textTokens, wholeNumbers, type Value, type Values } from '../values';
import { OPTIONS, type World } from '../world';

const whole = (seconds: number, least: number, most = 2 ** 31 - 1) => Number.isInteger(seconds) && seconds >= least && seconds <= most;
const limits = {
  // The longer a job may take, the longer pollInterval has to be.
  maxRuntime: optional(durations(seconds => whole(seconds, 1, 2_000) ? 'good' : whole(seconds, 1) ? 'any' : 'bad')),
  maxPendingTime: optional(durations(seconds => whole(seconds, 1_800, 2_419_200) ? 'any' : 'bad')),
};

const options: Values = oneOf(
  good(['of({ a: 1 })', () => NeoCompilerOptions.of({ a: 1 })]),
  any(['quotes', () => NeoCompilerOptions.of({ "it's": '"{% $x %}"' })], ['by token', world => NeoCompilerOptions.fromJson(world.parameter('String').valueAsString)]),
  bad(['a map', () => ({ a: 1 })]),
  notOf(),
);

/** In a task, a text may be an expression as well. */
const taskJobNames = jobNames.map(value => `${value}`.startsWith('"{%') ? value.as('any') : value);

const taskValues: { readonly [K in keyof Required<NeoCompilationTaskOptions>]: Values } = {
  compilationJobName: required(taskJobNames, any(['JSONata', () => '{% $states.input.name %}'], ['JSONPath', () => sfn.JsonPath.stringAt('$.name')])),
  compilationJobNamePattern: optional(texts(text => /^[a-zA-Z0-9*?-]{1,63}$/.test(text) ? 'good' : 'bad', fc.constantFrom('nightly-*', '*')), textTokens(), notOf('string')),
  vpcConfig: required(vpcConfigs),
  model: required(models, any(['JSONata', world => NeoExecutionModel.fromS3Uri('{% $states.input.uri %}', { ...OPTIONS, bucket: world.bucket })])),
  target: required(targets),
  outputBucket: required(buckets),
  outputPrefix: optional(folders),
  outputEncryptionKey: optional(keys),
  compilerOptions: optional(options),
  role: optional(roles),
  ...limits,
  tags: optional(tags(48)),
};

const taskBase = (world: World) => ({ vpcConfig: world.network.vpcConfig, compilationJobName: 'nightly', model: world.model, target: NeoTarget.ML_C5, outputBucket: world.bucket });

const machine = (scope: any, chain: sfn.IChainable, queryLanguage?: sfn.QueryLanguage) => new sfn.StateMachine(scope, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(chain), queryLanguage });

/** What is right in one of the languages only. */
const calls = { compilationJobName: /compilationJobName/, compilerOptions: /compiler options/ };

export const CREATE_JSONATA = subject<NeoCompilationTaskOptions>({
  name: 'NeoCreateCompilationJob.jsonata',
  weight: 12,
  base: taskBase,
  values: taskValues,
  make: (_world, scope, props) => { machine(scope, NeoCreateCompilationJob.jsonata(scope, 'Create', props), sfn.QueryLanguage.JSONATA); },
  calls,
});

export const CREATE_JSONPATH = subject<NeoCompilationTaskOptions>({
  name: 'NeoCreateCompilationJob.jsonPath',
  weight: 8,
  base: taskBase,
  values: taskValues,
  make: (_world, scope, props) => { machine(scope, NeoCreateCompilationJob.jsonPath(scope, 'Create', props)); },
  calls,
});

const PATH = /^\$\.[A-Za-z0-9_.]+$/;
const runValues: { readonly [K in keyof Required<NeoRunCompilationJobJsonPathProps>]: Values } = {
  ...taskValues,
  pollInterval: optional(durations(seconds => whole(seconds, 1) ? 'any' : 'bad')),
  timeout: optional(durations(seconds => whole(seconds, 1) ? 'any' : 'bad').map(value => value.as(value.verdict === 'good' ? 'any' : value.verdict))),
  resultPath: optional(texts(text => PATH.test(text) ? 'any' : 'bad', fc.constantFrom('$.job', '$.a.b', '$.', '$..', '$.a.')), textTokens('any'), notOf('string')),
};

export const RUN_JSONPATH = subject<NeoRunCompilationJobJsonPathProps>({
  name: 'NeoRunCompilationJob.jsonPath',
  weight: 6,
  share: 10,
  base: taskBase,
  values: runValues,
  make: (_world, scope, props) => { machine(scope, NeoRunCompilationJob.jsonPath(scope, 'Run', props)); },
  calls,
});

export const RUN_JSONATA = subject<Omit<NeoRunCompilationJobJsonPathProps, 'resultPath'> & { id: string }>({
  name: 'NeoRunCompilationJob.jsonata',
  weight: 6,
  share: 10,
  base: world => ({ ...taskBase(world), id: 'Run' }),
  values: {
    ...taskValues,
    pollInterval: runValues.pollInterval,
    timeout: runValues.timeout,
    id: texts(text => text === '' ? 'bad' : 'any', fc.stringMatching(/^[A-Za-z ]{1,90}$/)),
  },
  make: (_world, scope, { id, ...props }) => { machine(scope, NeoRunCompilationJob.jsonata(scope, id, props), sfn.QueryLanguage.JSONATA); },
  calls: { ...calls, id: /\bid\b|ID|name/i },
});

const stateMachines: Values = oneOf(
  good(['a state machine', world => world.part('Started', id => new sfn.StateMachine(world.stack, id, { definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(world.stack, `${id}Pass`)) }))]),
  any(['an imported state machine', world => world.anew((scope, id) => sfn.StateMachine.fromStateMachineName(scope, id, 'imported'))]),
  elsewhere(['a state machine of another Region', world => world.anew((scope, id) => sfn.StateMachine.fromStateMachineArn(scope, id, 'arn:aws:states:eu-west-1:111122223333:stateMachine:far'))]),
  bad(['an ARN', () => 'arn:aws:states:us-east-1:111122223333:stateMachine:x'], ['a bucket', world => world.bucket]),
  notOf(),
);

export const STOPPER = subject<NeoOrphanedJobStopperProps>({
  name: 'NeoOrphanedJobStopper',
  weight: 8,
  share: 10,
  base: world => ({ stateMachine: world.part('Base', id => sfn.StateMachine.fromStateMachineName(world.stack, id, 'base')), jobNamePrefix: 'nightly-' }),
  values: {
    stateMachine: required(stateMachines),
    jobNamePrefix: required(texts(text => /^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$/.test(text) ? 'good' : 'bad', fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,70}$/)), textTokens('bad'), notOf('string')),
  },
  make: (_world, scope, props) => { new NeoOrphanedJobStopper(scope, 'Stop', props); },
});

const FLEET_OPTIONS = { framework: NeoFramework.XGBOOST };
const prefixes = texts(text => text.startsWith('/') || /^\{%.*%\}$/s.test(text) ? 'bad' : 'any', fc.stringMatching(/^[a-z]{1,5}\/[a-z*'\\]{0,5}$/));

const fleetModels: Values = oneOf(
  good(
    ['fromPrefix', world => NeoFleetModels.fromPrefix(world.bucket, 'models/', FLEET_OPTIONS)],
    ['fromList', world => NeoFleetModels.fromList([world.model])],
  ),
  any(['fromManifest', world => NeoFleetModels.fromManifest(world.bucket, 'models.csv', NeoManifestFormat.CSV)]),
  bad(['a list', world => [world.model]], ['a model', world => world.model], ['a class', () => NeoFleetModels]),
  notOf(),
);

const fleetTargets: Values = oneOf(
  lists(oneOf(
    structs<NeoFleetTarget>(() => ({ target: NeoTarget.ML_C5 }), { target: required(targets), compilerOptions: optional(options) }),
    bad(['a target', () => NeoTarget.ML_C5]),
    notOf(),
  ), { least: 1, reach: 6 }).map(value => value.as(value.verdict === 'good' ? 'any' : value.verdict)),
  notOf('array'),
);

const logOptions: Values = oneOf(
  good(['a log group', world => ({ destination: world.part('Log', id => new logs.LogGroup(world.stack, id)) })]),
  any(['nothing', () => ({})]),
  bad(['a name', () => ({ destination: '/aws/states' })]),
  notOf('other'),
);

const fleetBase = (world: World) => ({
  vpcConfig: world.network.vpcConfig, models: NeoFleetModels.fromPrefix(world.bucket, 'models/', FLEET_OPTIONS), targets: [{ target: NeoTarget.ML_C5 }], maxConcurrentJobs: 4, outputBucket: world.bucket,
});

export const FLEET = subject<NeoCompilationFleetProps>({
  name: 'NeoCompilationFleet',
  weight: 7,
  share: 8,
  base: fleetBase,
  values: {
    vpcConfig: required(vpcConfigs),
    models: required(fleetModels),
    targets: required(fleetTargets),
    maxConcurrentJobs: required(wholeNumbers(1, 10_000), numberTokens(), notOf('number')),
    outputBucket: required(buckets),
    outputPrefix: optional(folders),
    outputEncryptionKey: optional(keys),
    role: optional(roles),
    resultsBucket: optional(buckets),
    toleratedFailurePercentage: optional(numbers(number => whole(number, 0, 100) ? 'good' : 'bad'), numberTokens(), notOf('number')),
    startOnUpload: optional(booleans.map(value => value.as(value.verdict === 'good' ? 'any' : value.verdict))),
    pollInterval: runValues.pollInterval,
    timeout: optional(durations(seconds => whole(seconds, 1) ? 'any' : 'bad')),
    ...limits,
    tags: optional(tags(48)),
    logs: optional(logOptions),
    tracingEnabled: optional(booleans),
  },
  make: (world, scope, props) => { new NeoCompilationFleet(scope, 'Fleet', props).grantStartExecution(world.role); },
  calls: { models: /models|framework/, targets: /targets?|compiler options/, logs: /logs/i },
});

const manifestOptions: Values = structs<NeoManifestOptions>(() => ({}), {
  modelBuckets: optional(lists(buckets), notOf('array')),
  framework: optional(good(['XGBOOST', () => NeoFramework.XGBOOST]), any(['by token', world => NeoFramework.of(world.parameter('String').valueAsString)]), bad(['a name', () => 'XGBOOST']), notOf()),
  dataInputShape: optional(good(['a shape', () => OPTIONS.dataInputShape]), bad(['a map', () => ({ a: [1] })]), notOf()),
});

/** Of the three sources one is used: a bucket of another Region, say, may be in one that is not. */
const unlessUsed = (value: Value) => value.as(value.verdict);

/** Where a fleet's models come from. */
export const FLEET_MODELS = subject<{ bucket: s3.IBucket; manifest: string; format: NeoManifestFormat; options: NeoManifestOptions | undefined; prefix: string; prefixOptions: NeoModelOptions; list: any; source: 'manifest' | 'prefix' | 'list' }>({
  name: 'NeoFleetModels.fromManifest, fromPrefix, fromList',
  weight: 7,
  share: 8,
  base: world => ({ bucket: world.bucket, manifest: 'models.csv', format: NeoManifestFormat.CSV, options: undefined, prefix: 'models/', prefixOptions: FLEET_OPTIONS, list: [world.model], source: 'prefix' }),
  values: {
    source: good(['manifest', () => 'manifest'], ['prefix', () => 'prefix'], ['list', () => 'list']),
    bucket: required(buckets.map(unlessUsed)),
    manifest: required(texts(text => text === '' || text.startsWith('/') || /^\{%.*%\}$/s.test(text) ? 'bad' : 'any', fc.constantFrom('manifests/a.csv')), textTokens('any'), notOf('string')),
    format: required(good(['JSON', () => NeoManifestFormat.JSON], ['JSONL', () => NeoManifestFormat.JSONL]), bad(['XML', () => 'XML'], ['', () => '']), notOf('string')),
    options: optional(manifestOptions.map(unlessUsed), notOf('object', 'other')),
    prefix: required(prefixes, textTokens('any'), notOf('string')),
    prefixOptions: required(structs<NeoModelOptions>(() => FLEET_OPTIONS, { framework: required(good(['ONNX', () => NeoFramework.ONNX]), bad(['a name', () => 'ONNX']), notOf()), dataInputShape: optional(good(['a shape', () => OPTIONS.dataInputShape]), notOf()) }), notOf()),
    list: required(lists(oneOf(models, any(['the same', world => world.model])), { least: 1 }).map(unlessUsed), notOf('array')),
  },
  make: (world, scope, { bucket, manifest, format, options: given, prefix, prefixOptions, list, source }) => {
    // Each checks its arguments; one of them goes into a fleet.
    const sources = {
      manifest: NeoFleetModels.fromManifest(bucket, manifest, format, given),
      prefix: NeoFleetModels.fromPrefix(bucket, prefix, prefixOptions),
      list: NeoFleetModels.fromList(list),
    };
    new NeoCompilationFleet(scope, 'Fleet', { ...fleetBase(world), models: sources[source], startOnUpload: source === 'prefix' });
  },
  calls: { manifest: /objectKey/, options: /options|modelBuckets|framework|dataInputShape|\bbuckets?\b/, prefixOptions: /options|framework|dataInputShape/, list: /models/ },
});
