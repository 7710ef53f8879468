import type { SynthesizedTemplate, TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** The type is the construct's, and part of the contract with the handler. */
const JOB_TYPE = 'Custom::SageMakerNeoCompilationJob';

/** Where something of the app starts compilation jobs. All values canonical. */
export interface JobPlacement {
  readonly resource: TemplateResource;
  /** Where in the resource the network is said. */
  readonly location: string;
  /** Whether the job has a network that the templates show: a state machine may compute it. */
  readonly isKnown: boolean;
  readonly subnets: string[];
  readonly securityGroups: string[];
  readonly buckets: string[];
  readonly roles: string[];
}

/** All compilation jobs that the templates start: custom resources, tasks of state machines, and calls of the API that a template writes out. */
export function jobPlacements(templates: TemplateSet): JobPlacement[] {
  return templates.resources.flatMap(resource => {
    if (isJob(resource)) { return [placementOf(templates, resource, resource.properties.Request ?? {}, 'Properties.Request.VpcConfig')]; }
    return resource.type === 'AWS::StepFunctions::StateMachine' ? placementsOfTasks(templates, resource) : placementsOfCalls(templates, resource);
  });
}

export function isJobResource({ resource }: JobPlacement): boolean {
  return isJob(resource);
}

/** Under another type name, a custom resource still is a job to the handler. */
function isJob({ type, properties }: TemplateResource): boolean {
  return type === JOB_TYPE || (/^(Custom::|AWS::CloudFormation::CustomResource$)/.test(type)
    && properties.ServiceToken !== undefined && properties.Request?.OutputConfig?.S3OutputLocation !== undefined);
}

function placementsOfTasks(templates: TemplateSet, machine: TemplateResource): JobPlacement[] {
  const texts = templates.choices(machine.properties.DefinitionString ?? machine.properties.Definition)
    .flatMap(definition => typeof definition === 'object' && !isIntrinsic(definition) ? [JSON.stringify(definition)] : templates.values(definition, machine.template));
  return parsed(texts.flatMap(text => substituted(templates, machine, text)))
    .flatMap(definition => tasksOf(definition))
    .map(({ name, request }) => placementOf(templates, machine, request, `Properties.DefinitionString.States.${name}`));
}

function placementsOfCalls(templates: TemplateSet, resource: TemplateResource): JobPlacement[] {
  return apiCalls(templates, resource).filter(({ service, action }) => service === 'sagemaker' && action === 'createcompilationjob')
    .map(({ property, request }) => placementOf(templates, resource, request, `Properties.${property}`));
}

/** With what `DefinitionSubstitutions` puts in place of `${name}`. */
function substituted(templates: TemplateSet, machine: TemplateResource, text: string): string[] {
  return templates.choices(machine.properties.DefinitionSubstitutions).flatMap(substitutions => Object.entries(substitutions))
    .reduce((texts, [name, value]) => texts.flatMap(one => templates.values(value, machine.template).map(put => one.replaceAll(`\${${name}}`, () => put))), [text]);
}

function isIntrinsic(value: any): boolean {
  return Object.keys(value).some(key => key.startsWith('Fn::') || key === 'Ref');
}

/** States may hold further states, in `Iterator`, `ItemProcessor` and `Branches`. */
function tasksOf(node: any): { name: string; request: any }[] {
  if (typeof node !== 'object' || node === null) { return []; }
  const here = Object.entries<any>(node.States ?? {})
    .filter(([, state]) => /sagemaker:createCompilationJob/i.test(String(state?.Resource)))
    .map(([name, state]) => ({ name, request: state.Parameters ?? state.Arguments ?? {} }));
  return [...here, ...Object.values(node).flatMap(child => tasksOf(child))];
}

function placementOf(templates: TemplateSet, resource: TemplateResource, request: any, location: string): JobPlacement {
  const { template } = resource;
  const network = request.VpcConfig;
  const subnets = strings(templates, network?.Subnets, template);
  return {
    resource,
    location,
    isKnown: !isComputed(request) && !isComputed(network) && !subnets.some(id => isExpression(id)),
    subnets: subnets.filter(id => !isExpression(id)),
    securityGroups: strings(templates, network?.SecurityGroupIds, template).filter(id => !isExpression(id)),
    buckets: [request.InputConfig?.S3Uri, request.OutputConfig?.S3OutputLocation]
      .flatMap(uri => strings(templates, uri, template))
      .flatMap(uri => /^s3:\/\/(\$\{[^}]+\}|[^/]+)/.exec(uri)?.[1] ?? []),
    roles: strings(templates, request.RoleArn, template),
  };
}

/** JSONata as a string, or JSONPath in a key that ends in `.$`. */
function isComputed(value: any): boolean {
  return typeof value === 'string' || Object.keys(value ?? {}).some(key => /^(VpcConfig|Subnets)\.\$$/.test(key));
}

function isExpression(value: string): boolean {
  return value.startsWith('{%') || value.startsWith('$.') || value.startsWith('States.');
}

function strings(templates: TemplateSet, value: any, template: SynthesizedTemplate): string[] {
  return templates.list(value).flatMap(entry => templates.values(entry, template));
}

/** A call of an AWS API that a resource makes once it is deployed. */
export interface ApiCall {
  /** In small letters, without spelling of its own: `sagemaker`, `createcompilationjob`. */
  readonly service: string;
  readonly action: string;
  readonly request: any;
  readonly property: string;
}

/** Calls that a template writes out: those of `AwsCustomResource`, and of schedules of EventBridge. */
export function apiCalls(templates: TemplateSet, resource: TemplateResource): ApiCall[] {
  if (resource.type === 'AWS::Scheduler::Schedule') { return scheduledCalls(templates, resource); }
  if (!/^(Custom::|AWS::CloudFormation::CustomResource$)/.test(resource.type)) { return []; }
  return ['Create', 'Update', 'Delete'].flatMap(property => parsed(templates.property(resource, property))
    .filter(call => typeof call?.service === 'string' && typeof call.action === 'string')
    .map(({ service, action, parameters = {} }) => ({ service: plain(service), action: plain(action), request: parameters, property })));
}

function scheduledCalls(templates: TemplateSet, schedule: TemplateResource): ApiCall[] {
  return templates.choices(schedule.properties.Target).flatMap(target => templates.values(target.Arn, schedule.template).flatMap(arn => {
    const [, service, action] = /:aws-sdk:([^:]+):([^:]+)$/.exec(arn) ?? [];
    if (action === undefined) { return []; }
    const requests = parsed(templates.values(target.Input, schedule.template));
    return (requests.length > 0 ? requests : [{}]).map(request => ({ service: plain(service), action: plain(action), request, property: 'Target.Input' }));
  }));
}

/** As text, JSON holds references inside of its strings, so what is joined from them is JSON all the same. */
export function parsed(texts: string[]): any[] {
  return texts.flatMap(text => {
    try {
      return [JSON.parse(text)];
    } catch {
      return [];
    }
  });
}

/** `SageMaker`, `@aws-sdk/client-sagemaker` and `sagemaker` are one service, `CreateCompilationJobCommand` and `createCompilationJob` one action. */
function plain(name: string): string {
  return name.toLowerCase().replace(/^@aws-sdk\/client-/, '').replace(/command$/, '').replace(/-/g, '');
}
