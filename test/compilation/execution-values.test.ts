import { CfnParameter, Duration, Lazy, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoCompiledModel, NeoCompilerOptions, NeoCoreMlShape, NeoDataInputShape,
  NeoExecutionModel, NeoExpression, NeoFleetModels, NeoFramework, NeoManifestFormat,
  NeoModel, NeoTarget, NeoTargetArch, NeoTargetOs, type NeoCompilationFleetProps, type NeoCompilationJobProps,
} from '../../src';
import { compilation, OPTIONS } from '../compilation-job/fixture';
import { network, templateOf } from '../network/fixture';

/*
 * Values of an execution of a state machine mean nothing to a job of a deployment, a fleet or a hosted model, which would send them to AWS as they
 * are.
 */

type Fixture = ReturnType<typeof network>;
const path = () => sfn.JsonPath.stringAt('$.x');
const jsonata = '{% $states.input.x %}';
const expression = () => NeoExpression.jsonata('$states.input.x');
const message = (prop: string, got: string) => `${prop} must not come from the input of an execution, because Step Functions does not evaluate it here: use a Step Functions task, such as NeoRunCompilationJob; got: ${got}`;
const imported = ({ stack }: Fixture) => s3.Bucket.fromBucketName(stack, 'Imported', path());

/** Props with one value in them, what is refused, and what it is. */
const COMMON: [string, string, (fixture: Fixture) => Partial<NeoCompilationJobProps & NeoCompilationFleetProps>][] = [
  ['outputPrefix', 'JSONPath', () => ({ outputPrefix: path() })],
  ['outputPrefix', 'JSONPath', () => ({ outputPrefix: `compiled/${path()}` })],
  ['outputPrefix', 'JSONata', () => ({ outputPrefix: jsonata })],
  ['outputPrefix', 'JSONata', () => ({ outputPrefix: `compiled/${expression()}` })],
  ['tags.team', 'JSONPath', () => ({ tags: { team: path() } })],
  ['tags.team', 'JSONata', () => ({ tags: { team: expression() } })],
  ['tags', 'JSONPath', () => ({ tags: { [path()]: 'vision' } })],
  ['maxRuntime', 'JSONPath', () => ({ maxRuntime: Duration.seconds(sfn.JsonPath.numberAt('$.seconds')) })],
  ['maxPendingTime', 'JSONPath', () => ({ maxPendingTime: Duration.seconds(sfn.JsonPath.numberAt('$.seconds')) })],
  ['vpcConfig.subnets', 'JSONPath', ({ privateVpc }) => ({ vpcConfig: { ...privateVpc.vpcConfig, subnets: sfn.JsonPath.listAt('$.subnets') } })],
  ['vpcConfig.securityGroupIds[0]', 'JSONata', ({ privateVpc }) => ({ vpcConfig: { ...privateVpc.vpcConfig, securityGroupIds: [expression()] } })],
  ['outputBucket', 'JSONPath', fixture => ({ outputBucket: imported(fixture) })],
  ['role', 'JSONPath', ({ stack }) => ({ role: iam.Role.fromRoleArn(stack, 'Imported', path()) })],
];

const OPTION_VALUES: [string, string, () => NeoCompilerOptions][] = [
  ['compilerOptions', 'JSONata', () => NeoCompilerOptions.of({ mcpu: jsonata })],
  ['compilerOptions', 'JSONata', () => NeoCompilerOptions.of({ [expression()]: 1 })],
  ['compilerOptions', 'JSONPath', () => NeoCompilerOptions.of({ mattr: [path()] })],
  ['compilerOptions', 'JSONPath', () => NeoCompilerOptions.fromJson(path())],
  ['compilerOptions', 'JSONPath', () => NeoCompilerOptions.of(sfn.JsonPath.objectAt('$.options') as any)],
  ['compilerOptions', 'JSONata', () => NeoCompilerOptions.inferentia(expression())],
];

const TARGETS: [string, string, () => NeoTarget][] = [
  ['target', 'JSONata', () => NeoTarget.device(expression())],
  ['target', 'JSONPath', () => NeoTarget.device(path())],
  ['target', 'JSONPath', () => NeoTarget.platform({ os: NeoTargetOs.of(path()), arch: NeoTargetArch.ARM64 })],
];

