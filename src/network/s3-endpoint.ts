import { Annotations, Aws, Resource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { NeoValidationError } from '../util/errors';

/** What a compilation job does with objects of a bucket. */
export const OBJECT_ACTIONS = ['s3:GetObject', 's3:PutObject'];

/** What a compilation job does with a bucket. */
export const BUCKET_ACTIONS = ['s3:GetBucketLocation', 's3:ListBucket'];

/**
 * The gateway endpoint on the subnets' route tables.
 */
export function createS3Endpoint(scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[]): ec2.GatewayVpcEndpoint {
  // CDK skips a subnet without; jobs in it could not reach S3.
  const tableless = subnets.filter(subnet => !subnet.routeTable?.routeTableId);
  if (tableless.length > 0) {
    throw new NeoValidationError('vpcSubnets must have known route tables, for the S3 endpoint: give routeTableId where they are imported, or bring s3Endpoint; '
      + `got: ${tableless.map(({ node }) => node.path).join(', ')} without`, scope);
  }
  if (subnets.some(subnet => !Resource.isOwnedResource(subnet))) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:s3EndpointMayExist', 'the deployment fails if the route table of a subnet that is not made by this app has an S3 '
      + 'endpoint already: bring it as s3Endpoint then');
  }
  return new ec2.GatewayVpcEndpoint(scope, 'S3Endpoint', {
    vpc,
    service: ec2.GatewayVpcEndpointAwsService.S3,
    subnets: [{ subnets }],
  });
}

/**
 * What the endpoint lets through: the needed actions on these buckets and their objects, for principals of the stack's account.
 *
 * This is an Allow and no Deny: an endpoint policy that only denies lets nothing through at all, and a policy cannot name the endpoint it
 * belongs to. The other half, "only through this endpoint", is in the bucket policies.
 */
export function endpointStatements(buckets: s3.IBucket[]): iam.PolicyStatement[] {
  return [
    throughEndpoint({ sid: 'NeoBuckets', actions: BUCKET_ACTIONS, resources: buckets.map(bucket => bucket.bucketArn) }),
    throughEndpoint({ sid: 'NeoObjects', actions: OBJECT_ACTIONS, resources: buckets.map(bucket => bucket.arnForObjects('*')) }),
  ];
}

/**
 * An Allow for the endpoint's policy. Credentials of a foreign account get nothing through, which closes the endpoint to
 * exfiltration with credentials that an attacker brings along.
 */
export function throughEndpoint(props: iam.PolicyStatementProps): iam.PolicyStatement {
  return new iam.PolicyStatement({
    ...props,
    // The policy of a gateway endpoint takes no other principal than "*"; conditions tell principals apart.
    principals: [new iam.StarPrincipal()],
    conditions: { ...props.conditions, StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } },
  });
}
