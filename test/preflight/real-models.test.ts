import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { archiveOf, archiveWith, check, DARKNET, model } from './archives';
import { NeoDataInputShape, NeoFramework } from '../../src/index';

const image = NeoDataInputShape.fromMap({ image: [1, 3, 8, 8] });
const large = NeoDataInputShape.fromMap({ image: [1, 3, 32, 32] });
const nhwc = NeoDataInputShape.fromMap({ image: [1, 8, 8, 3] });
const input0 = NeoDataInputShape.fromMap({ input0: [1, 3, 8, 8] });

describe('real models pass without a word', () => {
  test.each<[string, NeoFramework, string | string[], NeoDataInputShape | undefined]>([
    ['ONNX', NeoFramework.ONNX, ['onnx/fixed.onnx'], large],
    ['ONNX with sizes left open', NeoFramework.ONNX, ['onnx/dynamic.onnx'], large],
    ['ONNX that lists its weights among the inputs', NeoFramework.ONNX, ['onnx/weights-as-inputs.onnx'], large],
    ['PyTorch, traced', NeoFramework.PYTORCH_1_12, ['torch/traced-1-12.pth'], input0],
    ['PyTorch, scripted', NeoFramework.PYTORCH_1_12, ['torch/scripted-1-12.pth'], input0],
    ['PyTorch, two inputs', NeoFramework.PYTORCH_1_13, ['torch/two-inputs-1-12.pth'], NeoDataInputShape.fromList([[1, 3, 8, 8], [1, 3, 8, 8]])],
    ['a newer PyTorch under its own name', NeoFramework.pytorch('2.15'), ['torch/traced-2-15.pth'], undefined],
    ['TensorFlow Lite', NeoFramework.TFLITE_1_15, ['tensorflow/fixed.tflite'], NeoDataInputShape.fromMap({ 'serving_default_image:0': [1, 8, 8, 3] })],
    ['Keras', NeoFramework.KERAS, ['keras/keras-2-2.h5'], image],
    ['Keras, volumes', NeoFramework.KERAS, ['keras/volume-2-2.h5'], NeoDataInputShape.fromMap({ volume: [1, 4, 8, 8, 3] })],
    ['Keras, volumes channel-first', NeoFramework.KERAS, ['keras/volume-2-2.h5'], NeoDataInputShape.fromMap({ volume: [1, 3, 4, 8, 8] })],
    ['Keras, sequential', NeoFramework.KERAS, ['keras/sequential-2-2.h5'], NeoDataInputShape.fromMap({ first_input: [1, 3, 8, 8] })],
    ['MXNet, Gluon', NeoFramework.MXNET_1_8, ['mxnet/gluon-symbol.json', 'mxnet/gluon-0000.params'], NeoDataInputShape.fromMap({ data: [1, 3, 8, 8] })],
    ['MXNet, Module', NeoFramework.MXNET_1_8, ['mxnet/module-symbol.json', 'mxnet/module-0000.params'],
      NeoDataInputShape.fromMap({ data: [1, 8], softmax_label: [1] })],
    ['XGBoost', NeoFramework.XGBOOST, ['xgboost/booster-1-3.model'], undefined],
    ['TensorFlow, frozen', NeoFramework.TENSORFLOW_2_9, ['tensorflow/frozen-2-9.pb'], nhwc],
    ['a newer frozen graph under its own name', NeoFramework.tensorflow('2.21'), ['tensorflow/frozen.pb'], nhwc],
    ['an older frozen graph', NeoFramework.TENSORFLOW_2_9, ['tensorflow/frozen-1-15.pb'], nhwc],
    ['TensorFlow, frozen by 1.15', NeoFramework.TENSORFLOW_1_15, ['tensorflow/frozen-1-15.pb'], nhwc],
    ['TensorFlow, frozen, by the name of the tensor', NeoFramework.TENSORFLOW_1_15, ['tensorflow/frozen-1-15.pb'], NeoDataInputShape.of('image:0', 1, 8, 8, 3)],
    ['TensorFlow, saved model of 1.15', NeoFramework.TENSORFLOW_1_15, 'tensorflow/saved_model_1_15', NeoDataInputShape.of('photo', 1, 8, 8, 3)],
    ['TensorFlow, saved model, by the name of the tensor', NeoFramework.TENSORFLOW_1_15, 'tensorflow/saved_model_1_15', nhwc],
    ['PyTorch, a class of a package', NeoFramework.PYTORCH_1_12, ['torch/packaged-1-12.pth'], input0],
    ['PyTorch, names in the order of forward', NeoFramework.PYTORCH_1_12, ['torch/two-inputs-1-12.pth'], NeoDataInputShape.of('left', 1, 3, 8, 8).withInput('right', 1, 3, 8, 8)],
    ['PyTorch, an operator of its own release', NeoFramework.PYTORCH_1_12, ['torch/gelu-1-12.pth'], input0],
    ['MXNet, with the shape in the symbol', NeoFramework.MXNET_1_8, ['mxnet/shaped-symbol.json', 'mxnet/shaped-0000.params'], NeoDataInputShape.of('data', 1, 8)],
  ])('%s', (_, framework, models, shape) => {
    expect(check(archiveOf(models), framework, shape)).toEqual({ errors: [], warnings: [] });
  });

  test('a saved model of TensorFlow 2.9, but for the second .pb file', () => {
    const { errors, warnings } = check(archiveOf('keras/saved_model_keras'), NeoFramework.TENSORFLOW_2_9, nhwc);
    expect(errors).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^savedModelExtraFiles: .*keras_metadata\.pb/)]);
  });
});

