import type { IConstruct } from 'constructs';
import { acknowledge, acknowledgeWildcards, INLINE_POLICY_REASONS, type Reasons } from '../util/acknowledge';

const JOBS = 'Jobs have generated names; the prefix is that of the fleet.';
const EXECUTIONS = 'Executions have generated names; they are those of the fleet\'s own state machine.';

const WILDCARDS: Reasons = {
  's3:GetObject,s3:PutObject,s3:ListMultipartUploadParts,s3:AbortMultipartUpload': 'Each execution writes its plan and its results under a name of its own, into the fleet\'s bucket.',
  'sagemaker:CreateCompilationJob,sagemaker:AddTags': JOBS,
  'sagemaker:DescribeCompilationJob': JOBS,
  'sagemaker:ListTags': JOBS,
  'sagemaker:StopCompilationJob': JOBS,
  'sagemaker:ListCompilationJobs': 'The action takes no resource.',
  'states:DescribeExecution': EXECUTIONS,
  'states:ListMapRuns': EXECUTIONS,
  'states:DescribeExecution,states:StopExecution': EXECUTIONS,
  'states:RedriveExecution': EXECUTIONS,
};

const STOPPER: Reasons = {
  'AwsSolutions-SF1': 'It only stops jobs of executions that have ended; CloudTrail has its calls, and Step Functions its history for 90 days.',
  'AwsSolutions-SF2': 'It only stops jobs of executions that have ended; tracing would need permissions on all resources.',
};

/**
 * What validations find in a fleet and what cannot be otherwise. Logs and tracing of the fleet itself are options of the user's (`logs`, `tracingEnabled`).
 */
export function explainFleet(fleet: IConstruct): void {
  acknowledgeWildcards(fleet, WILDCARDS);
  acknowledge(fleet, INLINE_POLICY_REASONS);
}

/** Of the state machine that stops jobs. */
export function explainStopper(stopper: IConstruct): void {
  acknowledgeWildcards(stopper, WILDCARDS);
  acknowledge(stopper, { ...STOPPER, ...INLINE_POLICY_REASONS });
}
