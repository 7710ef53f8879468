import { Annotations, Resource, Stack, TagManager, TagType, Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import type { NeoCommonCompilationProps } from './compilation-settings';
import type { NeoModel } from '../model/model';
import type { NeoModelBindOptions, NeoModelConfig } from '../model/model-options';
import type { INeoPrivateCompilationVpc, NeoVpcConfig } from '../network/private-compilation-vpc-base';
import type { CompilationRequest } from '../target/compilation';
import { checkCompilation } from '../target/compilation-rules';
import { differ, requirePassableRole, requireSameRegion } from '../util/environment';
import { NeoValidationError, formatValue } from '../util/errors';
import { executionValueError, failOnExecutionValues } from '../util/execution-values';
import { DURATION, listOf, mapOf, optional, requireTypes, STRING, structOf, wholeSeconds, wrongType, type PropType, type PropTypes } from '../util/prop-types';
import { BUCKET, COMPILER_OPTIONS, FRAMEWORK, KEY, MODEL, PRIVATE_VPC, requireGeneralPurposeUri, ROLE, SHAPE, TARGET } from '../util/resource-types';
import { requireKey, uploadDestination } from '../util/s3-names';

const VPC_CONFIG_STRUCT = structOf<NeoVpcConfig>('a NeoVpcConfig, such as vpcConfig of a NeoPrivateCompilationVpc', {
  subnets: listOf(STRING), securityGroupIds: listOf(STRING), privateVpc: optional(PRIVATE_VPC),
});

/** A common mistake is to pass the network itself, so its message says what to pass instead. */
export const VPC_CONFIG: PropType<false> = {
  ...VPC_CONFIG_STRUCT,
  typeError: value => PRIVATE_VPC.typeError(value)
    ? VPC_CONFIG_STRUCT.typeError(value)
    : wrongType('a NeoVpcConfig: pass network.vpcConfig instead of the network', value),
};

/** Types of the props that jobs, tasks and fleets share. */
export const COMMON_TYPES = {
  vpcConfig: VPC_CONFIG,
  outputBucket: BUCKET,
  outputPrefix: optional(STRING),
  outputEncryptionKey: optional(KEY),
  role: optional(ROLE),
  maxRuntime: optional(DURATION),
  maxPendingTime: optional(DURATION),
  tags: optional(mapOf(STRING, false)),
};

/** Types of the props that jobs and tasks share. */
export const REQUEST_TYPES = { ...COMMON_TYPES, model: MODEL, target: TARGET, compilerOptions: optional(COMPILER_OPTIONS) };

/** SageMaker allows 50 tags. Of these, this library reserves three for a job of a deployment and two for a job of an execution. */
export const MAX_TAGS = { deployment: 47, execution: 48 };

/**
 * Validates the props that jobs, tasks and fleets share. Their types must have been checked.
 *
 * @param maxTags one of `MAX_TAGS`
 */
export function validateCommonProps(
  scope: Construct, props: NeoCommonCompilationProps & { readonly tags?: { [key: string]: string } }, maxTags: number,
): void {
  validateVpcConfig(scope, props.vpcConfig);
  validateOutputPrefix(scope, props.outputPrefix);
  const wrongTags = props.tags && tagError(props.tags, maxTags);
  if (wrongTags) { throw new NeoValidationError(wrongTags, scope); }
  if (props.maxRuntime) { wholeSeconds(scope, 'maxRuntime', props.maxRuntime, { min: 1, description: 'at least 1 second, and at most 68 years' }); }
  if (props.maxPendingTime) { wholeSeconds(scope, 'maxPendingTime', props.maxPendingTime, { min: 1_800, max: 2_419_200, description: 'between 30 minutes and 28 days' }); }
  validateNetwork(scope, props);
  requireSameRegion(scope, 'outputBucket', props.outputBucket);
  if (props.outputEncryptionKey) { requireSameRegion(scope, 'outputEncryptionKey', props.outputEncryptionKey); }
  if (props.role) { requirePassableRole(scope, props.role); }
}

/** Checks the types of props that must be known when the stack is deployed. Models have a check of their own, `bindDeployedModel`. */
export function requireDeployedTypes<P extends object>(scope: Construct, props: P, types: PropTypes<P>, isSubclass: boolean): void {
  requireTypes(scope, props, types, 'props', isSubclass);
  failOnExecutionValues(scope, props, Object.keys(types).filter(name => name !== 'model' && name !== 'models'));
}

const MODEL_TYPES: PropTypes<NeoModelConfig> = {
  s3Uri: optional(STRING),
  framework: optional(FRAMEWORK),
  dataInputShape: optional(SHAPE),
  modelVersion: optional(STRING),
  bucket: optional(BUCKET),
  modelPackageVersionArn: optional(STRING),
};

/** Binds a model to a job. A user's own class may have returned the result, so it is checked like props. */
export function bindModel(scope: Construct, model: NeoModel, options: NeoModelBindOptions): NeoModelConfig {
  const config = model.bind(scope, options);
  requireTypes(scope, config, MODEL_TYPES, 'the result of bind of the model');
  if (config.s3Uri !== undefined) { requireGeneralPurposeUri(scope, config.s3Uri); }
  return config;
}

/**
 * Binds a model that must be known when the stack is deployed.
 *
 * @param prop the name of the model in messages
 */
export function bindDeployedModel(scope: Construct, prop: string, model: NeoModel, options: NeoModelBindOptions): NeoModelConfig {
  if ('_isExecutionModel' in model) { throw executionValueError(scope, prop, 'a NeoExecutionModel'); }
  const config = bindModel(scope, model, options);
  failOnExecutionValues(scope, { [prop]: config });
  return config;
}

/** Checks model, target and options against AWS's documentation of Neo. */
export function validateCompilation(scope: Construct, request: CompilationRequest): void {
  const { errors, warnings } = checkCompilation(scope, request);
  if (errors.length > 0) {
    throw new NeoValidationError(errors.join('; '), scope);
  }
  for (const { id, message } of warnings) {
    Annotations.of(scope).addWarningV2(id, message);
  }
}

/** Checks the API's limits on VpcConfig. */
export function validateVpcConfig(scope: Construct, vpcConfig: NeoVpcConfig): void {
  const limits = { subnets: 16, securityGroupIds: 5 } as const;
  for (const [prop, max] of Object.entries(limits) as [keyof typeof limits, number][]) {
    const ids = vpcConfig[prop];
    if (Token.isUnresolved(ids)) { continue; }
    if (ids.length < 1 || ids.length > max) {
      throw new NeoValidationError(`vpcConfig.${prop} must contain 1 to ${max} IDs, because the API accepts no more; got: ${ids.length}`, scope);
    }
    const wrong = ids.find(id => !Token.isUnresolved(id) && !/^[-0-9a-zA-Z]{1,32}$/.test(id));
    if (wrong !== undefined) {
      throw new NeoValidationError(`vpcConfig.${prop} must contain IDs of 1 to 32 letters, digits and hyphens, such as ${prop === 'subnets' ? 'subnet' : 'sg'}-0123456789abcdef0; got: ${formatValue(wrong)}`, scope);
    }
  }
}

/** Fails if SageMaker or the S3 endpoint would reject jobs later. */
function validateNetwork(scope: Construct, { vpcConfig: { privateVpc }, outputBucket }: NeoCommonCompilationProps) {
  if (!privateVpc) { return; }
  requireSameEnvironment(scope, privateVpc);
  const { buckets } = privateVpc;
  const output = uploadDestination(outputBucket);
  if (buckets.length > 0 && !buckets.some(bucket => bucket === output || bucket.bucketArn === output.bucketArn)) {
    throw new NeoValidationError('outputBucket must be one of the buckets of the private network, because jobs reach no other bucket through its S3 endpoint: '
      + `add it to the network's buckets; got: ${outputBucket.node.path}`, scope);
  }
}

function requireSameEnvironment(scope: Construct, network: INeoPrivateCompilationVpc) {
  const here = Stack.of(scope);
  if (Stack.of(network) === here) { return; }
  for (const place of ['region', 'account'] as const) {
    const [ours, theirs] = [here[place], network.env[place]];
    if (differ(ours, theirs)) {
      throw new NeoValidationError(`vpcConfig must belong to a network in the job's ${place} ${ours}: SageMaker creates network interfaces only there; got: a network in ${theirs}`, scope);
    }
    // CDK also rejects this, but its error is about the network's role.
    if (Token.isUnresolved(ours) !== Token.isUnresolved(theirs) && Resource.isOwnedResource(network.role) && Stack.of(network.role) !== here) {
      const text = (value: string) => Token.isUnresolved(value) ? 'an unresolved token' : value;
      throw new NeoValidationError(`vpcConfig must belong to a network whose stack has the same env as the job's, because CDK cannot refer to a stack of another ${place}: give both stacks the same env, or neither; `
        + `got: ${text(theirs)}, and for the job ${text(ours)}`, scope);
    }
  }
}

/** Fails for a name that SageMaker does not accept for a job or model. The API's pattern alone does not limit the length. */
export function requireJobName(scope: Construct, prop: string, name: string) {
  if (!Token.isUnresolved(name) && !(name.length <= 63 && /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(name))) {
    throw new NeoValidationError(`${prop} must be 1 to 63 letters, digits and hyphens, with a letter or digit at both ends; got: ${formatValue(name)}`, scope);
  }
}

function validateOutputPrefix(scope: Construct, prefix: string | undefined) {
  if (prefix === undefined || Token.isUnresolved(prefix)) { return; }
  if (prefix === '' || prefix.startsWith('/') || prefix.endsWith('/') || prefix.includes('//')) {
    throw new NeoValidationError(`outputPrefix must be a folder without slashes at its ends, such as "compiled/models"; got: ${formatValue(prefix)}`, scope);
  }
  // The API accepts 1,024 characters, of which bucket, job name and artifact need up to 250.
  if (prefix.length > 750) {
    throw new NeoValidationError(`outputPrefix must have at most 750 characters, because the whole S3 URI may have 1,024; got: ${prefix.length} characters`, scope);
  }
  requireKey(scope, 'outputPrefix', prefix);
}

/** The characters that AWS accepts in tags. */
const TAG_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Collects the tags of jobs: those of the props, and those that `Tags.of` adds to the construct or its parents until the end of synthesis.
 *
 * @param maxTags one of `MAX_TAGS`
 */
export function jobTagManager(scope: IConstruct, tags: { [key: string]: string } | undefined, maxTags: number): TagManager {
  const manager = new TagManager(TagType.STANDARD, 'AWS::SageMaker::CompilationJob', Object.entries(tags ?? {}).map(([key, value]) => ({ key, value })));
  scope.node.addValidation({ validate: () => [tagError(manager.tagValues(), maxTags)].filter(error => error !== undefined) });
  return manager;
}

/** Returns an error message if AWS would reject the tags. */
function tagError(tags: { [key: string]: string }, maxTags: number): string | undefined {
  const count = Object.keys(tags).length;
  if (count > maxTags) { return `tags must be at most ${maxTags}, because SageMaker allows 50 tags and this library adds its own; got: ${count}`; }
  const reserved = Object.keys(tags).find(key => /^(aws:|cdk-sagemaker-neo:)/i.test(key));
  if (reserved !== undefined) { return `tags must not have keys that begin with "aws:" or "cdk-sagemaker-neo:", which are reserved; got: ${formatValue(reserved)}`; }
  const wrong = Object.entries(tags).find(([key, value]) => key === '' || !isTagText(key, 128) || !isTagText(value, 256));
  return wrong && 'tags must have keys of 1 to 128 and values of up to 256 letters, digits, spaces and _.:/=+-@, because AWS allows no others; '
    + `got: ${formatValue(Object.fromEntries([wrong]))}`;
}

function isTagText(text: string, maxLength: number): boolean {
  return Token.isUnresolved(text) || ([...text].length <= maxLength && TAG_CHARACTERS.test(text));
}
