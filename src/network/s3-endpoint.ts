import { Annotations, Aws, Resource, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import { compareIds } from './existing-vpc';
import {
  acknowledge,
  acknowledgeWildcards,
  CDK_FUNCTION_REASONS,
  CUSTOM_RESOURCE_FUNCTION_REASONS,
  INLINE_POLICY_REASONS,
  inPacks,
} from '../util/acknowledge';
import { NeoValidationError } from '../util/errors';
import { readable, readableValue } from '../util/intrinsics';

/** What a compilation job does with objects of a bucket. */
export const OBJECT_ACTIONS = ['s3:GetObject', 's3:PutObject'];

/** What a compilation job does with a bucket. */
export const BUCKET_ACTIONS = ['s3:GetBucketLocation', 's3:ListBucket'];

/** For whom an S3 endpoint is, and what to do where the route tables of their subnets have one already. */
export const FOR_JOBS = { id: 'S3Endpoint', prop: 'vpcSubnets', remedy: 'pass it as s3Endpoint' };
export const FOR_FUNCTIONS = { id: 'ControlPlaneS3Endpoint', prop: 'controlPlaneSubnets', remedy: 'select controlPlaneSubnets whose route tables have none' };

/**
 * The gateway endpoint on the subnets' route tables.
 */
export function createS3Endpoint(scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], { id, prop, remedy } = FOR_JOBS): ec2.GatewayVpcEndpoint {
  // CDK skips a subnet without; what runs in it could not reach S3.
  const tableless = subnets.filter(subnet => !subnet.routeTable?.routeTableId);
  if (tableless.length > 0) {
    throw new NeoValidationError(`${prop} must have known route tables for the S3 endpoint: pass routeTableId when you import them${id === FOR_JOBS.id ? ', or pass s3Endpoint' : ''}; `
      + `got: ${tableless.map(({ node }) => node.path).join(', ')} without`, scope);
  }
  if (subnets.some(subnet => !Resource.isOwnedResource(subnet))) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:s3EndpointMayExist', 'the deployment fails if the route table of an imported subnet already has an S3 '
      + `endpoint (${prop}): in that case, ${remedy}`);
  }
  return new ec2.GatewayVpcEndpoint(scope, id, {
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
  return statement(props, { 'aws:PrincipalAccount': Aws.ACCOUNT_ID });
}

/**
 * An Allow for resources of the stack's account only, for buckets whose name alone does not tell whose they are.
 */
export function withinAccount(props: iam.PolicyStatementProps): iam.PolicyStatement {
  return statement(props, { 'aws:PrincipalAccount': Aws.ACCOUNT_ID, 'aws:ResourceAccount': Aws.ACCOUNT_ID });
}

function statement(props: iam.PolicyStatementProps, accounts: Record<string, string>): iam.PolicyStatement {
  return new iam.PolicyStatement({
    ...props,
    // The policy of a gateway endpoint takes no other principal than "*"; conditions tell principals apart.
    principals: [new iam.StarPrincipal()],
    conditions: { ...props.conditions, StringEquals: accounts },
  });
}

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
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:s3EndpointNotChecked', `S3 endpoint ${endpoint.node.path} is imported, so this cannot `
      + 'be checked: it must be a gateway endpoint for S3 on the route tables of all subnets');
  }
  Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:endpointPolicyNotManaged', `the policy of S3 endpoint ${endpoint.node.path} is not managed here: it must allow the `
    + `following, and should allow nothing else: ${readable(scope, ...needed)}`);
}

const PREFIX_LIST_ID = 'PrefixLists.0.PrefixListId';

/**
 * The prefix list with the addresses of S3 in the stack's Region. Its ID differs per Region and is documented nowhere, so it has to be
 * found out: at synthesis where the environment is known (the answer is kept in cdk.context.json), else by the deployment.
 */
export function findS3PrefixList(scope: Construct): ec2.IPrefixList {
  const { account, region } = Stack.of(scope);
  return Token.isUnresolved(account) || Token.isUnresolved(region)
    ? atDeployment(Stack.of(scope))
    : ec2.PrefixList.fromLookup(scope, 'S3PrefixList', { prefixListName: `com.amazonaws.${region}.s3` });
}

/**
 * One custom resource per stack, whatever the number of networks in it.
 */
function atDeployment(stack: Stack): ec2.IPrefixList {
  const id = 'NeoS3PrefixList';
  const existing = stack.node.tryFindChild(id) as AwsCustomResource | undefined;
  const lookup = existing ?? new AwsCustomResource(stack, id, {
    resourceType: 'Custom::NeoS3PrefixList',
    // Runs for a create too. Nothing is made, so there is nothing to delete.
    onUpdate: {
      service: 'EC2',
      action: 'describeManagedPrefixLists',
      parameters: { Filters: [{ Name: 'prefix-list-name', Values: [`com.amazonaws.${Aws.REGION}.s3`] }] },
      outputPaths: [PREFIX_LIST_ID],
      physicalResourceId: PhysicalResourceId.fromResponse(PREFIX_LIST_ID),
    },
    policy: AwsCustomResourcePolicy.fromStatements([
      // The action takes no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
      new iam.PolicyStatement({ actions: ['ec2:DescribeManagedPrefixLists'], resources: ['*'] }),
    ]),
    // The SDK of the runtime will do; installing another one would need a path to the internet.
    installLatestAwsSdk: false,
  });
  if (!existing) { explainFindings(lookup); }
  return (stack.node.tryFindChild(`${id}Import`) as ec2.IPrefixList | undefined)
    ?? ec2.PrefixList.fromPrefixListId(stack, `${id}Import`, lookup.getResponseField(PREFIX_LIST_ID));
}

/**
 * With `s3PrefixList`, or in a stack whose environment is known, there is neither function nor finding.
 */
function explainFindings(lookup: AwsCustomResource) {
  acknowledge(lookup, INLINE_POLICY_REASONS);
  acknowledgeWildcards(lookup, { 'ec2:DescribeManagedPrefixLists': 'The action takes no resource.' });
  // CDK's function for all resources of this kind in the stack.
  const cdkFunction = Stack.of(lookup).node.findChild(`AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replace(/-/g, '')}`);
  acknowledge(cdkFunction, {
    ...CDK_FUNCTION_REASONS,
    ...CUSTOM_RESOURCE_FUNCTION_REASONS,
    ...inPacks('LambdaInsideVPC', 'It looks up what the VPC\'s rules need, so it runs before there is a VPC. It calls one API of AWS that changes nothing.'),
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]': 'The role is made by aws-cdk-lib.',
  });
}
