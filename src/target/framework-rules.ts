import { FRAMEWORKS } from './compatibility';
import { type Compilation, type Report, type Rule, sameRelease } from './compilation';

/**
 * Rules about the framework, its version, and the target that shall run it.
 */
export const FRAMEWORK_RULES: Rule[] = [
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
    report.warn('unknownFramework', `framework is none of those that this version of the library knows (${Object.keys(FRAMEWORKS).join(', ')}), `
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
    undocumented(`framework ${c.framework}`);
  } else if (c.version !== undefined && documented.length > 0 && !documented.some((version) => sameRelease(version, c.version!))) {
    undocumented(`${c.frameworkText} (but ${documented.join(', ')})`);
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
  } else if (c.deviceFacts?.frameworkVersion === 'doubtful') {
    report.warn('frameworkVersionDoubtful', `version of the framework is sent to Neo, though AWS's own SDK leaves it out for target ${c.targetText}; `
      + `got: ${c.frameworkText}`);
  }
}
