import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { gunzipSync } from 'zlib';
import { archiveOf } from './archives';
import { makeModel } from '../../examples/private-compilation/model/make-model';
import { main } from '../../src/preflight/cli';

function run(...args: string[]): { code: number; text: string } {
  let text = '';
  const code = main(args, part => { text += part; });
  return { code, text };
}

test('a good model', () => {
  const { code, text } = run('check', archiveOf(['torch/traced-1-12.pth']), '--framework', 'pytorch-1.13', '--shape', '{"input0":[1,3,8,8]}', '--target', 'ml_c5');
  expect(text).toMatch(/: 0 errors, 0 warnings\n$/);
  expect(code).toBe(0);
});

describe('sample', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-sample-'));
  const archive = path.join(folder, 'model.tar.gz');
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  test('writes the model of examples/private-compilation, which passes the check with the shape that is printed', () => {
    expect(run('sample', archive)).toEqual({ code: 0, text: `${archive}: framework onnx, shape {"image":[1,3,32,32]}\n` });
    makeModel(path.join(folder, 'made.tar.gz'));
    expect(gunzipSync(fs.readFileSync(archive))).toEqual(gunzipSync(fs.readFileSync(path.join(folder, 'made.tar.gz'))));
    expect(run('check', archive, '--framework', 'onnx', '--shape', '{"image":[1,3,32,32]}', '--target', 'ml_c5')).toEqual({ code: 0, text: expect.stringMatching(/0 errors, 0 warnings/) });
  });

  test('fails where a file is already, which stays', () => {
    fs.writeFileSync(path.join(folder, 'mine.tar.gz'), 'mine');
    expect(run('sample', path.join(folder, 'mine.tar.gz'))).toEqual({ code: 2, text: expect.stringMatching(/file already exists.*mine\.tar\.gz/) });
    expect(fs.readFileSync(path.join(folder, 'mine.tar.gz'), 'utf8')).toBe('mine');
  });
});

test('fails: a state dict, as text and as JSON', () => {
  const args = ['check', archiveOf(['torch/state-dict-1-12.pth']), '--framework', 'pytorch-1.13', '--shape', '{"input0":[1,3,8,8]}'];
  expect(run(...args)).toEqual({ code: 1, text: expect.stringMatching(/^error: state-dict-1-12\.pth must be.*torch\.jit\.trace/) });
  const { code, text } = run(...args, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(text).errors).toHaveLength(1);
});

test('fails: what the rules say about framework and target', () => {
  expect(run('check', archiveOf(['tensorflow/fixed.tflite']), '--framework', 'tflite', '--target', 'ml_c5')).toEqual({ code: 1, text: expect.stringMatching(/error: framework TFLITE/) });
});

describe('targets', () => {
  const args = ['check', archiveOf(['onnx/fixed.onnx']), '--framework', 'onnx', '--shape', '{"image":[1,3,32,32]}'];

  test.each([
    ['a platform', ['--target', 'linux/arm64'], /: 0 errors, 0 warnings/],
    ['a platform with an accelerator, in the capitals of the API', ['--target', 'LINUX/ARM64/MALI'], /: 0 errors, 0 warnings/],
    ['an NVIDIA platform with what it needs', ['--target', 'linux/arm64/nvidia', '--compiler-options', '{"gpu-code":"sm_53","trt-ver":"6.0.1","cuda-ver":"10.0"}'], /: 0 errors, 0 warnings/],
    ['an NVIDIA platform without', ['--target', 'linux/arm64/nvidia'], /^warning: .*nvidiaCompilerOptions/],
    ['a device that is not known', ['--target', 'ml_c55'], /^warning: .*unknownTarget/],
  ])('%s', (_, more, text) => {
    expect(run(...args, ...more)).toEqual({ code: 0, text: expect.stringMatching(text) });
  });

  test.each<[string, string[], number, RegExp]>([
    ['a platform that Neo does not have', ['--target', 'android/arm64/nvidia'], 1, /error: target platform: Neo has/],
    ['half a platform', ['--target', 'linux/'], 2, /OS\/ARCH\[\/ACCELERATOR\].*got: linux\//],
    ['more than a platform', ['--target', 'linux/arm64/mali/x'], 2, /got: linux\/arm64\/mali\/x/],
    ['the name of an instance', ['--target', 'ml.c5.xlarge'], 2, /ml_c5/],
    ['options that are no JSON', ['--target', 'ml_c5', '--compiler-options', '{'], 2, /JSON/],
    ['options without a target', ['--compiler-options', '{"dtype":"float32"}'], 2, /needs --target/],
  ])('fails: %s', (_, more, code, text) => {
    expect(run(...args, ...more)).toEqual({ code, text: expect.stringMatching(text) });
  });
});

test('one warning about a shape that is missing; none of it when the framework is not known', () => {
  const archive = archiveOf(['onnx/fixed.onnx']);
  expect(run('check', archive, '--framework', 'onnx', '--target', 'ml_c5')).toEqual({ code: 0, text: expect.stringMatching(/^warning: .*fromMap.*inputShapeOfFile\]\n.*: 0 errors, 1 warning\n$/) });
  expect(run('check', archive, '--framework', 'onyx')).toEqual({ code: 0, text: expect.stringMatching(/^warning: .*unknownFramework/) });
});

test('fails: a wrong command', () => {
  expect(run()).toEqual({ code: 2, text: expect.stringMatching(/^Usage/) });
  expect(run('check', 'nothing.tar.gz', '--framework', 'onnx')).toEqual({ code: 2, text: expect.stringMatching(/no file nothing/) });
  expect(run('check', 'x', '--nonsense').code).toBe(2);
});
