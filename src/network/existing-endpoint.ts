import { Annotations, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { compareIds } from './same-id';
import { NeoValidationError } from '../util/errors';
import { readable, readableValue } from '../util/readable-policy';

/**
 * An S3 endpoint that was brought.
 */
export function checkS3Endpoint(
  scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], endpoint: ec2.IGatewayVpcEndpoint, needed: iam.PolicyStatement[],
) {
  const resource = endpoint.node.defaultChild;
  if (resource instanceof ec2.CfnVPCEndpoint) {
    if (resource.vpcEndpointType !== undefined && resource.vpcEndpointType !== 'Gateway') {
      throw new NeoValidationError(`s3Endpoint must be a gateway endpoint; got: ${endpoint.node.path}, of type ${resource.vpcEndpointType}`, scope);
    }
    const service = readableValue(Stack.of(scope).resolve(resource.serviceName));
    // A name that ends in a reference may be any service's.
    if (typeof service === 'string' && !/\.s3$|\}$/.test(service)) {
      throw new NeoValidationError(`s3Endpoint must be an endpoint for S3; got: ${endpoint.node.path}, for ${service}`, scope);
    }
    if (compareIds(resource.vpcId, vpc.vpcId) === 'different') {
      throw new NeoValidationError(`s3Endpoint must be in vpc; got: ${endpoint.node.path} of another VPC`, scope);
    }
    const tables = resource.routeTableIds ?? [];
    const cutOff = subnets.filter(({ routeTable }) => routeTable?.routeTableId
      && tables.every(table => compareIds(table, routeTable.routeTableId) === 'different'));
    if (cutOff.length > 0) {
      throw new NeoValidationError('s3Endpoint must be on the route table of every subnet; got: '
        + `${endpoint.node.path}, without ${cutOff.map(({ node }) => node.path).join(', ')}`, scope);
    }
  } else {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:s3EndpointNotChecked', `S3 endpoint ${endpoint.node.path} is not made by this app, so this cannot `
      + 'be checked: it must be a gateway endpoint for S3 on the route tables of all subnets');
  }
  Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:endpointPolicyNotManaged', `the policy of S3 endpoint ${endpoint.node.path} is not managed here: it must allow the `
    + `following, and should allow nothing else: ${readable(scope, ...needed)}`);
}
