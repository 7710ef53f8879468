import { COMBINATION } from './combinations';
import { COMPILATION_JOB } from './compilation-job';
import * as compilerOptions from './compiler-options';
import * as frameworksAndTargets from './frameworks-and-targets';
import * as inputShapes from './input-shapes';
import * as jobUses from './job-uses';
import * as models from './models';
import * as networkUses from './network-uses';
import { PRIVATE_COMPILATION_VPC } from './private-compilation-vpc';
import * as stateMachines from './state-machines';
import type { Subject } from '../subject';

/** Everything public that takes props or arguments. */
export const SUBJECTS: readonly Subject[] = [
  PRIVATE_COMPILATION_VPC, COMPILATION_JOB, COMBINATION,
  ...[networkUses, models, frameworksAndTargets, inputShapes, compilerOptions, jobUses, stateMachines]
    .flatMap(tables => Object.values<Subject>(tables)),
];
