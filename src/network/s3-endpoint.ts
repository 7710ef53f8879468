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
  CUSTOM_RESOURCE_FUNCTION_REASONS,
  INLINE_POLICY_REASONS,
  inPacks,
} from '../util/acknowledge';
import { NeoValidationError, pathsOf } from '../util/errors';
import { areSame, membersOf, readable, readableValue, resourcesOf } from '../util/intrinsics';

/** Actions of compilation jobs on objects of a bucket. */
export const OBJECT_ACTIONS = ['s3:GetObject', 's3:PutObject'];

/** Actions of compilation jobs on a bucket. */
export const BUCKET_ACTIONS = ['s3:GetBucketLocation', 's3:ListBucket'];

/** Uses of an S3 endpoint, each with the prop for its subnets and what to do if their route tables already have an endpoint. */
export const FOR_JOBS = { id: 'S3Endpoint', prop: 'vpcSubnets', remedy: 'pass it as s3Endpoint' };
export const FOR_FUNCTIONS = { id: 'ControlPlaneS3Endpoint', prop: 'controlPlaneSubnets', remedy: 'select controlPlaneSubnets whose route tables have none' };

/**
 * Creates a gateway endpoint on the subnets' route tables.
 */
export function createS3Endpoint(scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], { id, prop, remedy } = FOR_JOBS): ec2.GatewayVpcEndpoint {
  // CDK skips a subnet without a route table, so nothing in it could reach S3.
  const tableless = subnets.filter(subnet => !subnet.routeTable?.routeTableId);
  if (tableless.length > 0) {
    throw new NeoValidationError(`${prop} must have known route tables for the S3 endpoint: pass routeTableId when you import them${id === FOR_JOBS.id ? ', or pass s3Endpoint' : ''}; `
      + `got: ${pathsOf(tableless)} without`, scope);
  }
  if (subnets.some(subnet => !Resource.isOwnedResource(subnet))) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:s3EndpointMayExist', 'the deployment fails if the route table of an imported subnet already has an S3 '
      + `endpoint (${prop}): in that case, ${remedy}`);
  }
  const endpoint = new ec2.GatewayVpcEndpoint(scope, id, {
    vpc,
    service: ec2.GatewayVpcEndpointAwsService.S3,
    subnets: [{ subnets }],
  });
  // This runs at the end of synthesis, because endpoints may be added until then.
  scope.node.addValidation({
    validate: () => otherS3Endpoints(scope, subnets).map(({ node }) => 'vpc must not have an S3 gateway endpoint on these route tables, because AWS allows only one: '
      + `${remedy}; got: ${node.scope!.node.path}`),
  });
  return endpoint;
}

/**
 * Finds S3 gateway endpoints of the rest of the app on the route tables of subnets: AWS allows only one on each.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
 */
function otherS3Endpoints(scope: Construct, subnets: ec2.ISubnet[]): ec2.CfnVPCEndpoint[] {
  const tables = subnets.map(({ routeTable }) => routeTable?.routeTableId).filter(id => id !== undefined);
  return resourcesOf(scope.node.root)
    .filter(resource => resource instanceof ec2.CfnVPCEndpoint)
    .filter(endpoint => endpoint.node.scope?.node.scope !== scope && isS3Gateway(endpoint) && usesAny(endpoint, tables));
}

function usesAny(endpoint: ec2.CfnVPCEndpoint, tables: string[]): boolean {
  const { stack, routeTableIds } = endpoint;
  // Another stack's template refers to the same ID differently, so tokens are compared before they are resolved.
  return Array.isArray(routeTableIds)
    ? routeTableIds.some(id => tables.some(table => compareIds(id, table) === 'same'))
    : membersOf(stack, routeTableIds).some(id => tables.some(table => areSame(stack, id, table)));
}

function isS3Gateway(endpoint: ec2.CfnVPCEndpoint): boolean {
  const service = readableValue(Stack.of(endpoint).resolve(endpoint.serviceName));
  return (endpoint.vpcEndpointType ?? 'Gateway') === 'Gateway' && typeof service === 'string' && service.endsWith('.s3');
}

/**
 * Returns statements that allow principals of the stack's account the actions that jobs need on these buckets and their objects.
 *
 * The statements allow and do not deny, because an endpoint policy that only denies lets nothing through. The bucket policies contain the other half,
 * that the buckets can be used only through this endpoint.
 */
