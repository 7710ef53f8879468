import type { CompilationNetwork } from '../network/network';
import type { TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** What a rule says about one resource; `unknown` where the templates do not tell. */
export type Verdict = 'pass' | 'fail' | 'unknown';

/** One thing that a rule has looked at. */
export interface Observation {
  readonly verdict: Verdict;
  readonly resource: TemplateResource;
  /** What was seen, in a few words. */
  readonly evidence: string;
  /** Where in the resource, such as `Properties.VpcId`. */
  readonly locations: string[];
  /** Whether another rule finds the cause, and fixing that fixes this. */
  readonly isConsequence?: boolean;
}

/** The worst that a rule says about a resource, `accepted` when it has been accepted; undefined when it says nothing. */
export type VerdictOf = (ruleId: string, resource: TemplateResource) => Verdict | 'accepted' | undefined;

/** What there is to check, and what has been made of it. */
export interface RuleScope {
  readonly templates: TemplateSet;
  readonly networks: CompilationNetwork[];
}

/** A rule of the validation. The texts are what findings, report and documentation say. */
export interface PrivacyRule {
  /** Contract with users, who except findings by it. */
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  /** One observation per resource in the rule's scope; none where the app has nothing of the kind. */
  readonly check: (scope: RuleScope) => Observation[];
}

export function pass(resource: TemplateResource, evidence: string, ...properties: string[]): Observation {
  return { verdict: 'pass', resource, evidence, locations: locationsOf(properties) };
}

export function fail(resource: TemplateResource, evidence: string, ...properties: string[]): Observation {
  return { verdict: 'fail', resource, evidence, locations: locationsOf(properties) };
}

export function unknown(resource: TemplateResource, evidence: string, ...properties: string[]): Observation {
  return { verdict: 'unknown', resource, evidence, locations: locationsOf(properties) };
}

/** What stands for a network whose VPC is not the app's: something of it that is. */
export function representative({ vpc, subnets, jobs, s3Endpoints, roles }: CompilationNetwork): TemplateResource[] {
  return [vpc ?? subnets[0] ?? s3Endpoints[0] ?? jobs[0]?.resource ?? roles[0]].filter(resource => resource !== undefined);
}

function locationsOf(properties: string[]): string[] {
  return properties.map(property => property.startsWith('Properties') ? property : `Properties.${property}`);
}
