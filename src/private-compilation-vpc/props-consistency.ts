import type { Construct } from 'constructs';
import type { NeoPrivateCompilationVpcProps } from './private-compilation-vpc-props';
import { NeoValidationError } from '../private/errors';

/**
 * Props that make no sense together: better an error than a prop that is silently ignored.
 */
export function requireConsistentProps(scope: Construct, props: NeoPrivateCompilationVpcProps) {
  const requireVpc = (prop: 'vpcSubnets' | 'securityGroups' | 's3Endpoint') => {
    if (props[prop] !== undefined && props.vpc === undefined) {
      throw new NeoValidationError(`${prop} must come with vpc, which it belongs to; got: vpc undefined`, scope);
    }
  };
  requireVpc('vpcSubnets');
  requireVpc('securityGroups');
  requireVpc('s3Endpoint');

  const exclude = (prop: keyof NeoPrivateCompilationVpcProps, other: keyof NeoPrivateCompilationVpcProps, why: string) => {
    if (props[prop] !== undefined && props[other] !== undefined) {
      throw new NeoValidationError(`${prop} must not come with ${other}: ${why}; got: both`, scope);
    }
  };
  exclude('maxAzs', 'vpc', 'the subnets of a brought VPC exist, choose them with vpcSubnets');
  exclude('ipAddresses', 'vpc', 'a brought VPC has its addresses');
  if (!props.privateControlPlane) { exclude('s3PrefixList', 'securityGroups', 'the rules of brought security groups are yours'); }
  exclude('endpointPolicyStatements', 's3Endpoint', 'the policy of a brought endpoint is yours');
  if (props.endpointPolicyStatements?.some(statement => !statement?.hasPrincipal)) {
    throw new NeoValidationError('endpointPolicyStatements must each have a principal, usually new iam.StarPrincipal(): '
      + 'the policy of a gateway endpoint takes no other; got: a statement without', scope);
  }
}
