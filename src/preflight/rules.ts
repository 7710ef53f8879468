import { posix } from 'path';
import { Token } from 'aws-cdk-lib';
import { isAppleDouble, type ArchiveContents } from './archive-contents';
import type { ModelInput } from './byte-reader';
import { known, type WarningId } from '../target/compilation';
import type { NeoDataInputShape } from '../target/data-input-shape';

/** Descriptions of all warnings about archives, by their ids without `cdk-sagemaker-neo:`. */
export const PREFLIGHT_WARNINGS = {
  archivePartial: 'Only the beginning of the archive was read.',
  archiveName: 'The name of the archive does not end with .tar.gz.',
  archiveMacFiles: 'The archive has `._` files of macOS, which may count as a second model.',
  archiveLinks: 'A link next to the model may count as a second model.',
  archivePaths: 'A path or link leads out of the archive.',
  archiveFolder: 'The model is in a folder, but AWS documents it at the top of the archive.',
  savedModelExtraFiles: 'There is a second `.pb` file next to `saved_model.pb`, but AWS documents exactly one.',
  savedModelSignature: 'A SavedModel of TensorFlow has no signature, so its inputs are unknown.',
  modelUnreadable: 'A file has the right name, but its content could not be read.',
  modelNewer: 'A newer release of the framework than the named one wrote the file.',
  modelExternalData: 'The weights are in other files than the model, but AWS documents one file.',
  modelLayout: 'The layers of a Keras model are channel-first, but AWS documents channel-last.',
  inputShapeOfFile: 'No data input shape is given; the message has the one in the file.',
  inputNames: 'The file has inputs that the data input shape does not have, or names that may not match, or another order for PyTorch.',
  inputSizes: 'A size or the number of dimensions differs from the file.',
} as const;

export type PreflightWarningId = keyof typeof PREFLIGHT_WARNINGS;

/** The findings of the check of an archive. */
export class Findings {
  public readonly errors: string[] = [];
  public readonly warnings: { readonly id: string; readonly message: string }[] = [];
  /** Warnings of the target's rules that are superfluous, because the content of the file answers the question. */
  public readonly settled = new Set<WarningId>();
  /** Whether the archive contains a file `*config.json`. Undefined if that is unknown. */
  public hasConfig?: boolean;

  /** Adds a finding for which the job fails according to AWS's documentation. */
  public error(message: string): void {
    this.errors.push(message);
  }

  /** Adds a finding that AWS does not document, with an id to acknowledge it. */
  public warn(id: PreflightWarningId, message: string): void {
    this.warnings.push({ id: `cdk-sagemaker-neo:${id}`, message });
  }
}

/** A kind of file that AWS documents for a framework's archive. */
export interface ModelFileRule {
  /** The kind in messages, such as `.onnx file`. */
  readonly title: string;
  readonly pattern: RegExp;
  /** Names that are accepted if no file matches the pattern, because AWS's own training writes them. */
  readonly alternative?: RegExp;
}

export interface FrameworkFiles {
  readonly files: readonly ModelFileRule[];
  /** The call or command that saves such a file. */
  readonly command: string;
  /** The Python package of the framework, to install another release. */
  readonly package: string;
  /** Whether the model is in a folder in AWS's own examples. */
  readonly mayHaveFolder?: boolean;
}

