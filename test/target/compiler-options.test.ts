import { CfnParameter, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { NeoCompilerOptions, NeoDataType, NeoTarget } from '../../src';
import '../random-seed';

const stack = new Stack();
const parameter = new CfnParameter(stack, 'P');
const json = (options: NeoCompilerOptions) => options.toJson(stack);

test.each([
  ['nvidia', NeoCompilerOptions.nvidia({ gpuCode: 'sm_72', trtVersion: '6.0.1', cudaVersion: '10.1' }), '{"gpu-code":"sm_72","trt-ver":"6.0.1","cuda-ver":"10.1"}'],
  ['jetson', NeoCompilerOptions.jetson({ gpuCode: 'sm_72', jetpackVersion: '4.6' }), '{"JETPACK_VERSION":"4.6","gpu_code":"sm_72"}'],
  ['cpu', NeoCompilerOptions.cpu({ mcpu: 'skylake-avx512', mattr: ['+neon', '+vfpv4'] }), '{"mcpu":"skylake-avx512","mattr":["+neon","+vfpv4"]}'],
  ['cpu with one of the two', NeoCompilerOptions.cpu({ mcpu: 'core-avx2' }), '{"mcpu":"core-avx2"}'],
  ['arm', NeoCompilerOptions.armNeon(), '{"mattr":["+neon"]}'],
  ['android', NeoCompilerOptions.android({ platform: 28 }), '{"ANDROID_PLATFORM":28}'],
  ['android with flags', NeoCompilerOptions.android({ platform: 25, mattr: ['+neon'] }), '{"ANDROID_PLATFORM":25,"mattr":["+neon"]}'],
  ['inferentia', NeoCompilerOptions.inferentia('--verbose 1 --num-neuroncores 2 -O2'), '"--verbose 1 --num-neuroncores 2 -O2"'],
  ['coreml', NeoCompilerOptions.coreMl({ classLabels: 'labels.txt' }), '{"class_labels":"labels.txt"}'],
  ['dtype', NeoCompilerOptions.dtype(NeoDataType.LONG), '{"dtype":"long"}'],
  ['of', NeoCompilerOptions.of({ a: 1, b: undefined, c: { d: [true, null] } }), '{"a":1,"c":{"d":[true,null]}}'],
  ['fromJson', NeoCompilerOptions.fromJson('{ "gpu_code" : "sm 72" }'), '{"gpu_code":"sm 72"}'],
  ['fromJson with a command line', NeoCompilerOptions.fromJson('"--verbose  1"'), '"--verbose  1"'],
  ['combined', NeoCompilerOptions.cpu({ mcpu: 'a', mattr: ['b'] }).combinedWith(NeoCompilerOptions.fromJson('{"mcpu":"c","dtype":"long"}')),
    '{"mcpu":"c","mattr":["b"],"dtype":"long"}'],
])('%s', (_, options, expected) => {
  expect(json(options)).toBe(expected);
});

describe('tokens', () => {
  test('as a value, a whole map, a command line, a whole text', () => {
    expect(stack.resolve(json(NeoCompilerOptions.cpu({ mcpu: parameter.valueAsString })))).toEqual({ 'Fn::Join': ['', ['{"mcpu":"', { Ref: 'P' }, '"}']] });
    expect(stack.resolve(json(NeoCompilerOptions.of(Lazy.any({ produce: () => ({ late: 1 }) }) as any)))).toBe('{"late":1}');
    expect(stack.resolve(json(NeoCompilerOptions.inferentia(parameter.valueAsString)))).toEqual({ 'Fn::Join': ['', ['"', { Ref: 'P' }, '"']] });
    expect(stack.resolve(json(NeoCompilerOptions.fromJson(Token.asString({ Ref: 'P' }))))).toEqual({ Ref: 'P' });
  });
});

describe('errors', () => {
  test.each([
    ['nothing', () => NeoCompilerOptions.of({}), /at least one option/],
    ['nothing but undefined', () => NeoCompilerOptions.cpu({}), /at least one option/],
    ['no map', () => NeoCompilerOptions.of('x' as any), /at least one option.*got: "x"/],
    ['a value that JSON loses', () => NeoCompilerOptions.of({ a: () => 1 }), /strings, numbers, booleans/],
    ['NaN', () => NeoCompilerOptions.android({ platform: NaN }), /strings, numbers, booleans/],
    ['an empty command line', () => NeoCompilerOptions.inferentia(' '), /command line of the Neuron compiler/],
    ['no quotes', () => NeoCompilerOptions.fromJson('{mcpu: x}'), /not valid JSON.*double quotes/],
    ['a list', () => NeoCompilerOptions.fromJson('[1, 2]'), /must be a JSON object, or a JSON string for ml_inf1/],
    ['an empty object', () => NeoCompilerOptions.fromJson('{}'), /3 to 1024 characters/],
    ['a map as a text', () => NeoCompilerOptions.fromJson({ a: 1 } as any), /use NeoCompilerOptions\.of/],
    ['a command line combined', () => NeoCompilerOptions.armNeon().combinedWith(NeoCompilerOptions.inferentia('-O2')), /only options with names/],
    ['nothing combined', () => NeoCompilerOptions.armNeon().combinedWith(undefined as any), /only options with names/],
  ])('fails: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('fails for more than 1024 characters', () => {
    const options = (length: number) => ({ a: 'x'.repeat(length - '{"a":""}'.length) });
    expect(json(NeoCompilerOptions.of(options(1024)))).toHaveLength(1024);
    expect(() => json(NeoCompilerOptions.of(options(1025)))).toThrow('3 to 1024 characters as compact JSON; got 1025');
    expect(() => NeoCompilerOptions.fromJson(JSON.stringify(options(1025)))).toThrow('got 1025');
  });
});