const MODELS: [string, string, (fixture: Fixture) => NeoModel][] = [
  ['', 'a NeoExecutionModel', ({ bucket }) => NeoExecutionModel.fromS3Uri(jsonata, { ...OPTIONS, bucket })],
  ['', 'a NeoExecutionModel', ({ bucket }) => NeoExecutionModel.fromS3Uri(path(), { ...OPTIONS, bucket })],
  ['', 'a NeoExecutionModel', ({ bucket }) => NeoExecutionModel.fromS3Uri('s3://bucket/model.tar.gz', { ...OPTIONS, bucket })],
  ['.s3Uri', 'JSONPath', ({ bucket }) => NeoModel.fromBucket(bucket, path(), OPTIONS)],
  ['.s3Uri', 'JSONata', ({ bucket }) => NeoModel.fromBucket(bucket, `models/${expression()}.tar.gz`, OPTIONS)],
  ['.modelVersion', 'JSONata', ({ bucket }) => NeoModel.fromBucket(bucket, 'a.tar.gz', { ...OPTIONS, modelVersion: jsonata })],
  ['.framework', 'JSONPath', ({ bucket }) => NeoModel.fromBucket(bucket, 'a.tar.gz', { framework: NeoFramework.of(path()) })],
  ['.framework', 'JSONata', ({ bucket }) => NeoModel.fromBucket(bucket, 'a.tar.gz', { framework: NeoFramework.pytorch(expression()) })],
  ['.dataInputShape', 'JSONPath', ({ bucket }) => NeoModel.fromBucket(bucket, 'a.tar.gz', { ...OPTIONS, dataInputShape: NeoDataInputShape.fromJson(path()) })],
  ['.dataInputShape', 'JSONPath', ({ bucket }) => NeoModel.fromBucket(bucket, 'a.tar.gz', { ...OPTIONS, dataInputShape: NeoDataInputShape.of('a', 1, sfn.JsonPath.numberAt('$.size')) })],
  ['.modelPackageVersionArn', 'JSONPath', () => NeoModel.fromModelPackageVersion(path())],
  ['.s3Uri', 'JSONata', () => {
    class Own extends NeoModel { public bind() { return { ...OPTIONS, s3Uri: jsonata }; } }
    return new Own();
  }],
];

describe('a job', () => {
  test.each<[string, string, (fixture: Fixture) => Partial<NeoCompilationJobProps>]>([
    ...COMMON,
    ...OPTION_VALUES.map(([prop, got, options]): typeof COMMON[number] => [prop, got, () => ({ compilerOptions: options() })]),
    ...TARGETS.map(([prop, got, target]): typeof COMMON[number] => [prop, got, () => ({ target: target() })]),
    ...MODELS.map(([prop, got, model]): [string, string, (fixture: Fixture) => Partial<NeoCompilationJobProps>] => [`model${prop}`, got, fixture => ({ model: model(fixture) })]),
    ['compilationJobName', 'JSONPath', () => ({ compilationJobName: path() })],
    ['compilationJobName', 'JSONata', () => ({ compilationJobName: jsonata })],
    ['timeout', 'JSONPath', () => ({ timeout: Duration.seconds(sfn.JsonPath.numberAt('$.seconds')) })],
  ])('fails for %s from %s', (prop, got, props) => {
    const fixture = network();
    expect(() => compilation(props(fixture), fixture)).toThrow(message(prop, got));
  });

  test('takes other tokens', () => {
    const fixture = network();
    const text = new CfnParameter(fixture.stack, 'Text').valueAsString;
    expect(() => templateOf(compilation({
      compilationJobName: text,
      tags: { team: text, lazy: Lazy.string({ produce: () => 'a' }) },
      outputPrefix: `compiled/${text}`,
      maxRuntime: Duration.seconds(Token.asNumber({ Ref: 'Seconds' })),
      compilerOptions: NeoCompilerOptions.of({ mcpu: text }),
      model: NeoModel.fromBucket(fixture.bucket, text, { framework: NeoFramework.of(text), dataInputShape: NeoDataInputShape.fromCoreMlInputs({ a: { shape: NeoCoreMlShape.range('1..10', 2) } }) }),
      target: NeoTarget.device(text),
    }, fixture).stack)).not.toThrow();
  });

  test.each<[string, object]>([
    ['jobName', { jobName: path() }],
    ['artifactObjectKey', { jobName: 'a', artifactObjectKey: `neo/${path()}` }],
    ['inferenceImage', { jobName: 'a', inferenceImage: path() }],
    ['stackName', { jobName: 'a', stackName: path() }],
  ])('that is imported fails for %s', (prop, attrs) => {
    expect(() => NeoCompilationJob.fromCompilationJobAttributes(network().stack, 'Job', attrs as any)).toThrow(message(prop, 'JSONPath'));
  });
});

