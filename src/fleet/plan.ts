import { Aws } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { RESULT_FOLDERS } from './fleet-access';
import { type FleetSource, MAX_ROW } from './fleet-models';
import type { NeoFleetTarget } from './fleet-props';
import { modelRequest, targetRequest } from '../compilation/compilation-request';
import { BYTES_IN_JSONATA, bytesOf, jsonataString, MAX_PAYLOAD, oneLine } from '../stepfunctions-tasks/execution-model';
import { DEVICES, FRAMEWORKS } from '../target/compatibility';
import { NeoValidationError } from '../util/errors';
import { S3_URI_OF_OTHER_THAN_BUCKET } from '../util/resource-types';

/**
 * A Distributed Map in JSONata. The extra fields are those that CDK's class does not support, or only with a feature flag of the user's app.
 * Permissions for reader and writer must be granted separately.
 */
export class DistributedMap extends sfn.DistributedMap {
  constructor(scope: Construct, id: string, props: sfn.DistributedMapJsonataProps, private readonly extra: object) {
    super(scope, id, { ...props, queryLanguage: sfn.QueryLanguage.JSONATA });
  }

  public toStateJson(stateMachineQueryLanguage?: sfn.QueryLanguage): object {
    return { ...super.toStateJson(stateMachineQueryLanguage), ...this.extra };
  }
}

/** Returns an ItemReader for the rows of a file, or for the objects below a prefix. */
export function itemReader(action: 'getObject' | 'listObjectsV2', args: object, config?: object): object {
  return {
    Resource: s3Integration(action),
    ...config && { ReaderConfig: config },
    Arguments: args,
  };
}

/** Returns a ResultWriter. It writes one file per outcome, and a manifest that lists the files. */
export function resultWriter(bucket: s3.IBucket, prefix: string, config: object): object {
  return {
    Resource: s3Integration('putObject'),
    Arguments: { Bucket: bucket.bucketName, Prefix: prefix },
    WriterConfig: config,
  };
}

function s3Integration(action: string): string {
  return `arn:${Aws.PARTITION}:states:::s3:${action}`;
}

/** The maximum size of the pairs of one row, in bytes. The rest of the payload is for what the compilation adds. */
const MAX_PAIRS = MAX_PAYLOAD - 16 * 1024;

/** The bytes of each pair apart from its values: the names of its members, and an S3 URI of the usual length. */
const BYTES_OF_PAIR = 400;

/** A key has at most 1,024 bytes, and JSON may need six characters for each. */
const MAX_BYTES_OF_URI = 6 * 1_024 + 100;

export interface PlanProps {
  readonly source: FleetSource;
  readonly targets: NeoFleetTarget[];
  readonly resultsBucket: s3.IBucket;
}

/**
 * Returns the first half of an execution. It pairs every model with every target, and writes the pairs to a file with one line for each.
 *
 * This is a Distributed Map, too, so that the maximum payload of a state limits neither the number of models nor the number of pairs. Its Express
 * workflows cost next to nothing. The second half reads the file with `maxConcurrentJobs` as its concurrency: in a Map over models alone, the slowest
 * target of each model would occupy slots that other models could use.
 */
export function planMap(scope: Construct, props: PlanProps): sfn.DistributedMap {
  const { source } = props;
  const map = plan(scope, 'Plan', props, { items: source.items && sfn.ProvideItems.jsonArray(source.items), reader: reader(source) });
  return source.file ? failUnreadable(scope, map, source.file) : map;
}

/** Adds the likely reasons to the error about a manifest that cannot be read, because Step Functions does not name them. */
function failUnreadable(scope: Construct, map: sfn.DistributedMap, { bucket, key, format }: NonNullable<FleetSource['file']>): sfn.DistributedMap {
  const manifest = jsonataString(`the manifest s3://${bucket.bucketName}/${key} must be readable ${format}, without a byte order mark in JSON or JSON Lines, `
    + 'and without a row of more than 8 MB; got: ');
  return map.addCatch(sfn.Fail.jsonata(scope, 'Manifest unreadable', { error: 'NeoFleetManifestInvalid', cause: `{% ${manifest} & $states.input.Cause %}` }), {
    errors: ['States.ItemReaderFailed'],
  });
}

