import { posix } from 'path';
import { Token } from 'aws-cdk-lib';
import { isAppleDouble } from './archive-contents';
import type { ArchiveContents } from './archive-contents';
import type { ModelInput } from './byte-reader';
import type { Findings } from './findings';
import type { NeoDataInputShape } from '../target/data-input-shape';

/** One kind of file that a framework's archive has, as AWS documents it. */
export interface ModelFileRule {
  /** For messages: `.onnx file`. */
  readonly title: string;
  readonly pattern: RegExp;
  /** Names that count only when nothing has the pattern: accepted, as AWS's own training makes them. */
  readonly alternative?: RegExp;
}

export interface FrameworkFiles {
  readonly files: readonly ModelFileRule[];
  /** How the framework saves such a file. */
  readonly command: string;
  /** Whether AWS's own examples have the model in a folder. */
  readonly mayHaveFolder?: boolean;
}

/** Files by framework, as "Prepare Model for Compilation" and the tables of supported frameworks have them. */
export const FRAMEWORK_FILES: { readonly [framework: string]: FrameworkFiles } = {
  PYTORCH: {
    files: [{ title: '.pth or .pt file', pattern: /\.(pt|pth)$/ }],
    command: "torch.jit.trace(model.eval(), example).save('model.pth')",
  },
  ONNX: {
    files: [{ title: '.onnx file', pattern: /\.onnx$/ }],
    command: "torch.onnx.export(model, example, 'model.onnx', opset_version=12)",
  },
  TFLITE: {
    files: [{ title: '.tflite file', pattern: /\.tflite$/ }],
    command: "open('model.tflite', 'wb').write(tf.lite.TFLiteConverter.from_saved_model('saved_model').convert())",
  },
  KERAS: {
    files: [{ title: '.h5 file', pattern: /\.h5$/ }],
    command: "model.save('model.h5', save_format='h5')",
  },
  MXNET: {
    files: [
      { title: '*-symbol.json file', pattern: /-symbol\.json$/, alternative: /\.json$/ },
      { title: '*.params file', pattern: /\.params$/ },
    ],
    command: "net.hybridize(); net(example); net.export('model')",
  },
  DARKNET: {
    files: [{ title: '.cfg file', pattern: /\.cfg$/ }, { title: '.weights file', pattern: /\.weights$/ }],
    command: 'tar czf model.tar.gz model.cfg model.weights',
  },
  XGBOOST: {
    files: [{ title: '.model file', pattern: /\.model$/, alternative: /(^|\/)xgboost-model$/ }],
    command: "booster.save_model('xgboost.model')",
  },
  TENSORFLOW: {
    files: [{ title: '.pb or .pbtxt file', pattern: /(^|\/)(?!keras_metadata\.pb|fingerprint\.pb)[^/]*\.(pb|pbtxt)$/ }],
    command: "tf.saved_model.save(model, 'saved_model')",
    mayHaveFolder: true,
  },
};

/** What each framework must have, has twice, or has in the wrong place. Returns the paths of its model files. */
export function checkFiles(framework: string, contents: ArchiveContents, findings: Findings): string[] {
  const rules = FRAMEWORK_FILES[framework];
  if (!rules) { return []; }
  const paths = contents.entries.filter(({ type, path }) => type === 'file' && !isAppleDouble(path)).map(({ path }) => path);
  const found = rules.files.flatMap(rule => checkKind(framework, rule, paths, contents, findings));
  checkMetadata(contents, findings);
  if (!rules.mayHaveFolder) { checkFolder(found, findings); }
  if (framework === 'TENSORFLOW') { checkVariables(found, contents, findings); }
  return found;
}

function checkKind(framework: string, rule: ModelFileRule, paths: string[], contents: ArchiveContents, findings: Findings): string[] {
  const { command } = FRAMEWORK_FILES[framework];
  const matching = paths.filter(path => rule.pattern.test(path));
  const found = matching.length === 0 && rule.alternative ? paths.filter(path => rule.alternative!.test(path)) : matching;
  if (found.length > 1) {
    findings.error(`the archive must have exactly one ${rule.title} for framework ${framework}: pack only the one to compile; got: ${list(found)}`);
  } else if (found.length === 0 && contents.partial === undefined) {
    findings.error(`the archive must have one ${rule.title} for framework ${framework}: save it with "${command}" and pack it${linkHint(rule, contents)}; got: `
      + `${list(contents.entries.filter(({ type }) => type !== 'directory').map(({ path }) => path))}`);
  }
  return found;
}

