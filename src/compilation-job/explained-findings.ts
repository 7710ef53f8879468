import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Provider } from 'aws-cdk-lib/custom-resources';
import {
  acknowledge, acknowledgeWildcards, CDK_FUNCTION_REASONS, CUSTOM_RESOURCE_FUNCTION_REASONS, INLINE_POLICY_REASONS, type Reasons,
} from '../util/acknowledge';

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

const INVOKE: Reasons = {
  'lambda:InvokeFunction': 'The CDK grants all versions of one function, the one that the framework calls.',
};

const WAITER: Reasons = {
  'AwsSolutions-SF1': 'The waiter\'s input has the URL that CloudFormation has signed for its answer, and a log would keep it. The functions log each step without it.',
  'AwsSolutions-SF2': 'The waiter only waits and calls one function, whose logs have every step; tracing would need permissions on all resources.',
};

/**
 * What validations find in the provider and what cannot be otherwise. Not here is what users can change: the key of the logs (`encryptionKey`) and
 * functions outside a VPC (`privateControlPlane`).
 */
export function explainFindings(provider: Provider, handlers: IFunction[], handlerRole: IRole, frameworkRoles: IRole[]): void {
  acknowledgeWildcards(handlerRole, { ...HANDLER, ...INTERFACES });
  frameworkRoles.forEach(role => acknowledgeWildcards(role, { ...INVOKE, ...INTERFACES }));
  acknowledgeWildcards(provider, INVOKE);
  acknowledge(provider, { ...WAITER, ...CDK_FUNCTION_REASONS });
  [provider, ...handlers].forEach(part => acknowledge(part, CUSTOM_RESOURCE_FUNCTION_REASONS));
  [provider, handlerRole, ...frameworkRoles].forEach(part => acknowledge(part, INLINE_POLICY_REASONS));
}
