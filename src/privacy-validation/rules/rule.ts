import type { CompilationNetwork } from '../network/network';
import type { TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** A rule's verdict on one resource. It is `unknown` if the templates do not show enough. */
export type Verdict = 'pass' | 'fail' | 'unknown';

/** An observation of a rule about one resource. */
export interface Observation {
  readonly verdict: Verdict;
  readonly resource: TemplateResource;
  /** A short description for findings and reports. */
  readonly evidence: string;
  /** The place in the resource, such as `Properties.VpcId`. */
  readonly locations: string[];
  /** Whether another rule finds the cause, so that fixing the cause fixes this. */
  readonly isConsequence?: boolean;
}

/** The worst verdict of a rule on a resource, or `accepted`. Undefined if the rule has no observation. */
export type VerdictOf = (ruleId: string, resource: TemplateResource) => Verdict | 'accepted' | undefined;

/** The input of the rules, and what was derived from it. */
export interface RuleScope {
  readonly templates: TemplateSet;
  readonly networks: CompilationNetwork[];
}

/** A rule of the validation. Its texts appear in findings, reports and the documentation. */
export interface PrivacyRule {
  /** The ID is a contract, because users accept findings by it. */
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  /** Returns one observation per resource in the rule's scope, and none if the app has no such resource. */
  readonly check: (scope: RuleScope) => Observation[];
}

export const pass = observation('pass');
export const fail = observation('fail');
export const unknown = observation('unknown');

function observation(verdict: Verdict) {
  return (resource: TemplateResource, evidence: string, ...properties: string[]): Observation => {
    const locations = properties.map(property => property.startsWith('Properties') ? property : `Properties.${property}`);
    return { verdict, resource, evidence, locations };
  };
}

/** Returns a resource that represents a network: its VPC, or another part if the VPC is not part of the app. */
export function representative({ vpc, subnets, jobs, s3Endpoints, roles }: CompilationNetwork): TemplateResource[] {
  return [vpc ?? subnets[0] ?? s3Endpoints[0] ?? jobs[0]?.resource ?? roles[0]].filter(resource => resource !== undefined);
}