/** Files by framework, according to "Prepare Model for Compilation" and the tables of supported frameworks. */
export const FRAMEWORK_FILES: { readonly [framework: string]: FrameworkFiles } = {
  PYTORCH: {
    files: [{ title: '.pth or .pt file', pattern: /\.(pt|pth)$/ }],
    command: "torch.jit.trace(model.eval(), example).save('model.pth')",
    package: 'torch',
  },
  ONNX: {
    files: [{ title: '.onnx file', pattern: /\.onnx$/ }],
    command: "torch.onnx.export(model, example, 'model.onnx', opset_version=12)",
    package: 'onnx',
  },
  TFLITE: {
    files: [{ title: '.tflite file', pattern: /\.tflite$/ }],
    command: "open('model.tflite', 'wb').write(tf.lite.TFLiteConverter.from_saved_model('saved_model').convert())",
    package: 'tensorflow',
  },
  KERAS: {
    files: [{ title: '.h5 file', pattern: /\.h5$/ }],
    command: "model.save('model.h5', save_format='h5')",
    package: 'keras',
  },
  MXNET: {
    files: [
      // AWS documents an additional file for Ambarella devices, `*config.json`.
      { title: '*-symbol.json file', pattern: /-symbol\.json$/, alternative: /(?<!config)\.json$/ },
      { title: '*.params file', pattern: /\.params$/ },
    ],
    command: "net.hybridize(); net(example); net.export('model')",
    package: 'mxnet',
  },
  DARKNET: {
    files: [{ title: '.cfg file', pattern: /\.cfg$/ }, { title: '.weights file', pattern: /\.weights$/ }],
    command: 'tar czf model.tar.gz model.cfg model.weights',
    package: 'darknet',
  },
  XGBOOST: {
    files: [{ title: '.model file', pattern: /\.model$/, alternative: /(^|\/)xgboost-model$/ }],
    command: "booster.save_model('xgboost.model')",
    package: 'xgboost',
  },
  TENSORFLOW: {
    files: [{ title: '.pb or .pbtxt file', pattern: /(^|\/)(?!keras_metadata\.pb|fingerprint\.pb)[^/]*\.(pb|pbtxt)$/ }],
    command: "tf.saved_model.save(model, 'saved_model')",
    package: 'tensorflow',
    mayHaveFolder: true,
  },
};

/** Checks for files that are missing, duplicate, or in the wrong place. Returns the paths of the model files. */
export function checkFiles(framework: string, contents: ArchiveContents, findings: Findings): string[] {
  const rules = FRAMEWORK_FILES[framework];
  const isFile = new Set(contents.entries.filter(({ type }) => type === 'file').map(({ path }) => path));
  const paths = contents.entries.filter(({ type, path, linkTarget }) => !isAppleDouble(path) && (type === 'file' || type === 'hardlink' && isFile.has(linkTarget!)))
    .map(({ path }) => path);
  const found = rules.files.flatMap(rule => checkKind(framework, rule, paths, contents, findings));
  checkMetadata(contents, findings);
  if (!rules.mayHaveFolder) { checkFolder(found, findings); }
  if (framework === 'TENSORFLOW') { checkVariables(found, contents, findings); }
  return found;
}

function checkKind(framework: string, rule: ModelFileRule, paths: string[], contents: ArchiveContents, findings: Findings): string[] {
  const { entries, partial } = contents;
  const matching = paths.filter(path => rule.pattern.test(path));
  const found = matching.length === 0 && rule.alternative ? paths.filter(path => rule.alternative!.test(path)) : matching;
  const link = entries.find(({ path, linkTarget }) => linkTarget !== undefined && rule.pattern.test(path) && !found.includes(path));
  const [linkName, linkTarget] = link ? [name(link.path), name(link.linkTarget!)] : [];
  if (found.length > 1) {
    findings.error(`the archive must have exactly one ${rule.title} for framework ${framework}: pack only the one to compile; got: ${list(found)}`);
  } else if (found.length === 0 && partial === undefined) {
    // A link has no content, so it does not count as a file.
    const hint = link ? ` (${linkName} is a link to ${linkTarget}: pack the file itself with "tar --dereference")` : '';
    findings.error(`the archive must have one ${rule.title} for framework ${framework}: save it with "${FRAMEWORK_FILES[framework].command}" and pack it${hint}; got: `
      + `${list(entries.filter(({ type }) => type !== 'directory').map(({ path }) => path))}`);
  } else if (link) {
    findings.warn('archiveLinks', `the archive has a link beside the ${rule.title}, which may count as a second one: leave it out; got: ${linkName}, a link to ${linkTarget}`);
  }
  return found;
}

