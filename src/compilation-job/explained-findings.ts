import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { acknowledge, acknowledgeWildcards, CUSTOM_RESOURCE_FUNCTION_REASONS, INLINE_POLICY_REASONS, type Reasons } from '../util/acknowledge';

const INTERFACES: Reasons = {
  LambdaCreatesInterfaces: 'An interface has no ID before it is made. The same request must name a subnet and the group, and only the network\'s are allowed.',
  LambdaUsesInterfaces: 'Lambda checks this before there is an interface. A Deny keeps the function\'s code from using it.',
  LambdaSeesInterfaces: 'EC2\'s Describe actions take no resource. A Deny keeps the function\'s code from using them.',
};

const HANDLER: Reasons = {
  MakeJobs: 'Jobs that do not exist yet have generated names; the prefix is that of the stack.',
  EndOwnJobs: 'Any name, as a job whose fixed name has left the template must still be removed; a condition narrows it to jobs that carry the stack\'s tag.',
  FindJobs: 'ListCompilationJobs takes no resource.',
  DeleteArtifacts: 'A job writes several objects into the folder of its own name, and the name is generated.',
};

const WAITER: Reasons = {
  'AwsSolutions-SF1': 'The waiter\'s input has the URL that CloudFormation has signed for its answer, and a log would keep it. The functions log each step without it.',
  'AwsSolutions-SF2': 'The waiter only waits and calls one function, whose logs have every step; tracing would need permissions on all resources.',
};

/**
 * Explain what validations find in the provider and cannot be otherwise. Not here is what users can change: the key of the logs (`encryptionKey`) and
 * functions outside a VPC (`privateControlPlane`).
 */
export function explainFindings({ waiter, functions, handlerRole, otherRoles }: {
  readonly waiter: StateMachine;
  readonly functions: IFunction[];
  readonly handlerRole: IRole;
  readonly otherRoles: IRole[];
}): void {
  acknowledgeWildcards(handlerRole, { ...HANDLER, ...INTERFACES });
  otherRoles.forEach(role => acknowledgeWildcards(role, INTERFACES));
  acknowledge(waiter, WAITER);
  functions.forEach(part => acknowledge(part, CUSTOM_RESOURCE_FUNCTION_REASONS));
  [handlerRole, ...otherRoles].forEach(part => acknowledge(part, INLINE_POLICY_REASONS));
}
