import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { DistributedMap, itemReader, resultWriter } from './distributed-map';
import type { FleetResults } from './fleet-access';
import type { NeoFleetTarget } from './fleet-props';
import type { FleetSource } from './fleet-source';
import { modelRequest, targetRequest } from '../compilation/compilation-request';
import { oneLine } from '../stepfunctions-tasks/jsonata';
import { DEVICES } from '../target/compatibility';

/** Step Functions hands on 256 KiB at most. A quarter is for what rows say, half for what the fleet adds to it; the rest is left for escapes. */
const QUARTER_OF_PAYLOAD = 64 * 1024;

/** Names of members and the like, for every pair. */
const BYTES_OF_NAMES = 200;

export interface PlanProps {
  readonly source: FleetSource;
  readonly targets: NeoFleetTarget[];
  readonly results: FleetResults;
}

/**
 * The first half of an execution: pair every model with every target, and write the pairs into a file with one line for each.
 *
 * It is a Distributed Map itself, of Express workflows that cost next to nothing, so that neither the number of models nor that of pairs is bounded
 * by what a state may hand on. The second half reads the file with the quota as its concurrency: a Map over models alone would let the slowest target
 * of each model hold up the others' places.
 */
export function planMap(scope: Construct, props: PlanProps): sfn.DistributedMap {
  const { source, results } = props;
  return new DistributedMap(scope, 'Plan', {
    label: 'Plan',
    mapExecutionType: sfn.StateMachineType.EXPRESS,
    items: source.items && sfn.ProvideItems.jsonArray(source.items),
    jsonataItemSelector: source.selector,
    outputs: { plan: '{% $states.result.ResultWriterDetails.Key %}' },
  }, {
    ItemReader: reader(source),
    ItemBatcher: batcher(scope, props),
    ResultWriter: resultWriter(results.bucket, results.planPrefix, { OutputType: 'JSONL', Transformation: 'FLATTEN' }),
  }).itemProcessor(sfn.Pass.jsonata(scope, 'Pair models and targets', { outputs: PAIRS }));
}

function reader({ file, listing }: FleetSource): object | undefined {
  if (file) {
    return itemReader('getObject', { Bucket: file.bucket.bucketName, Key: file.key }, {
      InputType: file.format,
      ...file.format === 'CSV' && { CSVHeaderLocation: 'FIRST_ROW' },
    });
  }
  // The variable holds the fleet's prefix, or a longer one from the execution's input.
  return listing && itemReader('listObjectsV2', { Bucket: listing.bucket.bucketName, Prefix: '{% $prefix %}' });
}

/** So many rows in a batch that their pairs are no more than a state may hand on. */
function batcher(scope: Construct, { source: { defaults }, targets }: PlanProps): object {
  const input = {
    Targets: targets.map(({ target, compilerOptions }) => ({
      OutputConfig: targetRequest(scope, { target, compilerOptions }),
    })),
    Defaults: modelRequest(scope, defaults),
  };
  const bytes = (value: object) => Buffer.byteLength(JSON.stringify(value));
  const added = bytes(input.Targets) + targets.length * (bytes(input.Defaults) + BYTES_OF_NAMES);
  return {
    MaxItemsPerBatch: Math.max(1, Math.floor(2 * QUARTER_OF_PAYLOAD / added)),
    // Every row is repeated for every target.
    MaxInputBytesPerBatch: bytes(input) + Math.floor(QUARTER_OF_PAYLOAD / targets.length),
    BatchInput: input,
  };
}

/** Devices that AWS's SDK sends no framework version for. */
const WITHOUT_VERSION = Object.entries(DEVICES).filter(([, { frameworkVersion }]) => frameworkVersion === 'dropped').map(([name]) => name);

/**
 * JSONata that pairs rows with targets. Its input is a batch: `Items` are rows as `NeoFleetModels.fromManifest` documents them, `BatchInput` holds
 * `Targets` and `Defaults`. Its output is a list of compilations: `Digest`, members of CreateCompilationJob, and `Invalid` where a row makes no sense.
 * A member that comes to nothing is left out, as JSONata does of itself.
 */
const PAIRS = oneLine(`{% (
  $defaults := $states.input.BatchInput.Defaults;
  $targets := $states.input.BatchInput.Targets;
  $given := function($value) { $exists($value) and $value != null and $value != '' ? $value };
  $text := function($value) { $type($value) in ['array', 'object'] ? $string($value) : $value };
  [$states.input.Items[$not($exists(skip))].(
    $row := $;
    $package := $given($row.modelPackageVersionArn);
    $device := $given($row.targetDevice);
    $options := $given($row.compilerOptions);
    ($device ? { 'OutputConfig': { 'TargetDevice': $device, 'CompilerOptions': $text($options) } } : $targets).(
      $target := $;
      {
        'Invalid': $not($exists($package)) and $not($exists($given($row.s3Uri))) ? 'the row names neither s3Uri nor modelPackageVersionArn'
          : $exists($options) and $not($exists($device)) ? 'the row has compilerOptions, but no targetDevice that they are for',
        'Digest': $package ? $package : $replace($given($row.etag), '"', ''),
        'ModelPackageVersionArn': $package,
        'InputConfig': $not($exists($package)) ? {
          'S3Uri': $given($row.s3Uri),
          'Framework': $given($row.framework) ? $row.framework : $defaults.Framework,
          'FrameworkVersion': $target.OutputConfig.TargetDevice in ${JSON.stringify(WITHOUT_VERSION).replace(/"/g, "'")} ? () :
            $given($row.framework) or $given($row.frameworkVersion) ? $given($row.frameworkVersion) : $defaults.FrameworkVersion,
          'DataInputConfig': $given($row.dataInputConfig) ? $text($row.dataInputConfig) : $defaults.DataInputConfig
        },
        'OutputConfig': $target.OutputConfig
      }
    )
  )]
) %}`);
