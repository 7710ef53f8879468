import { Annotations, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { NeoCompilationJobProps } from './compilation-job-props';
import { MAX_TAGS, REQUEST_TYPES, requireJobName, validateCommonProps } from '../compilation/compilation-validation';
import { wholeSeconds } from '../util/durations';
import { NeoValidationError } from '../util/errors';
import { BOOLEAN, DURATION, optional, requireTypes, STRING, type PropTypes } from '../util/prop-types';

/** CloudFormation and the Provider framework wait one hour. Stopping a job before the answer is given takes the rest. */
export const MAX_TIMEOUT = Duration.minutes(55);

const TYPES: PropTypes<NeoCompilationJobProps> = {
  ...REQUEST_TYPES,
  compilationJobName: optional(STRING),
  waitForCompletion: optional(BOOLEAN),
  timeout: optional(DURATION),
  deleteArtifacts: optional(BOOLEAN),
};

/** Validates everything about the props of a job that does not depend on its model and target. A subclass may have further props. */
export function validateJobProps(scope: Construct, props: NeoCompilationJobProps, isSubclass: boolean): void {
  requireTypes(scope, props, TYPES, 'props', isSubclass);
  if (props.compilationJobName !== undefined) { requireJobName(scope, 'compilationJobName', props.compilationJobName); }
  validateCommonProps(scope, props, MAX_TAGS.deployment);
  validateTimeout(scope, props);
}

/** Only while the deployment waits for the job does the timeout stop it. */
function validateTimeout(scope: Construct, props: NeoCompilationJobProps): void {
  const { timeout = MAX_TIMEOUT, maxRuntime, maxPendingTime, waitForCompletion = true } = props;
  const limit = wholeSeconds(scope, 'timeout', timeout, {
    least: 60,
    most: MAX_TIMEOUT.toSeconds(),
    words: 'between 1 and 55 minutes (CloudFormation waits one hour, and stopping a job takes time)',
  });
  if (!waitForCompletion || limit === undefined) { return; }
  const exceeds = (duration?: Duration) => duration && !duration.isUnresolved() && duration.toSeconds() > limit;
  if (exceeds(maxRuntime)) {
    throw new NeoValidationError(`maxRuntime must not be longer than timeout (${limit} seconds) while the deployment waits for the job: `
      + `raise timeout up to 55 minutes, or set waitForCompletion to false; got: ${maxRuntime!.toSeconds()} seconds`, scope);
  }
  if (exceeds(maxPendingTime)) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:maxPendingTimeBeyondTimeout',
      `maxPendingTime (${maxPendingTime!.toSeconds()} seconds) is longer than timeout (${limit} seconds), at which the job is stopped while the deployment waits for it. Set waitForCompletion to false to let it wait longer.`);
  }
}
