import { createHash } from 'crypto';
import { type CompilationNetwork, findNetworks, sizeOf, zoneOf } from '../network/network';
import { tenantsOf } from '../network/tenants';
import { EXPOSURE_RULES, TENANT_AND_ROLE_RULES } from '../rules/exposure-rules';
import { JOB_RULES, SECURITY_GROUP_RULES, VISIBILITY_RULES, VPC_RULES } from '../rules/network-rules';
import type { Observation, PrivacyRule, Verdict, VerdictOf } from '../rules/rule';
import { BUCKET_RULES, ENDPOINT_RULES } from '../rules/s3-rules';
import { count, readableName, type TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** All rules, in the order of the report. */
export const PRIVACY_RULES: readonly PrivacyRule[] = [
  ...JOB_RULES,
  ...EXPOSURE_RULES,
  ...SECURITY_GROUP_RULES,
  ...TENANT_AND_ROLE_RULES,
  ...ENDPOINT_RULES,
  ...BUCKET_RULES,
  ...VPC_RULES,
  ...VISIBILITY_RULES,
];

/**
 * The report's verdict on a rule: `accepted` if all violations are accepted, `unknown` if the templates do not show
 * something, `not applicable` if the app has nothing that the rule checks.
 */
export type RuleStatus = 'pass' | 'fail' | 'accepted' | 'unknown' | 'not applicable';

/**
 * A finding that is accepted for one construct, with the reason. It covers violations of the rule, and parts of the app that the rule cannot see.
 */
export interface NeoAcceptedFinding {
  /**
   * ID of the rule, such as `NoInternetGateway`.
   */
  readonly ruleId: string;

  /**
   * Path of the construct that the finding names. The path of a parent construct does not match, so that later findings are not accepted unseen.
   */
  readonly constructPath: string;

  /**
   * The reason for accepting the finding. The report shows it to auditors.
   */
  readonly reason: string;
}

export interface ReportedObservation {
  readonly verdict: Verdict | 'accepted';
  readonly constructPath: string;
  readonly template: string;
  readonly logicalId: string;
  readonly type: string;
  readonly evidence: string;
  readonly locations: string[];
  readonly reason?: string;
  /** Whether a finding of another rule is the cause. */
  readonly isConsequence?: boolean;
}

export interface ReportedRule {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  readonly status: RuleStatus;
  readonly observations: ReportedObservation[];
}

/** The content of report.json. It contains no dates and no absolute paths, so the same app results in the same report. */
export interface PrivacyReport {
  readonly format: 1;
  readonly generator: string;
  /** `not visible` if no rule is violated, but some rule could not check everything. */
  readonly verdict: 'pass' | 'not visible' | 'fail';
  readonly counts: { readonly [status in RuleStatus]: number };
  readonly templates: { readonly name: string; readonly sha256: string }[];
  readonly networks: ReportedNetwork[];
  readonly rules: ReportedRule[];
  readonly unusedAcceptedFindings: NeoAcceptedFinding[];
  /** The accepted findings that match more than one finding. */
  readonly wideAcceptedFindings: (NeoAcceptedFinding & { readonly evidence: string[] })[];
  readonly limits: string[];
}

export interface ReportedNetwork {
  readonly vpc: string;
  readonly cidr: string;
  readonly dedicated: boolean;
  readonly subnets: ReportedSubnet[];
  readonly securityGroups: string[];
  readonly s3Endpoints: string[];
  readonly buckets: string[];
  /** Names of the bootstrap stack's buckets, which contain the models of `NeoModel.fromAsset`. */
  readonly assetBuckets: string[];
  readonly roles: string[];
  /** The other resources in the jobs' subnets, or with their security group. */
  readonly tenants: string[];
  readonly jobs: number;
}

export interface ReportedSubnet {
  readonly constructPath: string;
  readonly zone: string;
  readonly cidr?: string;
  readonly usableAddresses?: number;
  readonly instances?: number;
}

const WORST_FIRST = ['fail', 'unknown', 'accepted', 'pass'] as const;

/** The limits of the validation: what templates cannot show. */
export const LIMITS = [
  'Changes made outside CloudFormation, in the console or with other tools, and by other apps that refer to this network by its IDs.',
  'What is not in the templates: imported VPCs, groups, buckets, roles and endpoints, account-wide settings, service control policies.',
  'Who may read model assets: NeoModel.fromAsset puts a model into the bucket of the bootstrap stack, which only IAM protects. A model that only jobs may read belongs in a bucket of the network.',
  'Identity policies: whether a role of the account may use or change these resources. Bucket and endpoint policies apply to it in any case.',
  'Which organization an ID belongs to: without organizationId, a policy that names one organization by its ID is taken to name yours.',
  'AWS API calls that code makes, in functions, containers, pipelines and custom resources. The calls that a template spells out, in an AwsCustomResource, a state machine, a schedule, an automation or an API Gateway method, are checked.',
  'DNS. Neo needs DNS resolution, so Amazon\'s resolver answers inside the VPC, and security groups do not filter it. Use Route 53 Resolver DNS Firewall to close this channel, too.',
  'What SageMaker Neo does outside the VPC with the copy of a model that it compiles, and whether it reads buckets owned by AWS: AWS documents neither.',
];

export function evaluate(templates: TemplateSet, acceptedFindings: NeoAcceptedFinding[], generator: string): PrivacyReport {
  const networks = findNetworks(templates);
  const used = new Map<NeoAcceptedFinding, string[]>(acceptedFindings.map(accepted => [accepted, []]));
  const checked = PRIVACY_RULES.map(rule => ({
    rule,
    observations: rule.check({ templates, networks }).map(observation => {
      const accepted = observation.verdict === 'pass' ? undefined : acceptedFindings.find(candidate => covers(candidate, rule.id, observation.resource));
      if (accepted) { used.get(accepted)!.push(observation.evidence); }
      return reported(observation, accepted?.reason);
    }),
  }));
  const causesRemain = checked.some(({ observations }) => observations.some(({ verdict, isConsequence }) => verdict === 'fail' && !isConsequence));
  const rules = checked.map(({ rule: { id, title, why, fix }, observations: found }) => {
    const observations = causesRemain ? found : found.map(observation => withoutCause(observation));
    return { id, title, why, fix, status: statusOf(observations), observations };
  });
  const having = (status: RuleStatus) => rules.filter(rule => rule.status === status).length;
  return {
    format: 1,
    generator,
    verdict: having('fail') > 0 ? 'fail' : having('unknown') > 0 ? 'not visible' : 'pass',
    counts: { 'pass': having('pass'), 'fail': having('fail'), 'accepted': having('accepted'), 'unknown': having('unknown'), 'not applicable': having('not applicable') },
    templates: templates.templates.map(({ name, body }) => ({ name, sha256: createHash('sha256').update(JSON.stringify(body)).digest('hex') })),
    networks: networks.map(network => reportedNetwork(templates, network)),
    rules,
    unusedAcceptedFindings: [...used].filter(([, evidence]) => evidence.length === 0).map(([accepted]) => accepted),
    wideAcceptedFindings: [...used].filter(([, evidence]) => evidence.length > 1).map(([accepted, evidence]) => ({ ...accepted, evidence })),
    limits: LIMITS,
  };
}

/** Returns the end of a sentence about the findings that are accepted, if there are any. */
export function acceptedIn({ rules }: PrivacyReport): string {
  const { length } = rules.flatMap(({ observations }) => observations).filter(({ verdict }) => verdict === 'accepted');
  return length > 0 ? `; ${count(length, 'finding')} accepted` : '';
}

/** Returns the end of a sentence about the rules that could not check everything, if there are any. */
export function hiddenIn({ counts }: PrivacyReport): string {
  return counts.unknown > 0 ? `; ${count(counts.unknown, 'rule')} could not look at everything` : '';
}

export function verdictsOf({ rules }: PrivacyReport): VerdictOf {
  const worst = new Map<string, ReportedObservation['verdict']>();
  for (const { id, observations } of rules) {
    for (const { template, logicalId, verdict } of observations) {
      const key = `${id} ${template}#${logicalId}`;
      const before = worst.get(key);
      if (before === undefined || WORST_FIRST.indexOf(verdict) < WORST_FIRST.indexOf(before)) { worst.set(key, verdict); }
    }
  }
  return (ruleId, { template, logicalId }) => worst.get(`${ruleId} ${template.name}#${logicalId}`);
}

/** Whether an accepted finding covers a finding. The path must be exact, because a parent construct would also cover later findings in it. */
function covers({ ruleId, constructPath }: NeoAcceptedFinding, id: string, resource: TemplateResource): boolean {
  return ruleId === id && [constructPath, `${constructPath}/Resource`, `${constructPath}/Default`].includes(resource.constructPath);
}

function reported({ verdict, resource, evidence, locations, isConsequence }: Observation, reason: string | undefined): ReportedObservation {
  return {
    verdict: reason === undefined ? verdict : 'accepted',
    constructPath: resource.constructPath,
    template: resource.template.name,
    logicalId: resource.logicalId,
    type: resource.type,
    evidence,
    locations,
    ...reason !== undefined && { reason },
    ...isConsequence && { isConsequence },
  };
}

/** Accepts an observation that is a consequence, because all causes have been accepted. */
function withoutCause(observation: ReportedObservation): ReportedObservation {
  return observation.isConsequence && observation.verdict === 'fail'
    ? { ...observation, verdict: 'accepted', reason: 'follows from what other rules accept' }
    : observation;
}

function statusOf(observations: ReportedObservation[]): RuleStatus {
  const worst = WORST_FIRST.find(verdict => observations.some(observation => observation.verdict === verdict));
  return worst ?? 'not applicable';
}

function reportedNetwork(templates: TemplateSet, network: CompilationNetwork): ReportedNetwork {
  const paths = (resources: TemplateResource[]) => resources.map(({ constructPath }) => constructPath);
  return {
    vpc: network.vpc?.constructPath ?? network.vpcId ?? 'not created by this app',
    cidr: network.vpc ? templates.property(network.vpc, 'CidrBlock').join(' or ') : '',
    dedicated: network.dedicated,
    subnets: network.subnets.map(subnet => {
      const { cidr, usable, instances } = sizeOf(templates, subnet);
      return { constructPath: subnet.constructPath, zone: zoneOf(templates, subnet), cidr, usableAddresses: usable, instances };
    }),
    securityGroups: [...paths(network.securityGroups), ...network.outside.securityGroups],
    s3Endpoints: [...paths(network.s3Endpoints), ...network.outside.s3Endpoints],
    buckets: [...paths(network.buckets), ...network.outside.buckets],
    assetBuckets: network.assetBuckets.map(name => readableName(name)),
    roles: [...paths(network.roles), ...network.outside.roles.map(arn => readableName(arn))],
    tenants: tenantsOf(templates, network).map(({ resource, by, bridge }) => `${resource.constructPath} (${resource.type}, by ${by}${bridge ? `: ${bridge}` : ''})`),
    jobs: network.jobs.length,
  };
}
