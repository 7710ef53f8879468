import * as fc from 'fast-check';
import { compile, jsonTexts, loosened, useOptions } from './request-parts';
import { NeoCompilerOptions, NeoDataType, NeoTarget, type NeoCpuOptions } from '../../../src';
import { subject } from '../subject';
import { any, good, lists, listTokens, maps, notOf, numberTokens, oneOf, optional, required, strange, texts, textTokens, wholeNumbers } from '../values';

const optionTexts = oneOf(texts(() => 'any', fc.stringMatching(/^[a-z0-9._-]{1,10}$/)), textTokens(), notOf('string'));

export const NVIDIA = subject<{ gpuCode: string; trtVersion: string; cudaVersion: string }>({
  name: 'NeoCompilerOptions.nvidia',
  weight: 20,
  share: 60,
  base: () => ({ gpuCode: 'sm_53', trtVersion: '6.0.1', cudaVersion: '10.0' }),
  values: { gpuCode: required(optionTexts), trtVersion: required(optionTexts), cudaVersion: required(optionTexts) },
  make: (world, scope, options) => useOptions(world, NeoCompilerOptions.nvidia(options).toJson(scope)),
  calls: { gpuCode: /compiler options/, trtVersion: /compiler options/, cudaVersion: /compiler options/ },
});

export const JETSON = subject<{ gpuCode: string; jetpackVersion: string }>({
  name: 'NeoCompilerOptions.jetson',
  weight: 12,
  share: 60,
  base: () => ({ gpuCode: 'sm_53', jetpackVersion: '4.6' }),
  values: { gpuCode: required(optionTexts), jetpackVersion: required(optionTexts) },
  make: (world, scope, options) => useOptions(world, NeoCompilerOptions.jetson(options).toJson(scope)),
  calls: { gpuCode: /compiler options/, jetpackVersion: /compiler options/ },
});

export const CPU = subject<NeoCpuOptions>({
  name: 'NeoCompilerOptions.cpu',
  weight: 15,
  share: 60,
  base: () => ({ mcpu: 'skylake-avx512', mattr: ['+neon'] }),
  values: { mcpu: oneOf(optionTexts, any(['undefined', () => undefined])), mattr: oneOf(lists(optionTexts).map(loosened), any(['undefined', () => undefined]), listTokens(), notOf('array')) },
  make: (world, scope, options) => useOptions(world, NeoCompilerOptions.cpu(options).toJson(scope)),
  calls: { mcpu: /compiler options/, mattr: /compiler options/ },
});

export const ANDROID = subject<{ platform: number; mattr: string[] | undefined }>({
  name: 'NeoCompilerOptions.android',
  weight: 4,
  share: 20,
  base: () => ({ platform: 27, mattr: undefined }),
  values: { platform: required(wholeNumbers(21, 29), numberTokens(), notOf('number')), mattr: optional(lists(optionTexts).map(loosened), notOf('array')) },
  make: (world, scope, options) => compile(world, scope, { target: NeoTarget.QCS605, compilerOptions: NeoCompilerOptions.android(options) }),
  calls: { platform: /ANDROID_PLATFORM|compiler options/, mattr: /compiler options/ },
});

interface OtherOptions {
  readonly commandLine: string;
  readonly classLabels: string;
  readonly dtype: NeoDataType;
  readonly json: string;
  readonly options: { readonly [name: string]: any };
  readonly other: NeoCompilerOptions;
}

export const OTHER_OPTIONS = subject<OtherOptions>({
  name: 'NeoCompilerOptions.inferentia, coreMl, dtype, fromJson, of, combinedWith',
  weight: 35,
  share: 60,
  base: () => ({ commandLine: '-O2', classLabels: 'labels.txt', dtype: NeoDataType.FLOAT32, json: '{"a":1}', options: { b: 1 }, other: NeoCompilerOptions.armNeon() }),
  values: {
    commandLine: required(texts(text => text.trim() === '' ? 'bad' : 'any', fc.constant('--verbose 1')), textTokens(), notOf('string')),
    classLabels: required(optionTexts),
    dtype: required(good(['FLOAT', () => NeoDataType.FLOAT]), textTokens(), any(['int8', () => 'int8'], ['', () => '']), notOf('string')),
    json: required(jsonTexts('{"mcpu":"x"}', '"-O2"', '{}', '{ "a" : 1 }', '{"a":"\u2028"}', '{"a":"\\u2028"}', `{"a":"${'x'.repeat(1_100)}"}`)),
    options: required(maps(texts(() => 'any'), strange).map(loosened), any(['a token', world => world.parameter('String').valueAsString]), notOf('object')),
    other: required(good(['cpu', () => NeoCompilerOptions.cpu({ mcpu: 'x' })]), any(['inferentia', () => NeoCompilerOptions.inferentia('-O2')], ['a token', world => NeoCompilerOptions.fromJson(world.parameter('String').valueAsString)]), notOf()),
  },
  make: (world, scope, { commandLine, classLabels, dtype, json, options, other }) => {
    useOptions(world, NeoCompilerOptions.inferentia(commandLine).toJson(scope));
    useOptions(world, NeoCompilerOptions.coreMl({ classLabels }).toJson(scope));
    useOptions(world, NeoCompilerOptions.dtype(dtype).toJson(scope));
    useOptions(world, NeoCompilerOptions.fromJson(json).toJson(scope), true);
    useOptions(world, NeoCompilerOptions.of(options).combinedWith(other).toJson(scope));
  },
  calls: { commandLine: /command line|compiler options/, classLabels: /compiler options/, dtype: /compiler options|\bdataType\b/, json: /compiler options/, options: /compiler options/, other: /combined|compiler options/ },
});


