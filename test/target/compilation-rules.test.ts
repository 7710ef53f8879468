import { Stack } from 'aws-cdk-lib';
import { NeoCompilerOptions, NeoDataInputShape, NeoFramework, NeoTarget } from '../../src';
import { checkCompilation } from '../../src/target/compilation-rules';

test('a documented request has no findings', () => {
  expect(checkCompilation(new Stack(), {
    framework: NeoFramework.PYTORCH_1_13,
    dataInputShape: NeoDataInputShape.fromMap({ input0: [1, 3, 224, 224] }),
    target: NeoTarget.ML_C5,
    compilerOptions: NeoCompilerOptions.cpu({ mcpu: 'skylake-avx512' }),
  })).toEqual({ errors: [], warnings: [] });
});
