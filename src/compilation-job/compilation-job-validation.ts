import { Annotations, Resource, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { NeoCompilationJobProps } from './compilation-job-props';
import { DEFAULT_MAX_RUNTIME, MAX_TIMEOUT } from './compilation-job-times';
import { NeoValidationError, shown } from '../private/errors';
import type { INeoPrivateCompilationVpc } from '../private-compilation-vpc/private-compilation-vpc-base';
import { differ, requireSameAccount, requireSameRegion } from '../private-compilation-vpc/same-environment';
import type { NeoVpcConfig } from '../private-compilation-vpc/vpc-config';
import { checkCompilation, type CompilationRequest } from '../target/compilation-rules';


/** Of the API's 50, three are the library's own. */
const MAX_TAGS = 47;

/** Everything about a job's props that is wrong whatever the target is. */
export function validateJobProps(scope: Construct, props: NeoCompilationJobProps): void {
  const fail = (message: string): never => { throw new NeoValidationError(message, scope); };
  for (const prop of ['vpcConfig', 'model', 'target', 'outputBucket'] as const) {
    if (!props[prop]) { fail(`${prop} must be given; got: ${shown(props[prop])}`); }
  }
  validateVpcConfig(scope, props.vpcConfig);
  validateName(fail, props.compilationJobName);
  validateOutputPrefix(fail, props.outputPrefix);
  validateTags(fail, props.tags);
  validateTimes(scope, fail, props);
  validateNetwork(scope, fail, props);
}

/** Model, target and options against what AWS documents of Neo. */
export function validateCompilation(scope: Construct, request: CompilationRequest): void {
  const { errors, warnings } = checkCompilation(scope, request);
  if (errors.length > 0) {
    throw new NeoValidationError(errors.join('; '), scope);
  }
  for (const { id, message } of warnings) {
    Annotations.of(scope).addWarningV2(id, message);
  }
}

/** The API's limits on VpcConfig. */
export function validateVpcConfig(scope: Construct, vpcConfig: NeoVpcConfig): void {
  const limits = { subnets: 16, securityGroupIds: 5 } as const;
  for (const [prop, most] of Object.entries(limits) as [keyof typeof limits, number][]) {
    const ids = vpcConfig[prop];
    if (Token.isUnresolved(ids)) { continue; }
    if (!Array.isArray(ids) || ids.length < 1 || ids.length > most) {
      throw new NeoValidationError(`vpcConfig.${prop} must hold 1 to ${most} IDs, as the API takes no more; got: ${Array.isArray(ids) ? ids.length : shown(ids)}`, scope);
    }
  }
}

type Fail = (message: string) => never;

/** What SageMaker or the S3 endpoint would refuse later. */
function validateNetwork(scope: Construct, fail: Fail, props: NeoCompilationJobProps) {
  const { vpcConfig: { privateVpc }, outputBucket, outputEncryptionKey, role } = props;
  if (privateVpc) { requireSameEnvironment(scope, fail, privateVpc); }
  requireSameRegion(scope, 'outputBucket', outputBucket);
  if (outputEncryptionKey) { requireSameRegion(scope, 'outputEncryptionKey', outputEncryptionKey); }
  if (role) { requireSameAccount(scope, 'role', role); }
  if (!privateVpc) { return; }
  const arns = privateVpc.buckets.map(bucket => bucket.bucketArn);
  if (arns.length > 0 && !arns.includes(outputBucket.bucketArn)) {
    fail('outputBucket must be one of the buckets of the private network, as its S3 endpoint lets nothing through to others: '
      + `add it to the network's buckets; got: ${outputBucket.node.path}`);
  }
}

function requireSameEnvironment(scope: Construct, fail: Fail, network: INeoPrivateCompilationVpc) {
  const here = Stack.of(scope);
  for (const place of ['region', 'account'] as const) {
    const [ours, theirs] = [here[place], network.env[place]];
    if (differ(ours, theirs)) {
      fail(`vpcConfig must be of a network in the job's ${place} ${ours}: SageMaker places no interface elsewhere; got: a network in ${theirs}`);
    }
    // Which CDK would refuse, in words about the network's role.
    if (Token.isUnresolved(ours) !== Token.isUnresolved(theirs) && Resource.isOwnedResource(network.role) && Stack.of(network.role) !== here) {
      const text = (value: string) => Token.isUnresolved(value) ? 'one known at deployment only' : value;
      fail(`vpcConfig must be of a network whose stack has the env of the job's, as CDK refers to no stack of another ${place}: give both the same env, or neither any; `
        + `got: ${text(theirs)}, and for the job ${text(ours)}`);
    }
  }
}

function validateName(fail: Fail, name: string | undefined) {
  if (name === undefined || Token.isUnresolved(name)) { return; }
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(name)) {
    fail(`compilationJobName must be 1 to 63 letters, digits and hyphens, with a letter or digit at both ends; got: ${shown(name)}`);
  }
}

