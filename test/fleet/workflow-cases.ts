/**
 * The fleet's workflows and inputs for them, to be run by any engine of Step Functions: the workflow of one compilation, the pairing of rows with
 * targets, and the Map over a manifest, as synthesized. `test/fleet/workflow-cases.test.ts` runs them by our interpreter.
 */
import { createHash } from 'node:crypto';
import { Duration, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { C5, fleetStack } from './fleet-harness';
import { type FaultRule, faults, type JobPlan } from '../../local/sagemaker';
import { type Machine, SynthesizedTemplate } from '../../local/stepfunctions/jsonata';
import * as neo from '../../src';

/** One world, and executions in it. */
export interface WorkflowCase {
  readonly name: string;
  /** In JSONata, without $hash, which LocalStack's engine lacks. */
  readonly definition: Machine;
  /** What each execution is given; one begins when the one before has ended. */
  readonly inputs: readonly unknown[];
  /** All executions begin at once. @default false */
  readonly isAtOnce?: boolean;
  /** @default - `x` and `y` */
  readonly objects?: readonly StoredObject[];
  /** What becomes of the jobs, in the order of their creation. @default - each compiles for a second */
  readonly plans?: readonly JobPlan[];
  /** What goes wrong with calls of SageMaker. @default - nothing */
  readonly faults?: readonly FaultRule[];
  /** All active jobs are stopped when so many milliseconds have passed. @default - none is */
  readonly stopAfterMs?: number;
  /** One for each execution. */
  readonly expected: readonly Expected[];
}

export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: string;
}

/** How an execution ends. */
export interface Outcome {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/** An error and a part of its cause, or the output: of an object the members that count, of a list all. A regular expression stands for strings. */
export type Expected = { readonly error: string; readonly cause: RegExp } | { readonly output: unknown };

/** @returns how an execution ended otherwise than expected; undefined: as expected */
export function difference(expected: Expected, { status, output, error, cause }: Outcome): string | undefined {
  if ('error' in expected) {
    return status === 'FAILED' && error === expected.error && expected.cause.test(cause ?? '') ? undefined
      : `${expected.error}, ${expected.cause} expected; got: ${status} ${error ?? ''} ${cause ?? JSON.stringify(output)}`;
  }
  return status === 'SUCCEEDED' && isLike(expected.output, output, true) ? undefined
    : `${show(expected.output)} expected; got: ${status} ${error ?? ''} ${cause ?? ''} ${JSON.stringify(output)}`;
}

function isLike(expected: any, actual: any, isPart = false): boolean {
  if (expected instanceof RegExp) { return typeof actual === 'string' && expected.test(actual); }
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && actual.length === expected.length && expected.every((each, i) => isLike(each, actual[i]));
  }
  if (typeof expected !== 'object' || expected === null) { return expected === actual; }
  return typeof actual === 'object' && actual !== null && Object.entries(expected).every(([key, value]) => isLike(value, actual[key]))
    && (isPart || Object.keys(actual).every(key => key in expected));
}

const show = (value: unknown) => JSON.stringify(value, (_, item) => item instanceof RegExp ? String(item) : item);

/** The bucket of the models, in each case. */
export const MODELS_BUCKET = 'neo-models';

/** Of S3, for an object that was not uploaded in parts. */
const etagOf = (body: string) => createHash('md5').update(body).digest('hex');

const QUICK: JobPlan = { startingMs: 10, compilingMs: 1_000, stoppingMs: 500 };
const OBJECTS: readonly StoredObject[] = ['x', 'y'].map(name => ({ bucket: MODELS_BUCKET, key: `models/${name}.tar.gz`, body: name }));
const REASON = 'ClientError: CompilationError: Unable to compile model';

/** All cases. */
export function workflowCases(): WorkflowCase[] {
  return [...compilationCases(), ...pairingCases(), ...manifestCases()];
}

