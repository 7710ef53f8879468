/**
 * The machine-learning framework that a model was saved with, and its version.
 */
export class NeoFramework {
  /**
   * A framework by the name that the API uses, for one that this class does not know yet.
   *
   * @param name for example `PYTORCH`
   * @param version for example `1.13`
   */
  public static of(name: string, version?: string): NeoFramework {
    return new NeoFramework(name, version);
  }

  private constructor(
    /** Name as the API spells it. */
    public readonly name: string,
    /**
     * Version as the API spells it.
     * @default - none given
     */
    public readonly version?: string) {}
}
