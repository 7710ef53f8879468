import { compile } from './request-parts';
import {
  NeoCompilerOptions, NeoCoreMlInputType, NeoCoreMlShape, NeoDataInputShape, NeoDataType, NeoFramework, NeoModel, NeoTarget, NeoTargetAccelerator,
  NeoTargetArch, NeoTargetOs,
} from '../../../src';
import { subject } from '../subject';
import { any, bad, notOf, optional, required } from '../values';
import { OPTIONS } from '../world';

interface Combination {
  readonly framework: NeoFramework;
  readonly dataInputShape: NeoDataInputShape | undefined;
  readonly target: NeoTarget;
  readonly compilerOptions: NeoCompilerOptions | undefined;
}

/** What a class has as constants. */
const constantsOf = (of: Function): [shown: string, make: () => unknown][] =>
  Object.values(of).filter(constant => constant instanceof of).map(constant => [String(constant), () => constant]);

/** All of them together in a job, by names that AWS documents and that it does not. */
export const COMBINATION = subject<Combination>({
  name: 'NeoCompilationJob of anything for anything',
  weight: 10,
  base: () => ({ ...OPTIONS, target: NeoTarget.ML_C5, compilerOptions: undefined }),
  values: {
    framework: required(
      any(...constantsOf(NeoFramework)),
      any(['by token', world => NeoFramework.of(world.parameter('String').valueAsString)], ['unknown', () => NeoFramework.of('JAX', '1.0')], ['constructor', () => NeoFramework.of('constructor')]),
      bad(['a name', () => 'PYTORCH']),
      notOf(),
    ),
    dataInputShape: optional(
      any(
        ['a picture', () => NeoDataInputShape.of('a', 1, 224, 224, 3)], ['a list', () => NeoDataInputShape.fromList([[1, 3, 224, 224]])],
        ['as text', () => NeoDataInputShape.fromJson('{"a":[1,224,224,3]}')], ['by token', world => NeoDataInputShape.fromJson(world.parameter('String').valueAsString)],
        ['for Core ML', () => NeoDataInputShape.fromCoreMlInputs({ a: { shape: NeoCoreMlShape.range('1..2', 3), type: NeoCoreMlInputType.IMAGE, bias: [1], scale: 2 } })],
      ),
      bad(['a map', () => ({ a: [1] })]),
      notOf(),
    ),
    target: required(
      any(...constantsOf(NeoTarget)),
      any(
        ['by token', world => NeoTarget.device(world.parameter('String').valueAsString)], ['unknown', () => NeoTarget.device('ml_x9')], ['__proto__', () => NeoTarget.device('__proto__')],
        ['a platform', () => NeoTarget.platform({ os: NeoTargetOs.ANDROID, arch: NeoTargetArch.ARM_EABIHF, accelerator: NeoTargetAccelerator.NVIDIA })],
        ['a platform by token', world => NeoTarget.platform({ os: NeoTargetOs.of(world.parameter('String').valueAsString), arch: NeoTargetArch.X86 })],
        ['an unknown platform', () => NeoTarget.platform({ os: NeoTargetOs.of('constructor'), arch: NeoTargetArch.of('toString') })],
      ),
      notOf(),
    ),
    compilerOptions: optional(any(
      ['nvidia', () => NeoCompilerOptions.nvidia({ gpuCode: 'sm_53', trtVersion: '6.0.1', cudaVersion: '10.0' })], ['inferentia', () => NeoCompilerOptions.inferentia('-O2')],
      ['by token', world => NeoCompilerOptions.fromJson(world.parameter('String').valueAsString)], ['dtype', () => NeoCompilerOptions.dtype(NeoDataType.LONG)],
      ['names of Object', () => NeoCompilerOptions.of({ constructor: 1, toString: 'x' })], ['strange values', () => NeoCompilerOptions.of({ 'ANDROID_PLATFORM': '27', 'trt-ver': 5, 'dtype': [] })],
    ), notOf()),
  },
  make: (world, scope, { framework, dataInputShape, target, compilerOptions }) =>
    compile(world, scope, { model: NeoModel.fromBucket(world.bucket, 'm.tar.gz', { framework, dataInputShape }), target, compilerOptions }),
  calls: { framework: /framework/, dataInputShape: /shape/, target: /target|platform|accelerator/, compilerOptions: /compiler option/ },
});