function validateOutputPrefix(fail: Fail, prefix: string | undefined) {
  if (prefix === undefined || Token.isUnresolved(prefix)) { return; }
  if (typeof prefix !== 'string' || prefix === '' || prefix.startsWith('/') || prefix.endsWith('/') || prefix.includes('//')) {
    fail(`outputPrefix must be a folder without slashes at its ends, such as "compiled/models"; got: ${shown(prefix)}`);
  }
  // The API takes 1,024 characters; bucket, job name and artifact need up to 250 of them.
  if (prefix.length > 750) {
    fail(`outputPrefix must have at most 750 characters, as the whole S3 URI may have 1,024; got: ${prefix.length} characters`);
  }
}

function validateTags(fail: Fail, tags: { [key: string]: string } | undefined) {
  if (tags === undefined || Token.isUnresolved(tags)) { return; }
  const count = Object.keys(tags).length;
  if (count > MAX_TAGS) {
    fail(`tags must be at most ${MAX_TAGS}, as SageMaker takes 50 and three are the library's own; got: ${count}`);
  }
  for (const key of Object.keys(tags)) {
    if (/^(aws:|cdk-sagemaker-neo:)/i.test(key)) {
      fail(`tags must not begin with "aws:" or "cdk-sagemaker-neo:", which are reserved; got: ${shown(key)}`);
    }
  }
}

/** maxRuntime <= timeout <= CloudFormation's hour; the pending time can be longer than that. */
function validateTimes(scope: Construct, fail: Fail, props: NeoCompilationJobProps) {
  const waits = props.waitForCompletion !== false;
  const seconds = (prop: 'maxRuntime' | 'timeout' | 'maxPendingTime', least: number, most: number, limits: string): number | undefined => {
    const duration = props[prop];
    if (duration === undefined || duration.isUnresolved()) { return undefined; }
    const value = duration.toSeconds({ integral: false });
    if (!Number.isInteger(value) || value < least || value > most) {
      fail(`${prop} must be ${limits}, in whole seconds; got: ${duration.toHumanString()} (${value} seconds)`);
    }
    return value;
  };
  const maxRuntime = seconds('maxRuntime', 1, Number.MAX_SAFE_INTEGER, 'at least 1 second');
  const timeout = seconds('timeout', 60, MAX_TIMEOUT.toSeconds(), 'between 1 and 55 minutes (CloudFormation waits one hour, and stopping a job takes time)');
  const pending = seconds('maxPendingTime', 1_800, 2_419_200, 'between 30 minutes and 28 days');

  const runs = props.maxRuntime?.isUnresolved() ? undefined : maxRuntime ?? DEFAULT_MAX_RUNTIME.toSeconds();
  const waitsFor = props.timeout?.isUnresolved() ? undefined : timeout ?? MAX_TIMEOUT.toSeconds();
  if (waits && runs !== undefined && waitsFor !== undefined && runs > waitsFor) {
    fail(`maxRuntime must not be longer than timeout (${waitsFor} seconds) while the deployment waits for the job: `
      + `raise timeout up to 55 minutes, or set waitForCompletion to false; got: ${runs} seconds`);
  }
  if (waits && pending !== undefined && waitsFor !== undefined && pending > waitsFor) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:maxPendingTimeBeyondTimeout',
      `maxPendingTime (${pending} seconds) is longer than timeout (${waitsFor} seconds), at which the job is stopped while the deployment waits for it. Set waitForCompletion to false to let it wait longer.`);
  }
}
