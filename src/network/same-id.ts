import { Reference, Token, Tokenization } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';

/**
 * Compare the IDs of two VPCs, route tables or security groups: literals, or references to ones that the app makes. The value of a parameter or an
 * import only the deployment knows.
 */
export function compareIds(one: string, other: string): 'same' | 'different' | 'unknown' {
  if (one === other) { return 'same'; }
  if (!Token.isUnresolved(one) && !Token.isUnresolved(other)) { return 'different'; }
  const [a, b] = [madeResource(one), madeResource(other)];
  if (!a || !b) { return 'unknown'; }
  return a === b ? 'same' : 'different';
}

/**
 * The resource of the app that an ID refers to, if it is one that has an ID.
 */
export function madeResource(id: string) {
  const token = Token.isUnresolved(id) ? Tokenization.reverse(id, { failConcat: false }) : undefined;
  const target = Reference.isReference(token) ? token.target : undefined;
  return [ec2.CfnVPC, ec2.CfnRouteTable, ec2.CfnSecurityGroup, ec2.CfnInternetGateway].some(type => target instanceof type) ? target : undefined;
}