/** Returns the first half of an execution for uploads. The variable `uploads` contains their keys. */
export function uploadsPlanMap(scope: Construct, props: PlanProps): sfn.DistributedMap {
  const { bucketName } = props.source.listing!.bucket;
  return plan(scope, 'Plan the uploads', { ...props, source: { ...props.source, selector: `{% {'Row': {'s3Uri': 's3://${bucketName}/' & $states.context.Map.Item.Value}} %}` } }, {
    items: sfn.ProvideItems.jsonata('{% $uploads %}'),
  });
}

function plan(scope: Construct, id: string, props: PlanProps, items: { items?: sfn.ProvideItems; reader?: object }): sfn.DistributedMap {
  const { source, resultsBucket } = props;
  return new DistributedMap(scope, id, {
    label: id.replace(/ /g, ''),
    mapExecutionType: sfn.StateMachineType.EXPRESS,
    items: items.items,
    jsonataItemSelector: source.selector,
    outputs: { plan: '{% $states.result.ResultWriterDetails.Key %}' },
  }, {
    ItemReader: items.reader,
    ItemBatcher: batcher(scope, props),
    ResultWriter: resultWriter(resultsBucket, RESULT_FOLDERS.planPrefix, { OutputType: 'JSONL', Transformation: 'FLATTEN' }),
  }).itemProcessor(sfn.Pass.jsonata(scope, id === 'Plan' ? 'Pair models and targets' : 'Pair uploads and targets', { outputs: PAIRS }));
}

function reader({ file, listing }: FleetSource): object | undefined {
  if (file) {
    return itemReader('getObject', { Bucket: file.bucket.bucketName, Key: file.key }, {
      InputType: file.format,
      ...file.format === 'CSV' && { CSVHeaderLocation: 'FIRST_ROW' },
    });
  }
  // The variable contains the fleet's prefix, or a longer one from the execution's input.
  return listing && itemReader('listObjectsV2', { Bucket: listing.bucket.bucketName, Prefix: '{% $prefix %}' });
}

function batchInput(scope: Construct, { source, targets }: Pick<PlanProps, 'source' | 'targets'>) {
  return {
    Targets: targets.map(({ target, compilerOptions }) => ({
      OutputConfig: targetRequest(scope, { target, compilerOptions }),
    })),
    Defaults: modelRequest(scope, source.defaults),
    Buckets: source.modelBuckets?.map(({ bucketName }) => bucketName),
  };
}

/**
 * Returns an ItemBatcher that limits a batch to as many rows as have pairs that fit into a state's payload. It limits the number of rows and not of
 * bytes, because AWS does not document what happens to a row that is larger than the maximum size of a batch.
 */
function batcher(scope: Construct, props: PlanProps): object {
  const { source: { file, items = [] }, targets } = props;
  const input = batchInput(scope, props);
  const largestModel = bytesOfPairs(input) + targets.length * Math.max(MAX_BYTES_OF_URI, largest(items));
  return {
    // Rows of a manifest vary in size, so each batch contains one row.
    MaxItemsPerBatch: file ? 1 : Math.max(1, Math.floor(MAX_PAIRS / largestModel)),
    BatchInput: input,
  };
}

/**
 * Fails if the pairs of a single model, or the largest row of a manifest together with the targets, do not fit into a state's payload.
 *
 * @throws NeoValidationError with the sizes
 */
export function validatePayloads(scope: Construct, props: Pick<PlanProps, 'source' | 'targets'>): void {
  const { source: { file, items = [] }, targets } = props;
  const input = batchInput(scope, props);
  const size = Math.max(bytesOfPairs(input) + targets.length * largest(items), file ? bytesOf(input) + MAX_ROW : 0);
  if (size > MAX_PAIRS) {
    throw new NeoValidationError(`targets must fit into ${MAX_PAIRS} bytes per model, with dataInputShape and compilerOptions, because Step Functions passes on at most ${MAX_PAYLOAD} bytes: `
      + `use fewer targets, or shorter shapes and options; got: ${size} bytes for ${targets.length} targets`, scope);
  }
}

function largest(items: object[]): number {
  return items.reduce((max, item) => Math.max(max, bytesOf(item)), 0);
}

