import * as fs from 'fs';
import * as path from 'path';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { archiveOf, archiveWith, model, MODELS } from './archives';
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoTarget } from '../../src/index';
import * as tar from '../../src/preflight/tar';
import { network } from '../network/fixture';

const image = NeoDataInputShape.of('image', 1, 3, 32, 32);
const onnx = { framework: NeoFramework.ONNX, dataInputShape: image };

function stackWith(models: readonly NeoModel[]) {
  const { stack, bucket, privateVpc } = network();
  const jobs = models.map((each, i) => new NeoCompilationJob(stack, `Job${i}`, { vpcConfig: privateVpc.vpcConfig, model: each, target: NeoTarget.ML_C5, outputBucket: bucket }));
  return { stack, jobs };
}

const messageWith = (text: string) => Match.stringLikeRegexp(text.replace(/[[\]]/g, '\\$&'));

test('an archive is read once, whatever the number of models and jobs, and anew when it has changed', () => {
  const reading = jest.spyOn(tar, 'readTar');
  const archive = archiveOf(['onnx/dynamic.onnx', 'onnx/external.onnx.data']);
  const one = NeoModel.fromAsset(archive, onnx);
  const { stack } = stackWith([one, one, one, NeoModel.fromAsset(archive, onnx), NeoModel.fromAsset(archive, { framework: NeoFramework.ONNX })]);
  Template.fromStack(stack);
  expect(reading).toHaveBeenCalledTimes(1);
  fs.utimesSync(archive, 1, 1);
  NeoModel.fromAsset(archive, onnx);
  expect(reading).toHaveBeenCalledTimes(2);
  reading.mockRestore();
});

test('an archive is read once in an app of hundreds of archives, too', () => {
  const reading = jest.spyOn(tar, 'readTar');
  const archives = Array.from({ length: 300 }, (_, i) => archiveWith([{ name: 'model.onnx', content: model('onnx/fixed.onnx') }, { name: `${i}` }]));
  for (let target = 0; target < 3; target++) {
    for (const archive of archives) { NeoModel.fromAsset(archive, onnx); }
  }
  expect(reading).toHaveBeenCalledTimes(300);
  reading.mockRestore();
});

test('fails when the model is made, before any job: the file, what is in it, and how to save it', () => {
  expect(() => NeoModel.fromFiles([path.join(MODELS, 'torch/state-dict-1-12.pth')], { framework: NeoFramework.PYTORCH_1_12 }))
    .toThrow(/cannot be compiled by Neo: state-dict-1-12\.pth must be a model of framework PYTORCH: save it with "torch\.jit\.trace.*got: a state dict or a pickled module.*preflight: false/);
});

test('warnings are those of each job that the model is bound to, with an id to acknowledge', () => {
  const warned = NeoModel.fromFiles([path.join(MODELS, 'onnx/newer.onnx')], onnx);
  const { stack, jobs } = stackWith([warned, NeoModel.fromFiles([path.join(MODELS, 'onnx/fixed.onnx')], onnx), warned]);
  for (const job of [0, 2]) {
    Annotations.fromStack(stack).hasWarning(`/${jobs[job].node.path}`, messageWith('newer.onnx was written by ONNX 1.16 or newer .*[ack: cdk-sagemaker-neo:modelNewer]'));
  }
  Annotations.fromStack(stack).hasNoWarning(`/${jobs[1].node.path}`, Match.anyValue());
});

describe('Ambarella devices need a configuration in the archive', () => {
  const files = (...more: string[]) => archiveWith([{ name: 'model.onnx', content: model('onnx/fixed.onnx') }, ...more.map(name => ({ name, content: '{}' }))]);
  const compile = (archive: string, target = NeoTarget.AMBA_CV22, options: Partial<Parameters<typeof NeoModel.fromAsset>[1]> = {}) => {
    const { stack, bucket, privateVpc } = network();
    return new NeoCompilationJob(stack, 'Job', { vpcConfig: privateVpc.vpcConfig, model: NeoModel.fromAsset(archive, { ...onnx, ...options }), target, outputBucket: bucket });
  };

  test.each([NeoTarget.AMBA_CV2, NeoTarget.AMBA_CV22, NeoTarget.AMBA_CV25])('fails without one: %s', target => {
    expect(() => compile(files('calib_data/1.jpg'), target)).toThrow(`target ${target}: AWS documents that the archive also needs a file whose name ends in config.json`);
  });

  test('with one, with the check turned off, and for other devices', () => {
    compile(files('amba_config.json', 'calib_data/1.jpg'));
    compile(files(), NeoTarget.AMBA_CV22, { preflight: false });
    compile(files(), NeoTarget.IMX8QM);
  });
});

describe('what the file answers is warned of once, and not at all if the shape is right', () => {
  /** The image of fixed.onnx is [1,3,32,32]; its input with these sizes instead. */
  const withSizes = (...sizes: number[]) => {
    const dimensions = (all: number[]) => Buffer.from(all.flatMap(size => [0x0a, 0x02, 0x08, size]));
    const content = Buffer.from(model('onnx/fixed.onnx'));
    const at = content.indexOf(dimensions([1, 3, 32, 32]));
    dimensions(sizes).copy(content, at);
    return archiveWith([{ name: 'model.onnx', content }]);
  };
  const two = ['torch/two-inputs-1-12.pth'];
  const [LEFT, RIGHT] = ['left', 'right'];

  test.each<[string, string, Parameters<typeof NeoModel.fromAsset>[1], string[]]>([
    ['no shape', archiveOf(['onnx/fixed.onnx']), { framework: NeoFramework.ONNX }, ['inputShapeOfFile']],
    ['no shape, and the file is not read', archiveOf(['onnx/fixed.onnx']), { framework: NeoFramework.ONNX, preflight: false }, ['dataInputShapeMissing']],
    ['NHWC instead of NCHW', archiveOf(['onnx/fixed.onnx']), { ...onnx, dataInputShape: NeoDataInputShape.of('image', 1, 32, 32, 3) }, ['inputSizes']],
    ['NHWC, as the file has it', withSizes(1, 32, 32, 3), { ...onnx, dataInputShape: NeoDataInputShape.of('image', 1, 32, 32, 3) }, []],
    ['NHWC, and the file is not read', withSizes(1, 32, 32, 3), { ...onnx, dataInputShape: NeoDataInputShape.of('image', 1, 32, 32, 3), preflight: false }, ['inputLayout']],
    ['sizes that the file leaves open', archiveOf(['onnx/dynamic.onnx', 'onnx/external.onnx.data']), { ...onnx, dataInputShape: NeoDataInputShape.of('image', 1, 32, 32, 3) }, ['inputSizes', 'inputLayout']],
    ['the order of PyTorch', archiveOf(two), { framework: NeoFramework.PYTORCH_1_12, dataInputShape: NeoDataInputShape.of(LEFT, 1, 3).withInput(RIGHT, 1, 3) }, []],
    ['another order of PyTorch', archiveOf(two), { framework: NeoFramework.PYTORCH_1_12, dataInputShape: NeoDataInputShape.of(RIGHT, 1, 3).withInput(LEFT, 1, 3) }, ['inputNames']],
    ['names that PyTorch does not know', archiveOf(two), { framework: NeoFramework.PYTORCH_1_12, dataInputShape: NeoDataInputShape.of('input1', 1, 3).withInput('input0', 1, 3) }, ['inputOrder']],
  ])('%s', (_, archive, options, ids) => {
    const { stack, jobs: [job] } = stackWith([NeoModel.fromAsset(archive, options)]);
    const found = Annotations.fromStack(stack).findWarning(`/${job.node.path}`, Match.anyValue()).map(({ entry }) => /ack: cdk-sagemaker-neo:(\w+)\]/.exec(entry.data as string)![1]);
    expect(found).toEqual(ids);
  });

  test('it holds for the job of that model only', () => {
    const { stack, jobs: [, other] } = stackWith([NeoModel.fromAsset(withSizes(1, 32, 32, 3), { ...onnx, dataInputShape: NeoDataInputShape.of('image', 1, 32, 32, 3) }),
      NeoModel.fromAsset(withSizes(1, 32, 32, 3), { framework: NeoFramework.ONNX, dataInputShape: NeoDataInputShape.of('image', 1, 32, 32, 3), preflight: false })]);
    Annotations.fromStack(stack).hasWarning(`/${other.node.path}`, messageWith('.*[ack: cdk-sagemaker-neo:inputLayout]'));
  });
});

