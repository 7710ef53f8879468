import { Annotations, Resource, Stack, Token } from 'aws-cdk-lib';
import type { Duration } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { RESULT_FOLDERS } from './fleet-access';
import type { FleetSource, NeoFleetModels } from './fleet-models';
import { outputsOf } from '../compilation/compilation-settings';
import type { CompilationSettings, NeoCommonCompilationProps } from '../compilation/compilation-settings';
import { COMMON_TYPES, MAX_TAGS, requireDeployedTypes, validateCommonProps } from '../compilation/compilation-validation';
import { checkCompilation } from '../target/compilation-rules';
import type { NeoCompilerOptions } from '../target/compiler-options';
import type { NeoTarget } from '../target/target';
import { differ, requireSameRegion } from '../util/environment';
import { formatValue, NeoValidationError } from '../util/errors';
import { BOOLEAN, cdkStructOf, DURATION, listOf, NUMBER, optional, structOf, STRING, wholeSeconds } from '../util/prop-types';
import type { PropTypes } from '../util/prop-types';
import { BUCKET, COMPILER_OPTIONS, FLEET_MODELS, LOG_GROUP, TARGET } from '../util/resource-types';

/**
 * One of the targets that a fleet compiles every model for.
 */
export interface NeoFleetTarget {
  /**
   * The device or platform.
   */
  readonly target: NeoTarget;

  /**
   * Options for the compiler. Which options a target accepts depends on its kind.
   *
   * @default - none
   */
  readonly compilerOptions?: NeoCompilerOptions;
}

/**
 * Properties of a `NeoCompilationFleet`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export interface NeoCompilationFleetProps extends NeoCommonCompilationProps {
  /**
   * Source of the models.
   */
  readonly models: NeoFleetModels;

  /**
   * Targets that every model is compiled for, at least one. The list may contain the same target several times with different options. A row of a
   * manifest can name its own target instead.
   */
  readonly targets: NeoFleetTarget[];

  /**
   * How many jobs an execution runs at once, 1 to 10,000. It should not exceed the account's quota of concurrent compilation jobs, which Service
   * Quotas shows, less what other workloads need. Jobs wait if other workloads or further executions of the fleet use up the quota.
   */
  readonly maxConcurrentJobs: number;

  /**
   * Bucket for the plan of every execution, under `plans/`, and for its results and failures, under `results/`. They contain names, digests and
   * reasons, never a model. It must be in the account and Region of the stack.
   *
   * @default - a new bucket, encrypted with `encryptionKey` of the private network if there is one, which is kept when the stack is deleted
   */
  readonly resultsBucket?: s3.IBucket;

  /**
   * Percentage of compilations that may fail before the execution fails, a whole number from 0 to 100. If more fail, running compilations are
   * stopped, and the others are not started. `toleratedFailurePercentage` in the input of an execution overrides it.
   *
   * @default - 10, or 99 for an execution that an upload starts, so that a target that fails does not stop the others
   */
  readonly toleratedFailurePercentage?: number;

  /**
   * Whether an upload of an archive below the prefix starts an execution. This requires `NeoFleetModels.fromPrefix`, and a bucket in the stack's
   * account. The bucket then sends its events to EventBridge.
   *
   * @default false
   */
  readonly startOnUpload?: boolean;

  /**
   * How often a job is polled, in whole seconds, at least 1. The first poll comes after six intervals; a job that runs for more than 46 intervals is
   * polled each time its age has grown by 3 %. A poll costs one state transition. After a job has ended, its slot stays empty until the next poll.
   *
   * @default Duration.seconds(15)
   */
  readonly pollInterval?: Duration;

  /**
   * How long an execution may take before its jobs are stopped. With `startOnUpload`, this includes the time during which uploads wait for earlier
   * ones.
   *
   * @default - Step Functions' limit, one year
   */
  readonly timeout?: Duration;

  /**
   * Tags of the jobs, at most 48.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };

  /**
   * Logging of the state machine.
   *
   * @default - none; Step Functions keeps the history of an execution for 90 days
   */
  readonly logs?: sfn.LogOptions;

  /**
   * Whether AWS X-Ray traces the executions.
   *
   * @default false
   */
  readonly tracingEnabled?: boolean;
}