function bytesOfPairs({ Targets, Defaults }: ReturnType<typeof batchInput>): number {
  return bytesOf(Targets) + Targets.length * (bytesOf(Defaults) + BYTES_OF_PAIR);
}

/** Devices for which AWS's SDK does not send a framework version. */
const WITHOUT_VERSION = Object.entries(DEVICES).filter(([, { frameworkVersion }]) => frameworkVersion === 'dropped').map(([name]) => name);

const TEXT_MEMBERS = ['s3Uri', 'etag', 'framework', 'frameworkVersion', 'targetDevice', 'modelPackageVersionArn'];
const JSON_MEMBERS = ['dataInputConfig', 'compilerOptions'];

const list = (names: string[]) => `[${names.map(name => `'${name}'`).join(', ')}]`;

/**
 * JSONata that pairs rows with targets. Its input is a batch: `Items` are `{Row, Digest}` or `{Row, Invalid}`, and `BatchInput` contains `Targets`,
 * `Defaults` and `Buckets`. Its output is a list of compilations, with members of CreateCompilationJob and `Digest` or `Etag`, or with `Invalid` for
 * an invalid row. JSONata omits members without a value.
 *
 * A name or value may end with a carriage return, and a name may begin with a byte order mark, possibly followed by quotation marks, because AWS does
 * not document whether its CSV reader removes these. A column without a name is an error if the row has a value in it.
 *
 * Rows are data from users, so nothing here may throw: it would fail all rows of the batch. Conditions are nested, because `and` may evaluate both
 * sides.
 */
