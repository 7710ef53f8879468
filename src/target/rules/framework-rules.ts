import { Compilation, Report, Rule, sameRelease } from './compilation';
import { FRAMEWORKS } from '../compatibility';

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
    report.warn('unknownFramework', `framework ${c.framework} is none that this version of the library knows `
      + `(${Object.keys(FRAMEWORKS).join(', ')}), so nothing about it is checked`);
  }
}

function versionForFrameworkWithoutOne(c: Compilation, report: Report): void {
  if (c.version !== undefined && c.frameworkFacts && !c.frameworkFacts.takesVersion) {
    const takers = Object.keys(FRAMEWORKS).filter((name) => FRAMEWORKS[name].takesVersion).join(', ');
    report.error(`version of the framework: the API takes one for ${takers} only, got: ${c.frameworkText}; use NeoFramework.${c.framework}`);
  }
}

function tfliteOnInstance(c: Compilation, report: Report): void {
  if (c.framework === 'TFLITE' && c.isInstance) {
    report.error(`framework TFLITE compiles for edge targets only, got target: ${c.targetText}; `
      + 'choose an edge device or a platform, or save the model as TENSORFLOW');
  }
}

function frameworkNotForDevice(c: Compilation, report: Report): void {
  const only = c.deviceFacts?.onlyFrameworks;
  if (only && c.framework !== undefined && !only.includes(c.framework)) {
    report.error(`target ${c.targetText} takes the frameworks ${only.join(' and ')} only, got: ${c.framework}`);
  }
}

function documentedCombination(c: Compilation, report: Report): void {
  if (!c.frameworkFacts || (!c.isPlatform && !c.deviceFacts)) return;
  const undocumented = (what: string) => report.warn('undocumentedCombination',
    `AWS does not document ${what}; the job may fail. docs/targets.md has the documented combinations`);
  if (c.deviceFacts?.sdkFrameworks) {
    if (!c.deviceFacts.sdkFrameworks.includes(c.framework!)) undocumented(`framework ${c.framework} for target ${c.targetText}`);
    return;
  }
  if (!c.versionTable) return undocumented(`any framework for target ${c.targetText}`);
  const versions = c.frameworkFacts.versions[c.versionTable];
  if (!versions) return undocumented(`framework ${c.framework} for target ${c.targetText}`);
  if (c.frameworkFacts.takesVersion && c.version !== undefined && !versions.some((version) => sameRelease(version, c.version!))) {
    undocumented(`${c.frameworkText} for target ${c.targetText} (documented: ${versions.join(', ')})`);
  }
}

function missingVersion(c: Compilation, report: Report): void {
  if (c.frameworkFacts?.takesVersion && !c.request.framework?.version && c.deviceFacts?.frameworkVersion !== 'dropped') {
    report.warn('frameworkVersionMissing', `framework ${c.framework} has no version, so Neo takes one of its own choice; `
      + 'a model saved by a newer one then fails. Name the version that saved the model');
  }
}

function versionNotSent(c: Compilation, report: Report): void {
  if (c.version === undefined || !c.frameworkFacts?.takesVersion) return;
  if (c.deviceFacts?.frameworkVersion === 'dropped') {
    report.warn('frameworkVersionNotSent', `the version of ${c.frameworkText} is not sent to Neo: as AWS's own SDK, `
      + `this library leaves it out for target ${c.targetText}`);
  } else if (c.deviceFacts?.frameworkVersion === 'doubtful') {
    report.warn('frameworkVersionDoubtful', `AWS's own SDK leaves the version of the framework out for target ${c.targetText}; `
      + `it is sent here, got: ${c.frameworkText}`);
  }
}
