/**
 * The ten commonest reasons for which Neo's jobs fail, and what this library does about each: a table to read. The guards are tested in detail where they are built.
 */
import { mkdtempSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { archive, compilation, OPTIONS } from './fixture';
import { BundledHandler } from './protocol/bundle';
import { SimulatedResource } from './protocol/simulated-resource';
import { faults, properties, World } from './protocol/world';
import { NeoDataInputShape, NeoFramework, NeoModel, NeoTarget, type NeoCompilationJobProps, type NeoModelOptions } from '../../src';
import { network, warnings } from '../network/fixture';

const stack = () => new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
const zip = () => {
  const path = join(mkdtempSync(join(tmpdir(), 'neo-zip-')), 'model.tar.gz');
  writeFileSync(path, 'PK\x03\x04 and so on');
  return path;
};

/** An archive that is there, saved or described as said. */
const saved = (options: Partial<NeoModelOptions>) => () => ({ model: NeoModel.fromAsset(archive(), { ...OPTIONS, preflight: false, ...options }) });
const shaped = (json: string, framework = NeoFramework.PYTORCH_1_13) => saved({ framework, dataInputShape: NeoDataInputShape.fromJson(json) });
const images = (shape: number[]) => saved({ dataInputShape: NeoDataInputShape.fromMap({ input0: shape }) });

type Guard = 'error at synthesis' | 'warning at synthesis';

const FAILURES: [number, string, Guard, (scope: Stack) => Partial<NeoCompilationJobProps>, RegExp][] = [
  [1, 'the archive is no .tar.gz, by its name', 'error at synthesis', () => ({ model: NeoModel.fromAsset('model.zip', OPTIONS) }), /must name a single \.tar\.gz archive.*pack the model with "tar czf"/],
  [1, 'the archive is no .tar.gz, by its content', 'error at synthesis', () => ({ model: NeoModel.fromAsset(zip(), OPTIONS) }), /path must be a tar archive compressed with gzip.*a file that gzip did not make/],
  [2, 'the archive is absent, on this machine', 'error at synthesis', () => ({ model: NeoModel.fromAsset('no-such.tar.gz', OPTIONS) }), /path must be a file.*no-such\.tar\.gz/],
  [2, 'the archive is absent, in a bucket that is made with the job', 'warning at synthesis', () => ({}), /on the first deployment, the bucket is empty.*upload the model before.*NeoModel\.fromAsset/],
  [3, 'the bucket is in another Region', 'error at synthesis', scope => ({
    model: NeoModel.fromBucket(s3.Bucket.fromBucketAttributes(scope, 'Far', { bucketName: 'far', region: 'us-east-1' }), 'm.tar.gz', OPTIONS),
  }), /bucket must be in the Region of the stack, eu-west-1.*got: Stack\/Far in us-east-1/],
  [4, 'Neo has not this version of the framework for the target', 'warning at synthesis', saved({ framework: NeoFramework.PYTORCH_1_9 }),
    /AWS does not document PYTORCH 1\.9 \(but .*1\.13, 2\.0\) for target ml_c5, so the job may fail/],
  [4, 'Neo takes no version for the framework', 'error at synthesis', saved({ framework: NeoFramework.of('ONNX', '1.7') }), /the API takes one for .* only: use NeoFramework\.ONNX/],
  [4, 'Neo has not the framework for the target', 'error at synthesis', saved({ framework: NeoFramework.TFLITE_1_15 }), /TFLITE compiles for edge targets only/],
  // With a version named, only Neo sees it: docs/troubleshooting.md has its words.
  [5, 'the file was saved by a newer PyTorch than Neo takes, as none is named', 'warning at synthesis', saved({ framework: NeoFramework.pytorch() }),
    /Neo chooses one, and a model that a newer version saved fails: name the version that saved the model/],
  [6, 'the inputs are not in the order of the model', 'warning at synthesis', shaped('{"input1":[1,10],"input0":[1,3]}'), /matched by their order, and the names suggest a different one/],
  [6, 'JavaScript has moved the inputs', 'error at synthesis', () => saved({ dataInputShape: NeoDataInputShape.of('1', 1, 10).withInput('0', 1, 3) })(), /the order of the inputs is lost/],
  [7, 'NHWC for NCHW', 'warning at synthesis', images([1, 224, 224, 3]), /AWS documents images of PYTORCH as NCHW, such as \[1,3,224,224\]/],
  [7, 'NCHW for NHWC', 'warning at synthesis', () => saved({ framework: NeoFramework.TENSORFLOW_2_9, dataInputShape: NeoDataInputShape.of('x', 1, 3, 224, 224) })(),
    /AWS documents images of TENSORFLOW as NHWC, such as \[1,224,224,3\]/],
  [7, 'Keras, whose artifact is NHWC', 'error at synthesis', () => saved({ framework: NeoFramework.KERAS, dataInputShape: NeoDataInputShape.of('x', 1, 224, 224, 3) })(),
    /AWS documents images of KERAS as NCHW, although the artifact itself is NHWC/],
  [8, 'a dimension is null', 'error at synthesis', () => shaped('{"input0":[null,3,224,224]}')(), /has the dimension null: Neo compiles for fixed sizes/],
  [9, 'the inputs are not described', 'warning at synthesis', saved({ dataInputShape: undefined }), /no data input shape for framework PYTORCH: Neo can derive it for some models only/],
];

test.each(FAILURES)('fails early or warns: %i. %s: %s', (_, __, guard, props, message) => {
  const scope = stack();
  const attempt = () => compilation(props(scope), network({}, scope));
  if (guard === 'error at synthesis') {
    expect(attempt).toThrow(message);
  } else {
    attempt();
    expect(warnings(scope).filter(text => message.test(text))).toHaveLength(1);
  }
});

test('10. the role was made a moment ago, and cannot be assumed yet: tried again', async () => {
  const world = new World(BundledHandler);
  world.inject('CreateCompilationJob', faults.roleNotPropagated(), 3);
  expect((await new SimulatedResource(world).create(properties())).status).toBe('SUCCESS');
});

test('with none of these, nothing is said', () => {
  const scope = stack();
  compilation({ ...saved({})(), target: NeoTarget.ML_C5 }, network({}, scope));
  expect(warnings(scope)).toEqual([]);
});

test('there are ten', () => {
  expect([...new Set(FAILURES.map(([number]) => number)), 10]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