function checkMetadata({ entries }: ArchiveContents, findings: Findings): void {
  const apple = entries.find(({ path }) => isAppleDouble(path));
  if (apple) {
    findings.warn('archiveMacFiles', 'the archive has files of macOS that may count as a second model: pack it with "COPYFILE_DISABLE=1 tar czf", or with '
      + `NeoModel.fromFiles; got: ${name(apple.path)}`);
  }
  const outside = entries.find(({ path, type, linkTarget }) => isOutside(path)
    || linkTarget !== undefined && isOutside(...type === 'hardlink' ? [] : [posix.dirname(path)], linkTarget));
  if (outside) {
    findings.warn('archivePaths', `the archive has a path or link that leads out of it, which unpacking programs reject; got: ${name(outside.path)}`
      + (outside.linkTarget === undefined ? '' : `, a link to ${name(outside.linkTarget)}`));
  }
}

/** Whether a path leads out of the archive. It counts folders, because joining and normalizing takes quadratic time for paths that go up and down. */
function isOutside(...parts: string[]): boolean {
  let depth = 0;
  return parts.some(part => part.startsWith('/') || /^[A-Za-z]:/.test(part) || part.split('/').some(segment => {
    if (segment !== '' && segment !== '.') { depth += segment === '..' ? -1 : 1; }
    return depth < 0;
  }));
}

function checkFolder(found: string[], findings: Findings): void {
  const inFolder = found.find(path => path.includes('/'));
  if (inFolder !== undefined) {
    findings.warn('archiveFolder', 'AWS documents the model at the top of the archive, without a folder: pack it with '
      + `"tar czf model.tar.gz -C ${quote(name(posix.dirname(inFolder)))} ${quote(name(posix.basename(inFolder)))}"; got: ${name(inFolder)}`);
  }
}

/** Checks a saved model, which consists of one .pb file and a `variables` folder beside it. */
function checkVariables(found: string[], { entries, models, partial }: ArchiveContents, findings: Findings): void {
  const saved = found.find(path => models.get(path)?.isSavedModel || /(^|\/)saved_model\.pbtxt$/.test(path));
  if (saved === undefined) { return; }
  const folder = posix.join(posix.dirname(saved), 'variables');
  if (partial === undefined && !entries.some(({ path }) => path === folder || path.startsWith(`${folder}/`))) {
    findings.error(`the archive must have the folder ${name(folder)} beside ${name(saved)}, as AWS documents for a saved model: pack everything that `
      + `"${FRAMEWORK_FILES.TENSORFLOW.command}" wrote; got: ${list(entries.map(({ path }) => path))}`);
  }
  const extra = entries.find(({ path }) => /(^|\/)(keras_metadata|fingerprint)\.pb$/.test(path));
  if (extra) {
    findings.warn('savedModelExtraFiles', 'AWS documents exactly one .pb file, but newer releases of TensorFlow write another one next to it. It is not known whether Neo accepts that: '
      + `leave it out if the job fails; got: ${name(extra.path)}`);
  }
}

/** Shortens a name from the archive for a message, and replaces characters that control terminals, or that reorder or hide text. */
export function name(text: string): string {
  const plain = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return plain.length > 100 ? `${plain.slice(0, 97)}...` : plain;
}

/** Quotes one word of a command to copy, so that the shell does not run its content. */
export function quote(word: string): string {
  return /^[\w./@%+=:,][\w./@%+=:,-]*$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;
}

export function list(paths: readonly string[]): string {
  if (paths.length === 0) { return 'no file'; }
  return paths.slice(0, 5).map(name).join(', ') + (paths.length > 5 ? ` and ${paths.length - 5} more` : '');
}

/** The maximum numbers of inputs in a message, and of sizes of each input. */
const MAX_INPUTS = 10, MAX_RANK = 16;

/**
 * Frameworks whose files contain the exact names of the inputs. PyTorch's inputs are matched by their order, and TensorFlow has different names for
 * signatures and tensors.
 */
const EXACT_NAMES = ['ONNX', 'TFLITE', 'MXNET', 'KERAS'];

/** Renders a suggested shape in a message. */
export type FormatShape = (inputs: readonly { readonly name: string; readonly sizes: readonly number[] }[]) => string;

/** The known facts about a model's inputs, from its files and from the user. */
export interface InputRequest {
  readonly framework: string;
  readonly version?: string;
  readonly shape?: NeoDataInputShape;
  readonly inputs?: readonly ModelInput[];
  readonly formatShape: FormatShape;
}

