/**
 * What a model is compiled for: a device that Neo knows by name, or a platform of operating system, architecture and accelerator.
 */
export class NeoTarget {
  /**
   * A device by the name that the API uses (`TargetDevice`).
   */
  public static device(name: string): NeoTarget {
    return new NeoTarget(name);
  }

  private constructor(
    /**
     * Device as the API spells it.
     * @default - a platform
     */
    public readonly deviceName?: string) {}
}
