import { CfnParameter, CfnResource, Fn, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { PrivateStack } from './private-app';

export const ANYWHERE = '0.0.0.0/0';
export const NOTHING = { Ref: 'AWS::NoValue' };
export const PRODUCTION = 'Production';

/** What the template only says under a condition. */
export const maybe = (value: unknown, otherwise: unknown = NOTHING) => ({ 'Fn::If': [PRODUCTION, value, otherwise] });
export const idOf = ({ node }: { node: { defaultChild?: any } }) => Stack.of(node.defaultChild).resolve(node.defaultChild.logicalId) as string;
export const attribute = (of: { node: { defaultChild?: any } }, name: string) => Fn.getAtt(idOf(of), name).toString();
export const anyText = (stack: Stack, type = 'String') => new CfnParameter(stack, 'AnyText', { type }).valueAsString;
export const raw = (stack: Stack, type: string, properties: Record<string, unknown>, id = 'Open') => new CfnResource(stack, id, { type, properties });

/** The statement that closes the bucket, as it stands in the template. */
export const denial = (stack: PrivateStack) => stack.resolve((stack.cfnBucketPolicy.policyDocument as iam.PolicyDocument).toJSON()).Statement[0];
export const deny = (stack: PrivateStack, change: Record<string, unknown>) =>
  stack.cfnBucketPolicy.addPropertyOverride('PolicyDocument.Statement.0', { ...denial(stack), ...change });
export const endpointPolicy = (stack: PrivateStack, statement: Record<string, unknown>) =>
  stack.cfnEndpoint.addPropertyOverride('PolicyDocument', { Statement: [statement] });
export const interfaceEndpoint = (stack: PrivateStack, service: string, statement?: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  raw(stack, 'AWS::EC2::VPCEndpoint', {
    VpcId: stack.network.vpc.vpcId,
    VpcEndpointType: 'Interface',
    ServiceName: `com.amazonaws.us-east-1.${service}`,
    PolicyDocument: statement && { Statement: [{ Effect: 'Allow', Principal: '*', ...statement }] },
    ...more,
  });