describe('warns of what AWS does not document', () => {
  test.each<[string, NeoFramework, string | string[], NeoDataInputShape | undefined, RegExp]>([
    ['no shape is given: the one of the file, ready to paste', NeoFramework.ONNX, ['onnx/fixed.onnx'], undefined, /^inputShapeOfFile: .*NeoDataInputShape\.of\("image", 1, 3, 32, 32\)$/],
    ['sizes left open', NeoFramework.ONNX, ['onnx/dynamic.onnx'], undefined, /^inputShapeOfFile: .*\.of\("image", 1, 3, 1, 32\);.*\[\?,3,\?,32\]/],
    ['names of MXNet', NeoFramework.MXNET_1_8, ['mxnet/gluon-symbol.json', 'mxnet/gluon-0000.params'], undefined, /^inputShapeOfFile: .*the inputs data, in this order and of unknown sizes/],
    ['another size', NeoFramework.ONNX, ['onnx/fixed.onnx'], NeoDataInputShape.fromMap({ image: [1, 3, 64, 64] }), /^inputSizes: .*\[1,3,32,32\]; got: \[1,3,64,64\]/],
    ['another layout', NeoFramework.ONNX, ['onnx/fixed.onnx'], NeoDataInputShape.of('image', 1, 32, 32, 3), /^inputSizes: .*\[1,3,32,32\]: the sizes are the same, but in another layout; got: \[1,32,32,3\]/],
    ['another layout for TensorFlow', NeoFramework.TENSORFLOW_2_9, ['tensorflow/frozen-2-9.pb'], NeoDataInputShape.of('image', 1, 3, 8, 8), /inputSizes: .*but in another layout; got: \[1,3,8,8\]/],
    ['another rank', NeoFramework.ONNX, ['onnx/dynamic.onnx'], NeoDataInputShape.fromMap({ image: [3, 32, 32] }), /^inputSizes: .*got: \[3,32,32\]/],
    ['a newer ONNX', NeoFramework.ONNX, ['onnx/newer.onnx'], large, /^modelNewer: .*ONNX 1\.16 or newer \(IR version 10, opset 21\).*1\.7\.0/],
    ['a newer PyTorch', NeoFramework.PYTORCH_1_12, ['torch/traced-2-15.pth'], input0, /^modelNewer: .*PYTORCH 2\.1 or newer/],
    ['a file of ONNX with its weights beside it', NeoFramework.ONNX, ['onnx/external.onnx', 'onnx/external.onnx.data'], large,
      /^modelExternalData: .*onnx\.save.*got: external\.onnx\.data$/],
    ['a file of ONNX without its weights', NeoFramework.ONNX, ['onnx/external.onnx'], large, /^modelExternalData: .*external\.onnx\.data is not in the archive$/],
    ['an operator of PyTorch 1.12 under 1.8', NeoFramework.PYTORCH_1_8, ['torch/gelu-1-12.pth'], input0, /^modelNewer: .*PYTORCH 1\.12 or newer \(version 10 of TorchScript\).*torch==1\.8/],
    ['names of PyTorch in another order', NeoFramework.PYTORCH_1_12, ['torch/two-inputs-1-12.pth'], NeoDataInputShape.of('right', 1, 3, 8, 8).withInput('left', 1, 3, 8, 8),
      /^inputNames: .*by their order.*forward takes left, right.*got: right, left$/],
    ['no shape for PyTorch: names in their order', NeoFramework.PYTORCH_1_12, ['torch/two-inputs-1-12.pth'], undefined, /^inputShapeOfFile: .*left, right, in this order/],
    ['an operator of a newer TensorFlow Lite', NeoFramework.TFLITE_1_15, ['tensorflow/newer.tflite'], NeoDataInputShape.fromMap({ 'serving_default_image:0': [1, 8, 8, 3] }),
      /^modelNewer: .*TFLITE 2\.[0-9]+ or newer.*1\.15.*tensorflow==1\.15/],
    ['a newer Keras', NeoFramework.KERAS, ['keras/keras2.h5'], image, /^modelNewer: .*KERAS 2\.9 \(its keras_version is 2\.9\.0\).*2\.2\.4.*keras==2\.2\.4/],
    ['Keras 3', NeoFramework.KERAS, ['keras/keras3.h5'], image, /^modelNewer: .*KERAS 3\.15/],
    ['a channel-first model of Keras', NeoFramework.KERAS, ['keras/channels-first-2-2.h5'], image, /^modelLayout: .*channels_last.*got: channels-first-2-2\.h5/],
    ['another size of Keras, given as JSON', NeoFramework.KERAS, ['keras/keras-2-2.h5'], NeoDataInputShape.fromJson('{"image":[1,8,8,3]}'), /^inputSizes: .*\[\?,3,8,8\] in NCHW.*got: \[1,8,8,3\]/],
    ['a newer XGBoost', NeoFramework.XGBOOST, ['xgboost/booster-1-7.model'], undefined, /^modelNewer: .*XGBOOST 1\.7 \(it says so\).*1\.3\.3.*xgboost==1\.3\.3/],
    ['a newer MXNet', NeoFramework.MXNET_1_8, ['mxnet/newer-symbol.json', 'mxnet/gluon-0000.params'], NeoDataInputShape.of('data', 1, 3, 8, 8), /^modelNewer: .*MXNET 1\.9/],
    ['another size of MXNet', NeoFramework.MXNET_1_8, ['mxnet/shaped-symbol.json', 'mxnet/shaped-0000.params'], NeoDataInputShape.of('data', 1, 9), /^inputSizes: .*\[1,8\].*got: \[1,9\]/],
    ['a saved model without a signature', NeoFramework.TENSORFLOW_2_9, 'tensorflow/without-signature', nhwc, /^savedModelSignature: .*signatures=/],
    ['too few shapes for PyTorch', NeoFramework.PYTORCH_1_12, ['torch/two-inputs-1-12.pth'], input0, /^inputNames: .*takes 2 inputs.*order; got: 1/],
    ['an input that is forgotten', NeoFramework.MXNET_1_8, ['mxnet/module-symbol.json', 'mxnet/module-0000.params'], NeoDataInputShape.of('data', 1, 8), /^inputNames: .*softmax_label/],
    ['a frozen graph of a newer TensorFlow', NeoFramework.TENSORFLOW_2_9, ['tensorflow/frozen.pb'], nhwc, /^modelNewer: .*TENSORFLOW 2\.21 or newer \(version 2474.*2\.9.*tensorflow==2\.9/],
    ['a frozen graph of TensorFlow 2 under 1.15', NeoFramework.TENSORFLOW_1_15, ['tensorflow/frozen-2-9.pb'], nhwc, /^modelNewer: .*TENSORFLOW 2\.9 or newer \(version 1087/],
    ['a name that no signature has', NeoFramework.TENSORFLOW_2_9, ['tensorflow/frozen-2-9.pb'], NeoDataInputShape.fromMap({ imag: [1, 8, 8, 3] }), /^inputNames: .*image.*got: imag/],
    ['a pickled booster', NeoFramework.XGBOOST, ['xgboost/pickled-1.model'], undefined, /^modelUnreadable: .*pickle/],
  ])('%s', (_, framework, models, shape, message) => {
    expect(check(archiveOf(models), framework, shape)).toEqual({ errors: [], warnings: [expect.stringMatching(message)] });
  });

  test('DarkNet: another size, no shape, a configuration that is too large to read', () => {
    const archive = archiveWith(DARKNET);
    expect(check(archive, NeoFramework.DARKNET, NeoDataInputShape.fromMap({ data: [1, 3, 224, 224] })).warnings)
      .toEqual([expect.stringMatching(/^inputSizes: .*\[\?,3,416,416\].*got: \[1,3,224,224\]/)]);
    expect(check(archive, NeoFramework.DARKNET).warnings).toEqual([expect.stringMatching(/NeoDataInputShape\.of\("data", 1, 3, 416, 416\)/)]);
    const [cfg, weights] = DARKNET;
    expect(check(archiveWith([{ ...cfg, content: Buffer.alloc(1024 * 1024 + 1, '#') }, weights]), NeoFramework.DARKNET))
      .toEqual({ errors: [], warnings: [expect.stringMatching(/^modelUnreadable: .*larger than 1 MiB/)] });
  });

  test('a newer TensorFlow', () => {
    expect(check(archiveOf('tensorflow/saved_model'), NeoFramework.TENSORFLOW_2_9, nhwc).warnings)
      .toEqual([expect.stringMatching(/^savedModelExtraFiles: .*fingerprint\.pb/), expect.stringMatching(/^modelNewer: .*TENSORFLOW 2\.21/)]);
  });

  test('a model in a folder, files of macOS, links and paths that lead out', () => {
    const content = model('onnx/fixed.onnx');
    const warnings = (...members: Parameters<typeof archiveWith>[0]) => check(archiveWith(members), NeoFramework.ONNX, large);
    expect(warnings({ name: './model.onnx', content })).toEqual({ errors: [], warnings: [] });
    expect(warnings({ name: 'export/model.onnx', content }).warnings).toEqual([expect.stringMatching(/^archiveFolder: .*-C export model\.onnx.*got: export\/model\.onnx/)]);
    expect(warnings({ name: './._model.onnx', content: 'x' }, { name: 'model.onnx', content }))
      .toEqual({ errors: [], warnings: [expect.stringMatching(/^archiveMacFiles: .*COPYFILE_DISABLE=1.*\._model\.onnx/)] });
    expect(warnings({ name: 'model.onnx', content }, { name: 'a', flag: '2', linkname: '../../etc/passwd' }).warnings)
      .toEqual([expect.stringMatching(/^archivePaths: .*got: a, a link to \.\.\/\.\.\/etc\/passwd/)]);
    expect(warnings({ name: 'model.onnx', content }, { name: '/etc/passwd' }).warnings).toEqual([expect.stringMatching(/^archivePaths: .*got: \/etc\/passwd/)]);
    expect(warnings({ name: 'model.onnx', content }, { name: '..hidden' }, { name: 'a/b', flag: '2', linkname: '../model.bin' })).toEqual({ errors: [], warnings: [] });
    expect(warnings({ name: 'model.onnx', flag: '2', linkname: 'weights/v1.onnx' }).errors).toEqual([expect.stringMatching(/model\.onnx is a link to weights\/v1\.onnx.*--dereference/)]);
  });

  test('unpacking keeps the last of two files with one path, as of an archive that was appended to', () => {
    const content = model('onnx/fixed.onnx');
    expect(check(archiveWith([{ name: 'model.onnx', content: 'old' }, { name: 'model.onnx', content }]), NeoFramework.ONNX, large)).toEqual({ errors: [], warnings: [] });
    expect(check(archiveWith([{ name: 'model.onnx', content }, { name: './model.onnx', content: 'new' }]), NeoFramework.ONNX, large).errors)
      .toEqual([expect.stringMatching(/model\.onnx must be a model of framework ONNX/)]);
  });

  test('a second name of a file: a hard link is a file, a symbolic link may be one', () => {
    const content = model('onnx/fixed.onnx');
    expect(check(archiveWith([{ name: 'model.onnx', content }, { name: 'best.onnx', flag: '1', linkname: './model.onnx' }]), NeoFramework.ONNX, large).errors)
      .toEqual([expect.stringMatching(/exactly one \.onnx file.*got: model\.onnx, best\.onnx$/)]);
    expect(check(archiveWith([{ name: 'model.onnx', content }, { name: 'best.onnx', flag: '2', linkname: 'model.onnx' }]), NeoFramework.ONNX, large))
      .toEqual({ errors: [], warnings: [expect.stringMatching(/^archiveLinks: .*leave it out; got: best\.onnx, a link to model\.onnx$/)] });
  });

  test.each(['gnu', 'oldgnu', 'posix'])('a file that tar packed without its holes, in the format %s, has its own name and is not judged', format => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-sparse-'));
    try {
      // Parts that are far apart, more than a header has room for.
      const file = fs.openSync(path.join(folder, 'model.onnx'), 'w');
      for (let i = 0; i < 30; i++) { fs.writeSync(file, 'part', i * 1_000_000); }
      fs.closeSync(file);
      fs.writeFileSync(path.join(folder, 'other.txt'), 'after it');
      execFileSync('tar', [`--format=${format}`, '-czSf', path.join(folder, 'model.tar.gz'), '-C', folder, 'model.onnx', 'other.txt']);
      expect(check(path.join(folder, 'model.tar.gz'), NeoFramework.ONNX, large)).toEqual({
        errors: [], warnings: [expect.stringMatching(/^modelUnreadable: model\.onnx could not be read.*pack it without "--sparse"/)],
      });
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  test('the twenty-first file of a kind hides none of another kind', () => {
    const members = [...Array.from({ length: 30 }, (_, i) => ({ name: `labels-${i}.json`, content: '{}' })), { name: 'model.pth', content: model('torch/state-dict-1-12.pth') }];
    expect(check(archiveWith(members), NeoFramework.PYTORCH_1_12, input0).errors).toEqual([expect.stringMatching(/model\.pth must be.*a state dict/)]);
  });
});