/** A link has no content, so it counts as no file. */
function linkHint(rule: ModelFileRule, { entries }: ArchiveContents): string {
  const link = entries.find(({ type, path }) => type === 'link' && rule.pattern.test(path));
  return link ? ` (${name(link.path)} is a link to ${name(link.linkTarget ?? '')}: pack the file itself with "tar --dereference")` : '';
}

function checkMetadata({ entries }: ArchiveContents, findings: Findings): void {
  const apple = entries.find(({ path }) => isAppleDouble(path));
  if (apple) {
    findings.warn('archiveMacFiles', 'the archive has files of macOS that may count as a second model: pack it with "COPYFILE_DISABLE=1 tar czf", or with '
      + `NeoModel.fromFiles; got: ${name(apple.path)}`);
  }
  const outside = entries.find(({ path, linkTarget }) => isOutside(path)
    || linkTarget !== undefined && (isOutside(linkTarget) || isOutside(posix.join(posix.dirname(path), linkTarget))));
  if (outside) {
    findings.warn('archivePaths', `the archive has a path or link that leads out of it, which unpacking programs refuse; got: ${name(outside.path)}`
      + (outside.linkTarget === undefined ? '' : `, a link to ${name(outside.linkTarget)}`));
  }
}

function isOutside(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:/.test(path) || posix.normalize(path).startsWith('..');
}

function checkFolder(found: string[], findings: Findings): void {
  const inFolder = found.find(path => path.includes('/'));
  if (inFolder !== undefined) {
    findings.warn('archiveFolder', 'AWS documents the model at the top of the archive, without a folder: pack it with '
      + `"tar czf model.tar.gz -C ${name(posix.dirname(inFolder))} ${name(posix.basename(inFolder))}"; got: ${name(inFolder)}`);
  }
}

/** A saved model is one .pb and a `variables` folder beside it. */
function checkVariables(found: string[], { entries, models, partial }: ArchiveContents, findings: Findings): void {
  const saved = found.find(path => models.get(path)?.isSavedModel || /(^|\/)saved_model\.pbtxt$/.test(path));
  if (saved === undefined) { return; }
  const folder = posix.join(posix.dirname(saved), 'variables');
  if (partial === undefined && !entries.some(({ path }) => path === folder || path.startsWith(`${folder}/`))) {
    findings.error(`the archive must have the folder ${name(folder)} beside ${name(saved)}, as AWS documents a saved model: pack all that `
      + `"${FRAMEWORK_FILES.TENSORFLOW.command}" made; got: ${list(entries.map(({ path }) => path))}`);
  }
  const extra = entries.find(({ path }) => /(^|\/)(keras_metadata|fingerprint)\.pb$/.test(path));
  if (extra) {
    findings.warn('savedModelExtraFiles', 'AWS documents exactly one .pb file, and newer releases of TensorFlow write another beside it, which is not known to '
      + `be accepted: leave it out if the job fails; got: ${name(extra.path)}`);
  }
}

/** Names come from the archive: short, and without what a terminal would obey. */
export function name(text: string): string {
  const plain = text.replace(/[^\x20-\x7e\u00a0-\ufffd]/g, '?');
  return plain.length > 100 ? `${plain.slice(0, 97)}...` : plain;
}

export function list(paths: readonly string[]): string {
  if (paths.length === 0) { return 'no file'; }
  return paths.slice(0, 5).map(name).join(', ') + (paths.length > 5 ? ` and ${paths.length - 5} more` : '');
}

/** Frameworks whose files have the exact names of the inputs; PyTorch's inputs are matched by their order, TensorFlow has names of signatures and tensors. */
const EXACT_NAMES = ['ONNX', 'TFLITE', 'MXNET', 'KERAS'];

/** Inputs of the model as its files tell them, undefined where they do not. */
export function inputsOf(framework: string, paths: readonly string[], { models }: ArchiveContents): readonly ModelInput[] | undefined {
  const files = paths.map(path => models.get(path));
  if (framework !== 'MXNET') { return files.find(file => file?.inputs !== undefined)?.inputs; }
  const variables = files.find(file => file?.variables)?.variables;
  const parameters = files.find(file => file?.parameters)?.parameters;
  return variables && parameters && variables.filter(variable => !parameters.includes(variable)).map(variable => ({ name: variable }));
}

