import * as fs from 'fs';
import * as zlib from 'zlib';
import { archiveOf, archiveWith, check, DARKNET, model, tar, written } from './archives';
import { NeoDataInputShape, NeoFramework } from '../../src/index';
import { ByteReader } from '../../src/preflight/byte-reader';
import { gunzip } from '../../src/preflight/gunzip';
import { readTar } from '../../src/preflight/tar';
import { MarkdownPage } from '../docs/markdown';

const image = NeoDataInputShape.of('image', 1, 3, 8, 8);
const large = NeoDataInputShape.of('image', 1, 3, 32, 32);
const nhwc = NeoDataInputShape.of('image', 1, 8, 8, 3);
const input0 = NeoDataInputShape.of('input0', 1, 3, 8, 8);
const tensor = NeoDataInputShape.of('serving_default_image:0', 1, 8, 8, 3);
const data = NeoDataInputShape.of('data', 1, 3, 8, 8);
const darknet = NeoDataInputShape.of('data', 1, 3, 416, 416);

/** Files of `models` under their own names, all files of a folder there, an archive's members, or what is written as an archive. */
type Archive = string | readonly string[] | Parameters<typeof archiveWith>[0] | (() => Buffer);

function toPath(archive: Archive): string {
  if (typeof archive === 'function') { return written(archive()); }
  if (typeof archive === 'string') { return archiveOf(archive); }
  return typeof archive[0] === 'string' ? archiveOf(archive as string[]) : archiveWith(archive as Parameters<typeof archiveWith>[0]);
}

/** A real model under the name of another. */
const renamed = (name: string, file: string) => ({ name, content: model(file) });

/** Files of an archive that `archiveOf` or `archiveWith` made. */
function untar(archive: string): { name: string; content: Buffer }[] {
  const found: { name: string; content: Buffer }[] = [];
  const chunks = gunzip(archive, Infinity);
  readTar(new ByteReader(() => chunks.next().value), ({ path, type, size }, content) => {
    if (type === 'file') { found.push({ name: path, content: content.read(size) }); }
  });
  return found;
}

interface Row {
  readonly framework: NeoFramework;
  readonly shape?: NeoDataInputShape;
  readonly good: readonly Archive[];
  /** By the reason in the column "fails": archive, message and, where it is not the row's, the shape. */
  readonly bad: { readonly [reason: string]: readonly (readonly [Archive, RegExp, NeoDataInputShape?])[] };
}

const [cfg, weights] = DARKNET;
const section = (title: string) => [{ ...cfg, content: `${cfg.content}[${title}]\n` }, weights];

