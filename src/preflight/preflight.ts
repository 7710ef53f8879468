import { Token } from 'aws-cdk-lib';
import { readArchive, type ArchiveContents } from './archive-contents';
import { Findings } from './findings';
import { checkFiles, checkInputs, FRAMEWORK_FILES, inputsOf, name } from './rules';
import { FRAMEWORKS } from '../target/compatibility';
import { lookUp } from '../target/compilation';
import type { NeoDataInputShape } from '../target/data-input-shape';
import type { NeoFramework } from '../target/framework';

/** What is known of a model besides its archive. */
export interface PreflightRequest {
  readonly framework: NeoFramework;
  readonly dataInputShape?: NeoDataInputShape;
}

/**
 * Looks into a local archive and judges it by what AWS documents: its files, its inputs and the version that wrote it. The archive is read once, whatever
 * the number of models and jobs.
 */
export function checkArchive(path: string, request: PreflightRequest): Findings {
  const findings = new Findings();
  const contents = readArchive(path);
  if (contents.broken !== undefined) {
    findings.error(`the archive cannot be unpacked, pack it again with "tar czf"; got: ${name(path)}, ${contents.broken}`);
    return findings;
  }
  if (contents.partial !== undefined) {
    findings.warn('archivePartial', `only the beginning of the archive was read, ${contents.partial}, so what follows is not checked; got: ${name(path)}`);
  }
  const framework = Token.isUnresolved(request.framework.name) ? undefined : request.framework.name;
  if (framework === undefined || !lookUp(FRAMEWORK_FILES, framework)) { return findings; }
  const paths = checkFiles(framework, contents, findings);
  checkModelFiles(framework, paths, contents, findings);
  const version = Token.isUnresolved(request.framework.version) ? undefined : request.framework.version;
  checkVersion(framework, version, paths, contents, findings);
  const inputCount = paths.map(file => contents.models.get(file)?.inputCount).find(count => count !== undefined);
  checkInputs(framework, request.dataInputShape, inputsOf(framework, paths, contents), inputCount, findings);
  return findings;
}

/** Files that have the right name and something else in them. */
function checkModelFiles(framework: string, paths: readonly string[], { models }: ArchiveContents, findings: Findings): void {
  for (const path of paths) {
    const file = models.get(path);
    if (file?.notAModel !== undefined) {
      findings.error(`${name(path)} must be a model of framework ${framework}: save it with "${FRAMEWORK_FILES[framework].command}"; got: ${file.notAModel}`);
    } else if (file?.unreadable !== undefined) {
      findings.warn('modelUnreadable', `${name(path)} could not be read, so nothing in it is checked: ${file.unreadable}`);
    }
  }
}

/** Versions that a framework's file may have: those that are named, or for frameworks without one the newest that AWS documents. */
function checkVersion(framework: string, version: string | undefined, paths: readonly string[], contents: ArchiveContents, findings: Findings): void {
  const facts = lookUp(FRAMEWORKS, framework);
  const newest = facts?.takesVersion ? version : [...(facts?.versions.cloud ?? facts?.versions.edge ?? [])].sort(compareVersions).pop();
  if (newest === undefined || framework === 'TFLITE') { return; }
  for (const path of paths) {
    const written = contents.models.get(path)?.writtenBy;
    if (!written || compareVersions(written.version.replace('later than ', ''), newest) <= 0) { continue; }
    findings.warn('modelNewer', `${name(path)} was written by ${framework} ${written.version} or newer (${written.because}), and Neo compiles files of up `
      + `to ${newest}${facts?.takesVersion ? ' with the version that is named' : ''}: save it with an older release, or name a newer one`);
  }
}

/** By major and minor number. */
function compareVersions(a: string, b: string): number {
  const [majorA, minorA = 0] = a.split('.').map(Number);
  const [majorB, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

