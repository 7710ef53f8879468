import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { gunzipSync, gzipSync } from 'zlib';
import { archiveOf, archiveWith, model } from './archives';
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
    expect(run('sample', path.join(folder, 'mine.tar.gz'))).toEqual({ code: 2, text: expect.stringMatching(/mine\.tar\.gz exists already\. Choose another name/) });
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
    ['an Ambarella device without its configuration', ['--target', 'amba_cv22'], 1, /^error: target amba_cv22: AWS documents that the archive also needs/],
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
  expect(run('check', archive, '--framework', 'onnx', '--target', 'ml_c5')).toEqual({ code: 0, text: expect.stringMatching(/^warning: .*takes --shape '\{ "image": \[1, 3, 32, 32\] \}' \[.*inputShapeOfFile\]\n.*: 0 errors, 1 warning\n$/) });
  expect(run('check', archive, '--framework', 'onyx')).toEqual({ code: 0, text: expect.stringMatching(/^warning: .*unknownFramework/) });
});

describe('fails: a file that is no .tar.gz', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-check-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  test.each<[string, () => Buffer, string]>([
    ['an empty file', () => Buffer.alloc(0), 'an empty file'],
    ['a tar archive without compression', () => gunzipSync(fs.readFileSync(archiveOf(['onnx/fixed.onnx']))), 'a tar archive that is not compressed'],
    ['a zip under another name', () => model('torch/traced-1-12.pth'), 'a file that gzip did not make'],
    ['a pointer of Git LFS', () => Buffer.from('version https://git-lfs.github.com/spec/v1\n'), 'a pointer of Git LFS, run "git lfs pull"'],
    ['an archive of no files', () => gzipSync(Buffer.alloc(10_240)), 'got: no file'],
    ['a model that is compressed alone', () => gzipSync(model('onnx/fixed.onnx')), 'a compressed file that is no tar archive'],
  ])('fails: %s', (_, make, message) => {
    const file = path.join(folder, 'model.tar.gz');
    fs.writeFileSync(file, make());
    expect(run('check', file, '--framework', 'onnx')).toEqual({ code: 1, text: expect.stringContaining(message) });
  });

  test('another name, which the key in the bucket must not have', () => {
    const file = path.join(folder, 'model.tgz');
    fs.copyFileSync(archiveOf(['onnx/fixed.onnx']), file);
    expect(run('check', file, '--framework', 'onnx', '--shape', '{"image":[1,3,32,32]}'))
      .toEqual({ code: 0, text: expect.stringMatching(/^warning: the key in the bucket must end with \.tar\.gz.*got: .*model\.tgz \[cdk-sagemaker-neo:archiveName\]/) });
  });
});

test('commands of a report run nothing that the archive names', () => {
  const shell = (text: string) => execFileSync('sh', ['-c', `printf '%s\\n' ${text}`], { encoding: 'utf8' }).trim();
  const content = model('onnx/fixed.onnx');
  const { text } = run('check', archiveWith([{ name: "a b'$(echo hacked);`echo hacked`/model.onnx", content }]), '--framework', 'onnx', '--shape', '{"image":[1,3,32,32]}');
  const [, words] = /pack it with "tar czf model\.tar\.gz -C (.*) model\.onnx"; got/.exec(text) ?? [];
  expect(shell(words)).toBe("a b'$(echo hacked);`echo hacked`");
  const named = Buffer.from(content.toString('latin1').replace(/image/g, "x';ls"), 'latin1');
  const [, shape] = /takes --shape (.*) \[cdk/.exec(run('check', archiveWith([{ name: 'model.onnx', content: named }]), '--framework', 'onnx').text) ?? [];
  expect(shell(shape)).toBe('{ "x\';ls": [1, 3, 32, 32] }');
});

test.each(['--help', '-h'])('%s shows the usage', option => {
  expect(run(option)).toEqual({ code: 0, text: expect.stringMatching(/^Usage/) });
});

test('fails: a wrong command', () => {
  expect(run()).toEqual({ code: 2, text: expect.stringMatching(/^Usage/) });
  expect(run('check', 'nothing.tar.gz', '--framework', 'onnx')).toEqual({ code: 2, text: expect.stringMatching(/no file nothing/) });
  expect(run('check', 'x', '--nonsense').code).toBe(2);
});
