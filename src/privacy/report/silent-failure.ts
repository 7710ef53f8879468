import type { IPolicyValidationContext, PolicyViolation } from 'aws-cdk-lib';

/**
 * Fail the synthesis where CDK would not: a new CDK CLI tells the app to leave failures to it and reads a report that aws-cdk-lib 2.257 does
 * not write yet, so that with the two together every broken rule of every validation passes in silence.
 *
 * From 2.258 on, the context has the app, and the CLI finds the report.
 */
export function failWhereCdkIsSilent(context: IPolicyValidationContext, violations: PolicyViolation[]) {
  if ('appConstruct' in context) { return; }
  for (const { ruleName, description, fix, violatingResources } of violations) {
    const where = violatingResources.map(({ resourceLogicalId, templatePath }) => `${resourceLogicalId} in ${templatePath}`).join(', ');
    console.error(`NeoPrivacyValidation: ${ruleName} at ${where}: ${description} ${fix ?? ''}`);
  }
  process.exitCode = 1;
}