/** The table of docs/preflight.md. */
const ROWS: { readonly [row: string]: Row } = {
  'all': {
    framework: NeoFramework.ONNX,
    shape: large,
    good: [['onnx/fixed.onnx'], [{ name: './model.onnx', content: model('onnx/fixed.onnx') }]],
    bad: {
      'a file that is not a `.tar.gz` archive': [
        [() => model('onnx/fixed.onnx'), /cannot be unpacked.*a file that gzip did not make/],
        [() => tar([renamed('model.onnx', 'onnx/fixed.onnx')]), /cannot be unpacked.*a tar archive that is not compressed/],
        [() => model('torch/traced-1-12.pth'), /cannot be unpacked.*a file that gzip did not make/],
        [() => zlib.gzipSync(model('onnx/fixed.onnx')), /cannot be unpacked.*a compressed file that is no tar archive/],
        [() => Buffer.alloc(0), /cannot be unpacked.*an empty file/],
      ],
      'a broken or truncated archive': [
        [() => fs.readFileSync(archiveOf(['onnx/fixed.onnx'])).subarray(0, -20), /cannot be unpacked.*gzip finds it broken or cut off/],
        [() => zlib.gzipSync(tar([renamed('model.onnx', 'onnx/fixed.onnx')]).subarray(0, 600)), /cannot be unpacked.*ends in the middle/],
      ],
      'a model file that is empty, broken or a pointer of Git LFS': [
        [[{ name: 'model.onnx' }], /model\.onnx must be a model of framework ONNX.*got: an empty file/],
        [[{ name: 'model.onnx', content: model('onnx/fixed.onnx').subarray(0, 100) }], /model\.onnx must be.*got: a broken file: a field of the protobuf message is longer/],
        [[renamed('model.onnx', 'torch/traced-1-12.pth')], /got: a broken file: it is no protobuf message/],
        [[{ name: 'model.onnx', content: '<html>' }], /got: a broken file/],
        [[{ name: 'model.onnx', content: 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n' }], /got: a pointer of Git LFS, run "git lfs pull"/],
      ],
    },
  },
  'PyTorch': {
    framework: NeoFramework.PYTORCH_1_12,
    shape: input0,
    good: [['torch/traced-1-12.pth'], ['torch/scripted-1-12.pth'], [renamed('model.pt', 'torch/traced-1-12.pth')]],
    bad: {
      'not exactly one `.pth` or `.pt` file': [
        [['onnx/fixed.onnx'], /one \.pth or \.pt file.*got: fixed\.onnx/],
        [['torch/traced-1-12.pth', 'torch/scripted-1-12.pth'], /exactly one \.pth or \.pt file.*got: scripted-1-12\.pth, traced-1-12\.pth/],
        [[renamed('a.pt', 'torch/traced-1-12.pth'), renamed('a.pth', 'torch/traced-1-12.pth')], /exactly one \.pth or \.pt file.*got: a\.pt, a\.pth/],
      ],
      'a state dict': [
        [['torch/state-dict-1-12.pth'], /torch\.jit\.trace.*got: a state dict or a pickled module/],
        [['torch/state-dict-2-15.pth'], /torch\.jit\.trace.*got: a state dict/],
        [['torch/state-dict-legacy-1-12.pth'], /torch\.jit\.trace.*got: a pickle/],
        [['torch/state-dict-legacy-2-15.pth'], /torch\.jit\.trace.*got: a pickle/],
      ],
      'a pickled module': [
        [['torch/module-1-12.pth'], /torch\.jit\.trace.*got: a state dict or a pickled module/],
        [['torch/module-2-15.pth'], /torch\.jit\.trace.*got: a state dict or a pickled module/],
      ],
      'a `torch.export` program': [[[renamed('model.pth', 'torch/exported-2-15.pt2')], /torch\.jit\.trace.*got: a program of torch\.export/]],
      'a file that PyTorch did not write': [
        [[renamed('model.pth', 'onnx/fixed.onnx')], /got: neither a zip nor a pickle/],
        [[renamed('model.pth', 'keras/keras3.keras')], /got: a zip that PyTorch did not make/],
      ],
    },
  },
  'ONNX': {
    framework: NeoFramework.ONNX,
    shape: large,
    good: [['onnx/fixed.onnx'], ['onnx/dynamic.onnx'], ['onnx/weights-as-inputs.onnx']],
    bad: {
      'not exactly one `.onnx` file': [
        [['torch/traced-1-12.pth'], /one \.onnx file.*torch\.onnx\.export/],
        [['onnx/fixed.onnx', 'onnx/dynamic.onnx'], /exactly one \.onnx file/],
      ],
      'a name in the shape that is not an input': [
        [['onnx/fixed.onnx'], /names must be those of the model's inputs, image; got: input0/, input0],
        [['onnx/weights-as-inputs.onnx'], /inputs, image; got: w/, NeoDataInputShape.of('w', 4, 3, 1, 1)],
      ],
    },
  },
  'TensorFlow': {
    framework: NeoFramework.TENSORFLOW_2_9,
    shape: nhwc,
    good: [['tensorflow/frozen-2-9.pb'], ['tensorflow/frozen-1-15.pb'], ['tensorflow/frozen.pbtxt'], 'tensorflow/saved_model_1_15'],
    bad: {
      'not exactly one `.pb` or `.pbtxt` file': [
        [['keras/keras2.h5'], /one \.pb or \.pbtxt file/],
        [['tensorflow/frozen-2-9.pb', 'tensorflow/frozen.pbtxt'], /exactly one \.pb or \.pbtxt file/],
        [['tensorflow/frozen-2-9.pb', 'tensorflow/frozen-1-15.pb'], /exactly one \.pb or \.pbtxt file/],
      ],
      'a SavedModel without its `variables` folder': [
        [['keras/saved_model_keras/saved_model.pb'], /the folder variables beside saved_model\.pb/],
        [[renamed('export/saved_model.pb', 'tensorflow/saved_model_1_15/saved_model.pb')], /the folder export\/variables beside export\/saved_model\.pb/],
      ],
      'a `.pb` file without a graph': [
        [[{ name: 'saved_model.pb', content: '\x08\x01' }, { name: 'variables/', flag: '5' }], /saved_model\.pb must be a model of framework TENSORFLOW.*got: a file without a graph/],
        [[renamed('frozen.pb', 'onnx/fixed.onnx')], /frozen\.pb must be a model of framework TENSORFLOW.*got: no frozen graph, but .* a model of ONNX/],
        [[renamed('model.pb', 'tensorflow/saved_model_1_15/saved_model.pb')], /got: no frozen graph, but a saved model under another name/],
      ],
    },
  },
  'TensorFlow Lite': {
    framework: NeoFramework.TFLITE_1_15,
    shape: tensor,
    good: [['tensorflow/fixed.tflite'], ['tensorflow/dynamic.tflite']],
    bad: {
      'not exactly one `.tflite` file': [
        [['tensorflow/frozen-1-15.pb'], /one \.tflite file/],
        [['tensorflow/fixed.tflite', 'tensorflow/dynamic.tflite'], /exactly one \.tflite file.*got: dynamic\.tflite, fixed\.tflite/],
      ],
      'a file that TensorFlow Lite did not write': [[[renamed('model.tflite', 'onnx/fixed.onnx')], /TensorFlow Lite did not make/]],
      'a name in the shape that is not an input': [[['tensorflow/fixed.tflite'], /serving_default_image:0; got: image/, nhwc]],
    },
  },
  'Keras': {
    framework: NeoFramework.KERAS,
    shape: image,
    good: [['keras/keras-2-2.h5']],
    bad: {
      'not exactly one `.h5` file': [
        [['keras/keras3.keras'], /one \.h5 file/],
        [['keras/keras-2-2.h5', 'keras/sequential-2-2.h5'], /exactly one \.h5 file.*got: keras-2-2\.h5, sequential-2-2\.h5/],
      ],
      'a file that is not HDF5': [[[renamed('model.h5', 'keras/keras3.keras')], /got: a file that is no HDF5/]],
      'weights without the definition of the model': [
        [['keras/weights-2-2.h5'], /model\.save.*got: weights without the definition/],
        [['keras/only.weights.h5'], /model\.save.*got: weights without the definition/],
      ],
      'a name in the shape that is not an input': [[['keras/keras-2-2.h5'], /inputs, image; got: input0/, input0]],
      'a size that differs from the file (in NCHW)': [
        [['keras/keras-2-2.h5'], /\[\?,3,8,8\] in NCHW.*got: \[1,3,9,9\]/, NeoDataInputShape.of('image', 1, 3, 9, 9)],
        [['keras/keras-2-2.h5'], /\[\?,3,8,8\] in NCHW.*got: \[1,8,8,3\]/, nhwc],
      ],
    },
  },
  'MXNet': {
    framework: NeoFramework.MXNET_1_8,
    shape: data,
    good: [
      ['mxnet/gluon-symbol.json', 'mxnet/gluon-0000.params'],
      // For an Ambarella device.
      [renamed('model.json', 'mxnet/gluon-symbol.json'), renamed('model-0000.params', 'mxnet/gluon-0000.params'), { name: 'amba_config.json', content: '{"inputs":{}}' }, { name: 'calib_data/1.jpg', content: 'x' }],
    ],
    bad: {
      'not exactly one symbol file': [
        [['mxnet/gluon-0000.params'], /one \*-symbol\.json file/],
        [['mxnet/gluon-symbol.json', 'mxnet/newer-symbol.json', 'mxnet/gluon-0000.params'], /exactly one \*-symbol\.json file.*got: gluon-symbol\.json, newer-symbol\.json/],
      ],
      'not exactly one `.params` file': [
        [['mxnet/gluon-symbol.json'], /one \*\.params file.*net\.export/],
        [['mxnet/gluon-symbol.json', 'mxnet/gluon-0000.params', 'mxnet/module-0000.params'], /exactly one \*\.params file/],
      ],
      'a file that MXNet did not write': [
        [[renamed('model-symbol.json', 'xgboost/booster-1.json'), renamed('model.params', 'mxnet/gluon-0000.params')], /model-symbol\.json.*got: JSON without the nodes/],
        [[renamed('model-symbol.json', 'onnx/fixed.onnx'), renamed('model.params', 'mxnet/gluon-0000.params')], /model-symbol\.json.*got: a file that is no JSON/],
        [[renamed('model-symbol.json', 'mxnet/gluon-symbol.json'), renamed('model.params', 'keras/keras2.h5')], /model\.params.*got: a file that MXNet did not make/],
      ],
      'a name in the shape that is not an input': [[['mxnet/gluon-symbol.json', 'mxnet/gluon-0000.params'], /inputs, data; got: input0/, input0]],
    },
  },
  'DarkNet': {
    framework: NeoFramework.DARKNET,
    shape: darknet,
    good: [DARKNET],
    bad: {
      'not exactly one `.cfg` file': [
        [[weights], /one \.cfg file/],
        [[cfg, { ...cfg, name: 'other.cfg' }, weights], /exactly one \.cfg file.*got: net\.cfg, other\.cfg/],
      ],
      'not exactly one `.weights` file': [
        [[cfg], /one \.weights file/],
        [[cfg, weights, { ...weights, name: 'other.weights' }], /exactly one \.weights file/],
      ],
      'a `.cfg` file without a `[net]` section': [[[{ ...cfg, content: '[convolutional]\nsize=3\n' }, weights], /got: a file without a \[net\] section/]],
      'a `.weights` file that DarkNet did not write': [
        [[cfg, renamed('net.weights', 'torch/traced-1-12.pth')], /net\.weights.*got: a file that DarkNet did not make/],
        [[cfg, { ...weights, content: 'short' }], /net\.weights.*got: a file too short for weights/],
      ],
      'a Yolo model': ['yolo', 'region', 'detection'].map(title =>
        [section(title), new RegExp(`net\\.cfg must be a model that Neo supports.*got: a Yolo model, with a section \\[${title}\\]`)] as const),
    },
  },
  'XGBoost': {
    framework: NeoFramework.XGBOOST,
    good: [['xgboost/booster-1-3.model'], [renamed('xgboost-model', 'xgboost/booster-1-3.model')]],
    bad: {
      'not exactly one `.model` file': [
        [['xgboost/booster-1.json'], /one \.model file/],
        [['xgboost/booster-1-3.model', 'xgboost/pickled-1.model'], /exactly one \.model file/],
      ],
      'a file that XGBoost did not write': [
        [[{ name: 'xgboost.model', content: 'hello' }], /xgboost\.model must be.*got: a file that XGBoost did not write/],
        [[renamed('xgboost.model', 'mxnet/gluon-symbol.json')], /got: a file that XGBoost did not write/],
      ],
    },
  },
};

describe.each(Object.entries(ROWS))('%s', (_, { framework, shape, good, bad }) => {
  test.each(good.map((archive, i) => [i + 1, archive] as const))('a good model, %d', (__, archive) => {
    expect(check(toPath(archive), framework, shape)).toEqual({ errors: [], warnings: [] });
  });

  const cases = Object.entries(bad).flatMap(([reason, models]) =>
    models.map(([archive, message, otherShape = shape], i) => [reason, i + 1, archive, message, otherShape] as const));
  test.each(cases)('fails: %s, %d', (__, ___, archive, message, otherShape) => {
    expect(check(toPath(archive), framework, otherShape).errors).toEqual([expect.stringMatching(message)]);
  });
});

describe('a model file that is cut off', () => {
  // The check does not read to the end of the other files: the weights of Keras and DarkNet, and the trees of XGBoost.
  const others = Object.entries(ROWS).filter(([row]) => ['PyTorch', 'ONNX', 'TensorFlow', 'TensorFlow Lite', 'MXNet'].includes(row));

  test.each(others)('fails: %s', (_, { framework, good }) => {
    for (const archive of good.map(toPath)) {
      const files = untar(archive);
      const [file] = files.filter(({ name }) => /\.(pth|pt|onnx|pb|tflite|params)$/.test(name));
      if (!file) { continue; }
      const half = files.map(each => each === file ? { ...each, content: each.content.subarray(0, each.content.length / 2) } : each);
      expect(check(archiveWith(half), framework).errors).toEqual([expect.stringContaining(`${file.name} must be a model of framework`)]);
    }
  });
});

test('the table of docs/preflight.md has these rows and reasons, each with its source at AWS, a good and a bad model', () => {
  const { text } = MarkdownPage.read('docs/preflight.md');
  const table = text.slice(text.indexOf('| framework |')).split('\n\n')[0].split('\n').slice(2);
  const sources = [...text.matchAll(/\]\(https:\/\/docs\.aws\.amazon\.com\/[^)]+\)\s\(([A-Z])\)/g)].map(([, letter]) => letter);
  const documented = table.map(line => line.split('|').map(cell => cell.trim())).map(([, row, fails]): [string, string[]] => [row, fails.split('; ').map(reason => {
    const [, words, letters] = /^(.*) \(([A-Z](?:, [A-Z])*)\)$/.exec(reason) ?? [];
    expect({ reason, unknown: (letters ?? 'none').split(', ').filter(letter => !sources.includes(letter)) }).toEqual({ reason, unknown: [] });
    return words;
  })]);
  expect(documented).toEqual(Object.entries(ROWS).map(([row, { bad }]) => [row, Object.keys(bad)]));
  expect(Object.values(ROWS).flatMap(({ good, bad }) => [good, ...Object.values(bad)]).every(models => models.length > 0)).toBe(true);
});
