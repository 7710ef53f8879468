import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { DistributedMap, itemReader, resultWriter } from './distributed-map';
import { NeoManifestFormat } from './fleet-models';
import type { NeoFleetTarget } from './fleet-props';
import type { FleetSource } from './fleet-source';
import { PAIRS } from './plan-expression';
import type { FleetResults } from './results';
import { frameworkVersionToSend } from '../target/compilation-rules';
import { NeoFramework } from '../target/framework';

/** Step Functions hands on 256 KiB at most; a tenth is left for what is not rows. */
const MAX_PAYLOAD = 230 * 1024;

/** So many compilations of usual size fit a payload. */
const PAIRS_PER_BATCH = 200;

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
export function planStates(scope: Construct, props: PlanProps): { all: sfn.DistributedMap; upload?: sfn.DistributedMap } {
  const { items, uploads, selector } = props.source;
  return {
    all: planMap(scope, 'Plan', 'Plan', props, { itemSelector: selector, items: items && sfn.ProvideItems.jsonArray(items) }, reader(props.source)),
    upload: uploads && planMap(scope, 'PlanUpload', 'Plan upload', props, {
      itemSelector: selector,
      items: sfn.ProvideItems.jsonata('{% [$states.input.uploaded] %}'),
    }),
  };
}

interface Items {
  readonly itemSelector: string;
  readonly items?: sfn.ProvideItems;
}

function planMap(
  scope: Construct, label: string, name: string, props: PlanProps, { itemSelector, items }: Items, itemReaderField?: object,
): sfn.DistributedMap {
  const { source, targets, results } = props;
  return new DistributedMap(scope, name, {
    label,
    mapExecutionType: sfn.StateMachineType.EXPRESS,
    items,
    jsonataItemSelector: itemSelector,
    outputs: { plan: '{% $states.result.ResultWriterDetails.Key %}' },
  }, {
    ItemReader: itemReaderField,
    ItemBatcher: {
      MaxItemsPerBatch: Math.max(1, Math.floor(PAIRS_PER_BATCH / targets.length)),
      // Every row is repeated for every target.
      MaxInputBytesPerBatch: Math.floor(MAX_PAYLOAD / targets.length),
      BatchInput: {
        Targets: targets.map(target => renderTarget(scope, target)),
        Defaults: {
          Framework: source.defaults.framework?.name,
          FrameworkVersion: source.defaults.framework?.version,
          DataInputConfig: source.defaults.dataInputShape?.toJson(scope),
        },
      },
    },
    ResultWriter: resultWriter(results.bucket, results.planPrefix, { OutputType: 'JSONL', Transformation: 'FLATTEN' }),
  }).itemProcessor(sfn.Pass.jsonata(scope, `${name}: pair models and targets`, { outputs: PAIRS }));
}

function reader({ file, listing }: FleetSource): object | undefined {
  if (file) {
    return itemReader('getObject', { Bucket: file.bucket.bucketName, Key: file.key }, {
      InputType: file.format,
      ...file.format === NeoManifestFormat.CSV && { CSVHeaderLocation: 'FIRST_ROW' },
    });
  }
  return listing && itemReader('listObjectsV2', { Bucket: listing.bucket.bucketName, Prefix: listing.prefix });
}

function renderTarget(scope: Construct, { target, compilerOptions }: NeoFleetTarget): object {
  return {
    OutputConfig: { ...target._toOutputConfig(), CompilerOptions: compilerOptions?.toJson(scope) },
    // Whatever the version is: AWS's SDK sends none for some devices.
    DropsFrameworkVersion: frameworkVersionToSend(NeoFramework.pytorch('1.0'), target) === undefined ? true : undefined,
  };
}
