/** Every warning of the check of an archive, by its id (after `cdk-sagemaker-neo:`). */
export const PREFLIGHT_WARNINGS = {
  archivePartial: 'Only the beginning of the archive was read.',
  archiveName: 'The name of the archive does not end with .tar.gz.',
  archiveMacFiles: 'The archive has `._` files of macOS, which may count as a second model.',
  archiveLinks: 'A link beside the model may count as a second model.',
  archivePaths: 'A path or link leads out of the archive.',
  archiveFolder: 'The model is in a folder, where AWS documents it at the top.',
  savedModelExtraFiles: 'Beside `saved_model.pb` is a second `.pb` file of TensorFlow, and AWS documents exactly one.',
  savedModelSignature: 'A saved model of TensorFlow has no signature, so that its inputs have no names.',
  modelUnreadable: 'A file has the right name, and its content could not be read.',
  modelNewer: 'The file was written by a newer release of the framework than the one that is named.',
  modelExternalData: 'Weights are in other files than the model, where AWS documents one file.',
  modelLayout: 'The layers of a Keras model are channel-first, where AWS documents channel-last.',
  inputShapeOfFile: 'No data input shape is given; the message has the one that the file tells.',
  inputNames: 'The file has inputs that the data input shape does not have, or names that may not match, or another order for PyTorch.',
  inputSizes: 'A size or the number of dimensions is another one than in the file.',
} as const;

export type PreflightWarningId = keyof typeof PREFLIGHT_WARNINGS;

/** What the check of an archive found. */
export class Findings {
  public readonly errors: string[] = [];
  public readonly warnings: { readonly id: string; readonly message: string }[] = [];

  public add({ errors, warnings }: Findings): void {
    this.errors.push(...errors);
    this.warnings.push(...warnings);
  }

  /** Something that AWS documents to fail. */
  public error(message: string): void {
    this.errors.push(message);
  }

  /** Something that AWS does not document, with an id to acknowledge. */
  public warn(id: PreflightWarningId, message: string): void {
    if (id in PREFLIGHT_WARNINGS) { this.warnings.push({ id: `cdk-sagemaker-neo:${id}`, message }); }
  }
}