/** Returns the inputs of the model according to its files. They are undefined if the files do not contain them. */
export function inputsOf(framework: string, paths: readonly string[], { models }: ArchiveContents): readonly ModelInput[] | undefined {
  const files = paths.map(path => models.get(path));
  if (framework !== 'MXNET') { return files.find(file => file?.inputs !== undefined)?.inputs; }
  const variables = files.find(file => file?.variables)?.variables;
  const parameters = files.find(file => file?.parameters)?.parameters;
  if (!variables || !parameters) { return undefined; }
  const weights = new Set(parameters);
  return variables.filter(variable => !weights.has(variable.name!));
}

/** Compares the names, the number of dimensions and the sizes of the given shape with those of the file. */
export function checkInputs(request: InputRequest, findings: Findings): void {
  const { framework, shape, inputs } = request;
  if (!inputs || inputs.length === 0) { return; }
  if (!shape) {
    suggestShape(request, inputs, findings);
    return;
  }
  // Unresolved inputs are omitted from `_inputs`, so an empty list means that nothing is known.
  if (shape._inputs.length === 0) { return; }
  const given = shape._inputs.map((one): Given => ({ name: known(one.name), shapes: one.shapes }));
  if (framework === 'PYTORCH') {
    checkOrder(given, inputs, findings);
  } else if (inputs.some(input => input.name === undefined)) {
    // The input of DarkNet has no name.
    if (given.length === 1) { compare(request, given[0], inputs[0], findings); }
    settleLayout(inputs.slice(0, given.length), findings);
  } else {
    checkNames(request, given, inputs, findings);
  }
}

interface Given {
  /** Undefined if the input has no name, or if the name is unknown at synthesis. */
  readonly name?: string;
  readonly shapes: readonly (readonly unknown[])[];
}

/**
 * Checks the order of PyTorch's inputs. Neo matches them by their order, regardless of their names, so only the model's own names show a wrong order.
 */
function checkOrder(given: readonly Given[], inputs: readonly ModelInput[], findings: Findings): void {
  if (inputs.length !== given.length) {
    findings.warn('inputNames', `data input shape: the model takes ${inputs.length} ${inputs.length === 1 ? 'input' : 'inputs'} (${names(inputs)}), which Neo matches `
      + `by their order; got: ${given.length}`);
    return;
  }
  const moved = given.some((one, i) => one.name !== inputs[i].name && inputs.some(input => input.name === one.name));
  if (moved || given.every((one, i) => one.name === inputs[i].name)) { findings.settled.add('inputOrder'); }
  if (moved) {
    findings.warn('inputNames', `data input shape: Neo matches the inputs of PYTORCH by their order, and the model's forward takes ${names(inputs)}: write them `
      + `in this order; got: ${names(given)}`);
  }
}

function checkNames(request: InputRequest, given: readonly Given[], inputs: readonly ModelInput[], findings: Findings): void {
  const { framework } = request;
  // The matches are computed once for each given shape, because a hostile model may have very many inputs.
  const matches = given.map(one => inputs.find(input => one.name !== undefined && (input.name === one.name || input.aliases?.includes(one.name))));
  settleLayout(matches, findings);
  for (const [i, one] of given.entries()) {
    if (one.name === undefined) { continue; }
    const input = matches[i];
    if (input) {
      compare(request, one, input, findings);
    } else if (EXACT_NAMES.includes(framework)) {
      findings.error(`data input shape: names must be those of the model's inputs, ${names(inputs)}; got: ${name(one.name)}`);
    } else {
      findings.warn('inputNames', `data input shape: the model has the inputs ${names(inputs)}, but none with this name; got: ${name(one.name)}`);
    }
  }
  if (findings.errors.length > 0 || matches.includes(undefined)) { return; }
  const missing = inputs.filter(input => !matches.includes(input));
  if (missing.length > 0) {
    findings.warn('inputNames', `data input shape: the model also has ${missing.length === 1 ? 'the input' : 'the inputs'} ${names(missing)}: add `
      + `${missing.length === 1 ? 'it' : 'them'}; got: ${names(given)}`);
  }
}

/** If the file contains the sizes, apart from the batch size, the layout of an image is known, and a warning about it is superfluous. */
function settleLayout(inputs: readonly (ModelInput | undefined)[], findings: Findings): void {
  if (inputs.every(input => input?.dimensions?.slice(1).every(size => size !== undefined))) { findings.settled.add('inputLayout'); }
}