/** The maximum concurrency of a Distributed Map. */
const MAX_CONCURRENCY = 10_000;

const TYPES: PropTypes<NeoCompilationFleetProps> = {
  ...COMMON_TYPES,
  models: FLEET_MODELS,
  targets: listOf(structOf<NeoFleetTarget>('{ target }, such as { target: NeoTarget.ML_C5 }', { target: TARGET, compilerOptions: optional(COMPILER_OPTIONS) })),
  maxConcurrentJobs: NUMBER,
  resultsBucket: optional(BUCKET),
  toleratedFailurePercentage: optional(NUMBER),
  startOnUpload: optional(BOOLEAN),
  pollInterval: optional(DURATION),
  timeout: optional(DURATION),
  logs: optional(cdkStructOf<sfn.LogOptions>('log options (sfn.LogOptions)', {
    destination: optional(LOG_GROUP), includeExecutionData: optional(BOOLEAN), level: optional(STRING),
  })),
  tracingEnabled: optional(BOOLEAN),
};

/** Validates the props of a fleet, apart from the models. */
export function validateFleetProps(scope: Construct, props: NeoCompilationFleetProps, isSubclass: boolean): void {
  requireDeployedTypes(scope, props, TYPES, isSubclass);
  if (props.targets.length === 0) { throw new NeoValidationError('targets must list at least one { target }; got: []', scope); }
  requireInteger(scope, 'maxConcurrentJobs', props.maxConcurrentJobs, 1, MAX_CONCURRENCY, 'jobs at once');
  requireInteger(scope, 'toleratedFailurePercentage', props.toleratedFailurePercentage ?? 0, 0, 100, 'percent');
  for (const prop of ['pollInterval', 'timeout'] as const) {
    const duration = props[prop];
    if (duration) { wholeSeconds(scope, prop, duration, { min: 1, description: 'at least 1 second' }); }
  }
  const level = props.logs?.level;
  if (level !== undefined && !Token.isUnresolved(level) && !Object.values(sfn.LogLevel).includes(level)) {
    throw new NeoValidationError(`logs.level must be one of sfn.LogLevel, such as sfn.LogLevel.ERROR; got: ${formatValue(level)}`, scope);
  }
  if (props.resultsBucket) { requireSameRegion(scope, 'resultsBucket', props.resultsBucket); }
  validateCommonProps(scope, props, MAX_TAGS.execution);
}

/** Checks the models that are known at synthesis against every target. */
export function validateAgainstModels(scope: Construct, props: NeoCompilationFleetProps, source: FleetSource): void {
  const errors = new Set<string>();
  const warnings = new Map<string, Set<string>>();
  for (const model of source.models) {
    for (const { target, compilerOptions } of props.targets) {
      const findings = checkCompilation(scope, { ...model, target, compilerOptions });
      findings.errors.forEach(error => errors.add(error));
      findings.warnings.forEach(({ id, message }) => warnings.set(id, (warnings.get(id) ?? new Set()).add(message)));
    }
  }
  if (props.startOnUpload && !source.listing) {
    errors.add('startOnUpload must be omitted unless models come from NeoFleetModels.fromPrefix, because only a prefix says which uploads are models; got: true');
  }
  if (props.startOnUpload && source.listing && differ(source.listing.bucket.env.account, Stack.of(scope).account)) {
    errors.add(`startOnUpload must be omitted for a bucket of a different account than the stack's, ${Stack.of(scope).account}, because S3 sends events to the bucket's account: `
      + `start executions yourself; got: ${source.listing.bucket.node.path} in ${source.listing.bucket.env.account}`);
  }
  if (errors.size > 0) { throw new NeoValidationError([...errors].join('; '), scope); }
  // CDK shows a warning with the same id only once per construct, so all messages become one.
  for (const [id, messages] of warnings) { Annotations.of(scope).addWarningV2(id, [...messages].join('\n')); }
}

