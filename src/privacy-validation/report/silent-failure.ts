import type { IPolicyValidationContext } from 'aws-cdk-lib';

/**
 * Fail the synthesis where CDK would not: a new CDK CLI tells the app to leave failures to it and reads a report that aws-cdk-lib 2.257 does
 * not write yet, so that with the two together every broken rule of every validation passes in silence.
 *
 * From 2.258 on, the context has the app, and the CLI finds the report.
 */
export function failWhereCdkIsSilent(context: IPolicyValidationContext, ...messages: string[]) {
  if ('appConstruct' in context) { return; }
  messages.forEach(message => console.error(`NeoPrivacyValidation: ${message}`));
  process.exitCode = 1;
}
