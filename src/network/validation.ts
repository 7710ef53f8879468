import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { NeoPrivateCompilationVpcProps } from './private-compilation-vpc-props';
import { NeoValidationError } from '../util/errors';
import { BOOLEAN, listOf, NUMBER, optional, requireTypes, structOf, TEXT, type PropTypes } from '../util/prop-types';
import { BUCKET, GATEWAY_ENDPOINT, GRANTEE, IP_ADDRESSES, KEY, PREFIX_LIST, ROLE, SECURITY_GROUP, STATEMENT, SUBNET, SUBNET_FILTER, VPC } from '../util/resource-types';

const TYPES: PropTypes<NeoPrivateCompilationVpcProps> = {
  buckets: listOf(BUCKET),
  maxConcurrentInstances: optional(NUMBER),
  maxConcurrentJobs: optional(NUMBER),
  maxAzs: optional(NUMBER),
  ipAddresses: optional(IP_ADDRESSES),
  vpc: optional(VPC),
  vpcSubnets: optional(structOf<ec2.SubnetSelection>('a selection of subnets (ec2.SubnetSelection)', {
    availabilityZones: optional(listOf(TEXT)),
    onePerAz: optional(BOOLEAN),
    subnetFilters: optional(listOf(SUBNET_FILTER)),
    subnetGroupName: optional(TEXT),
    subnets: optional(listOf(SUBNET)),
    subnetType: optional(TEXT),
  }, true)),
  securityGroups: optional(listOf(SECURITY_GROUP)),
  s3Endpoint: optional(GATEWAY_ENDPOINT),
  role: optional(ROLE),
  endpointPolicyStatements: optional(listOf(STATEMENT)),
  bucketPolicyActions: optional(listOf(TEXT)),
  bucketPolicyExemptPrincipals: optional(listOf(GRANTEE)),
  s3PrefixList: optional(PREFIX_LIST),
  flowLogs: optional(BOOLEAN),
  encryptionKey: optional(KEY),
  privateControlPlane: optional(BOOLEAN),
};

/**
 * Props of the wrong type, and props that make no sense together: better an error than a prop that is silently ignored.
 */
export function validateProps(scope: Construct, props: NeoPrivateCompilationVpcProps, isSubclass: boolean) {
  requireTypes(scope, props, TYPES, 'props', isSubclass);
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
  if (props.endpointPolicyStatements?.some(statement => !statement.hasPrincipal)) {
    throw new NeoValidationError('endpointPolicyStatements must each have a principal, usually new iam.StarPrincipal(): '
      + 'the policy of a gateway endpoint takes no other; got: a statement without', scope);
  }
}
