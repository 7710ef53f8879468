import { posix } from 'path';
import { isAppleDouble, type ArchiveContents } from './archive-contents';
import type { Findings } from './findings';

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
