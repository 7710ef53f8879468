import * as logs from 'aws-cdk-lib/aws-logs';
import { NeoCompilationJob, NeoCompilerOptions, NeoTarget, type NeoCompilationJobProps } from '../../../src';
import { subject } from '../subject';
import { bad, booleans, durations, good, notOf, optional, required } from '../values';
import { buckets, folders, jobNames, keys, models, roles, tags, targets, vpcConfigs } from './parts';

const whole = (seconds: number) => Number.isInteger(seconds);

export const COMPILATION_JOB = subject<NeoCompilationJobProps>({
  name: 'NeoCompilationJob',
  weight: 30,
  base: world => ({ vpcConfig: world.network.vpcConfig, model: world.model, target: NeoTarget.ML_C5, outputBucket: world.bucket }),
  values: {
    vpcConfig: required(vpcConfigs),
    model: required(models),
    target: required(targets),
    outputBucket: required(buckets),
    outputPrefix: optional(folders),
    outputEncryptionKey: optional(keys),
    compilerOptions: optional(
      good(['of({ a: 1 })', () => NeoCompilerOptions.of({ a: 1 })]),
      bad(['options without a class', () => ({ mcpu: 'x' })], ['a command line', () => NeoCompilerOptions.inferentia('-O2')]),
      notOf(),
    ),
    role: optional(roles),
    compilationJobName: optional(jobNames),
    // Not longer than timeout, which is another prop.
    maxRuntime: optional(durations(seconds => !whole(seconds) || seconds < 1 || seconds >= 2 ** 31 ? 'bad' : 'any')),
    maxPendingTime: optional(durations(seconds => whole(seconds) && seconds >= 1_800 && seconds <= 2_419_200 ? 'good' : 'bad')),
    timeout: optional(durations(seconds => !whole(seconds) || seconds < 60 || seconds > 3_300 ? 'bad' : 'any')),
    waitForCompletion: optional(booleans),
    deleteArtifacts: optional(booleans),
    functionLogRetention: optional(good(['a week', () => logs.RetentionDays.ONE_WEEK], ['for ever', () => logs.RetentionDays.INFINITE]), bad(['2 days', () => 2], ['a name', () => 'ONE_WEEK']), notOf('number')),
    tags: optional(tags(47)),
  },
  make: (_world, scope, props) => { new NeoCompilationJob(scope, 'Job', props); },
  calls: {
    // What is wrong with a target shows in what is compiled for it.
    compilerOptions: /compiler options/,
  },
});
