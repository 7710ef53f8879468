/**
 * A finding that is accepted, with the reason for it.
 */
export interface NeoPrivacyException {
  /**
   * ID of the rule, such as `NoInternetGateway`.
   */
  readonly ruleId: string;

  /**
   * Path of the construct that the finding names, or of one that contains it.
   */
  readonly constructPath: string;

  /**
   * Why it is accepted. The report shows it to auditors.
   */
  readonly reason: string;
}

/**
 * Properties of a `NeoPrivacyValidation`.
 */
export interface NeoPrivacyValidationProps {
  /**
   * Directory that the report is written to: `report.html`, `report.json` and `network.svg`. A relative path starts at the working
   * directory.
   *
   * @default - `neo-privacy` in the cloud assembly (`cdk.out/neo-privacy`), with `addTo`; no report when the validation is added with
   * `Validations.of(scope).addPlugins`, as CDK lets no plug-in change the assembly
   */
  readonly reportDirectory?: string;

  /**
   * Fail also on what the templates do not show, such as subnets or buckets that the app does not make.
   *
   * @default false - the report shows it
   */
  readonly failOnUnknown?: boolean;

  /**
   * Findings that are accepted. One that matches nothing is reported as a warning, so that none outlives its cause.
   *
   * @default - none
   */
  readonly exceptions?: NeoPrivacyException[];
}