/** Keys of a bucket that the fleet reads or writes. */
export interface FleetPlace {
  /** The name of the place in messages. */
  readonly description: string;
  readonly bucket: s3.IBucket;
  /**
   * The prefix of the keys. A place that is written to overlaps with another if one's `longestPrefix` begins with the other's `prefix`, or the
   * reverse.
   */
  readonly prefix: string;
  /** The part of the keys that is known, which may be longer than `prefix`. */
  readonly longestPrefix: string;
}

export const OVERLAP = 'must not overlap in one bucket, because the fleet would read what it has written: choose another folder for one of them; got: ';

/**
 * Fails if the fleet would read its own output, or write two kinds of output into one place.
 *
 * @returns pairs of places whose overlap is unknown at synthesis, so that the state machine must check them
 */
export function validatePlaces(
  scope: Construct, props: { source: FleetSource; settings: CompilationSettings; jobNamePrefix: string; resultsBucket?: s3.IBucket },
): [FleetPlace, FleetPlace][] {
  const { source: { listing, file }, settings, jobNamePrefix, resultsBucket } = props;
  const place = (description: string, bucket: s3.IBucket, prefix: string, longestPrefix = prefix): FleetPlace =>
    ({ description, bucket, prefix, longestPrefix });
  const output = place('outputPrefix', settings.outputBucket, `${settings.outputPrefix}/`, `${settings.outputPrefix}/${jobNamePrefix}-`);
  const results = resultsBucket ? Object.values(RESULT_FOLDERS).map(folder => place(`the folder ${folder} of resultsBucket`, resultsBucket, `${folder}/`)) : [];
  const read = [
    ...listing ? [place('the prefix of the models', listing.bucket, listing.prefix)] : [],
    ...file ? [place('the manifest', file.bucket, file.key)] : [],
  ];
  const pairsWith = (ones: FleetPlace[], others: FleetPlace[]) => ones.flatMap(one => others.map((other): [FleetPlace, FleetPlace] => [one, other]));
  const pairs = [...pairsWith(read, [output, ...results]), ...pairsWith(results, [output])]
    .filter(([one, other]) => isSameBucket(one.bucket, other.bucket) !== false);
  const isKnown = ([one, other]: [FleetPlace, FleetPlace]) =>
    isSameBucket(one.bucket, other.bucket) === true && ![one.prefix, other.prefix, other.longestPrefix].some(key => Token.isUnresolved(key));
  for (const [one, other] of pairs.filter(isKnown)) {
    if (other.longestPrefix.startsWith(one.prefix) || one.prefix.startsWith(other.longestPrefix)) {
      throw new NeoValidationError(`${one.description} and ${other.description} ${OVERLAP}${formatValue(one.prefix)} and ${formatValue(other.prefix)}`, scope);
    }
  }
  return pairs.filter(pair => !isKnown(pair));
}

/** Finds other constructs of the app that write compiled models below the prefix: the fleet would compile these, too. */
export function otherOutputsBelow(scope: Construct, { bucket, prefix }: NonNullable<FleetSource['listing']>): string[] {
  return outputsOf(scope.node.root)
    .filter(output => output.scope !== scope && isSameBucket(bucket, output.bucket) === true)
    .filter(output => !Token.isUnresolved(prefix) && !Token.isUnresolved(output.prefix) && output.prefix.startsWith(prefix))
    .map(output => `the prefix of the models must not contain the output of ${output.scope.node.path}, because the fleet would compile it once more: `
      + `choose another folder for one of them; got: ${formatValue(prefix)} and ${formatValue(output.prefix)}`);
}

/** @returns undefined if it is unknown at synthesis */
function isSameBucket(one: s3.IBucket, other: s3.IBucket): boolean | undefined {
  if (one === other || one.bucketArn === other.bucketArn || one.bucketName === other.bucketName) { return true; }
  if (Resource.isOwnedResource(one) && Resource.isOwnedResource(other)) { return false; }
  return Token.isUnresolved(one.bucketName) || Token.isUnresolved(other.bucketName) ? undefined : false;
}

function requireInteger(scope: Construct, prop: string, value: number, min: number, max: number, unit: string) {
  if (!Token.isUnresolved(value) && (!Number.isInteger(value) || value < min || value > max)) {
    throw new NeoValidationError(`${prop} must be a whole number of ${unit} from ${min} to ${max}; got: ${formatValue(value)}`, scope);
  }
}