function compilationCases(): WorkflowCase[] {
  const definition = compilationWorkflow();
  const model = (name: string) => ({ Model: `s3://${MODELS_BUCKET}/models/${name}.tar.gz` });
  const line = (name = 'x', more: object = {}) => ({
    InputConfig: { S3Uri: `s3://${MODELS_BUCKET}/models/${name}.tar.gz`, Framework: 'PYTORCH', FrameworkVersion: '1.8', DataInputConfig: '{"input0":[1,3,224,224]}' },
    OutputConfig: { TargetDevice: 'ml_c5' },
    RetryFailed: false,
    Execution: 'tag',
    ...more,
  });
  const done = (more: object = {}) => ({ output: { ...model('x'), Digest: etagOf('x'), Target: { TargetDevice: 'ml_c5' }, Reused: false, ...more } });
  const failed = { error: 'NeoCompilationFailed', cause: new RegExp(REASON) };
  const make = (name: string, inputs: unknown[], expected: Expected[], more: Partial<WorkflowCase> = {}): WorkflowCase =>
    ({ name: `a compilation ${name}`, definition, inputs, expected, plans: [], ...more });
  return [
    make('of a model', [line()], [done()]),
    make('that an earlier execution has made is reused', [line(), line()], [done(), done({ Reused: true })]),
    make('that an earlier execution has made is reused for the same content under another key', [line(), line('copy')],
      [done(), done({ ...model('copy'), Reused: true })],
      { objects: [...OBJECTS, { bucket: MODELS_BUCKET, key: 'models/copy.tar.gz', body: 'x' }] }),
    make('of other content is another job', [line(), line('y')], [done(), done({ ...model('y'), Digest: etagOf('y') })]),
    make('that another execution has begun is waited for', [line(), line()], [done(), done({ Reused: true })], { isAtOnce: true, plans: [{ ...QUICK, compilingMs: 9_000 }] }),
    make('that takes longer than the first wait', [line()], [done()], { plans: [{ ...QUICK, compilingMs: 11_000 }] }),
    make('that fails', [line()], [failed], { plans: [{ ...QUICK, failureReason: REASON }] }),
    make('that has failed fails again', [line(), line()], [failed, failed], { plans: [{ ...QUICK, failureReason: REASON }] }),
    make('that has failed is made again when asked for, and found by the next', [line(), line('x', { RetryFailed: true }), line()],
      [failed, done(), done({ Reused: true })], { plans: [{ ...QUICK, failureReason: REASON }] }),
    make('that is stopped fails, and is made again by the next', [line(), line()], [{ error: 'NeoCompilationStopped', cause: /STOPPED/ }, done()],
      { plans: [{ ...QUICK, compilingMs: 60_000 }], stopAfterMs: 3_000 }),
    make('of a line that makes no sense', [{ Invalid: 'the row names no framework', Row: '{}' }], [{ error: 'NeoFleetRowInvalid', cause: /the row names no framework/ }]),
    make('of no archive', [line('gone')], [{ error: 'States.QueryEvaluationError', cause: /there is no model archive at s3:\/\/neo-models\/models\/gone\.tar\.gz/ }]),
    make('of a key that is the beginning of another', [line('x')], [{ error: 'States.QueryEvaluationError', cause: /there is no model archive at/ }],
      { objects: [{ bucket: MODELS_BUCKET, key: 'models/x.tar.gz.d/old.tar.gz', body: 'old' }] }),
    make('whose etag is another', [line('x', { Etag: etagOf('y') })], [{ error: 'States.QueryEvaluationError', cause: /the row has the etag .*, but the object at .* has/ }]),
    make('whose etag is right', [line('x', { Etag: etagOf('x') })], [done()]),
    make('of a version of a model package', [{
      Digest: 'arn:aws:sagemaker:us-east-1:111122223333:model-package/p/1',
      ModelPackageVersionArn: 'arn:aws:sagemaker:us-east-1:111122223333:model-package/p/1',
      OutputConfig: { TargetDevice: 'ml_c5' },
      RetryFailed: false,
      Execution: 'tag',
    }], [{ output: { Model: 'arn:aws:sagemaker:us-east-1:111122223333:model-package/p/1', Reused: false } }]),
    make('whose creation is throttled', [line()], [done()], { faults: [{ fault: faults.throttling(), operation: 'CreateCompilationJob', times: 1 }] }),
    make('whose looks are throttled', [line()], [done()], { faults: [{ fault: faults.throttling(), operation: 'DescribeCompilationJob', times: 1 }] }),
    make('that finds the quota used up', [line()], [done()], { faults: [{ fault: faults.quotaTaken(), operation: 'CreateCompilationJob', times: 1 }] }),
    make('whose answer to the creation is lost', [line()], [done({ Reused: true })], { faults: [{ fault: faults.responseLost(), operation: 'CreateCompilationJob', times: 1 }] }),
  ];
}