test.each<[string, () => unknown, RegExp]>([
  ['a part that is missing', () => NeoCompilerOptions.nvidia({ gpuCode: 'sm_53', trtVersion: '6.0.1' } as any), /cudaVersion must be given/],
  ['a version as a number', () => NeoCompilerOptions.nvidia({ gpuCode: 'sm_53', trtVersion: '6.0.1', cudaVersion: 10.1 as any }), /cudaVersion has the wrong type: it must be a string; got: 10\.1/],
  ['a flag outside of a list', () => NeoCompilerOptions.cpu({ mattr: '+neon' as any }), /mattr has the wrong type: it must be an array/],
  ['no options', () => NeoCompilerOptions.android(undefined as any), /options must be given/],
  ['no type', () => NeoCompilerOptions.dtype(null as any), /dataType has the wrong type: it must be a string; got: null/],
  ['an object of CDK', () => NeoCompilerOptions.of(Duration.minutes(1) as any), /compiler options must be strings.*got: /],
  ['an object of CDK as a value', () => NeoCompilerOptions.of({ mcpu: Duration.minutes(1) } as any), /compiler options must be strings.*got: /],
  ['a target', () => NeoCompilerOptions.of(NeoTarget.ML_C5 as any), /compiler options must be strings.*got: /],
  ['other options', () => NeoCompilerOptions.of(NeoCompilerOptions.armNeon() as any), /compiler options must be strings.*got: /],
  ['a buffer', () => NeoCompilerOptions.of(Buffer.from('b') as any), /compiler options must be strings, numbers/],
  ['too much beside a token', () => json(NeoCompilerOptions.of({ a: Lazy.string({ produce: () => 'b' }), c: 'x'.repeat(1_100) })), /compiler options must have at most 1024 characters.*without its tokens/],
])('fails: %s', (_, make, message) => {
  expect(make).toThrow(message);
});

test.each([
  ["{'cuda-ver': '10.0', 'trt-ver': '6.0.1', 'gpu-code': 'sm_70'}", '{"cuda-ver":"10.0","trt-ver":"6.0.1","gpu-code":"sm_70"}'],
  ["{'ANDROID_PLATFORM': 25, 'mattr': ['+neon']}", '{"ANDROID_PLATFORM":25,"mattr":["+neon"]}'],
])('takes the single quotes of AWS\'s examples of requests: %s', (text, expected) => {
  expect(json(NeoCompilerOptions.fromJson(text))).toBe(expected);
});

test('line ends that JSON may have and the API may not are escaped', () => {
  expect(json(NeoCompilerOptions.of({ a: '\u2028\u0085' }))).toBe('{"a":"\\u2028\\u0085"}');
  expect(json(NeoCompilerOptions.fromJson('{"a":"\u2029"}'))).toBe('{"a":"\\u2029"}');
});

describe('properties', () => {
  test('options come back from their JSON', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string()));
    fc.assert(fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }).filter((key) => key !== '__proto__'), value,
      { minKeys: 1, maxKeys: 4, noNullPrototype: true }), (map) => {
      fc.pre(JSON.stringify(map).length <= 1024);
      expect(JSON.parse(json(NeoCompilerOptions.of(map)))).toEqual(map);
      expect(json(NeoCompilerOptions.fromJson(JSON.stringify(map, null, 2)))).toBe(JSON.stringify(map));
    }));
  });

  test('whatever it is given, it answers with a message of its own or takes it', () => {
    fc.assert(fc.property(fc.oneof(fc.anything(), fc.json()), (value: any) => {
      for (const make of [NeoCompilerOptions.of, NeoCompilerOptions.fromJson, NeoCompilerOptions.inferentia, NeoCompilerOptions.nvidia,
        NeoCompilerOptions.cpu, NeoCompilerOptions.android, NeoCompilerOptions.coreMl, NeoCompilerOptions.dtype]) {
        try {
          json((make as (v: unknown) => NeoCompilerOptions)(value));
        } catch (e) {
          expect((e as Error).name).toBe('NeoValidationError');
        }
      }
    }), { numRuns: 500 });
  });
});
