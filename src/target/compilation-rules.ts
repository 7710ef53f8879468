import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ACCELERATORS, ARCHITECTURES, DEVICES, FRAMEWORKS, NEO_REGIONS, NO_ACCELERATOR, PLATFORMS } from './compatibility';
import { Compilation, type CompilationRequest, lookUp, type Report, type Rule, sameRelease } from './compilation';
import { COMPILER_OPTION_RULES } from './compiler-option-rules';
import type { NeoFramework } from './framework';
import { SHAPE_RULES } from './shape-rules';
import type { NeoTarget } from './target';
import { formatValue } from '../util/errors';

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
  for (const rule of [...FRAMEWORK_RULES, ...TARGET_RULES, ...COMPILER_OPTION_RULES, ...SHAPE_RULES]) { rule(compilation, report); }
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
    !target?.deviceName && !target?.targetPlatform && `target must be a NeoTarget such as NeoTarget.ML_C5; got: ${formatValue(target)}`,
    framework && !framework.name && `framework must be a NeoFramework such as NeoFramework.PYTORCH_1_13; got: ${formatValue(framework)}`,
    dataInputShape && !dataInputShape._inputs && `dataInputShape must be a NeoDataInputShape; got: ${formatValue(dataInputShape)}`,
    compilerOptions && !compilerOptions.toJson && `compilerOptions must be NeoCompilerOptions; got: ${formatValue(compilerOptions)}`,
  ].filter((message): message is string => typeof message === 'string');
}

/**
 * Rules about the framework, its version, and the target that shall run it.
 */
const FRAMEWORK_RULES: Rule[] = [
  unknownFramework,
  versionForFrameworkWithoutOne,
  tfliteOnInstance,
  frameworkNotForDevice,
  documentedCombination,
  missingVersion,
  versionNotSent,
];

function unknownFramework(c: Compilation, report: Report): void {
  if (c.framework !== undefined && !c.frameworkFacts) {
    report.warn('unknownFramework', `this version of the library does not know the framework (it knows ${Object.keys(FRAMEWORKS).join(', ')}), `
      + `so nothing about it is checked; got: ${c.framework}`);
  }
}

function versionForFrameworkWithoutOne(c: Compilation, report: Report): void {
  if (c.version !== undefined && c.frameworkFacts && !c.frameworkFacts.takesVersion) {
    const takers = Object.keys(FRAMEWORKS).filter((name) => FRAMEWORKS[name].takesVersion).join(', ');
    report.error(`version of the framework: the API takes one for ${takers} only, use NeoFramework.${c.framework}; got: ${c.frameworkText}`);
  }
}

function tfliteOnInstance(c: Compilation, report: Report): void {
  if (c.framework === 'TFLITE' && c.isInstance) {
    report.error('framework TFLITE compiles for edge targets only: choose an edge device or a platform, or save the model as TENSORFLOW; '
      + `got target: ${c.targetText}`);
  }
}

function frameworkNotForDevice(c: Compilation, report: Report): void {
  const only = c.deviceFacts?.onlyFrameworks;
  if (only && c.framework !== undefined && !only.includes(c.framework)) {
    report.error(`target ${c.targetText} takes the frameworks ${only.join(' and ')} only; got: ${c.framework}`);
  }
}

function documentedCombination(c: Compilation, report: Report): void {
  if (!c.frameworkFacts || (!c.isPlatform && !c.deviceFacts)) return;
  const documented = documentedVersions(c);
  const undocumented = (what: string) => report.warn('undocumentedCombination',
    `AWS does not document ${what} for target ${c.targetText}, so the job may fail; docs/targets.md of cdk-sagemaker-neo lists what it does`);
  if (!documented) {
    const tables = Object.keys(c.frameworkFacts.versions);
    const instead = tables.length === 0 ? ' (it is in the API, and in none of the guide\'s tables)' : ` (but for ${tables.join(' and ')} targets)`;
    undocumented(`framework ${c.framework}${instead}`);
  } else if (c.version !== undefined && documented.length > 0 && !documented.some((version) => sameRelease(version, c.version!))) {
    undocumented(`${c.frameworkText} (but ${documented.join(', ')})`);
  } else if (c.version !== undefined && isPatchOf(documented, c.version)) {
    report.warn('frameworkVersionPatch', `AWS documents ${documented.join(', ')} for target ${c.targetText}, and AWS's own SDK sends no patch version: `
      + `write '${c.version.split('.').slice(0, 2).join('.')}'; got: ${c.frameworkText}`);
  }
}

