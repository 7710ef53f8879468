import type * as sns from 'aws-cdk-lib/aws-sns';
import type { NeoCompilationJob } from '../compilation-job/compilation-job';

/**
 * Properties of a `NeoCompilationMonitoring`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
 */
export interface NeoCompilationMonitoringProps {
  /**
   * The jobs to watch, 1 to 100, all in the account and Region of this stack. They may be in other stacks.
   */
  readonly jobs: NeoCompilationJob[];

  /**
   * Topic that gets one message for each job that completes or fails, with the job's name, the reason and a link to the log. A topic with a key
   * of your own needs a key policy for `events.amazonaws.com`.
   *
   * @default - no messages, and no events
   */
  readonly topic?: sns.ITopic;

  /**
   * Topic that the alarms notify. Apart from `topic`, as a failed job would otherwise be told twice.
   *
   * @default - alarms notify nobody
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * How long a compilation may take before an alarm goes off, as a share of the job's `maxRuntime`, at which SageMaker ends it: above 0, at
   * most 1.
   *
   * @default 0.8
   */
  readonly compilationTimeThreshold?: number;

  /**
   * Name of the dashboard.
   *
   * @default - CloudFormation generates a unique name
   */
  readonly dashboardName?: string;

  /**
   * Whether there is a stack output with the console's link of every job. A template has at most 200 outputs.
   *
   * @default true
   */
  readonly jobLinks?: boolean;
}
