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

test('fails: a wrong command', () => {
  expect(run()).toEqual({ code: 2, text: expect.stringMatching(/^Usage/) });
  expect(run('check', 'nothing.tar.gz', '--framework', 'onnx')).toEqual({ code: 2, text: expect.stringMatching(/no file nothing/) });
  expect(run('check', 'x', '--nonsense').code).toBe(2);
});
