import { PREFLIGHT_WARNINGS, type PreflightWarningId } from './warnings';

/** What the check of an archive found. */
export class Findings {
  public readonly errors: string[] = [];
  public readonly warnings: { readonly id: string; readonly message: string }[] = [];

  /** Something that AWS documents to fail. */
  public error(message: string): void {
    this.errors.push(message);
  }

  /** Something that AWS does not document, with an id to acknowledge. */
  public warn(id: PreflightWarningId, message: string): void {
    if (id in PREFLIGHT_WARNINGS) { this.warnings.push({ id: `cdk-sagemaker-neo:${id}`, message }); }
  }
}
