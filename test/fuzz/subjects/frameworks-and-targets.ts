import * as fc from 'fast-check';
import { mustSuit } from './request-parts';
import { NeoFramework, NeoTarget, NeoTargetAccelerator, NeoTargetArch, NeoTargetOs } from '../../../src';
import { subject } from '../subject';
import { any, bad, good, matching, notOf, oneOf, optional, required, texts, textTokens, type Values } from '../values';

const WORD = /^[A-Za-z0-9_]+$/;
const words = required(matching(WORD), textTokens(), notOf('string'));

const VERSION = /^(?=.{3,10}$)[0-9]\.[A-Za-z0-9.]+$/;
const versions = oneOf(texts(text => VERSION.test(text) ? 'good' : 'bad', fc.stringMatching(/^[0-9]\.[0-9]{1,3}(\.[0-9]{1,2})?$/)), textTokens(), notOf('string', 'null'));

export const FRAMEWORK = subject<{ name: string; version: string | undefined }>({
  name: 'NeoFramework.of',
  weight: 40,
  share: 60,
  base: () => ({ name: 'PYTORCH', version: '1.13' }),
  values: {
    name: oneOf(words, any(...['pytorch', 'PyTorch', 'TENSORFLOW', 'KERAS'].map((name): [string, () => string] => [name, () => name]))),
    version: optional(versions, any(['null', () => null])),
  },
  make: (world, _scope, { name, version }) => {
    const framework = NeoFramework.of(name, version);
    mustSuit(world, { InputConfig: { Framework: framework.name, FrameworkVersion: framework.version } });
    String(framework);
  },
  calls: { name: /name of the framework/, version: /version of the framework/ },
});

export const FRAMEWORKS_BY_NAME = subject<{ version: string | undefined }>({
  name: 'NeoFramework.mxnet, pytorch, tensorflow, tflite',
  weight: 15,
  share: 60,
  base: () => ({ version: '1.13' }),
  values: { version: optional(versions) },
  make: (_world, _scope, { version }) => {
    for (const of of [NeoFramework.mxnet, NeoFramework.pytorch, NeoFramework.tensorflow, NeoFramework.tflite]) { of(version); }
  },
});

export const DEVICE = subject<{ name: string }>({
  name: 'NeoTarget.device',
  weight: 35,
  share: 60,
  base: () => ({ name: 'ml_c5' }),
  values: { name: oneOf(words, any(['ML_C5', () => 'ML_C5'], ['constructor', () => 'constructor'])) },
  make: (world, _scope, { name }) => {
    const target = NeoTarget.device(name);
    mustSuit(world, { OutputConfig: target._toOutputConfig() });
    [target.kind, target.isEdge, String(target)].forEach(String);
  },
  calls: { name: /name of the device/ },
});

const parts = (of: (name: string) => unknown, ...known: string[]): Values => oneOf(
  good(...known.map((name): [string, () => unknown] => [name, () => of(name)])),
  words.map(value => value.map(shown => `of(${shown})`, name => of(name))),
  bad(['a text', () => known[0]], ['no name', () => ({})]),
  notOf(),
);

export const PLATFORM = subject<{ os: NeoTargetOs; arch: NeoTargetArch; accelerator: NeoTargetAccelerator | undefined }>({
  name: 'NeoTarget.platform, NeoTargetOs, NeoTargetArch, NeoTargetAccelerator',
  weight: 35,
  share: 60,
  base: () => ({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: undefined }),
  values: {
    os: required(parts(NeoTargetOs.of, 'LINUX', 'ANDROID')),
    arch: required(parts(NeoTargetArch.of, 'ARM64', 'X86')),
    accelerator: optional(parts(NeoTargetAccelerator.of, 'MALI', 'NVIDIA')),
  },
  make: (world, _scope, platform) => {
    const target = NeoTarget.platform(platform);
    mustSuit(world, { OutputConfig: target._toOutputConfig() });
    [target.kind, target.isEdge, String(target)].forEach(String);
  },
  calls: { accelerator: /accelerator/ },
});

