import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SimulatedAccount, type SimulatedAccountProps } from './simulated-account';
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';
import type { Template } from '../cloudformation/template';
import { ACTIVE_STATUSES } from '../sagemaker';

const BAD = 'models/bad';

/** Synthesizes a stack with this many jobs in one network, with the models of a version. */
export function templateOfJobs(jobs: number): (version: string, lastIsBad?: boolean) => Template {
  const app = new App({ context: { 'aws:cdk:disable-version-reporting': true } });
  const stack = new Stack(app, 'Models');
  const bucket = new s3.Bucket(stack, 'Bucket');
  const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
  for (let i = 0; i < jobs; i++) {
    new NeoCompilationJob(stack, `Job${i}`, {
      vpcConfig: network.vpcConfig,
      model: NeoModel.fromBucket(bucket, `models/VERSION/${i === jobs - 1 ? 'last' : i}.tar.gz`, {
        framework: NeoFramework.PYTORCH_1_13, dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
      }),
      target: NeoTarget.ML_C5,
      outputBucket: bucket,
    });
  }
  const text = JSON.stringify(app.synth().getStackByName('Models').template);
  return (version, lastIsBad = false) => JSON.parse((lastIsBad ? text.replaceAll('models/VERSION/last', `${BAD}/last`) : text).replaceAll('VERSION', version));
}

export type Operation = 'create' | 'update' | 'rollback' | 'delete';

/** The result of one operation on a stack. */
export interface OperationResult {
  readonly operation: Operation;
  /** Undefined if the result is as expected. */
  readonly failure?: string;
  readonly minutes: number;
  readonly callsPerSecond: number;
  /** The average in the busiest ten seconds. */
  readonly peakCallsPerSecond: number;
  /** The average in the busiest minute. */
  readonly callsPerSecondInMinute: number;
  /** The number of calls in the busiest second. */
  readonly callsInSecond: number;
  readonly throttledExecutions: number;
  readonly throttledCalls: number;
  readonly longestGapSeconds: number;
}

/**
 * The life of a stack: it is created; every job is replaced; every job is replaced once more, and the last one fails, so that all are rolled back; it
 * is deleted. After each operation every resource has its completed job, and no job is in progress.
 */
export async function liveOneStack(
  jobs: number, template: ReturnType<typeof templateOfJobs>, props: Omit<SimulatedAccountProps, 'plan'>,
): Promise<OperationResult[]> {
  const account = new SimulatedAccount({
    ...props,
    plan: ({ InputConfig }) => InputConfig?.S3Uri?.includes(BAD) ? { failureReason: 'ClientError: the model is bad' } : {},
  });
  const results: OperationResult[] = [];
  const step = async (operation: Operation, work: Promise<string>, expected: string, left: number) => {
    const [began, calls, throttles, throttledCalls] = [account.clock.now(), account.callsAt.length, account.lambda.throttles, account.throttledCalls];
    account.longestGap = 0;
    const status = await work;
    const present = account.service.records().filter(({ deletedAt }) => deletedAt === undefined);
    const active = present.filter(job => ACTIVE_STATUSES.includes(job.status)).length;
    const names = new Set(account.stack.resources.filter(({ type }) => type === NeoCompilationJob.RESOURCE_TYPE).map(({ physicalId }) => physicalId));
    const good = present.filter(({ name, status: jobStatus }) => names.has(name) && jobStatus === 'COMPLETED').length;
    const seconds = (account.clock.now() - began) / 1_000;
    const at = account.callsAt.slice(calls);
    results.push({
      operation,
      failure: status !== expected ? `${status}: ${account.failures[0] ?? ''}`
        : good !== left ? `${good} jobs are completed, not ${left}`
          // Jobs of requests that CloudFormation gave up, so that it does not know them. They have stopped, or ended on their own.
          : present.length - good > 10 ? `${present.length - good} jobs are left over`
            : active > 0 ? `${active} jobs are in progress` : undefined,
      minutes: seconds / 60,
      callsPerSecond: at.length / seconds,
      callsPerSecondInMinute: peak(at, 60_000) / 60,
      peakCallsPerSecond: peak(at, 10_000) / 10,
      callsInSecond: peak(at, 1_000),
      throttledExecutions: account.lambda.throttles - throttles,
      throttledCalls: account.throttledCalls - throttledCalls,
      longestGapSeconds: account.longestGap / 1_000,
    });
  };
  await step('create', account.create(template('v1')), 'CREATE_COMPLETE', jobs);
  await step('update', account.update(template('v2')), 'UPDATE_COMPLETE', jobs);
  await step('rollback', account.update(template('v3', true)), 'UPDATE_ROLLBACK_COMPLETE', jobs);
  await step('delete', account.delete(), 'DELETE_COMPLETE', 0);
  return results;
}

/** The maximum number of events in any window of this length. */
function peak(at: readonly number[], windowMs: number): number {
  let most = 0;
  for (let [first, last] = [0, 0]; last < at.length; last++) {
    while (at[last] - at[first] >= windowMs) { first++; }
    most = Math.max(most, last - first + 1);
  }
  return most;
}
