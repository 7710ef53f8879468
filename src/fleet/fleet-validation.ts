import { Annotations, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { NeoCompilationFleetProps } from './fleet-props';
import type { FleetSource } from './fleet-source';
import { pollSeconds } from './poll-interval';
import { validateJobProps } from '../compilation-job/compilation-job-validation';
import { NeoValidationError, shown } from '../private/errors';
import { checkCompilation } from '../target/compilation-rules';

/** A Distributed Map runs so many workflows at once. */
const MAX_CONCURRENCY = 10_000;

/** Everything about a fleet's props that is wrong whatever the models are. */
export function validateFleetProps(scope: Construct, props: NeoCompilationFleetProps): void {
  const fail = (message: string): never => { throw new NeoValidationError(message, scope); };
  if (!props.models?._bind) { fail(`models must be NeoFleetModels, such as NeoFleetModels.fromPrefix(...); got: ${shown(props.models)}`); }
  if (!Array.isArray(props.targets) || props.targets.length === 0 || props.targets.some(({ target }) => !target)) {
    fail(`targets must list at least one { target }; got: ${shown(props.targets)}`);
  }
  requireInteger(fail, 'quota', props.quota, 1, MAX_CONCURRENCY, 'jobs at once');
  requireInteger(fail, 'toleratedFailurePercentage', props.toleratedFailurePercentage ?? 0, 0, 100, 'percent');
  const [{ target }] = props.targets;
  // Limits that a fleet's jobs share with a single one; what is the model's own comes later.
  validateJobProps(scope, {
    vpcConfig: props.vpcConfig,
    outputBucket: props.outputBucket,
    outputPrefix: props.outputPrefix,
    maxRuntime: props.maxRuntime,
    maxPendingTime: props.maxPendingTime,
    tags: props.tags,
    model: props.models as any,
    target,
    waitForCompletion: false,
  });
  pollSeconds(scope, props.pollInterval, { maxRuntime: props.maxRuntime, maxPendingTime: props.maxPendingTime });
}

/** What is known of the models, against every target. */
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
    errors.add('startOnUpload must be left out unless models come from NeoFleetModels.fromPrefix, as only a prefix says which uploads are models');
  }
  if (errors.size > 0) { throw new NeoValidationError([...errors].join('; '), scope); }
  // An id shows once on a construct.
  for (const [id, messages] of warnings) { Annotations.of(scope).addWarningV2(id, [...messages].join('\n')); }
}

type Fail = (message: string) => never;

function requireInteger(fail: Fail, prop: string, value: number, least: number, most: number, unit: string) {
  if (Token.isUnresolved(value)) { return; }
  if (!Number.isInteger(value) || value < least || value > most) { fail(`${prop} must be a whole number of ${unit} from ${least} to ${most}; got: ${shown(value)}`); }
}
