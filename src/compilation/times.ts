import { Duration } from 'aws-cdk-lib';

/** AWS advises to start at 900 seconds. */
export const DEFAULT_MAX_RUNTIME = Duration.minutes(15);

/** CloudFormation and the Provider framework wait one hour; stopping a job before the answer is given takes the rest. */
export const MAX_TIMEOUT = Duration.minutes(55);
