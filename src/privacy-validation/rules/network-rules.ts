import { fail, type Observation, pass, type PrivacyRule, representative, type RuleScope, unknown } from './rule';
import { findExposures } from '../network/exposure';
import { activityOf, type ApiCall, type JobPlacement } from '../network/job-placements';
import type { CompilationNetwork } from '../network/network';
import { type GroupRule, isOpenByOmission, peerOf, rulesOf, separateRules, trafficOf, verdictOn } from '../network/security-groups';
import { isUnreadable } from '../template/canonical';
import { count, mayBeAbsent, nameOf, type TemplateResource } from '../template/resources';
import { type Relation, relationTo, type TemplateSet } from '../template/template-set';

export const JOB_RULES: PrivacyRule[] = [
  {
    id: 'JobInPrivateSubnets',
    title: 'Compilation jobs run in private subnets',
    why: 'A job without vpcConfig runs in an AWS-owned network with a path to the internet, and IAM cannot forbid that.',
    fix: 'Pass vpcConfig of a NeoPrivateCompilationVpc.',
    check: ({ templates, networks }) => {
      const openings = networks.flatMap(network => findExposures(templates, network)).filter(({ certainty }) => certainty === 'sure');
      const openSubnets = new Set(openings.flatMap(({ subnets }) => subnets));
      return activityOf(templates).jobs.map(job => observed(job, id => templates.find(id), openSubnets));
    },
  },
];

function observed(job: JobPlacement, find: (id: string) => TemplateResource | undefined, openSubnets: Set<TemplateResource>): Observation {
  const { resource, location, subnets, securityGroups, isKnown } = job;
  const unreadable = [...subnets, ...securityGroups].filter(id => isUnreadable(id));
  if (unreadable.length > 0) { return fail(resource, `a network that cannot be read from the template: ${unreadable.join(', ')}`, location); }
  if (!isKnown) { return unknown(resource, 'the network of the job is computed when the job is started', location); }
  if (subnets.length === 0) { return fail(resource, 'no subnets in vpcConfig: the job runs outside any VPC of yours', location); }
  if (securityGroups.length === 0) { return fail(resource, 'no security groups in vpcConfig', location); }
  const found = subnets.map(id => ({ id, subnet: find(id) }));
  const open = found.flatMap(({ subnet }) => subnet && openSubnets.has(subnet) ? [nameOf(subnet)] : []);
  if (open.length > 0) { return { ...fail(resource, `subnets with a way out: ${open.join(', ')}`, location), isConsequence: true }; }
  const outside = found.filter(({ subnet }) => subnet?.type !== 'AWS::EC2::Subnet').map(({ id }) => id);
  return outside.length > 0
    ? unknown(resource, `subnets not created by this app: ${outside.join(', ')}`, location)
    : pass(resource, `${count(subnets.length, 'private subnet')}, ${count(securityGroups.length, 'security group')}`, location);
}

const UNSURE: { [verdict: string]: string } = {
  'to a prefix list': 'a prefix list that the templates do not show to be that of S3',
  'to private addresses': 'which the templates do not show to be those of the subnets',
};

export const SECURITY_GROUP_RULES: PrivacyRule[] = [
  {
    id: 'NoInboundTraffic',
    title: 'Security groups admit no inbound traffic',
    why: 'No client needs to connect to a compilation job, and one that can might reach the model in its memory.',
    fix: 'Remove the inbound rule; only a rule whose source is the group itself is allowed.',
    check: scope => [
      ...perGroup(scope, (network, group) => {
        const rules = rulesOf(scope.templates, group).filter(({ direction }) => direction === 'in');
        const open = rules.filter(rule => verdictOn(rule, scope.templates, network) === 'open');
        return open.length
          ? open.map(rule => failed(rule, scope.templates))
          : [pass(group, rules.length ? 'in: from the group itself only' : 'in: nothing')];
      }),
      ...addedToOthers(scope, 'in', 'AWS::EC2::SecurityGroupIngress'),
    ],
  },
  {
    id: 'OutboundOnlyToS3AndSubnets',
    title: 'Security groups allow outbound TCP 443 to S3 and traffic within the subnets only',
    why: 'Neo needs the S3 endpoint and the subnets of the job. Every other rule is a way out as soon as there is a route.',
    fix: 'Allow TCP 443 to the S3 managed prefix list and traffic to the CIDR blocks of the jobs\' subnets, and remove all other outbound rules. '
      + 'A group needs at least one rule in SecurityGroupEgress: without any, AWS adds one that allows everything.',
    check: scope => [
      ...perGroup(scope, (network, group) => outboundOf(scope.templates, network, group)),
      ...addedToOthers(scope, 'out', 'AWS::EC2::SecurityGroupEgress'),
    ],
  },
];

