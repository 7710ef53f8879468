import { fail, type Observation, type PrivacyRule, type RuleScope, unknown } from './rule';
import { activityOf, type ApiCall } from '../network/job-placements';
import type { CompilationNetwork } from '../network/network';
import type { TemplateResource } from '../template/resources';

/** Services by which a network or a bucket can be opened, or a stack deployed that opens it. */
const OPENING_SERVICES = /^(ec2|s3|s3control|ram|route53resolver|route53profiles|networkmanager|vpclattice|cloudformation|cloudcontrol|cloudcontrolapi|servicecatalog|proton)$/;

/** Single actions of other services. */
const OPENING_ACTIONS = [
  'ssm:startautomationexecution', 'ssm:startchangerequestexecution', 'ssm:createassociation', 'ssm:sendcommand',
  'iam:updateassumerolepolicy', 'config:putremediationconfigurations', 'config:startremediationexecution',
];

/** Actions that change nothing of a network, a bucket's policy or a role. */
const HARMLESS_ACTIONS = /^(describe|get|list|head|search|validate|estimate|detect|select)|^(putobject|copyobject|deleteobject|deleteobjects|restoreobject|createtags|deletetags|tagresource|untagresource|putobjecttagging|deleteobjecttagging|uploadpart|completemultipartupload|abortmultipartupload|createmultipartupload|signalresource|terminateinstances|stopinstances|startinstances|rebootinstances)$/;

/** Resources that deploy templates, or run documents, which are not in the cloud assembly. */
const DEPLOYING_TYPES: { readonly [type: string]: string } = {
  'AWS::CloudFormation::StackSet': 'deploys stacks of a template that was not checked',
  'AWS::CloudFormation::GuardHook': 'can change what is deployed',
  'AWS::ServiceCatalog::CloudFormationProvisionedProduct': 'deploys a product of Service Catalog',
  'AWS::SSM::Association': 'runs a document of Systems Manager',
  'AWS::SSM::MaintenanceWindowTask': 'runs a document of Systems Manager',
  'AWS::Config::RemediationConfiguration': 'runs a document of Systems Manager',
  'AWS::Proton::EnvironmentTemplate': 'deploys a template of Proton',
  'AWS::FIS::ExperimentTemplate': 'changes networks in an experiment',
};

export const VISIBILITY_RULES: PrivacyRule[] = [
  {
    id: 'TemplatesVisible',
    title: 'Templates show everything that is deployed',
    why: 'The result of a macro, a module, an API call at deployment, or a stack whose template is elsewhere is decided at deployment, after the check.',
    fix: 'Bring the template into the app, with NestedStack or CfnInclude, make resources instead of calls, and write definitions so that they can be read.',
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
  if (Object.hasOwn(DEPLOYING_TYPES, type)) { return [unknown(resource, `${type} ${DEPLOYING_TYPES[type]}`)]; }
  return /^(AWS|Custom|Alexa)::/.test(type) ? [] : [unknown(resource, `a resource of the third-party type ${type} may change anything`)];
}

function opens({ service, action }: ApiCall): boolean {
  return OPENING_ACTIONS.includes(`${service}:${action}`) || (OPENING_SERVICES.test(service) && !HARMLESS_ACTIONS.test(action));
}

/** A call that names a part of a network is about that network. */
function observedCall({ networks }: RuleScope, { resource, service, action, request, location }: ApiCall): Observation {
  const text = JSON.stringify(request);
  const isOurs = networks.flatMap(network => partsOf(network)).some(({ ref }) => text.includes(ref.slice(0, -1)));
  return (isOurs ? fail : unknown)(resource, `calls ${action} of ${service} once it is deployed${isOurs ? ', for a part of the network' : ''}`, location);
}

function partsOf({ vpc, subnets, routeTables, securityGroups, s3Endpoints, buckets, roles }: CompilationNetwork): TemplateResource[] {
  return [...vpc ? [vpc] : [], ...subnets, ...routeTables, ...securityGroups, ...s3Endpoints, ...buckets, ...roles];
}