function pairingCases(): WorkflowCase[] {
  const { definition, batchInput } = pairing();
  const s3Uri = `s3://${MODELS_BUCKET}/models/x.tar.gz`;
  const make = (name: string, items: object[], output: unknown): WorkflowCase =>
    ({ name: `rows: ${name}`, definition, inputs: [{ Items: items, BatchInput: batchInput }], expected: [{ output }] });
  const device = (TargetDevice: string, more: object = {}) => ({ TargetDevice, ...more });
  const defaults = { S3Uri: s3Uri, Framework: 'PYTORCH', FrameworkVersion: '1.8', DataInputConfig: '{"input0":[1,3,224,224]}' };
  const jetson = device('jetson_nano', { CompilerOptions: '{"gpu-code":"sm_53","trt-ver":"6.0.1","cuda-ver":"10.0"}' });
  const both = (more: object = {}, input: object = {}) => [device('ml_c5'), jetson].map(OutputConfig => ({ ...more, InputConfig: { ...defaults, ...input }, OutputConfig }));
  const invalid = (name: string, row: unknown, reason: RegExp) => make(name, [{ Row: row }], [{ Invalid: reason, Row: /./ }]);
  return [
    make('one for each target', [{ Row: { s3Uri } }], both()),
    make('several rows', [{ Row: { s3Uri } }, { Row: { s3Uri: s3Uri.replace('x', 'y') } }], [...both(), ...both({}, { S3Uri: s3Uri.replace('x', 'y') })]),
    make('a digest', [{ Row: { s3Uri }, Digest: 'abc' }], both({ Digest: 'abc' })),
    make('an etag in quotes', [{ Row: { s3Uri, etag: '"abc"' } }], both({ Etag: 'abc' })),
    make('a framework and a shape of its own', [{ Row: { s3Uri, framework: 'XGBOOST', dataInputConfig: { data: [1, 3] } } }],
      both({}, { Framework: 'XGBOOST', FrameworkVersion: undefined, DataInputConfig: '{"data":[1,3]}' })),
    make('lists of one', [{ Row: { s3Uri, dataInputConfig: [[1, 3]] } }, { Row: { s3Uri, dataInputConfig: [{ shape: [1] }] } }],
      [...both({}, { DataInputConfig: '[[1,3]]' }), ...both({}, { DataInputConfig: '[{"shape":[1]}]' })]),
    make('a target of its own', [{ Row: { s3Uri, targetDevice: 'rasp4b', compilerOptions: { mattr: ['+neon'] } } }],
      [{ InputConfig: defaults, OutputConfig: device('rasp4b', { CompilerOptions: '{"mattr":["+neon"]}' }) }]),
    make('a target that takes no version', [{ Row: { s3Uri, targetDevice: 'coreml' } }], [{ InputConfig: { ...defaults, FrameworkVersion: undefined }, OutputConfig: device('coreml') }]),
    make('a version of a model package', [{ Row: { modelPackageVersionArn: 'arn:aws:x' } }],
      [device('ml_c5'), jetson].map(OutputConfig => ({ Digest: 'arn:aws:x', ModelPackageVersionArn: 'arn:aws:x', OutputConfig }))),
    make('null and empty count as absent', [{ Row: { s3Uri, etag: null, framework: '', compilerOptions: null } }], both()),
    make('a byte order mark', [{ Row: { '\uFEFFs3Uri': s3Uri } }], both()),
    make('a byte order mark before quotation marks, and carriage returns', [{ Row: { '\uFEFF"s3Uri"': s3Uri, 'etag\r': 'abc\r' } }], both({ Etag: 'abc' })),
    make('a column without a name and a value', [{ Row: { s3Uri, '': '' } }], both()),
    make('nothing', [], []),
    make('objects that are no models', [{}, {}], []),
    invalid('a list of nothing', [], /a row must be an object/),
    invalid('a value without a name', { s3Uri, '': 'x' }, /a value without a name: x/),
    invalid('a name with spaces', { s3Uri, ' etag': 'x' }, /" etag"; did you mean etag\?/),
    invalid('a member twice', { s3Uri, 'etag': 'a', '\uFEFFetag': 'b' }, /a member twice: etag/),
    invalid('a member that is not known', { s3Uri, framework_version: '1.3' }, /"framework_version"; did you mean frameworkVersion\?/),
    invalid('a member with a typo', { s3Uri, framwork: 'XGBOOST' }, /"framwork"; did you mean framework\?/),
    invalid('a member of our own', { s3Uri, skip: true }, /not known: "skip"/),
    invalid('a number as etag', { s3Uri, etag: 12 }, /etag must be a string; got: 12/),
    invalid('a list as s3Uri', { s3Uri: ['a', 'b'] }, /s3Uri must be a string/),
    invalid('false as compilerOptions', { s3Uri, targetDevice: 'rasp4b', compilerOptions: false }, /compilerOptions must be JSON; got: false/),
    invalid('options without a target', { s3Uri, compilerOptions: {} }, /compilerOptions, but no targetDevice/),
    invalid('no archive', { s3Uri: `s3://${MODELS_BUCKET}/x.zip` }, /s3Uri must be s3:\/\/bucket\/key\.tar\.gz/),
    invalid('a bucket that is not of the models', { s3Uri: 's3://theirs/x.tar.gz' }, /s3Uri must be in a bucket of modelBuckets/),
    invalid('a framework that is none', { s3Uri, framework: 'xgboost' }, /framework must be one of .*; got: xgboost/),
    invalid('a model and a package', { s3Uri, modelPackageVersionArn: 'arn:aws:x' }, /excludes s3Uri/),
    invalid('neither', {}, /neither s3Uri nor modelPackageVersionArn/),
    invalid('null', null, /a row must be an object; got: null/),
    invalid('a string', 'text', /a row must be an object; got: text/),
    invalid('a number', 7, /a row must be an object; got: 7/),
    invalid('a list', [1, 2], /a row must be an object/),
    invalid('more than Step Functions hands on, in bytes', { s3Uri, dataInputConfig: { ['ü'.repeat(80_000)]: [1] } }, /the row and its targets have \d+ bytes/),
  ];
}

