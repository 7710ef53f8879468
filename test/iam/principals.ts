import type { Principal } from './decide';
import { ACCOUNT, OTHER_ACCOUNT, type PolicyDocument, REGION } from './deployed-stack';
import { HANDLER_ROLE, JOB_ROLE, type Stacks } from './stacks';

const allow = (...Action: string[]): PolicyDocument => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });

/** The principal that may do everything in an account. */
const ADMINISTRATOR = allow('*');
/** Full access to what compilation needs, keys and roles aside. */
const DEVELOPER = allow('s3:*', 'sagemaker:*', 'ec2:*', 'lambda:*', 'states:*');

const role = (stack: keyof Stacks, pattern: RegExp) => (stacks: Stacks): Principal => {
  const logicalId = stacks[stack].find('AWS::IAM::Role', pattern);
  return { arn: stacks[stack].arn(logicalId), account: ACCOUNT, policies: stacks[stack].identityPolicies(logicalId) };
};
const person = (name: string, account: string, policy: PolicyDocument) => (): Principal => ({ arn: `arn:aws:iam::${account}:role/${name}`, account, policies: [policy] });
const service = (arn: string) => (): Principal => ({ arn, policies: [] });

/** All who might ask, by the names that the tables use. */
export const principals = {
  'job': role('Models', JOB_ROLE),
  'handler': role('Models', HANDLER_ROLE),
  'first function': role('Models', /OnEventRole[0-9A-F]{8}$/),
  'waiter': role('Models', /WaiterRole[0-9A-F]{8}$/),
  'emptier': role('Models', /S3AutoDeleteObjects/),
  'uploader': role('Models', /^Uploader/),
  'device': role('Models', /^Device/),
  'other stack\'s device': role('Others', /^Device/),
  'default group\'s function': role('Models', /^CustomVpcRestrictDefaultSG/),
  'prefix list\'s function': role('Models', /^AWS679f53/),
  'flow logs': role('Models', /^NeoFlowLogRole/),
  'CloudFormation': person('cdk-hnb659fds-cfn-exec-role', ACCOUNT, ADMINISTRATOR),
  'administrator': person('Administrator', ACCOUNT, ADMINISTRATOR),
  'developer': person('Developer', ACCOUNT, DEVELOPER),
  'other stack\'s job': role('Others', JOB_ROLE),
  'other stack\'s handler': role('Others', HANDLER_ROLE),
  'other account': person('Administrator', OTHER_ACCOUNT, ADMINISTRATOR),
  'SageMaker': service('sagemaker.amazonaws.com'),
  'Lambda': service('lambda.amazonaws.com'),
  'EC2': service('ec2.amazonaws.com'),
  'VPC flow logs': service('vpc-flow-logs.amazonaws.com'),
  'CloudWatch Logs': service(`logs.${REGION}.amazonaws.com`),
  'closed job': role('Closed', JOB_ROLE),
  'closed handler': role('Closed', HANDLER_ROLE),
  'closed first function': role('Closed', /OnEventRole[0-9A-F]{8}$/),
  'closed waiter': role('Closed', /WaiterRole[0-9A-F]{8}$/),
  'closed device': role('Closed', /^Device/),
  'fleet': role('Fleets', /^FleetStateMachineRole[0-9A-F]{8}$/),
  'manifest fleet': role('Fleets', /^ListedStateMachineRole[0-9A-F]{8}$/),
  'stopper': role('Fleets', /^FleetStopJobsStopperRole[0-9A-F]{8}$/),
  'manifest fleet\'s stopper': role('Fleets', /^ListedStopJobsStopperRole[0-9A-F]{8}$/),
  'tasks\' stopper': role('Fleets', /^StopNightlyStopperRole[0-9A-F]{8}$/),
  'upload pipe': role('Fleets', /^FleetUploadsPipeRole[0-9A-F]{8}$/),
  'stop rule': role('Fleets', /^FleetStopJobsStopperEventsRole[0-9A-F]{8}$/),
  'manifest fleet\'s stop rule': role('Fleets', /^ListedStopJobsStopperEventsRole[0-9A-F]{8}$/),
  'tasks\' stop rule': role('Fleets', /^StopNightlyStopperEventsRole[0-9A-F]{8}$/),
  'nightly machine': role('Fleets', /^NightlyRole[0-9A-F]{8}$/),
  'fleet\'s job': role('Fleets', JOB_ROLE),
  'Step Functions': service('states.amazonaws.com'),
  'EventBridge': service('events.amazonaws.com'),
  'EventBridge Pipes': service('pipes.amazonaws.com'),
  // Not the user's account: CloudFormation signs the URL that the answer goes to.
  'CloudFormation\'s signer': person('signer', '000000000000', ADMINISTRATOR),
} satisfies { [name: string]: (stacks: Stacks) => Principal };

export type PrincipalName = keyof typeof principals;
