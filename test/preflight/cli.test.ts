import { archiveOf } from './archives';
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