function manifestCases(): WorkflowCase[] {
  const rows = [{ s3Uri: 'a', etag: '' }, { s3Uri: 'b, "c"', etag: 'ü' }];
  const make = (name: string, format: neo.NeoManifestFormat, body: string, output: unknown = rows.map(Row => ({ Row }))): WorkflowCase => ({
    name: `manifest: ${name}`, definition: manifestReader(format), inputs: [{}], objects: [{ bucket: MODELS_BUCKET, key: 'manifest', body }], expected: [{ output }],
  });
  const { CSV, JSON: json } = neo.NeoManifestFormat;
  return [
    make('JSON', json, JSON.stringify(rows)),
    make('CSV', CSV, 's3Uri,etag\na,\n"b, ""c""",ü\n'),
    make('CSV with CRLF, without a last line end', CSV, 's3Uri,etag\r\na,\r\n"b, ""c""",ü'),
    make('CSV with a line end in quotes', CSV, 's3Uri,etag\n"a\nb",c\n', [{ Row: { s3Uri: 'a\nb', etag: 'c' } }]),
    make('CSV of a header alone', CSV, 's3Uri,etag\n', []),
  ];
}

/** The workflow of a compilation, which looks at its job every second. */
function compilationWorkflow(): Machine {
  const { States } = fleetOf(fleetStack(stack => ({
    models: neo.NeoFleetModels.fromPrefix(modelsBucket(stack), 'models/', { framework: neo.NeoFramework.PYTORCH_1_8 }), pollInterval: Duration.seconds(1), targets: [C5],
  })).stack);
  return standalone(States.Compile.ItemProcessor!);
}

function pairing(): { definition: Machine; batchInput: unknown } {
  const { States } = fleetOf(fleetStack(stack => ({
    models: neo.NeoFleetModels.fromManifest(modelsBucket(stack), 'manifest', neo.NeoManifestFormat.JSON, {
      framework: neo.NeoFramework.PYTORCH_1_8, dataInputShape: neo.NeoDataInputShape.of('input0', 1, 3, 224, 224),
    }),
  })).stack);
  return { definition: standalone(States.Plan.ItemProcessor!), batchInput: States.Plan.ItemBatcher!.BatchInput };
}

/** The fleet's Map over a manifest, whose workflows hand on what they are given. */
function manifestReader(format: neo.NeoManifestFormat): Machine {
  const { States } = fleetOf(fleetStack(stack => ({ models: neo.NeoFleetModels.fromManifest(modelsBucket(stack), 'manifest', format, { framework: neo.NeoFramework.XGBOOST }) })).stack);
  const { ItemReader, ItemSelector } = States.Plan;
  return standalone({
    StartAt: 'Read',
    States: {
      Read: {
        Type: 'Map',
        End: true,
        ItemReader,
        ItemSelector,
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'Row', States: { Row: { Type: 'Pass', End: true } } },
      },
    },
  });
}

const modelsBucket = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Imported', MODELS_BUCKET);

/** The fleet's state machine as it reaches Step Functions. */
function fleetOf(stack: Stack): Machine {
  const template = new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);
  return template.definition(template.find('AWS::StepFunctions::StateMachine').find(id => id.includes('FleetStateMachine'))!);
}

/** A workflow of a Map as a state machine of its own. */
function standalone({ StartAt, States }: Machine): Machine {
  return JSON.parse(JSON.stringify({ QueryLanguage: 'JSONata', StartAt, States }).replace(/\$hash\(/g, `${JSON.stringify(SUM).slice(1, -1)}(`));
}

/** Instead of $hash, in JSONata alone: different texts have different sums, which is enough for a few names. */
const SUM = `(function($text, $algorithm) { (
  $characters := ' !"#$%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_\`abcdefghijklmnopqrstuvwxyz{|}~';
  $formatBase($reduce($split($text, ''), function($sum, $character) { ($sum * 31 + $length($substringBefore($characters, $character))) % 999999937 }, 7), 16)
) })`.replace(/\s*\n\s*/g, ' ');