function outboundOf(templates: TemplateSet, network: CompilationNetwork, group: TemplateResource): Observation[] {
  const rules = rulesOf(templates, group).filter(({ direction }) => direction === 'out')
    .map(rule => ({ rule, verdict: verdictOn(rule, templates, network) }));
  const omitted = isOpenByOmission(templates, group) ? [fail(group, 'no outbound rule: AWS allows all traffic', 'SecurityGroupEgress')] : [];
  const open = rules.filter(({ verdict }) => verdict === 'open').map(({ rule }) => failed(rule, templates));
  const unsure = rules.filter(({ verdict }) => verdict in UNSURE)
    .map(({ rule, verdict }) => unknown(rule.resource, `out: ${trafficOf(rule)} to ${rule.peer.ids.join(', ')}, ${UNSURE[verdict]}`, rule.location));
  const all = [...omitted, ...open, ...unsure];
  return all.length ? all : [pass(group, `out: ${rules.map(({ rule, verdict }) => verdict === 'to S3' ? 'TCP 443 to S3' : peerOf(rule, templates)).join(', ') || 'nothing'}`)];
}

function failed(rule: GroupRule, templates: TemplateSet): Observation {
  return fail(rule.resource, `${rule.direction}: ${trafficOf(rule)} ${rule.direction === 'in' ? 'from' : 'to'} ${peerOf(rule, templates)}`, rule.location);
}

/** Checks the rules that the app adds to groups that are not part of it, if these are, or may be, the jobs' groups. */
function addedToOthers({ templates, networks }: RuleScope, direction: GroupRule['direction'], type: string): Observation[] {
  const ours = networks.flatMap(({ securityGroups, outside }) => [...securityGroups.map(({ ref }) => ref), ...outside.securityGroups]);
  return [
    ...networks.flatMap(network => network.outside.securityGroups.flatMap(id => separateRules(templates, groupId => groupId === id))
      .filter(rule => rule.direction === direction && verdictOn(rule, templates, network) === 'open')
      .map(rule => failed(rule, templates))),
    ...templates.ofType(type).flatMap(resource => {
      const relation = relationTo(templates, resource, 'GroupId', ours);
      if (relation === 'unreadable') { return [fail(resource, `${direction}: a rule for a security group that cannot be read from the template`, 'GroupId')]; }
      return relation === 'unknown' ? [unknown(resource, `${direction}: a rule for a security group that is not known at synthesis`, 'GroupId')] : [];
    }),
  ];
}

/** Checks each group of the app. Other groups are not visible. */
function perGroup({ networks }: RuleScope, check: (network: CompilationNetwork, group: TemplateResource) => Observation[]): Observation[] {
  return networks.flatMap(network => [
    ...network.securityGroups.flatMap(group => check(network, group)),
    ...network.outside.securityGroups.flatMap(id => representative(network).map(resource => id.endsWith('.DefaultSecurityGroup}')
      ? fail(resource, 'the default security group of a VPC, which lets everything out')
      : unknown(resource, `security group ${id} is not part of this app`))),
  ]);
}

