import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { DistributedMap, itemReader, resultWriter } from './distributed-map';
import { NeoManifestFormat } from './fleet-models';
import type { NeoFleetTarget } from './fleet-props';
import type { FleetSource } from './fleet-source';
import { PAIRS } from './plan-expression';
import type { FleetResults } from './results';
import { modelRequest, targetRequest } from '../compilation/compilation-request';

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
      ...file.format === NeoManifestFormat.CSV && { CSVHeaderLocation: 'FIRST_ROW' },
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