export function endpointStatements(buckets: s3.IBucket[]): iam.PolicyStatement[] {
  return [
    throughEndpoint({ sid: 'NeoBuckets', actions: BUCKET_ACTIONS, resources: buckets.map(bucket => bucket.bucketArn) }),
    throughEndpoint({ sid: 'NeoObjects', actions: OBJECT_ACTIONS, resources: buckets.map(bucket => bucket.arnForObjects('*')) }),
  ];
}

/**
 * Returns an Allow for the endpoint's policy. It is limited to principals of the stack's account, so that code in a model cannot send data out with
 * credentials of another account.
 *
 * @param owner a further condition on accounts
 */
export function throughEndpoint(props: iam.PolicyStatementProps, owner: Record<string, string> = {}): iam.PolicyStatement {
  return new iam.PolicyStatement({
    ...props,
    // The policy of a gateway endpoint accepts only "*" as principal; conditions restrict it.
    principals: [new iam.StarPrincipal()],
    conditions: { ...props.conditions, StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID, ...owner } },
  });
}

/**
 * Returns an Allow for resources of the stack's account only, for buckets whose name does not guarantee that they belong to it.
 */
export function withinAccount(props: iam.PolicyStatementProps): iam.PolicyStatement {
  return throughEndpoint(props, { 'aws:ResourceAccount': Aws.ACCOUNT_ID });
}

/**
 * Checks an existing S3 endpoint as far as it is known at synthesis, and warns about its policy, which is not changed.
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
    // A name that ends in a reference may be the name of any service.
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
        + `${endpoint.node.path}, without ${pathsOf(cutOff)}`, scope);
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
 * Returns the prefix list with the addresses of S3 in the stack's Region. Its ID differs by Region and is not documented, so it is looked up: at
 * synthesis if the environment is known (CDK keeps the result in cdk.context.json), otherwise by the deployment.
 */
export function findS3PrefixList(scope: Construct): ec2.IPrefixList {
  const { account, region } = Stack.of(scope);
  return Token.isUnresolved(account) || Token.isUnresolved(region)
    ? lookUpAtDeployment(Stack.of(scope))
    : ec2.PrefixList.fromLookup(scope, 'S3PrefixList', { prefixListName: `com.amazonaws.${region}.s3` });
}

/**
 * Uses one custom resource per stack, regardless of the number of networks in it.
 */
function lookUpAtDeployment(stack: Stack): ec2.IPrefixList {
  const id = 'NeoS3PrefixList';
  const known = stack.node.tryFindChild(`${id}Import`) as ec2.IPrefixList | undefined;
  if (known) { return known; }
  const lookup = new AwsCustomResource(stack, id, {
    resourceType: 'Custom::NeoS3PrefixList',
    // AwsCustomResource uses onUpdate for a Create, too. The call creates nothing, so there is nothing to delete.
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
    // The runtime's SDK suffices; installing another one would need a path to the internet.
    installLatestAwsSdk: false,
  });
  acknowledgeFindings(lookup);
  return ec2.PrefixList.fromPrefixListId(stack, `${id}Import`, lookup.getResponseField(PREFIX_LIST_ID));
}

/**
 * Acknowledges the findings on the lookup. Users who want neither the function nor the findings set `s3PrefixList` or the stack's environment.
 */
function acknowledgeFindings(lookup: AwsCustomResource) {
  acknowledge(lookup, INLINE_POLICY_REASONS);
  acknowledgeWildcards(lookup, { 'ec2:DescribeManagedPrefixLists': 'The action takes no resource.' });
  // All AwsCustomResources of a stack share this function.
  const cdkFunction = Stack.of(lookup).node.findChild(`AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replace(/-/g, '')}`);
  acknowledge(cdkFunction, {
    'AwsSolutions-L1': 'aws-cdk-lib creates the function, with the newest runtime that it is tested with.',
    ...CUSTOM_RESOURCE_FUNCTION_REASONS,
    ...inPacks('LambdaInsideVPC', 'It looks up what the VPC\'s rules need, so it runs before there is a VPC. It calls one API of AWS that changes nothing.'),
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]': 'aws-cdk-lib creates the role.',
  });
}