export const VPC_RULES: PrivacyRule[] = [
  {
    id: 'DefaultTenancy',
    title: 'The VPC has default tenancy',
    why: 'Neo does not start jobs in a VPC with dedicated tenancy. The workaround, a job without vpcConfig, has a path to the internet.',
    fix: 'Set InstanceTenancy to default.',
    check: scope => perVpc(scope, vpc => {
      if (!vpc) { return undefined; }
      const values = scope.templates.property(vpc, 'InstanceTenancy');
      const wrong = values.filter(value => value !== 'default');
      return wrong.length ? fail(vpc, `InstanceTenancy is ${wrong.join(' or ')}`, 'InstanceTenancy') : pass(vpc, 'InstanceTenancy is default', 'InstanceTenancy');
    }),
  },
  {
    id: 'DnsEnabled',
    title: 'DNS is on in the VPC',
    why: 'Without DNS, jobs cannot find the S3 endpoint. Workarounds, such as a resolver elsewhere, need a path out.',
    fix: 'Set EnableDnsSupport and EnableDnsHostnames to true, and leave DHCP options with AmazonProvidedDNS alone.',
    check: scope => perVpc(scope, (vpc, vpcId) => {
      const elsewhere = resolverElsewhere(scope.templates, vpcId);
      if (elsewhere || !vpc) { return elsewhere; }
      const isOff = (name: string) => scope.templates.property(vpc, name).some(value => value !== 'true');
      const off = [
        // AWS's defaults differ: DNS resolution is on, host names are off.
        ...isOff('EnableDnsSupport') ? ['EnableDnsSupport'] : [],
        ...mayBeAbsent(vpc.properties.EnableDnsHostnames) || isOff('EnableDnsHostnames') ? ['EnableDnsHostnames'] : [],
      ];
      return off.length ? fail(vpc, `${off.join(' and ')} not true`, ...off) : pass(vpc, 'EnableDnsSupport and EnableDnsHostnames are true');
    }),
  },
];

/** Finds DHCP options that name another resolver, or that are not part of the app. */
function resolverElsewhere(templates: TemplateSet, vpcId: string): Observation | undefined {
  const associations = templates.ofType('AWS::EC2::VPCDHCPOptionsAssociation').map(association => ({ association, relation: relationTo(templates, association, 'VpcId', [vpcId]) }));
  const order: Relation[] = ['ours', 'unreadable', 'unknown'];
  for (const { association, relation } of order.flatMap(wanted => associations.filter(one => one.relation === wanted))) {
    const [options] = templates.references(association, 'DhcpOptionsId');
    if (options && templates.property(options, 'DomainNameServers').join() !== 'AmazonProvidedDNS') {
      return relation === 'unknown'
        ? unknown(association, 'a resolver other than AmazonProvidedDNS, for a VPC that is not known at synthesis', 'VpcId')
        : fail(options, 'a resolver other than AmazonProvidedDNS', 'DomainNameServers');
    }
    if (!options && !templates.property(association, 'DhcpOptionsId').includes('default')) {
      return unknown(association, 'DHCP options that are not part of this app', 'DhcpOptionsId');
    }
  }
  return undefined;
}

/** Checks each VPC. A VPC that is not part of the app is not visible, unless the app changes it. */
function perVpc({ networks }: RuleScope, check: (vpc: TemplateResource | undefined, vpcId: string) => Observation | undefined): Observation[] {
  return networks.flatMap(network => {
    const { vpc, vpcId } = network;
    const seen = vpcId === undefined ? undefined : check(vpc?.type === 'AWS::EC2::VPC' ? vpc : undefined, vpcId);
    return seen ? [seen] : representative(network).map(resource => unknown(resource, `the VPC is not part of this app: ${vpcId ?? network.outside.subnets.join(', ')}`));
  });
}

/** Services that can open a network or a bucket, or deploy a stack that opens it. */
const OPENING_SERVICES = /^(ec2|s3|s3control|ram|route53resolver|route53profiles|networkmanager|vpclattice|cloudformation|cloudcontrol|cloudcontrolapi|servicecatalog|proton)$/;

/** Actions of other services that can do the same. */
const OPENING_ACTIONS = [
  'ssm:startautomationexecution', 'ssm:startchangerequestexecution', 'ssm:createassociation', 'ssm:sendcommand',
  'iam:updateassumerolepolicy', 'config:putremediationconfigurations', 'config:startremediationexecution',
];

/** Actions that do not change a network, a bucket's policy or a role. */
const HARMLESS_ACTIONS = /^(describe|get|list|head|search|validate|estimate|detect|select)|^(putobject|copyobject|deleteobject|deleteobjects|restoreobject|createtags|deletetags|tagresource|untagresource|putobjecttagging|deleteobjecttagging|uploadpart|completemultipartupload|abortmultipartupload|createmultipartupload|signalresource|terminateinstances|stopinstances|startinstances|rebootinstances)$/;