describe('a fleet', () => {
  const fleet = (props: Partial<NeoCompilationFleetProps>, fixture: Fixture) => new NeoCompilationFleet(fixture.stack, 'Fleet', {
    vpcConfig: fixture.privateVpc.vpcConfig,
    outputBucket: fixture.bucket,
    models: NeoFleetModels.fromList([NeoModel.fromBucket(fixture.bucket, 'a.tar.gz', OPTIONS)]),
    targets: [{ target: NeoTarget.ML_C5 }],
    maxConcurrentJobs: 2,
    ...props,
  });

  test.each<[string, string, (fixture: Fixture) => Partial<NeoCompilationFleetProps>]>([
    ...COMMON,
    ...OPTION_VALUES.map(([prop, got, options]): [string, string, () => Partial<NeoCompilationFleetProps>] =>
      [`targets[0].${prop}`, got, () => ({ targets: [{ target: NeoTarget.ML_C5, compilerOptions: options() }] })]),
    ...TARGETS.map(([prop, got, target]): [string, string, () => Partial<NeoCompilationFleetProps>] =>
      [`targets[1].${prop}`, got, () => ({ targets: [{ target: NeoTarget.ML_C5 }, { target: target() }] })]),
    ...MODELS.map(([prop, got, model]): [string, string, (fixture: Fixture) => Partial<NeoCompilationFleetProps>] =>
      [`models[1]${prop}`, got, fixture => ({ models: NeoFleetModels.fromList([NeoModel.fromBucket(fixture.bucket, 'a.tar.gz', OPTIONS), model(fixture)]) })]),
    ['framework', 'JSONPath', ({ bucket }) => ({ models: NeoFleetModels.fromPrefix(bucket, 'models/', { framework: NeoFramework.of(path()) }) })],
    ['prefix', 'JSONPath', ({ bucket }) => ({ models: NeoFleetModels.fromPrefix(bucket, path(), OPTIONS) })],
    ['objectKey', 'JSONata', ({ bucket }) => ({ models: NeoFleetModels.fromManifest(bucket, expression(), NeoManifestFormat.CSV) })],
    ['dataInputShape', 'JSONPath', ({ bucket }) => ({ models: NeoFleetModels.fromManifest(bucket, 'a.csv', NeoManifestFormat.CSV, { dataInputShape: NeoDataInputShape.fromJson(path()) }) })],
    ['maxConcurrentJobs', 'JSONPath', () => ({ maxConcurrentJobs: sfn.JsonPath.numberAt('$.jobs') })],
    ['toleratedFailurePercentage', 'JSONPath', () => ({ toleratedFailurePercentage: sfn.JsonPath.numberAt('$.percent') })],
    ['pollInterval', 'JSONPath', () => ({ pollInterval: Duration.seconds(sfn.JsonPath.numberAt('$.seconds')) })],
    ['resultsBucket', 'JSONPath', fixture => ({ resultsBucket: imported(fixture) })],
  ])('fails for %s from %s', (prop, got, props) => {
    const fixture = network();
    expect(() => fleet(props(fixture), fixture)).toThrow(message(prop, got));
  });
});

test.each<[string, object]>([
  ['image', { image: path() }],
  ['modelName', { modelName: path() }],
  ['environment', { environment: { [path()]: 'a' } }],
  ['environment.A', { environment: { A: path() } }],
])('a compiled model fails for %s from the input of an execution', (prop, props) => {
  const { stack, job } = compilation();
  expect(() => new NeoCompiledModel(stack, 'Model', { job, ...props })).toThrow(message(prop, 'JSONPath'));
});