const PAIRS = oneLine(`{% (
  $defaults := $states.input.BatchInput.Defaults;
  $targets := $states.input.BatchInput.Targets;
  $buckets := $states.input.BatchInput.Buckets;
  $members := ${list([...TEXT_MEMBERS, ...JSON_MEMBERS])};
  $given := function($value) { $exists($value) ? ($type($value) in ['null', 'function'] ? () : $type($value) = 'string' ? ($value = '' ? () : $value) : $value) };
  $text := function($value) { $type($value) in ['array', 'object'] ? $string($value) : $value };
  $show := function($value) { $substring($string($value), 0, 100) };
  $pieces := function($name) { ($plain := $lowercase($replace($substring($name, 0, 60), /[^A-Za-z0-9]/, '')); [[0..$length($plain) - 2].$substring($plain, $, 2)]) };
  $nearest := function($name) { (
    $given := $pieces($name);
    $all := $members.($known := $pieces($); {'member': $, 'likeness': $count($known[$ in $given]) / ($count($known) + $count($given) + 3)});
    $all[likeness = $max($all.likeness)][0].member
  ) };
  $line := function($value) { $type($value) = 'string' ? $replace($value, /\\r$/, '') : $value };
  $clean := function($name) { ($plain := $line($name); $substring($plain, 0, 1) = '\\uFEFF' ? $replace($substring($plain, 1), /^"(.*)"$/, '$1') : $plain) };
  $bytes := ${BYTES_IN_JSONATA};
  $fault := function($row) { (
    $unknown := [$keys($row)[$not($ in $members)]];
    $mistyped := $append(
      ${list(TEXT_MEMBERS)}[$exists($given($lookup($row, $)))][$type($lookup($row, $)) != 'string'],
      ${list(JSON_MEMBERS)}[$exists($given($lookup($row, $)))][$not($type($lookup($row, $)) in ['string', 'object', 'array'])]
    );
    $count($unknown) > 0
      ? $unknown[0] = '' ? 'the row has a value without a name: ' & $show($lookup($row, ''))
        : 'the row has a member that is not known: "' & $show($unknown[0]) & '"; did you mean ' & $nearest($unknown[0]) & '?'
    : $count($mistyped) > 0
      ? $mistyped[0] & ' must be ' & ($mistyped[0] in ${list(TEXT_MEMBERS)} ? 'a string' : 'JSON') & '; got: ' & $show($lookup($row, $mistyped[0]))
    : $not($exists($given($row.s3Uri))) and $not($exists($given($row.modelPackageVersionArn)))
      ? 'the row names neither s3Uri nor modelPackageVersionArn'
    : $exists($given($row.modelPackageVersionArn))
      ? ($count(['s3Uri', 'etag', 'framework', 'frameworkVersion', 'dataInputConfig'][$exists($given($lookup($row, $)))]) > 0
        ? 'the row has modelPackageVersionArn, which excludes s3Uri, etag, framework, frameworkVersion and dataInputConfig'
        : $not($contains($row.modelPackageVersionArn, /^arn:/)) ? 'modelPackageVersionArn must be an ARN; got: ' & $show($row.modelPackageVersionArn))
    : $not($contains($row.s3Uri, /^s3:\\/\\/[^\\/]+\\/.*\\.tar\\.gz$/))
      ? 's3Uri must be s3://bucket/key.tar.gz; got: ' & $show($row.s3Uri)
    : $contains($row.s3Uri, ${String(S3_URI_OF_OTHER_THAN_BUCKET)})
      ? 's3Uri must name a general purpose bucket, not an access point or a bucket of another kind; got: ' & $show($row.s3Uri)
    : $exists($buckets) and $not($substringBefore($substringAfter($row.s3Uri, 's3://'), '/') in $buckets)
      ? 's3Uri must be in a bucket of modelBuckets; got: ' & $show($row.s3Uri)
    : $exists($given($row.framework)) and $not($row.framework in ${list(Object.keys(FRAMEWORKS))})
      ? 'framework must be one of ${Object.keys(FRAMEWORKS).join(', ')}; got: ' & $show($row.framework)
    : $not($exists($given($row.framework))) and $not($exists($defaults.Framework))
      ? 'the row names no framework, and the fleet has no default'
  ) };
  $pair := function($row, $digest, $target) { (
    $package := $given($row.modelPackageVersionArn);
    {
      'Digest': $package ? $package : $digest,
      'Etag': $replace($given($row.etag), '"', ''),
      'ModelPackageVersionArn': $package,
      'InputConfig': $package ? () : {
        'S3Uri': $row.s3Uri,
        'Framework': $given($row.framework) ? $row.framework : $defaults.Framework,
        'FrameworkVersion': $target.OutputConfig.TargetDevice in ${list(WITHOUT_VERSION)} ? () :
          $given($row.framework) or $given($row.frameworkVersion) ? $given($row.frameworkVersion) : $defaults.FrameworkVersion,
        'DataInputConfig': $exists($given($row.dataInputConfig)) ? $text($row.dataInputConfig) : $defaults.DataInputConfig
      },
      'OutputConfig': $target.OutputConfig
    }
  ) };
  [$states.input.Items[$exists($lookup($, 'Row'))].(
    $raw := $lookup($, 'Row');
    $digest := Digest;
    $isRow := $type($raw) = 'object';
    $names := $isRow ? [$each($raw, function($value, $name) { $clean($name) })] : [];
    $twice := $names[($name := $; $count($names[$ = $name]) > 1)];
    $cell := function($name, $value) { $name = '' and $not($exists($given($value))) ? {} : {$name: $value} };
    $cleaned := $isRow ? $merge([{}, $each($raw, function($value, $name) { $cell($clean($name), $line($value)) })]) : {};
    $ordinary := $exists(Invalid) ? Invalid
      : $not($isRow) ? 'a row must be an object; got: ' & $show($raw)
      : $exists($twice) ? 'the row has a member twice: ' & $show($twice[0])
      : $fault($cleaned);
    $device := $exists($ordinary) ? () : $given($cleaned.targetDevice);
    $options := $exists($ordinary) ? () : $given($cleaned.compilerOptions);
    $wrong := $exists($ordinary) ? $ordinary : $exists($options) and $not($exists($device)) ? 'the row has compilerOptions, but no targetDevice that they are for';
    $pairs := $exists($wrong) ? [] : [($device ? {'OutputConfig': {'TargetDevice': $device, 'CompilerOptions': $text($options)}} : $targets).$pair($cleaned, $digest, $)];
    $exists($wrong) ? {'Invalid': $wrong, 'Row': $substring($string($raw), 0, 1000)}
      : $bytes($pairs) > ${MAX_PAIRS} ? {'Invalid': 'the row and its targets have ' & $bytes($pairs) & ' bytes, of which Step Functions passes on ${MAX_PAIRS}', 'Row': $cleaned.s3Uri}
      : $pairs
  )]
) %}`);
