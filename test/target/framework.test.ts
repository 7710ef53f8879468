import { CfnParameter, Stack, Token } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { NeoFramework } from '../../src';
import '../random-seed';

test('factories name the framework as the API does', () => {
  expect([NeoFramework.mxnet('1.8'), NeoFramework.pytorch('2.0'), NeoFramework.tensorflow('2.9'), NeoFramework.tflite()]
    .map(({ name, version }) => [name, version])).toEqual([['MXNET', '1.8'], ['PYTORCH', '2.0'], ['TENSORFLOW', '2.9'], ['TFLITE', undefined]]);
});

test('a framework of tomorrow passes', () => {
  expect(NeoFramework.of('JAX', '1.0')).toMatchObject({ name: 'JAX', version: '1.0' });
});

test('reads well in messages', () => {
  expect(`${NeoFramework.PYTORCH_1_13} ${NeoFramework.ONNX}`).toBe('PYTORCH 1.13 ONNX');
});

test('tokens are never compared', () => {
  const parameter = new CfnParameter(new Stack(), 'P');
  const framework = NeoFramework.of(parameter.valueAsString, parameter.valueAsString);
  expect(Token.isUnresolved(framework.name) && Token.isUnresolved(framework.version)).toBe(true);
});

test.each(['1', '1.', '.13', '113', 'v1.13', '1.13+cu117', '1.13 ', '12.1', '1.234567890', '', 1.13, {}, []])('fails: version %p', (version: any) => {
  expect(() => NeoFramework.pytorch(version)).toThrow(/version of the framework must have 3 to 10 characters.*got: /);
});

test.each(['1.4', '1.13', '2.0', '1.15.3', '2.0.1', '1.x', '1.23456789'])('version %p is accepted', (version) => {
  expect(NeoFramework.pytorch(version).version).toBe(version);
});

test.each([['pytorch', 'PYTORCH'], ['PyTorch', 'PYTORCH'], ['onnx', 'ONNX']])('fails with a hint: name %p', (name, hint) => {
  expect(() => NeoFramework.of(name)).toThrow(`use '${hint}'; got: "${name}"`);
});

test.each(['', ' ', 'PY TORCH', undefined, null, 7, {}])('fails: name %p', (name: any) => {
  expect(() => NeoFramework.of(name)).toThrow(/name of the framework must be a word/);
});

test('whatever it is given, it answers with a message of its own or takes it', () => {
  fc.assert(fc.property(fc.anything(), fc.anything(), (name: any, version: any) => {
    try {
      NeoFramework.of(name, version);
    } catch (e) {
      expect((e as Error).name).toBe('NeoValidationError');
    }
  }));
});
