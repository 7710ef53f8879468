import * as fs from 'fs';
import * as path from 'path';
import { isRecord } from '../../util/prop-types';
import { isUnknown, isUnreadable, parseJson } from '../template/canonical';
import type { SynthesizedTemplate, TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** The type of the construct's resource, which is part of the contract with the handler. */
const JOB_TYPE = 'Custom::SageMakerNeoCompilationJob';
const CUSTOM_RESOURCE = /^(Custom::|AWS::CloudFormation::CustomResource$)/;

/** A resource of the app that starts compilation jobs. All values are canonical. */
export interface JobPlacement {
  readonly resource: TemplateResource;
  /** The property of the resource that contains the network. */
  readonly location: string;
  /** Whether the templates show the job's network. A state machine may compute it. */
  readonly isKnown: boolean;
  readonly subnets: string[];
  readonly securityGroups: string[];
  readonly buckets: string[];
  readonly roles: string[];
}

/** A call of an AWS API that a resource makes after it is deployed. */
export interface ApiCall {
  readonly resource: TemplateResource;
  /** The service in the spelling of `plainName`, such as `sagemaker`. */
  readonly service: string;
  /** The action in the spelling of `plainName`, such as `createcompilationjob`. */
  readonly action: string;
  readonly request: any;
  readonly location: string;
}

/** A program or a call in a template whose JSON cannot be read. */
export interface Unreadable {
  readonly resource: TemplateResource;
  readonly location: string;
  readonly reason: string;
  /** Whether it comes from outside the app, so that no template contains it. */
  readonly isOutside: boolean;
}

/** The jobs and API calls that the resources of an app start after they are deployed, as far as templates show them. */
export interface Activity {
  readonly jobs: JobPlacement[];
  readonly calls: ApiCall[];
  readonly unreadable: Unreadable[];
}

const activities = new WeakMap<TemplateSet, Activity>();

/** Finds all compilation jobs that the templates start: custom resources, tasks of state machines, and API calls in a template. */
export function jobPlacements(templates: TemplateSet): JobPlacement[] {
  return activityOf(templates).jobs;
}

/** Finds the jobs and API calls of custom resources, schedules and state machines. */
export function activityOf(templates: TemplateSet): Activity {
  const known = activities.get(templates);
  if (known) { return known; }
  const found = templates.resources.map(resource => activityOfResource(templates, resource));
  const activity = {
    jobs: found.flatMap(({ jobs }) => jobs),
    calls: found.flatMap(({ calls }) => calls),
    unreadable: found.flatMap(({ unreadable }) => unreadable),
  };
  activities.set(templates, activity);
  return activity;
}

export function isJobResource({ resource }: JobPlacement): boolean {
  return isJob(resource);
}

function activityOfResource(templates: TemplateSet, resource: TemplateResource): Activity {
  if (isJob(resource)) {
    const { values, isComplete } = templates.data(resource.properties.Request ?? {}, resource.template);
    return {
      jobs: distinct(values.map(request => placementOf(resource, request, 'Properties.Request.VpcConfig'))),
      calls: [],
      unreadable: isComplete ? [] : [tooManyVariants(resource, 'Request')],
    };
  }
  if (resource.type === 'AWS::StepFunctions::StateMachine') { return activityOfMachine(templates, resource); }
  if (resource.type === 'AWS::Scheduler::Schedule') { return activityOfSchedule(templates, resource); }
  if (resource.type === 'AWS::SSM::Document') { return activityOfDocument(templates, resource); }
  if (resource.type === 'AWS::ApiGateway::Method') { return activityOfMethod(templates, resource); }
  if (resource.type === 'AWS::AppSync::DataSource') { return activityOfDataSource(templates, resource); }
  return CUSTOM_RESOURCE.test(resource.type) ? activityOfSdkCalls(templates, resource) : { jobs: [], calls: [], unreadable: [] };
}

/** Whether a custom resource is a job. The type name may differ, because the handler accepts any. */
function isJob({ type, properties }: TemplateResource): boolean {
  return type === JOB_TYPE
    || (CUSTOM_RESOURCE.test(type) && properties.ServiceToken !== undefined && properties.Request?.OutputConfig?.S3OutputLocation !== undefined);
}

/** Adds the jobs among API calls. Their networks are in the requests. */
function withJobs(calls: ApiCall[], unreadable: Unreadable[]): Activity {
  const jobs = calls.filter(({ service, action }) => service === 'sagemaker' && action === 'createcompilationjob')
    .map(({ resource, request, location }) => placementOf(resource, request, `Properties.${location}`));
  return { jobs: distinct(jobs), calls: distinct(calls), unreadable: distinct(unreadable) };
}

function activityOfMachine(templates: TemplateSet, machine: TemplateResource): Activity {
  const { DefinitionString, Definition, DefinitionS3Location, DefinitionSubstitutions } = machine.properties;
  const { values, isComplete } = templates.data(
    { text: DefinitionString ?? Definition, file: DefinitionS3Location, put: DefinitionSubstitutions }, machine.template);
  const property = DefinitionString !== undefined ? 'DefinitionString' : Definition !== undefined ? 'Definition' : 'DefinitionS3Location';
  const read = values.map(({ text, file, put = {} }) => {
    const written = text ?? definitionFile(machine.template, file);
    if (written === undefined) { return { definition: undefined, written: '${?' }; }
    const json = Object.entries(put).reduce(
      (all, [name, value]) => all.replaceAll(`\${${name}}`, () => String(value)), typeof written === 'string' ? written : JSON.stringify(written));
    return { definition: parseJson(json), written: json };
  });
  const tasks = read.flatMap(({ definition }) => tasksOf(definition)
    .flatMap(task => mergedRequests(task.request, definition).map(request => ({ ...task, request }))));
  const calls = tasks.map(({ name, service, action, request }) =>
    ({ resource: machine, service, action, request, location: `DefinitionString.States.${name}` }));
  const unread = read.filter(({ definition }) => typeof definition !== 'object').map(({ written }) => unreadableText(machine, property, written));
  const unnamed = read.flatMap(({ definition }) => statesOf(definition)).filter(({ state }) => isUnknown(String(state?.Resource ?? '')))
    .map(({ name, state }) => ({ ...unreadableText(machine, `${property}.States.${name}.Resource`, String(state.Resource)), reason: 'is not in the templates' }));
  return withJobs(calls, [...unread, ...unnamed, ...isComplete ? [] : [tooManyVariants(machine, property)]]);
}

/**
 * Returns the possible requests of a task. The library's own tasks use JSONata that adds literal keys to a variable. If all values of the variable
 * are literal, and no added key is the network, the network is in one of those values.
 */
function mergedRequests(request: any, definition: any): any[] {
  const [, variable, added] = typeof request === 'string' ? /^\{% \$merge\(\[\$(\w+), \{(.*)\}\]\) %\}$/s.exec(request) ?? [] : [];
  const keys = added === undefined ? undefined : keysOfObject(added);
  if (!keys || keys.includes('VpcConfig')) { return [request]; }
  const assigned = assignmentsOf(definition, variable);
  return assigned.length > 0 && assigned.every(value => typeof value === 'object') ? assigned : [request];
}

/**
 * Returns the keys of an object literal in JSONata.
 *
 * @param inside the JSONata between the braces
 *
 * @returns undefined if a key is computed, or if the brackets do not match
 */
function keysOfObject(inside: string): string[] | undefined {
  const tokens = inside.match(/'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"|[^]/g) ?? [];
  const entries = [''];
  let depth = 0;
  for (const token of tokens) {
    if ('([{'.includes(token)) { depth++; }
    if (')]}'.includes(token)) { depth--; }
    if (depth < 0) { return undefined; }
    if (token === ',' && depth === 0) { entries.push(''); } else { entries[entries.length - 1] += token; }
  }
  const keys = entries.map(entry => /^\s*'([^'\\]*)'\s*:/.exec(entry)?.[1]);
  return depth === 0 && keys.every(key => key !== undefined) ? keys : undefined;
}

function assignmentsOf(node: any, variable: string): any[] {
  if (typeof node !== 'object' || node === null) { return []; }
  const here = node.Assign?.[variable] === undefined ? [] : [node.Assign[variable]];
  return [...here, ...Object.values(node).flatMap(child => assignmentsOf(child, variable))];
}

/** Reads a definition that CDK uploads from the cloud assembly, where its file is named by its digest. */
function definitionFile({ file }: SynthesizedTemplate, location: any): string | undefined {
  const [, digest] = /^([0-9a-f]{64})\./.exec(String(location?.Key ?? '')) ?? [];
  const asset = file && digest && path.join(path.dirname(file), `asset.${digest}.json`);
  return asset && fs.existsSync(asset) ? fs.readFileSync(asset, 'utf8') : undefined;
}

/** Lists all states, including those in `Iterator`, `ItemProcessor` and `Branches` of other states. */
function statesOf(node: any): { name: string; state: any }[] {
  if (typeof node !== 'object' || node === null) { return []; }
  const here = Object.entries<any>(node.States ?? {}).map(([name, state]) => ({ name, state }));
  return [...here, ...Object.values(node).flatMap(child => statesOf(child))];
}

function tasksOf(definition: any): { name: string; service: string; action: string; request: any }[] {
  return statesOf(definition).flatMap(({ name, state }) => {
    const [, service, action] = /:(?:aws-sdk:)?([^:]+):([^:.]+)(?:\.[^:]*)?$/.exec(String(state?.Resource ?? '')) ?? [];
    // Without either of these, the request is the input of the state.
    const request = state?.Parameters ?? state?.Arguments ?? '$';
    return action === undefined ? [] : [{ name, service: plainName(service), action: plainName(action), request }];
  });
}

function activityOfSchedule(templates: TemplateSet, schedule: TemplateResource): Activity {
  const { values, isComplete } = templates.data(schedule.properties.Target ?? {}, schedule.template);
  const calls: ApiCall[] = [];
  const unreadable: Unreadable[] = isComplete ? [] : [tooManyVariants(schedule, 'Target')];
  for (const { Arn, Input } of values) {
    const [, service, action] = /:aws-sdk:([^:]+):([^:]+)$/.exec(String(Arn)) ?? [];
    if (action === undefined) { continue; }
    const request = Input === undefined ? {} : parseJson(String(Input));
    if (typeof request !== 'object') { unreadable.push(unreadableText(schedule, 'Target.Input', String(Input))); }
    calls.push({ resource: schedule, service: plainName(service), action: plainName(action), request: request ?? 'unreadable', location: 'Target.Input' });
  }
  return withJobs(calls, unreadable);
}

/** Finds the calls in an automation of Systems Manager. */
function activityOfDocument(templates: TemplateSet, document: TemplateResource): Activity {
  if (!templates.property(document, 'DocumentType').includes('Automation')) { return withJobs([], []); }
  const { values, isComplete } = templates.data(document.properties.Content, document.template);
  const read = values.map(content => typeof content === 'string' ? parseJson(content) ?? content : content);
  const steps = read.flatMap(content => [content?.mainSteps ?? []].flat()).filter(step => isRecord(step)) as Record<string, any>[];
  const calls = steps.flatMap(({ name, action, inputs = {} }): ApiCall[] => {
    const { Service, Api, ...request } = action === 'aws:createStack' ? { Service: 'cloudformation', Api: 'CreateStack', ...inputs } : inputs;
    const isCall = typeof Service === 'string' && typeof Api === 'string';
    return isCall ? [{ resource: document, service: plainName(Service), action: plainName(Api.replace(/_/g, '')), request, location: `Content.mainSteps.${name}` }] : [];
  });
  const unread = read.filter(content => typeof content !== 'object').map(content => unreadableText(document, 'Content', String(content)));
  return withJobs(calls, [...unread, ...isComplete ? [] : [tooManyVariants(document, 'Content')]]);
}

/** Finds the call that a method of API Gateway forwards to AWS, with the caller's request. */
function activityOfMethod(templates: TemplateSet, method: TemplateResource): Activity {
  const calls = templates.propertyEntries(method, 'Integration.Uri').flatMap((uri): ApiCall[] => {
    const [, service, action] = /:apigateway:[^:]*:([^:]+):action\/(\w+)$/.exec(uri) ?? [];
    return action === undefined ? [] : [{ resource: method, service: plainName(service), action: plainName(action), request: '$', location: 'Integration.Uri' }];
  });
  return withJobs(calls, []);
}

/** Finds the service for which AppSync signs requests. The actions are in its resolvers, which are not read. */
function activityOfDataSource(templates: TemplateSet, source: TemplateResource): Activity {
  const location = 'HttpConfig.AuthorizationConfig.AwsIamConfig.SigningServiceName';
  const calls = templates.propertyEntries(source, location).map((service): ApiCall =>
    ({ resource: source, service: plainName(service), action: plainName(service) === 'sagemaker' ? 'createcompilationjob' : 'any operation', request: '$', location }));
  return withJobs(calls, []);
}

/** Finds the calls of an `AwsCustomResource`. */
function activityOfSdkCalls(templates: TemplateSet, resource: TemplateResource): Activity {
  const calls: ApiCall[] = [];
  const unreadable: Unreadable[] = [];
  for (const property of ['Create', 'Update', 'Delete']) {
    const { values, isComplete } = templates.data(resource.properties[property], resource.template);
    if (!isComplete) { unreadable.push(tooManyVariants(resource, property)); }
    for (const value of values) {
      const call = typeof value === 'string' ? parseJson(value) : value;
      // Other custom resources may have these properties with values that are not JSON.
      if (call === undefined && typeof value === 'string' && /service/.test(value)) { unreadable.push(unreadableText(resource, property, value)); }
      if (typeof call?.service !== 'string' || typeof call.action !== 'string') { continue; }
      calls.push({ resource, service: plainName(call.service), action: plainName(call.action), request: call.parameters ?? {}, location: property });
    }
  }
  return withJobs(calls, unreadable);
}

function placementOf(resource: TemplateResource, request: any, location: string): JobPlacement {
  const network = request?.VpcConfig;
  const subnets = strings(network?.Subnets);
  return {
    resource,
    location,
    isKnown: !isComputed(request) && !isComputed(network) && !subnets.some(id => isExpression(id)),
    subnets: subnets.filter(id => !isExpression(id)),
    securityGroups: strings(network?.SecurityGroupIds).filter(id => !isExpression(id)),
    buckets: [request?.InputConfig?.S3Uri, request?.OutputConfig?.S3OutputLocation].flatMap(uri => strings(uri))
      .flatMap(uri => /^s3:\/\/(\$\{[^}]+\}|[^/]+)/.exec(uri)?.[1] ?? []),
    roles: strings(request?.RoleArn).filter(arn => !isExpression(arn)),
  };
}

