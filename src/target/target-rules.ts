import { Stack, Token } from 'aws-cdk-lib';
import { ACCELERATORS, ARCHITECTURES, NO_ACCELERATOR, PLATFORMS } from './compatibility';
import { Compilation, Report, Rule } from './compilation';

/**
 * Rules about the target alone.
 */
export const TARGET_RULES: Rule[] = [unknownDevice, unknownPlatform, impossiblePlatform, retiredDevice, regionOfDevice];

function unknownDevice(c: Compilation, report: Report): void {
  if (c.device !== undefined && !c.deviceFacts) {
    report.warn('unknownTarget', `target ${c.device} is none that this version of the library knows, so nothing about it is checked`);
  }
}

function unknownPlatform(c: Compilation, report: Report): void {
  const unknown = [
    c.os !== undefined && !Object.keys(PLATFORMS).includes(c.os) && `os ${c.os}`,
    c.arch !== undefined && !ARCHITECTURES.includes(c.arch) && `arch ${c.arch}`,
    typeof c.accelerator === 'string' && !ACCELERATORS.includes(c.accelerator) && `accelerator ${c.accelerator}`,
  ].filter(Boolean);
  if (unknown.length > 0) {
    report.warn('unknownTarget', `${unknown.join(' and ')} of the target platform is none that this version of the library knows, `
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
  const where = Token.isUnresolved(region) ? 'whose Region is not known at synthesis' : `in ${region}`;
  report.warn('targetRegion', `AWS says that Neo compiles for ${c.device} in ${only} only, and this job is in a stack ${where}`);
}
