import { Annotations, Resource, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { NeoCompilationJobProps } from './compilation-job-props';
import type { NeoCommonCompilationProps } from '../compilation/common-compilation-props';
import { DEFAULT_MAX_RUNTIME, MAX_TIMEOUT } from '../compilation/times';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { differ, requirePassableRole, requireSameRegion } from '../network/same-environment';
import type { NeoVpcConfig } from '../network/private-compilation-vpc-base';
import { checkCompilation, type CompilationRequest } from '../target/compilation-rules';
import { wholeSeconds, type SecondsLimits } from '../util/durations';
import { NeoValidationError, shown } from '../util/errors';
import { requireKey } from '../util/object-keys';
import { BOOLEAN, DURATION, listOf, mapOf, optional, requireTypes, structOf, TEXT, type PropTypes } from '../util/prop-types';
import { BUCKET, COMPILER_OPTIONS, KEY, MODEL, PRIVATE_VPC, ROLE, TARGET } from '../util/resource-types';

/** Of the API's 50, three are the library's own. */
const MAX_TAGS = 47;

const DEFAULT_RUNTIME_SECONDS = DEFAULT_MAX_RUNTIME.toSeconds();
const MAX_TIMEOUT_SECONDS = MAX_TIMEOUT.toSeconds();

export const VPC_CONFIG = structOf<NeoVpcConfig>('a NeoVpcConfig, such as vpcConfig of a NeoPrivateCompilationVpc', {
  subnets: listOf(TEXT), securityGroupIds: listOf(TEXT), privateVpc: optional(PRIVATE_VPC),
});

/** What jobs, tasks and fleets are told of a job, the model and the target aside. */
export type CommonJobProps = NeoCommonCompilationProps & Pick<NeoCompilationJobProps, 'role' | 'tags' | 'waitForCompletion' | 'timeout'>;

export const SETTINGS_TYPES = {
  vpcConfig: VPC_CONFIG,
  outputBucket: BUCKET,
  outputPrefix: optional(TEXT),
  outputEncryptionKey: optional(KEY),
  role: optional(ROLE),
  maxRuntime: optional(DURATION),
  maxPendingTime: optional(DURATION),
  tags: optional(mapOf(TEXT)),
};

export const REQUEST_TYPES = { ...SETTINGS_TYPES, model: MODEL, target: TARGET, compilerOptions: optional(COMPILER_OPTIONS) };

const JOB_TYPES: PropTypes<NeoCompilationJobProps> = {
  ...REQUEST_TYPES,
  compilationJobName: optional(TEXT),
  waitForCompletion: optional(BOOLEAN),
  timeout: optional(DURATION),
  deleteArtifacts: optional(BOOLEAN),
};

/** Everything about a job's props that is wrong whatever the target is. */
export function validateJobProps(scope: Construct, props: NeoCompilationJobProps): void {
  requireTypes(scope, props, JOB_TYPES);
  if (props.compilationJobName !== undefined) { requireJobName(scope, 'compilationJobName', props.compilationJobName); }
  validateSettings(scope, props);
}

/**
 * What is not of the model or the target.
 *
 * @param mostTags without those that the library adds
 */
export function validateSettings(scope: Construct, settings: CommonJobProps, mostTags = MAX_TAGS): void {
  validateVpcConfig(scope, settings.vpcConfig);
  validateOutputPrefix(scope, settings.outputPrefix);
  validateTags(scope, settings.tags, mostTags);
  validateTimes(scope, settings);
  validateNetwork(scope, settings);
  requireSameRegion(scope, 'outputBucket', settings.outputBucket);
  if (settings.outputEncryptionKey) { requireSameRegion(scope, 'outputEncryptionKey', settings.outputEncryptionKey); }
  if (settings.role) { requirePassableRole(scope, settings.role); }
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
    if (ids.length < 1 || ids.length > most) {
      throw new NeoValidationError(`vpcConfig.${prop} must hold 1 to ${most} IDs, as the API takes no more; got: ${ids.length}`, scope);
    }
    const wrong = ids.find(id => !Token.isUnresolved(id) && !/^[-0-9a-zA-Z]{1,32}$/.test(id));
    if (wrong !== undefined) {
      throw new NeoValidationError(`vpcConfig.${prop} must hold IDs of 1 to 32 letters, digits and hyphens, such as ${prop === 'subnets' ? 'subnet' : 'sg'}-0123456789abcdef0; got: ${shown(wrong)}`, scope);
    }
  }
}

/** What SageMaker or the S3 endpoint would refuse later. */
function validateNetwork(scope: Construct, { vpcConfig: { privateVpc }, outputBucket }: CommonJobProps) {
  if (!privateVpc) { return; }
  requireSameEnvironment(scope, privateVpc);
  const { buckets } = privateVpc;
  if (buckets.length > 0 && !buckets.some(bucket => bucket === outputBucket || bucket.bucketArn === outputBucket.bucketArn)) {
    throw new NeoValidationError('outputBucket must be one of the buckets of the private network, as its S3 endpoint lets nothing through to others: '
      + `add it to the network's buckets; got: ${outputBucket.node.path}`, scope);
  }
}

