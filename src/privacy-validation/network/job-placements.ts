import * as fs from 'fs';
import * as path from 'path';
import { isRecord } from '../../util/prop-types';
import { isUnknown, isUnreadable, parseJson } from '../template/canonical';
import type { SynthesizedTemplate, TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** The type of the construct's resource, which is part of the contract with the handler. */
const JOB_TYPE = 'Custom::SageMakerNeoCompilationJob';
const CUSTOM_RESOURCE = /^(Custom::|AWS::CloudFormation::CustomResource$)/;

type InResource<T> = T & { readonly resource: TemplateResource };

/** The network, buckets and roles of jobs that a resource of the app starts. All values are canonical. */
interface Placement {
  /** The property of the resource that contains the network. */
  readonly location: string;
  /** Whether the templates show the job's network. A state machine may compute it. */
  readonly isKnown: boolean;
  readonly subnets: string[];
  readonly securityGroups: string[];
  readonly buckets: string[];
  readonly roles: string[];
}

export type JobPlacement = InResource<Placement>;

/** A call of an AWS API that a resource makes after it is deployed. */
interface Call {
  /** The service in the spelling of `plainName`, such as `sagemaker`. */
  readonly service: string;
  /** The action in the spelling of `plainName`, such as `createcompilationjob`. */
  readonly action: string;
  readonly request: any;
  readonly location: string;
}

export type ApiCall = InResource<Call>;

/** A program or a call in a template whose JSON cannot be read. */
interface Unreadable {
  readonly location: string;
  readonly reason: string;
  /** Whether it comes from outside the app, so that no template contains it. */
  readonly isOutside: boolean;
}

/** The jobs and API calls that the resources of an app start after they are deployed, as far as templates show them. */
interface Activity {
  readonly jobs: JobPlacement[];
  readonly calls: ApiCall[];
  readonly unreadable: InResource<Unreadable>[];
}

const activities = new WeakMap<TemplateSet, Activity>();

export function activityOf(templates: TemplateSet): Activity {
  const known = activities.get(templates);
  if (known) { return known; }
  const activity: Activity = { jobs: [], calls: [], unreadable: [] };
  for (const resource of templates.resources) {
    const found = distinct(programOf(templates, resource));
    const calls = found.filter(entry => 'service' in entry);
    const jobs = distinct(calls.filter(({ service, action }) => service === 'sagemaker' && action === 'createcompilationjob').map(placementOf));
    activity.jobs.push(...jobs.map(job => ({ resource, ...job })));
    activity.calls.push(...calls.map(entry => ({ resource, ...entry })));
    activity.unreadable.push(...found.filter(entry => 'reason' in entry).map(entry => ({ resource, ...entry })));
  }
  activities.set(templates, activity);
  return activity;
}

/** Whether a custom resource is a job. The type name may differ, because the handler accepts any. */
export function isJob({ type, properties }: TemplateResource): boolean {
  return type === JOB_TYPE
    || (CUSTOM_RESOURCE.test(type) && properties.ServiceToken !== undefined && properties.Request?.OutputConfig?.S3OutputLocation !== undefined);
}

type Program = (Call | Unreadable)[];

/** Reads the calls that a resource makes once it is deployed. */
function programOf(templates: TemplateSet, resource: TemplateResource): Program {
  switch (resource.type) {
    case 'AWS::StepFunctions::StateMachine': return programOfMachine(templates, resource);
    case 'AWS::Scheduler::Schedule': return programOfSchedule(templates, resource);
    case 'AWS::SSM::Document': return programOfDocument(templates, resource);
    case 'AWS::ApiGateway::Method': return callsOfMethod(templates, resource);
    case 'AWS::AppSync::DataSource': return callsOfDataSource(templates, resource);
  }
  if (isJob(resource)) {
    const { values, tooMany } = read(templates, resource, 'Request');
    return [...values.map(request => call('SageMaker', 'CreateCompilationJob', request, 'Request.VpcConfig')), ...tooMany];
  }
  return CUSTOM_RESOURCE.test(resource.type) ? programOfCustomResource(templates, resource) : [];
}

function call(service: string, action: string, request: any, location: string): Call {
  return { service: plainName(service), action: plainName(action), request, location };
}

/** Reads all values that a property may have at deployment, unless there are too many. */
function read(templates: TemplateSet, { properties, template }: TemplateResource, location: string, value = properties[location]) {
  const { values, isComplete } = templates.data(value, template);
  const tooMany: Unreadable[] = isComplete ? [] : [{ location, isOutside: false, reason: 'has more combinations of conditions than can be read' }];
  return { values, tooMany };
}

function programOfMachine(templates: TemplateSet, machine: TemplateResource): Program {
  const { DefinitionString, Definition, DefinitionS3Location, DefinitionSubstitutions } = machine.properties;
  const property = DefinitionString !== undefined ? 'DefinitionString' : Definition !== undefined ? 'Definition' : 'DefinitionS3Location';
  const { values, tooMany } = read(
    templates, machine, property, { text: DefinitionString ?? Definition, file: DefinitionS3Location, put: DefinitionSubstitutions });
  const definitions = values.map(({ text, file, put = {} }) => {
    const written = text ?? definitionFile(machine.template, file);
    if (written === undefined) { return { definition: undefined, written: '${?' }; }
    const json = Object.entries(put).reduce(
      (all, [name, value]) => all.replaceAll(`\${${name}}`, () => String(value)), typeof written === 'string' ? written : JSON.stringify(written));
    return { definition: parseJson(json), written: json };
  });
  const unread = definitions.filter(({ definition }) => typeof definition !== 'object').map(({ written }) => unreadableText(property, written));
  const unnamed = definitions.flatMap(({ definition }) => statesOf(definition)).filter(({ state }) => isUnknown(String(state?.Resource ?? '')))
    .map(({ name, state }) => ({ ...unreadableText(`${property}.States.${name}.Resource`, String(state.Resource)), reason: 'is not in the templates' }));
  return [...definitions.flatMap(({ definition }) => callsOfStates(definition)), ...unread, ...unnamed, ...tooMany];
}

function callsOfStates(definition: any): Call[] {
  return statesOf(definition).flatMap(({ name, state }) => {
    const [, service, action] = /:(?:aws-sdk:)?([^:]+):([^:.]+)(?:\.[^:]*)?$/.exec(String(state?.Resource ?? '')) ?? [];
    if (action === undefined) { return []; }
    // Without either of these, the request is the input of the state.
    const request = state.Parameters ?? state.Arguments ?? '$';
    return mergedRequests(request, definition).map(merged => call(service, action, merged, `DefinitionString.States.${name}`));
  });
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

function programOfSchedule(templates: TemplateSet, schedule: TemplateResource): Program {
  const { values, tooMany } = read(templates, schedule, 'Target');
  return [...tooMany, ...values.flatMap((target): Program => {
    const [, service, action] = /:aws-sdk:([^:]+):([^:]+)$/.exec(String(target?.Arn)) ?? [];
    if (action === undefined) { return []; }
    const input = String(target.Input ?? '{}');
    const request = parseJson(input);
    return [call(service, action, request ?? 'unreadable', 'Target.Input'), ...typeof request === 'object' ? [] : [unreadableText('Target.Input', input)]];
  })];
}

/** Finds the calls in an automation of Systems Manager. */
function programOfDocument(templates: TemplateSet, document: TemplateResource): Program {
  if (!templates.property(document, 'DocumentType').includes('Automation')) { return []; }
  const { values, tooMany } = read(templates, document, 'Content');
  return [...values.flatMap((value): Program => {
    const content = typeof value === 'string' ? parseJson(value) ?? value : value;
    if (typeof content !== 'object') { return [unreadableText('Content', String(content))]; }
    const steps = [content?.mainSteps ?? []].flat().filter(step => isRecord(step)) as Record<string, any>[];
    return steps.flatMap(({ name, action, inputs = {} }) => {
      const { Service, Api, ...request } = action === 'aws:createStack' ? { Service: 'cloudformation', Api: 'CreateStack', ...inputs } : inputs;
      const isCall = typeof Service === 'string' && typeof Api === 'string';
      return isCall ? [call(Service, Api.replace(/_/g, ''), request, `Content.mainSteps.${name}`)] : [];
    });
  }), ...tooMany];
}

/** Finds the call that a method of API Gateway forwards to AWS, with the caller's request. */
function callsOfMethod(templates: TemplateSet, method: TemplateResource): Call[] {
  return templates.propertyEntries(method, 'Integration.Uri').flatMap(uri => {
    const [, service, action] = /:apigateway:[^:]*:([^:]+):action\/(\w+)$/.exec(uri) ?? [];
    return action === undefined ? [] : [call(service, action, '$', 'Integration.Uri')];
  });
}

/** Finds the service for which AppSync signs requests. The actions are in its resolvers, which are not read. */
function callsOfDataSource(templates: TemplateSet, source: TemplateResource): Call[] {
  const location = 'HttpConfig.AuthorizationConfig.AwsIamConfig.SigningServiceName';
  return templates.propertyEntries(source, location)
    .map(service => call(service, plainName(service) === 'sagemaker' ? 'CreateCompilationJob' : 'any operation', '$', location));
}

/** Finds the calls of an `AwsCustomResource`. */
function programOfCustomResource(templates: TemplateSet, resource: TemplateResource): Program {
  return ['Create', 'Update', 'Delete'].flatMap(property => {
    const { values, tooMany } = read(templates, resource, property);
    return [...tooMany, ...values.flatMap((value): Program => {
      const sdkCall = typeof value === 'string' ? parseJson(value) : value;
      // Other custom resources may have these properties with values that are not JSON.
      if (sdkCall === undefined && /service/.test(value ?? '')) { return [unreadableText(property, value)]; }
      const isCall = typeof sdkCall?.service === 'string' && typeof sdkCall.action === 'string';
      return isCall ? [call(sdkCall.service, sdkCall.action, sdkCall.parameters ?? {}, property)] : [];
    })];
  });
}

function placementOf({ request, location }: Call): Placement {
  const network = request?.VpcConfig;
  const subnets = strings(network?.Subnets);
  return {
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
 * and `CreateCompilationJobCommand` and `createCompilationJob` are the same action.
 */
function plainName(name: string): string {
  return name.toLowerCase().replace(/^@aws-sdk\/client-/, '').replace(/command$/, '').replace(/-/g, '');
}

function unreadableText(location: string, text: string): Unreadable {
  const isOutside = /^\$\{\?[^{}]*\}?$/.test(text) && !isUnreadable(text);
  return { location, isOutside, reason: isOutside ? 'comes from outside the app' : 'is no JSON that can be read' };
}

function distinct<T>(list: T[]): T[] {
  return list.length < 2 ? list : [...new Map(list.map(entry => [JSON.stringify(entry), entry])).values()];
}
