import type { PolicyViolation } from 'aws-cdk-lib';
import type { PrivacyReport, ReportedObservation, ReportedRule } from './privacy-report';
import type { TemplateSet } from '../template/template-set';

/**
 * The findings as CDK shows them, those with the same evidence together, without those that others cause. `fatal`, as CDK would otherwise
 * let any library of the app acknowledge a rule for the whole app; an exception of the validation is for one construct, and in the report.
 */
export function violationsOf(report: PrivacyReport, templates: TemplateSet, failOnUnknown: boolean): PolicyViolation[] {
  const files = new Map(templates.templates.map(({ name, file }) => [name, file]));
  const broken = report.rules.flatMap(rule => {
    const findings = rule.observations
      .filter(({ verdict, isConsequence }) => (verdict === 'fail' && !isConsequence) || (failOnUnknown && verdict === 'unknown'));
    return [...new Set(findings.map(({ evidence }) => evidence))]
      .map(evidence => violation(rule, evidence, findings.filter(finding => finding.evidence === evidence), files));
  });
  const unused = report.unusedExceptions.map(({ ruleId, constructPath, reason }) => ({
    ruleName: 'ExceptionMatchesNothing',
    description: `No finding of rule ${ruleId} at ${constructPath} needs the exception "${reason}"`,
    fix: 'Remove the exception.',
    severity: 'warning',
    violatingResources: [],
  }));
  return [...broken, ...unused];
}

/** A violation in one line. */
export function sentence({ ruleName, description, fix, violatingResources }: PolicyViolation): string {
  const where = violatingResources.map(({ resourceLogicalId, templatePath }) => `${resourceLogicalId} in ${templatePath}`).join(', ');
  return `${ruleName} at ${where}: ${description} ${fix ?? ''}`;
}

function violation(rule: ReportedRule, evidence: string, findings: ReportedObservation[], files: Map<string, string | undefined>): PolicyViolation {
  return {
    ruleName: rule.id,
    description: `${rule.title}; got: ${evidence}. ${rule.why}`,
    fix: rule.fix,
    severity: 'fatal',
    violatingResources: findings.map(({ logicalId, template, locations }) => ({
      resourceLogicalId: logicalId,
      templatePath: files.get(template),
      locations,
    })),
  };
}