test('an acknowledged warning is gone', () => {
  const { stack, jobs: [job] } = stackWith([NeoModel.fromFiles([path.join(MODELS, 'onnx/newer.onnx')], onnx)]);
  const { Annotations: annotations } = jest.requireActual('aws-cdk-lib');
  annotations.of(job).acknowledgeWarning('cdk-sagemaker-neo:modelNewer');
  Annotations.fromStack(stack).hasNoWarning(`/${job.node.path}`, messageWith('modelNewer'));
});

test('preflight: false turns it off for one model, and its archive is not read', () => {
  const reading = jest.spyOn(tar, 'readTar');
  const options = { framework: NeoFramework.PYTORCH_1_12, dataInputShape: image, preflight: false };
  const { stack } = stackWith([NeoModel.fromFiles([path.join(MODELS, 'torch/module-2-15.pth')], options)]);
  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  expect(reading).not.toHaveBeenCalled();
  reading.mockRestore();
});

test('nothing of an archive but names and shapes is in a template, a warning or an error', () => {
  const secret = 'Secret-a1b2c3';
  const members = [
    { name: 'model.onnx', content: Buffer.concat([model('onnx/newer.onnx'), Buffer.from([0x32, secret.length]), Buffer.from(secret)]) },
    { name: 'notes.txt', content: secret },
    { name: '._model.onnx', content: secret },
  ];
  const { stack } = stackWith([onnx, { framework: NeoFramework.ONNX }].map(options => NeoModel.fromAsset(archiveWith(members), options)));
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain(secret);
  const warnings = JSON.stringify(Annotations.fromStack(stack).findWarning('*', Match.anyValue()));
  expect(warnings).toContain('modelNewer');
  expect(warnings).not.toContain(secret);
  const broken: [string, NeoFramework][] = [
    ['model.pth', NeoFramework.PYTORCH_1_12],
    ['model.h5', NeoFramework.KERAS],
    ['model.tflite', NeoFramework.TFLITE_1_15],
    ['model.cfg', NeoFramework.DARKNET],
  ];
  for (const [name, framework] of broken) {
    let message = '';
    try {
      NeoModel.fromAsset(archiveWith([{ name, content: secret }, { name: 'notes.txt', content: secret }]), { framework });
    } catch (error) { message = (error as Error).message; }
    expect(message).toContain('cannot be compiled by Neo');
    expect(message).not.toContain(secret);
  }
});
