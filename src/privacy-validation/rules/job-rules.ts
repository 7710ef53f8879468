import { fail, type Observation, pass, type PrivacyRule, unknown } from './rule';
import { type JobPlacement, jobPlacements } from '../network/job-placements';
import { count, nameOf } from '../network/names';
import { findWaysOut } from '../network/ways-out';
import type { TemplateResource } from '../template/template-set';

export const JOB_RULES: PrivacyRule[] = [
  {
    id: 'JobInPrivateSubnets',
    title: 'Compilation jobs run in private subnets',
    why: 'A job without vpcConfig runs in a network of AWS with a path to the internet, and IAM cannot forbid that.',
    fix: 'Pass vpcConfig of a NeoPrivateCompilationVpc.',
    check: ({ templates, networks }) => {
      const openings = networks.flatMap(network => findWaysOut(templates, network)).filter(({ isSure }) => isSure);
      const openSubnets = new Set(openings.flatMap(({ subnets }) => subnets));
      return jobPlacements(templates).map(job => observed(job, id => templates.find(id), openSubnets));
    },
  },
];

function observed(job: JobPlacement, find: (id: string) => TemplateResource | undefined, openSubnets: Set<TemplateResource>): Observation {
  const { resource, location, subnets, securityGroups, isKnown } = job;
  if (!isKnown) { return unknown(resource, 'the network of the job is computed when the state machine runs', location); }
  if (subnets.length === 0) { return fail(resource, 'no subnets in vpcConfig: the job runs outside any VPC of yours', location); }
  if (securityGroups.length === 0) { return fail(resource, 'no security groups in vpcConfig', location); }
  const found = subnets.map(id => ({ id, subnet: find(id) }));
  const open = found.flatMap(({ subnet }) => subnet && openSubnets.has(subnet) ? [nameOf(subnet)] : []);
  if (open.length > 0) { return { ...fail(resource, `subnets with a way out: ${open.join(', ')}`, location), isConsequence: true }; }
  const outside = found.filter(({ subnet }) => subnet?.type !== 'AWS::EC2::Subnet').map(({ id }) => id);
  return outside.length > 0
    ? unknown(resource, `subnets not made by this app: ${outside.join(', ')}`, location)
    : pass(resource, `${count(subnets.length, 'private subnet')}, ${count(securityGroups.length, 'security group')}`, location);
}