function compare({ framework, shape: whole }: InputRequest, { name: givenName, shapes }: Given, input: ModelInput, findings: Findings): void {
  const { dimensions, alternative } = input;
  if (!dimensions) { return; }
  for (const shape of shapes) {
    if (shape.some(size => Token.isUnresolved(size) || typeof size !== 'number')) { continue; }
    if (fits(shape, dimensions) || alternative && fits(shape, alternative)) { continue; }
    const which = givenName === undefined ? '' : ` of input ${name(givenName)}`;
    const layout = framework === 'KERAS' && dimensions.length === 4 ? ' in NCHW' : '';
    const order = isReordered(shape, dimensions) ? ': the sizes are the same, but in another layout' : '';
    const message = `data input shape${which}: the model has ${formatDimensions(dimensions)}${layout}${dimensions.includes(undefined) ? ', where ? is any size' : ''}${order}; `
      + `got: [${shape.join(',')}]`;
    // AWS documents the message "Input has wrong shape in Input Shape dictionary" for Keras only.
    if (framework === 'KERAS' && !whole?._isRaw) { findings.error(message); } else { findings.warn('inputSizes', message); }
  }
}

function fits(shape: readonly unknown[], dimensions: readonly (number | undefined)[]): boolean {
  return shape.length === dimensions.length && dimensions.every((size, i) => size === undefined || size === shape[i]);
}

/** Whether the sizes are the model's sizes in another order, such as NHWC instead of NCHW. */
function isReordered(shape: readonly unknown[], dimensions: readonly (number | undefined)[]): boolean {
  const left = [...shape];
  const fixed = dimensions.filter(size => size !== undefined);
  return shape.length === dimensions.length && fixed.length > 1 && fixed.every(size => {
    const at = left.indexOf(size);
    return at >= 0 && left.splice(at, 1).length === 1;
  });
}

function suggestShape({ framework, version, formatShape }: InputRequest, inputs: readonly ModelInput[], findings: Findings): void {
  // For models that PyTorch 2.0 or newer saved, Neo reads the shapes from the file.
  if (framework === 'PYTORCH' && version !== undefined && !/^[01]/.test(version)) { return; }
  const unknown = inputs.filter(({ dimensions }) => dimensions === undefined);
  if (unknown.length === inputs.length) {
    if (inputs.some(input => input.name !== undefined)) {
      findings.settled.add('dataInputShapeMissing');
      findings.warn('inputShapeOfFile', `no data input shape: the model has the inputs ${names(inputs)}, in this order and of unknown sizes`);
    }
    return;
  }
  findings.settled.add('dataInputShapeMissing');
  const shown = inputs.slice(0, MAX_INPUTS);
  const shape = shown.map(({ name: inputName, dimensions = [] }) => ({ name: name(inputName ?? 'data'), sizes: dimensions.slice(0, MAX_RANK).map(size => size ?? 1) }));
  const open = shown.filter(({ dimensions }) => !dimensions || dimensions.includes(undefined));
  findings.warn('inputShapeOfFile', `no data input shape: according to its file, the model takes ${formatShape(shape)}`
    + (inputs.length > MAX_INPUTS ? ` and ${inputs.length - MAX_INPUTS} more` : '')
    + (open.length > 0 ? '; replace the sizes that the file leaves open: '
      + `${open.map(({ dimensions }) => dimensions ? formatDimensions(dimensions) : '[]').join(', ')}` : ''));
}

function formatDimensions(dimensions: readonly (number | undefined)[]): string {
  const shown = dimensions.slice(0, MAX_RANK).map(size => size ?? '?').join(',');
  return dimensions.length > MAX_RANK ? `[${shown},... ${dimensions.length} sizes]` : `[${shown}]`;
}

function names(inputs: readonly { readonly name?: string }[]): string {
  return inputs.slice(0, MAX_INPUTS).map(input => name(input.name ?? '')).join(', ') + (inputs.length > MAX_INPUTS ? ` and ${inputs.length - MAX_INPUTS} more` : '');
}