/** Resources that deploy templates or run documents that are not in the cloud assembly. */
const DEPLOYING_TYPES: { readonly [type: string]: string } = {
  'AWS::CloudFormation::StackSet': 'deploys stacks of a template that was not checked',
  'AWS::ServiceCatalog::CloudFormationProvisionedProduct': 'deploys a product of Service Catalog',
  'AWS::SSM::Association': 'runs a document of Systems Manager',
  'AWS::SSM::MaintenanceWindowTask': 'runs a document of Systems Manager',
  'AWS::Config::RemediationConfiguration': 'runs a document of Systems Manager',
  'AWS::Config::ConformancePack': 'deploys rules, and remediations, of a template that was not checked',
  'AWS::Config::OrganizationConformancePack': 'deploys rules, and remediations, of a template that was not checked',
  'AWS::SSMIncidents::ResponsePlan': 'runs a document of Systems Manager',
  'AWS::SSMQuickSetup::ConfigurationManager': 'deploys configurations that are not in the template',
  'AWS::Proton::EnvironmentTemplate': 'deploys a template of Proton',
  'AWS::FIS::ExperimentTemplate': 'changes networks in an experiment',
};

export const VISIBILITY_RULES: PrivacyRule[] = [
  {
    id: 'TemplatesVisible',
    title: 'Templates show everything that is deployed',
    why: 'What a macro, a module, an API call at deployment or a stack with a template from elsewhere creates is decided at deployment, after the check.',
    fix: 'Include the template in the app with NestedStack or CfnInclude, declare resources instead of calling APIs, and write definitions that can be read at synthesis.',
    check: scope => {
      const { templates } = scope;
      return [
        ...templates.unseen.map(stack => unknown(stack, 'the template of this nested stack is not in the cloud assembly', 'TemplateURL')),
        ...templates.resources.flatMap(resource => deployedLater(resource)),
        ...activityOf(templates).calls.filter(call => opens(call)).map(call => observedCall(scope, call)),
        ...activityOf(templates).unreadable.map(({ resource, reason, location, isOutside }) =>
          (isOutside ? unknown : fail)(resource, `${location} ${reason}`, location)),
        ...templates.templates.filter(({ body }) => body.Transform !== undefined)
          .flatMap(template => templates.resources.filter(resource => resource.template === template).slice(0, 1))
          .map(resource => unknown(resource, `the template has the transform ${JSON.stringify(resource.template.body.Transform)}`)),
      ];
    },
  },
];

function deployedLater(resource: TemplateResource): Observation[] {
  const { type, properties } = resource;
  if (type.endsWith('::MODULE') || type.startsWith('Fn::') || JSON.stringify(properties).includes('"Fn::Transform"')) {
    return [unknown(resource, 'adds resources or properties at deployment')];
  }
  if (/^AWS::(Events::Rule|Scheduler::Schedule)$/.test(type) && /:automation-definition\/|"RunCommandParameters"/.test(JSON.stringify(properties))) {
    return [unknown(resource, `${type} runs a document of Systems Manager`)];
  }
  if (Object.hasOwn(DEPLOYING_TYPES, type)) { return [unknown(resource, `${type} ${DEPLOYING_TYPES[type]}`)]; }
  return /^(AWS|Custom|Alexa)::/.test(type) ? [] : [unknown(resource, `a resource of the third-party type ${type} may change anything`)];
}

function opens({ service, action }: ApiCall): boolean {
  return OPENING_ACTIONS.includes(`${service}:${action}`) || (OPENING_SERVICES.test(service) && !HARMLESS_ACTIONS.test(action));
}

/** Reports a call. It is a violation if it names a part of a network; otherwise, its effect is unknown. */
function observedCall({ networks }: RuleScope, { resource, service, action, request, location }: ApiCall): Observation {
  const text = JSON.stringify(request);
  const isOurs = networks.flatMap(network => partsOf(network)).some(({ ref }) => text.includes(ref.slice(0, -1)));
  return (isOurs ? fail : unknown)(resource, `calls ${action} of ${service} once it is deployed${isOurs ? ', for a part of the network' : ''}`, location);
}

function partsOf({ vpc, subnets, routeTables, securityGroups, s3Endpoints, buckets, roles }: CompilationNetwork): TemplateResource[] {
  return [...vpc ? [vpc] : [], ...subnets, ...routeTables, ...securityGroups, ...s3Endpoints, ...buckets, ...roles];
}
