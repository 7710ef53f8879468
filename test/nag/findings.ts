import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks } from 'cdk-nag';
import { EXPLAINED, isExplainedBy } from './explained';

export interface Finding { readonly rule: string; readonly path: string }

/** What the three packs find in an app that has been synthesized. */
export function findings(app: App): Finding[] {
  return [new AwsSolutionsChecks(app), new NIST80053R5Checks(app), new HIPAASecurityChecks(app)].flatMap(pack =>
    pack.validateScope(app).violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({ rule: ruleName, path: constructPath! }))));
}

/** Not acknowledged by the library, nor explained as the choice of an example. */
export const unexplained = (found: Finding[]) => found.filter(finding => !EXPLAINED.some(explanation => isExplainedBy(explanation, finding)));

/** Rules that the library acknowledges in an app, and why. */
export const acknowledgements = (app: App) => app.node.findAll().flatMap(({ node }) => node.metadata)
  .filter(({ type }) => type === 'aws:cdk:acknowledged-rules').flatMap(({ data }) => Object.entries<string>(data));