/** Versions of the framework that AWS documents for the target; empty: any; undefined: not even the framework. */
function documentedVersions(c: Compilation): readonly string[] | undefined {
  if (c.deviceFacts?.onlyFrameworks && !c.deviceFacts.onlyFrameworks.includes(c.framework!)) return []; // an error already
  if (c.deviceFacts?.sdkFrameworks) return c.deviceFacts.sdkFrameworks.includes(c.framework!) ? [] : undefined;
  const versions = c.versionTable && c.frameworkFacts!.versions[c.versionTable];
  const isSent = c.frameworkFacts!.takesVersion && c.deviceFacts?.frameworkVersion !== 'dropped';
  return versions && !isSent ? [] : versions;
}

/** Whether a version is longer than the documented one of its release, such as 1.13.1 where 1.13 is documented. */
function isPatchOf(documented: readonly string[], version: string): boolean {
  return !documented.includes(version) && documented.some(known => version.startsWith(`${known}.`));
}

function missingVersion(c: Compilation, report: Report): void {
  if (c.frameworkFacts?.takesVersion && !c.request.framework?.version && c.deviceFacts?.frameworkVersion !== 'dropped') {
    report.warn('frameworkVersionMissing', `framework ${c.framework} has no version, so Neo takes one of its own choice, `
      + 'and a model saved by a newer one fails; name the version that saved the model');
  }
}

function versionNotSent(c: Compilation, report: Report): void {
  if (c.version === undefined || !c.frameworkFacts?.takesVersion) return;
  if (c.deviceFacts?.frameworkVersion === 'dropped') {
    report.warn('frameworkVersionNotSent', `version of the framework is not sent to Neo: as AWS's own SDK, this library leaves it out for target ${c.targetText}; `
      + `got: ${c.frameworkText}`);
  }
}

/**
 * Rules about the target alone.
 */
const TARGET_RULES: Rule[] = [unknownDevice, unknownPlatform, impossiblePlatform, retiredDevice, regionOfDevice, regionOfNeo];

function unknownDevice(c: Compilation, report: Report): void {
  if (c.device !== undefined && !c.deviceFacts) {
    report.warn('unknownTarget', `this version of the library does not know target ${c.device}, so nothing about it is checked`);
  }
}

function unknownPlatform(c: Compilation, report: Report): void {
  const unknown = [
    c.os !== undefined && !Object.keys(PLATFORMS).includes(c.os) && `os ${c.os}`,
    c.arch !== undefined && !ARCHITECTURES.includes(c.arch) && `arch ${c.arch}`,
    typeof c.accelerator === 'string' && !ACCELERATORS.includes(c.accelerator) && `accelerator ${c.accelerator}`,
  ].filter(Boolean);
  if (unknown.length > 0) {
    report.warn('unknownTarget', `this version of the library does not know ${unknown.join(' and ')} of the target platform, `
      + 'so nothing about the platform is checked');
  }
}

function impossiblePlatform(c: Compilation, report: Report): void {
  if (c.os === undefined || c.arch === undefined || c.accelerator === undefined || !ARCHITECTURES.includes(c.arch)) return;
  if (!Object.keys(PLATFORMS).includes(c.os)) return;
  const rows = PLATFORMS[c.os];
  if (c.accelerator !== null && !Object.keys(rows).includes(c.accelerator)) {
    if (ACCELERATORS.includes(c.accelerator)) {
      report.warn('undocumentedCombination', `AWS does not document accelerator ${c.accelerator} for any platform, so the job may fail; got: ${c.targetText}`);
    }
    return;
  }
  const archs = rows[c.accelerator ?? NO_ACCELERATOR];
  if (!archs.includes(c.arch)) {
    const which = c.accelerator === null ? 'without an accelerator' : `with accelerator ${c.accelerator}`;
    report.error(`target platform: Neo has ${c.os} ${which} for ${archs.join(', ') || 'no architecture'}; got: ${c.targetText}`);
  }
}

function retiredDevice(c: Compilation, report: Report): void {
  if (c.deviceFacts?.retired) {
    report.warn('retiredTarget', `target ${c.device}: ${c.deviceFacts.retired}; choose another`);
  }
}

function regionOfDevice(c: Compilation, report: Report): void {
  const only = c.deviceFacts?.onlyRegion;
  const region = Stack.of(c.scope).region;
  if (only === undefined || region === only) return;
  if (Token.isUnresolved(region)) {
    report.warn('targetRegion', `Neo compiles for ${c.device} in ${only} only, and the Region of this job's stack is not known at synthesis`);
  } else {
    report.error(`target ${c.device} is available in ${only} only: put the job in a stack of that Region, or choose another target; got: ${region}`);
  }
}

function regionOfNeo(c: Compilation, report: Report): void {
  const { region } = Stack.of(c.scope);
  if (Token.isUnresolved(region) || NEO_REGIONS.includes(region)) return;
  report.warn('neoRegion', `AWS's Python SDK has no image of Neo for Region ${region}, so Neo may not exist there`);
}