/** Names, number of dimensions and sizes of the shape that is given against those of the file. */
export function checkInputs(framework: string, shape: NeoDataInputShape | undefined, inputs: readonly ModelInput[] | undefined,
  inputCount: number | undefined, findings: Findings): void {
  if (!shape) {
    if (framework !== 'PYTORCH' && inputs && inputs.length > 0) { suggestShape(inputs, findings); }
    return;
  }
  const given = shape._inputs;
  // Tokens are left out of it: then nothing is known.
  if (given.length === 0) { return; }
  if (framework === 'PYTORCH') {
    if (inputCount !== undefined && inputCount !== given.length) {
      findings.warn('inputNames', `data input shape: the model takes ${inputCount} inputs, which Neo matches by their order; got: ${given.length}`);
    }
    return;
  }
  if (!inputs || inputs.length === 0 || inputs.some(input => input.name === undefined)) {
    if (inputs?.length === 1 && given.length === 1) { compare(framework, given[0].name, given[0].shapes, inputs[0], findings); }
    return;
  }
  for (const { name: givenName, shapes } of given) {
    if (givenName === undefined || Token.isUnresolved(givenName)) { continue; }
    const input = inputs.find(candidate => candidate.name === givenName || candidate.name === givenName.replace(/:0$/, ''));
    if (input) {
      compare(framework, givenName, shapes, input, findings);
    } else if (EXACT_NAMES.includes(framework)) {
      findings.error(`data input shape: names must be those of the model's inputs, ${names(inputs)}; got: ${name(givenName)}`);
    } else {
      findings.warn('inputNames', `data input shape: the model's signatures have the inputs ${names(inputs)}, and none of this name; got: ${name(givenName)}`);
    }
  }
  if (findings.errors.length > 0) { return; }
  const missing = inputs.filter(input => !given.some(({ name: givenName }) => givenName === undefined || Token.isUnresolved(givenName)
    || givenName.replace(/:0$/, '') === input.name || givenName === input.name));
  if (missing.length > 0 && framework !== 'TENSORFLOW') {
    findings.warn('inputNames', `data input shape: the model also has ${missing.length === 1 ? 'the input' : 'the inputs'} ${names(missing)}, add `
      + `${missing.length === 1 ? 'it' : 'them'}; got: ${given.map(({ name: givenName }) => name(givenName ?? '')).join(', ')}`);
  }
}

type Shapes = readonly (readonly unknown[])[];

function compare(framework: string, givenName: string | undefined, shapes: Shapes, input: ModelInput, findings: Findings): void {
  const { dimensions } = input;
  if (!dimensions) { return; }
  for (const shape of shapes) {
    if (shape.some(size => Token.isUnresolved(size) || typeof size !== 'number')) { continue; }
    const fits = shape.length === dimensions.length && dimensions.every((size, i) => size === undefined || size === shape[i]);
    if (fits) { continue; }
    const which = givenName === undefined ? '' : ` of input ${name(givenName)}`;
    const message = `data input shape${which}: the model has ${formatDimensions(dimensions)}${framework === 'KERAS' ? ' in NCHW' : ''}, where ? is any size; `
      + `got: [${shape.join(',')}]`;
    // AWS documents the message "Input has wrong shape in Input Shape dictionary" for Keras alone.
    if (framework === 'KERAS') { findings.error(message); } else { findings.warn('inputSizes', message); }
  }
}

function suggestShape(inputs: readonly ModelInput[], findings: Findings): void {
  const told = inputs.filter(({ dimensions }) => dimensions !== undefined);
  if (told.length === 0) {
    if (inputs.some(input => input.name !== undefined)) {
      findings.warn('inputShapeOfFile', `no data input shape: the model has the inputs ${names(inputs)}, of unknown sizes`);
    }
    return;
  }
  const open = told.some(({ dimensions }) => dimensions!.includes(undefined));
  const map = told.map(({ name: inputName, dimensions }) => `${JSON.stringify(name(inputName ?? 'data'))}: [${dimensions!.map(size => size ?? 1).join(', ')}]`).join(', ');
  findings.warn('inputShapeOfFile', `no data input shape: by its file the model takes NeoDataInputShape.fromMap({ ${map} })`
    + (open ? `; write the size to compile for where the file leaves it open: ${told.map(({ dimensions }) => formatDimensions(dimensions!)).join(', ')}` : ''));
}

function formatDimensions(dimensions: readonly (number | undefined)[]): string {
  return `[${dimensions.map(size => size ?? '?').join(',')}]`;
}

function names(inputs: readonly ModelInput[]): string {
  return inputs.slice(0, 10).map(input => name(input.name ?? '')).join(', ') + (inputs.length > 10 ? ` and ${inputs.length - 10} more` : '');
}
