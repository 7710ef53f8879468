import type { IConstruct } from 'constructs';
import { DEVICES } from './compatibility';
import { Compilation, CompilationRequest, lookUp, Report, Rule } from './compilation';
import { COMPILER_OPTION_RULES } from './compiler-option-rules';
import type { NeoFramework } from './framework';
import { FRAMEWORK_RULES } from './framework-rules';
import { SHAPE_RULES } from './shape-rules';
import type { NeoTarget } from './target';
import { TARGET_RULES } from './target-rules';
import { shown } from '../util/errors';

export type { CompilationRequest } from './compilation';

/**
 * What is wrong with a request.
 */
export interface CompilationFindings {
  /** Contradictions of the API: the job cannot succeed. */
  readonly errors: string[];
  /** What AWS does not document or what cannot be known, with ids for `Annotations.addWarningV2`. */
  readonly warnings: { readonly id: string; readonly message: string }[];
}

const RULES: Rule[] = [...FRAMEWORK_RULES, ...TARGET_RULES, ...COMPILER_OPTION_RULES, ...SHAPE_RULES];

/**
 * Checks a request against the table of what AWS documents. Says nothing about what is unresolved.
 */
export function checkCompilation(scope: IConstruct, request: CompilationRequest): CompilationFindings {
  const errors = wrongTypes(request);
  if (errors.length > 0) return { errors, warnings: [] };
  const warnings: { id: string; message: string }[] = [];
  const compilation = new Compilation(scope, request);
  const report: Report = {
    error: (message) => errors.push(message),
    warn: (id, message) => warnings.push({ id: `cdk-sagemaker-neo:${id}`, message }),
  };
  for (const rule of RULES) { rule(compilation, report); }
  return { errors, warnings };
}

/**
 * The `FrameworkVersion` to send: the framework's own, except for devices for which AWS's SDK leaves it out.
 * Unlike that SDK, which shortens `1.15.3` to `1.15`, versions are sent as written.
 */
export function frameworkVersionToSend(framework: NeoFramework, target: NeoTarget): string | undefined {
  return lookUp(DEVICES, target.deviceName)?.frameworkVersion === 'dropped' ? undefined : framework.version;
}

/**
 * What callers without types get wrong. Looks at members, not at classes: another copy of this library is fine.
 */
function wrongTypes(request: CompilationRequest): string[] {
  const { framework, dataInputShape, target, compilerOptions } = request ?? {};
  return [
    !target?.deviceName && !target?.targetPlatform && `target must be a NeoTarget such as NeoTarget.ML_C5; got: ${shown(target)}`,
    framework && !framework.name && `framework must be a NeoFramework such as NeoFramework.PYTORCH_1_13; got: ${shown(framework)}`,
    dataInputShape && !dataInputShape._inputs && `dataInputShape must be a NeoDataInputShape; got: ${shown(dataInputShape)}`,
    compilerOptions && !compilerOptions.toJson && `compilerOptions must be NeoCompilerOptions; got: ${shown(compilerOptions)}`,
  ].filter((message): message is string => typeof message === 'string');
}
