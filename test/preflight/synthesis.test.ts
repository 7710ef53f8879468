import * as fs from 'fs';
import * as path from 'path';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { archiveOf, archiveWith, model, MODELS } from './archives';
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoTarget } from '../../src/index';
import * as inflating from '../../src/preflight/inflate';
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
  const reading = jest.spyOn(inflating, 'inflate');
  const archive = archiveOf(['onnx/dynamic.onnx', 'onnx/external.onnx.data']);
  const one = NeoModel.fromAsset(archive, onnx);
  const { stack } = stackWith([one, one, one, NeoModel.fromAsset(archive, onnx), NeoModel.fromAsset(archive, { framework: NeoFramework.ONNX })]);
  Template.fromStack(stack);
  expect(reading.mock.calls.filter(([file]) => fs.realpathSync(file) === fs.realpathSync(archive))).toHaveLength(1);
  fs.utimesSync(archive, 1, 1);
  NeoModel.fromAsset(archive, onnx);
  expect(reading).toHaveBeenCalledTimes(2);
  reading.mockRestore();
});

test('an archive is read once in an app of hundreds of archives, too', () => {
  const reading = jest.spyOn(inflating, 'inflate');
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

test('a job without a shape has one warning about it: the one with the shape of the file, if there is a file', () => {
  const withoutShape = { framework: NeoFramework.ONNX };
  const warningsOf = (read: NeoModel) => {
    const { stack, jobs } = stackWith([read]);
    return Annotations.fromStack(stack).findWarning(`/${jobs[0].node.path}`, Match.anyValue()).map(({ entry }) => /ack: (.*)\]/.exec(entry.data as string)![1]);
  };
  expect(warningsOf(NeoModel.fromFiles([path.join(MODELS, 'onnx/fixed.onnx')], withoutShape))).toEqual(['cdk-sagemaker-neo:inputShapeOfFile']);
  expect(warningsOf(NeoModel.fromAsset(archiveOf(['onnx/fixed.onnx']), { ...withoutShape, preflight: false }))).toEqual(['cdk-sagemaker-neo:dataInputShapeMissing']);
});

test('an acknowledged warning is gone', () => {
  const { stack, jobs: [job] } = stackWith([NeoModel.fromFiles([path.join(MODELS, 'onnx/newer.onnx')], onnx)]);
  const { Annotations: annotations } = jest.requireActual('aws-cdk-lib');
  annotations.of(job).acknowledgeWarning('cdk-sagemaker-neo:modelNewer');
  Annotations.fromStack(stack).hasNoWarning(`/${job.node.path}`, messageWith('modelNewer'));
});

test('preflight: false turns it off for one model, and its archive is not read', () => {
  const reading = jest.spyOn(inflating, 'inflate');
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
