import { type RequestAnalysis, runSimulation } from '@cloud-copilot/iam-simulate';
import type { PolicyDocument } from './deployed-stack';

/** A policy that can stop a request. `key`: a principal without the key cannot read or write an encrypted object. */
export type Layer = 'identity' | 'trust' | 'endpoint' | 'bucket' | 'queue' | 'key';

/** Nothing stops the request, or each of these does, alone. */
export type Decision = 'allowed' | Layer[];

export interface Principal {
  /** ARN of a role or a service's name. */
  readonly arn: string;
  /** Undefined for a service of AWS. */
  readonly account?: string;
  readonly policies: PolicyDocument[];
}

export interface Resource {
  readonly arn: string;
  readonly account: string;
  /** The policy that the resource has of its own. */
  readonly policy?: { readonly layer: 'trust' | 'bucket' | 'queue' | 'key'; readonly document: PolicyDocument };
  /** Tags. */
  readonly context?: { readonly [key: string]: string };
  /** Key that encrypts the object. */
  readonly key?: Resource;
}

export interface Path {
  readonly context: { readonly [key: string]: string };
  readonly endpointPolicy?: PolicyDocument;
}

export interface Request {
  readonly principal: Principal;
  readonly action: string;
  /** All of them have to be allowed, as EC2 asks for each resource of a request. */
  readonly resources: Resource[];
  readonly path: Path;
  readonly context: { readonly [key: string]: string | string[] };
}

/** What S3 asks the key for on behalf of the principal. */
const KEY_ACTIONS: { readonly [action: string]: string } = { 's3:GetObject': 'kms:Decrypt', 's3:PutObject': 'kms:GenerateDataKey' };

/**
 * Decides a request over all policies that have a say, as AWS does.
 */
export async function decide(request: Request): Promise<Decision> {
  const layers = new Set<Layer>();
  const unused = new Set(Object.keys(request.context));
  for (const resource of request.resources) {
    const answer = await stops(request, resource);
    answer.layers.forEach(layer => layers.add(layer));
    [...unused].filter(key => !answer.ignored.includes(alias(key))).forEach(key => unused.delete(key));
    const keyAction = resource.key && KEY_ACTIONS[request.action];
    if (keyAction) {
      // S3 calls KMS itself: the endpoint has no say, and whatever is missing, the object stays sealed.
      const context = { 'kms:ViaService': 's3.us-east-1.amazonaws.com', 'kms:EncryptionContext:aws:s3:arn': resource.arn };
      const sealed = await stops({ ...request, action: keyAction, path: { context: {} }, context }, resource.key);
      if (sealed.layers.length > 0) { layers.add('key'); }
    }
  }
  if (unused.size > 0) { throw new Error(`${request.action} has no such context key; got: ${[...unused]}`); }
  return layers.size > 0 ? [...layers].sort() : 'allowed';
}

/**
 * What the simulator does not know goes by another name here, in policies and requests alike: that a condition key of KMS has any name after
 * `kms:EncryptionContext:`, and that EC2 takes a wildcard for the type of a resource, of which these tests have interfaces only.
 */
function alias<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)
    .replace(/kms:EncryptionContext:aws:(\w+):arn/g, 'aws:PrincipalTag/kms-encryption-context-$1-arn')
    .replace(/(arn:aws:ec2:[^:"]*:[^:"]*:)\*\/\*/g, '$1network-interface/*'));
}

async function stops(request: Request, resource: Resource): Promise<{ readonly layers: Layer[]; readonly ignored: string[] }> {
  const { principal, action, path, context } = request;
  const outcome = await runSimulation(alias({
    request: {
      principal: principal.arn,
      action,
      resource: { resource: resource.arn, accountId: resource.account },
      contextVariables: {
        'aws:SecureTransport': 'true',
        'aws:ResourceAccount': resource.account,
        ...principal.account === undefined ? {} : { 'aws:PrincipalArn': principal.arn, 'aws:PrincipalAccount': principal.account },
        ...path.context,
        ...resource.context,
        ...context,
      },
    },
    identityPolicies: principal.policies.map((policy, index) => ({ name: `policy${index}`, policy })),
    resourcePolicy: resource.policy?.document,
    vpcEndpointPolicies: path.endpointPolicy && [{ name: 'endpoint', policy: path.endpointPolicy }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }), {});
  if (outcome.resultType === 'error') {
    throw new Error(`the simulation refuses ${action} on ${resource.arn}: ${JSON.stringify(outcome.errors)}`);
  }
  const results = outcome.resultType === 'single' ? [outcome.result] : outcome.results;
  const layers = [...new Set(results.flatMap(({ analysis }) => stoppedBy(analysis, principal, resource)))];
  if (results.length === 0 || (outcome.overallResult === 'Allowed') !== (layers.length === 0)) {
    throw new Error(`the simulation says ${outcome.overallResult} of ${action} on ${resource.arn}, its analysis says ${layers}`);
  }
  return { layers, ignored: results.flatMap(({ ignoredContextKeys }) => ignoredContextKeys ?? []) };
}

/** Every policy that stops the request, not only the first. */
function stoppedBy(analysis: RequestAnalysis, principal: Principal, resource: Resource): Layer[] {
  const { identityAnalysis, resourceAnalysis, endpointAnalysis } = analysis;
  const layers: Layer[] = [];
  if (endpointAnalysis && endpointAnalysis.result !== 'Allowed') { layers.push('endpoint'); }
  const own = resource.policy?.layer;
  // In its own account a principal needs either of two Allows, from another account both. Keys and trust policies always have a say.
  const isForeign = principal.account !== resource.account;
  const needsOwn = own === 'trust' || own === 'key' || isForeign;
  const ownAllows = resourceAnalysis?.result === 'Allowed' || resourceAnalysis?.result === 'AllowedForAccount';
  if (own && (resourceAnalysis?.result === 'ExplicitlyDenied' || (needsOwn && !ownAllows))) { layers.push(own); }
  const identityAllows = identityAnalysis?.result === 'Allowed';
  const isExempt = principal.account === undefined
    || (!isForeign && resourceAnalysis?.result === 'Allowed' && identityAnalysis?.result !== 'ExplicitlyDenied');
  if (!identityAllows && !isExempt) { layers.push('identity'); }
  return layers;
}