/** Whether a value is computed at run time: by JSONata in a string, or by JSONPath in a key that ends in `.$`. */
function isComputed(value: any): boolean {
  return typeof value === 'string' || Object.keys(value ?? {}).some(key => /^(VpcConfig|Subnets)\.\$$/.test(key));
}

function isExpression(value: string): boolean {
  return value.startsWith('{%') || value.startsWith('$.') || value.startsWith('States.');
}

function strings(value: any): string[] {
  return [value].flat().filter(entry => typeof entry === 'string');
}

/**
 * Returns the name of a service or an action in a uniform spelling: `SageMaker`, `@aws-sdk/client-sagemaker` and `sagemaker` are the same service,
 * and
 * `CreateCompilationJobCommand` and `createCompilationJob` are the same action.
 */
function plainName(name: string): string {
  return name.toLowerCase().replace(/^@aws-sdk\/client-/, '').replace(/command$/, '').replace(/-/g, '');
}

function unreadableText(resource: TemplateResource, location: string, text: string): Unreadable {
  const isOutside = /^\$\{\?[^{}]*\}?$/.test(text) && !isUnreadable(text);
  return { resource, location, isOutside, reason: isOutside ? 'comes from outside the app' : 'is no JSON that can be read' };
}

function tooManyVariants(resource: TemplateResource, location: string): Unreadable {
  return { resource, location, isOutside: false, reason: 'has more combinations of conditions than can be read' };
}

function distinct<T extends { readonly resource: TemplateResource }>(list: T[]): T[] {
  if (list.length < 2) { return list; }
  const keys = new Set<string>();
  return list.filter(({ resource: _resource, ...rest }) => {
    const key = JSON.stringify(rest);
    return keys.has(key) ? false : keys.add(key);
  });
}