function requireSameEnvironment(scope: Construct, network: INeoPrivateCompilationVpc) {
  const here = Stack.of(scope);
  if (Stack.of(network) === here) { return; }
  for (const place of ['region', 'account'] as const) {
    const [ours, theirs] = [here[place], network.env[place]];
    if (differ(ours, theirs)) {
      throw new NeoValidationError(`vpcConfig must be of a network in the job's ${place} ${ours}: SageMaker places no interface elsewhere; got: a network in ${theirs}`, scope);
    }
    // Which CDK would refuse, in words about the network's role.
    if (Token.isUnresolved(ours) !== Token.isUnresolved(theirs) && Resource.isOwnedResource(network.role) && Stack.of(network.role) !== here) {
      const text = (value: string) => Token.isUnresolved(value) ? 'one known at deployment only' : value;
      throw new NeoValidationError(`vpcConfig must be of a network whose stack has the env of the job's, as CDK refers to no stack of another ${place}: give both the same env, or neither any; `
        + `got: ${text(theirs)}, and for the job ${text(ours)}`, scope);
    }
  }
}

/** SageMaker's pattern for names of jobs and models, which does not bound the length by itself. */
export function requireJobName(scope: Construct, prop: string, name: string) {
  if (!Token.isUnresolved(name) && !(name.length <= 63 && /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(name))) {
    throw new NeoValidationError(`${prop} must be 1 to 63 letters, digits and hyphens, with a letter or digit at both ends; got: ${shown(name)}`, scope);
  }
}

function validateOutputPrefix(scope: Construct, prefix: string | undefined) {
  if (prefix === undefined || Token.isUnresolved(prefix)) { return; }
  if (prefix === '' || prefix.startsWith('/') || prefix.endsWith('/') || prefix.includes('//')) {
    throw new NeoValidationError(`outputPrefix must be a folder without slashes at its ends, such as "compiled/models"; got: ${shown(prefix)}`, scope);
  }
  // The API takes 1,024 characters; bucket, job name and artifact need up to 250 of them.
  if (prefix.length > 750) {
    throw new NeoValidationError(`outputPrefix must have at most 750 characters, as the whole S3 URI may have 1,024; got: ${prefix.length} characters`, scope);
  }
  requireKey(scope, 'outputPrefix', prefix);
}

/** What AWS takes in tags. */
const TAG_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

function validateTags(scope: Construct, tags: { [key: string]: string } | undefined, most: number) {
  const fault = tags && !Token.isUnresolved(tags) ? tagFault(tags, most) : undefined;
  if (fault) { throw new NeoValidationError(fault, scope); }
}

/** What AWS would refuse in tags. */
export function tagFault(tags: { [key: string]: string }, most = MAX_TAGS): string | undefined {
  const count = Object.keys(tags).length;
  if (count > most) { return `tags must be at most ${most}, as SageMaker takes 50 and the library adds its own; got: ${count}`; }
  const reserved = Object.keys(tags).find(key => /^(aws:|cdk-sagemaker-neo:)/i.test(key));
  if (reserved !== undefined) { return `tags must not begin with "aws:" or "cdk-sagemaker-neo:", which are reserved; got: ${shown(reserved)}`; }
  const wrong = Object.entries(tags).find(([key, value]) => (key === '' || !isTagText(key, 128)) || !isTagText(value, 256));
  return wrong && 'tags must have keys of 1 to 128 and values of up to 256 letters, digits, spaces and _.:/=+-@, as AWS takes no others; '
    + `got: ${shown(Object.fromEntries([wrong]))}`;
}

function isTagText(text: string, most: number): boolean {
  return Token.isUnresolved(text) || ([...text].length <= most && TAG_CHARACTERS.test(text));
}

/** maxRuntime <= timeout <= CloudFormation's hour; the pending time can be longer than that. */
function validateTimes(scope: Construct, settings: CommonJobProps) {
  const waits = settings.waitForCompletion !== false;
  const seconds = (prop: 'maxRuntime' | 'timeout' | 'maxPendingTime', limits: SecondsLimits) => {
    const duration = settings[prop];
    return duration && wholeSeconds(scope, prop, duration, limits);
  };
  const maxRuntime = seconds('maxRuntime', { least: 1, words: 'at least 1 second, and at most 68 years' });
  const timeout = seconds('timeout', {
    least: 60, most: MAX_TIMEOUT_SECONDS, words: 'between 1 and 55 minutes (CloudFormation waits one hour, and stopping a job takes time)',
  });
  const pending = seconds('maxPendingTime', { least: 1_800, most: 2_419_200, words: 'between 30 minutes and 28 days' });

  const runs = settings.maxRuntime ? maxRuntime : DEFAULT_RUNTIME_SECONDS;
  const waitsFor = settings.timeout ? timeout : MAX_TIMEOUT_SECONDS;
  if (waits && runs !== undefined && waitsFor !== undefined && runs > waitsFor) {
    throw new NeoValidationError(`maxRuntime must not be longer than timeout (${waitsFor} seconds) while the deployment waits for the job: `
      + `raise timeout up to 55 minutes, or set waitForCompletion to false; got: ${runs} seconds`, scope);
  }
  if (waits && pending !== undefined && waitsFor !== undefined && pending > waitsFor) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:maxPendingTimeBeyondTimeout',
      `maxPendingTime (${pending} seconds) is longer than timeout (${waitsFor} seconds), at which the job is stopped while the deployment waits for it. Set waitForCompletion to false to let it wait longer.`);
  }
}
