import { posix } from 'path';
import { readArchive, type ArchiveContents } from './archive-contents';
import { checkFiles, checkInputs, Findings, type FormatShape, FRAMEWORK_FILES, inputsOf, list, name } from './rules';
import { FRAMEWORKS } from '../target/compatibility';
import { known, lookUp } from '../target/compilation';
import type { NeoDataInputShape } from '../target/data-input-shape';
import type { NeoFramework } from '../target/framework';

export { packDirectory, packFiles } from './pack';
export { archiveProblem } from './archive-contents';

/** The facts that the user gives about a model. */
export interface PreflightRequest {
  readonly framework: NeoFramework;
  readonly dataInputShape?: NeoDataInputShape;
  /** Renders a suggested shape in a message. @default - as a call */
  readonly formatShape?: FormatShape;
}

/**
 * Checks a local archive against AWS's documentation: its files, its inputs and the version that wrote it. The archive is read only once, regardless
 * of the number of models and jobs.
 */
export function checkArchive(path: string, request: PreflightRequest): Findings {
  const findings = new Findings();
  const contents = readArchive(path);
  if (contents.broken !== undefined) {
    findings.error(`the archive cannot be unpacked: pack it again with "tar czf"; got: ${name(path)}, ${contents.broken}`);
    return findings;
  }
  if (contents.partial !== undefined) {
    findings.warn('archivePartial', `only the beginning of the archive was read, ${contents.partial}, so the rest is not checked; got: ${name(path)}`);
  }
  const hasConfig = contents.entries.some(({ path: member }) => member.endsWith('config.json'));
  findings.hasConfig = hasConfig || contents.partial === undefined ? hasConfig : undefined;
  const framework = known(request.framework.name);
  if (framework === undefined || !lookUp(FRAMEWORK_FILES, framework)) { return findings; }
  const paths = checkFiles(framework, contents, findings);
  checkModelFiles(framework, paths, contents, findings);
  const version = known(request.framework.version);
  checkVersion(framework, version, paths, contents, findings);
  checkInputs({
    framework,
    version,
    shape: request.dataInputShape,
    inputs: inputsOf(framework, paths, contents),
    formatShape: request.formatShape ?? formatCall,
  }, findings);
  return findings;
}

/** Renders a shape as a call, in a form that is similar in all languages. */
function formatCall(inputs: Parameters<FormatShape>[0]): string {
  return inputs.map((input, index) =>
    `${index === 0 ? 'NeoDataInputShape.of' : '.withInput'}(${[JSON.stringify(input.name), ...input.sizes].join(', ')})`).join('');
}

/** Checks for files with the right name, but with content of another kind or content that AWS does not document. */
function checkModelFiles(framework: string, paths: readonly string[], contents: ArchiveContents, findings: Findings): void {
  for (const path of paths) {
    const file = contents.models.get(path);
    if (file?.notAModel !== undefined) {
      findings.error(`${name(path)} must be a model of framework ${framework}: save it with "${FRAMEWORK_FILES[framework].command}"; got: ${file.notAModel}`);
    } else if (file?.notSupported !== undefined) {
      findings.error(`${name(path)} must be a model that Neo supports; got: ${file.notSupported}`);
    } else if (file?.unreadable !== undefined) {
      findings.warn('modelUnreadable', `${name(path)} could not be read, so nothing in it is checked: ${file.unreadable}; save it with `
        + `"${FRAMEWORK_FILES[framework].command}"`);
    }
    if (file?.hasNoSignature) {
      findings.warn('savedModelSignature', `${name(path)} has no signature with inputs, so its inputs are unknown: save it with `
        + '"tf.saved_model.save(model, \'saved_model\', signatures=model.serve)", of which serve is a tf.function with an input_signature');
    }
    if (file?.externalData) { checkExternalData(path, file.externalData, contents, findings); }
    if (file?.layout !== undefined) {
      findings.warn('modelLayout', 'AWS documents models of Keras as channel-last (NHWC), with the shape in a request channel-first: build the model with '
        + `"keras.backend.set_image_data_format('channels_last')" and load its weights; got: ${name(path)}, ${file.layout}`);
    }
  }
}

function checkExternalData(path: string, externalData: readonly string[], { entries, partial }: ArchiveContents, findings: Findings): void {
  const paths = new Set(entries.map(entry => entry.path));
  const missing = externalData.find(file => !paths.has(posix.join(posix.dirname(path), file)));
  findings.warn('modelExternalData', `${name(path)} has its weights in other files, and AWS documents one .onnx file: save it as one with `
    + `"onnx.save(onnx.load('model.onnx'), 'model.onnx')"; got: ${list(externalData)}`
    + (missing !== undefined && partial === undefined ? `, and ${name(missing)} is not in the archive` : ''));
}

/** Warns of a file that is newer than the named version, or, for frameworks without a version, newer than the newest version that AWS documents. */
function checkVersion(framework: string, version: string | undefined, paths: readonly string[], contents: ArchiveContents, findings: Findings): void {
  const facts = lookUp(FRAMEWORKS, framework);
  const newest = facts?.takesVersion ? version : [...(facts?.versions.cloud ?? facts?.versions.edge ?? [])].sort(compareVersions).pop();
  if (newest === undefined) { return; }
  for (const path of paths) {
    const written = contents.models.get(path)?.writtenBy;
    if (!written || compareVersions(written.version.replace('later than ', ''), newest) <= 0) { continue; }
    findings.warn('modelNewer', `${name(path)} was written by ${framework} ${written.version}${written.orNewer ? ' or newer' : ''} (${written.because}), and Neo compiles files of up `
      + `to ${newest}${facts?.takesVersion ? ' with the version that you name' : ''}: ${howToSaveFor(framework, newest)}${facts?.takesVersion ? ', or name a newer one' : ''}`);
  }
}

function howToSaveFor(framework: string, version: string): string {
  if (framework === 'ONNX') { return 'convert it with "onnx.version_converter.convert_version(model, 12)" and "model.ir_version = 7"'; }
  const { command, package: packageName } = FRAMEWORK_FILES[framework];
  return `save it with "${command}" of ${packageName}==${version}`;
}

/** Compares versions by their major and minor numbers. */
function compareVersions(a: string, b: string): number {
  const [majorA, minorA = 0] = a.split('.').map(Number);
  const [majorB, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
