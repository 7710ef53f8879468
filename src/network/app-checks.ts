import { CfnResource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import { networkOf, type EndpointOnlyBucketPolicy } from './bucket-policies';
import { compareIds } from './existing-vpc';
import { lateWarnings } from '../util/errors';
import { readableValue } from '../util/intrinsics';

/** The parts of a network that other constructs of the app may be at odds with. */
export interface CheckedParts {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.ISubnet[];
  readonly s3Endpoint: ec2.IGatewayVpcEndpoint;
  /** The S3 endpoints that the network makes, with the subnets that use each. */
  readonly ownEndpoints: OwnEndpoint[];
  readonly buckets: s3.IBucket[];
  readonly policy: EndpointOnlyBucketPolicy;
}

interface OwnEndpoint {
  readonly endpoint: ec2.IGatewayVpcEndpoint;
  readonly subnets: ec2.ISubnet[];
  readonly remedy: string;
}

/**
 * What the rest of the app does to a network, at the end of synthesis, when nothing can be added any more.
 */
export function checkApp(network: Construct, parts: CheckedParts): void {
  network.node.addValidation({
    validate: () => {
      const resources = resourcesOf(network.node.root);
      warnOfOtherDenies(network, resources, parts);
      warnOfDeployments(network, resources, parts);
      warnOfServices(network, resources, parts);
      warnOfDns(network, resources, parts);
      return parts.ownEndpoints.flatMap(own => otherS3Endpoints(resources, parts.ownEndpoints, own));
    },
  });
}

/**
 * AWS refuses a second S3 gateway endpoint on a route table.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
 */
function otherS3Endpoints(resources: CfnResource[], own: OwnEndpoint[], { subnets, remedy }: OwnEndpoint): string[] {
  const tables = subnets.map(({ routeTable }) => routeTable?.routeTableId).filter(id => id !== undefined);
  return resources
    .filter(resource => resource instanceof ec2.CfnVPCEndpoint)
    .filter(endpoint => own.every(one => endpoint !== one.endpoint.node.defaultChild) && isS3Gateway(endpoint))
    .filter(({ routeTableIds = [] }) => routeTableIds.some(id => tables.some(table => compareIds(id, table) === 'same')))
    .map(({ node }) => 'vpc must not have an S3 gateway endpoint on these route tables, as AWS refuses a second one: '
      + `${remedy}; got: ${node.scope!.node.path}`);
}

function isS3Gateway(endpoint: ec2.CfnVPCEndpoint): boolean {
  const service = readableValue(Stack.of(endpoint).resolve(endpoint.serviceName));
  return (endpoint.vpcEndpointType ?? 'Gateway') === 'Gateway' && typeof service === 'string' && service.endsWith('.s3');
}

const SOURCE_KEYS = ['aws:sourcevpce', 'aws:sourcevpc'];

/** Two statements that each deny what does not come through another endpoint let nothing in. */
function warnOfOtherDenies(network: Construct, resources: CfnResource[], { buckets, s3Endpoint, vpc }: CheckedParts): void {
  for (const policy of resources.filter((resource): resource is s3.CfnBucketPolicy => resource instanceof s3.CfnBucketPolicy)) {
    const stack = Stack.of(policy);
    const bucket = buckets.find(({ bucketName }) => same(stack, bucketName, policy.bucket));
    if (!bucket) { continue; }
    const own = { 'aws:sourcevpce': s3Endpoint.vpcEndpointId, 'aws:sourcevpc': vpc.vpcId };
    const made = resources.filter(resource => resource instanceof ec2.CfnVPCEndpoint || resource instanceof ec2.CfnVPC)
      .filter(resource => Stack.of(resource) === stack)
      .map(resource => stack.getLogicalId(resource));
    const isOther = (key: string, value: any) => !same(stack, own[key as keyof typeof own], value)
      && (typeof value === 'string' ? !/[*?]/.test(value) : made.includes(value?.Ref));
    const statements: any[] = [stack.resolve(policy.policyDocument)?.Statement ?? []].flat();
    const other = statements.find(({ Effect, Action, Condition }) => {
      const sources = Effect === 'Deny' && deniesJobs(Action) ? sourcesOf(Condition) : [];
      return sources.length > 0 && sources.every(([key, values]) => values.every(value => isOther(key, value)));
    });
    if (other) {
      lateWarnings(network).addWarningV2('cdk-sagemaker-neo:bucketDeniesNetwork', `the policy of bucket ${bucket.node.path} denies what does not come from `
        + `${sourcesOf(other.Condition).flatMap(([, values]) => values.map(readableValue)).join(', ')}, which is neither the S3 endpoint nor the VPC of this network: jobs cannot use the bucket, and where this network `
        + 'closes it too, nothing can. Remove that statement, or let it name the S3 endpoint of this network as well');
    }
  }
}

function deniesJobs(actions: unknown): boolean {
  return [actions].flat().some(action => typeof action === 'string' && /^(\*|s3:(\*|Get\*|Put\*|List\*|GetObject\*?|PutObject\*?|ListBucket))$/i.test(action));
}

/** The values of negated conditions on the source of a request, by the key in lower case. */
function sourcesOf(condition: Record<string, Record<string, unknown>> = {}): [string, unknown[]][] {
  return Object.entries(condition).filter(([operator]) => /StringNot/.test(operator))
    .flatMap(([, keys]) => Object.entries(keys).map(([key, values]) => [key.toLowerCase(), [values].flat()] as [string, unknown[]]))
    .filter(([key]) => SOURCE_KEYS.includes(key));
}

/** Whether two values are equal in a template. */
function same(stack: Stack, one: unknown, other: unknown): boolean {
  return JSON.stringify(stack.resolve(one)) === JSON.stringify(stack.resolve(other));
}

/** A `BucketDeployment` of CDK. */
export interface BucketDeployment {
  readonly resource: CfnResource;
  /** What the keys of its objects begin with. */
  readonly prefix?: string;
  readonly construct?: IConstruct & { readonly handlerRole: iam.IRole };
}

/** The deployments that write into a bucket. */
export function bucketDeployments(resources: CfnResource[], bucket: s3.IBucket): BucketDeployment[] {
  return resources.filter(({ cfnResourceType }) => cfnResourceType === 'Custom::CDKBucketDeployment').flatMap(resource => {
    const { DestinationBucketName, DestinationBucketKeyPrefix: prefix } = (resource as any)._cfnProperties;
    const construct = resource.node.scopes.find((scope): scope is IConstruct & { handlerRole: iam.IRole } => 'handlerRole' in scope);
    return same(Stack.of(resource), bucket.bucketName, DestinationBucketName) ? [{ resource, prefix, construct }] : [];
  });
}

/** All resources of an app. */
export function resourcesOf(app: IConstruct): CfnResource[] {
  return app.node.findAll().filter(construct => CfnResource.isCfnResource(construct));
}

/** CDK's function uploads from outside the endpoint. Whether it does so before the bucket's policy exists depends on luck. */
function warnOfDeployments(network: Construct, resources: CfnResource[], { buckets, policy }: CheckedParts): void {
  const closed = buckets.filter(bucket => networkOf(bucket) === network);
  const denied = closed.flatMap(bucket => bucketDeployments(resources, bucket))
    .flatMap(({ construct }) => construct && !policy.exempts(construct.handlerRole) ? [construct] : []);
  if (denied.length > 0) {
    const paths = denied.map(({ node }) => node.path).join(', ');
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:bucketDeploymentDenied', `the bucket policies of this network deny what the BucketDeployment ${paths} does, as that does not come `
      + 'through the S3 endpoint: let it in with network.allowOutsideEndpoint(deployment.handlerRole). A job of its stack that reads a model from the bucket waits for it');
  }
}

/** What AWS services write, such as access logs and inventories, comes through no endpoint, and a service has no ARN that could be exempt. */
function warnOfServices(network: Construct, resources: CfnResource[], { buckets, policy }: CheckedParts): void {
  const closed = buckets.filter(bucket => networkOf(bucket) === network);
  const isClosed = (resource: CfnResource, name: unknown) => closed.some(({ bucketName }) => same(Stack.of(resource), bucketName, name));
  const policies = resources.filter(resource => resource instanceof s3.CfnBucketPolicy).filter(resource => isClosed(resource, resource.bucket));
  const granted = policies.flatMap(resource => {
    const statements: any[] = [Stack.of(resource).resolve(resource.policyDocument)?.Statement ?? []].flat();
    return statements.filter(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().some(action => policy.denies(action)))
      .flatMap(({ Principal }) => [Principal?.Service ?? []].flat().map(readableValue));
  });
  const logging = resources.filter(resource => resource instanceof s3.CfnBucket)
    .filter(resource => isClosed(resource, Stack.of(resource).resolve(resource.loggingConfiguration)?.destinationBucketName))
    .map(({ node }) => `access logs of ${node.scope!.node.path}`);
  const denied = [...new Set([...granted, ...logging])];
  if (denied.length > 0) {
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:serviceDenied', 'the bucket policies of this network deny what comes from outside the S3 endpoint, AWS services included, so these '
      + `cannot use their buckets: ${denied.join(', ')}. Give them a bucket that is not one of this network`);
  }
}

/** By type, as these modules of CDK would have to be loaded by every app. */
const DNS_SETTINGS = ['AWS::EC2::VPCDHCPOptionsAssociation', 'AWS::Route53Resolver::ResolverRuleAssociation', 'AWS::Route53Resolver::FirewallRuleGroupAssociation'];

function warnOfDns(network: Construct, resources: CfnResource[], { vpc }: CheckedParts): void {
  const settings = resources.filter(resource => DNS_SETTINGS.includes(resource.cfnResourceType))
    .filter(resource => typeof (resource as any).vpcId === 'string' && compareIds((resource as any).vpcId, vpc.vpcId) === 'same')
    .filter(association => !usesAmazonDns(association, resources));
  if (settings.length > 0) {
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:vpcDnsSettings', `vpc ${vpc.node.path} has DNS settings of its own (${settings.map(({ node }) => node.path).join(', ')}): jobs fail unless `
      + 'these resolve the names of S3 in the Region, such as s3.<region>.amazonaws.com, to its public addresses, as AmazonProvidedDNS does');
  }
}

function usesAmazonDns(association: CfnResource, resources: CfnResource[]): boolean {
  if (!(association instanceof ec2.CfnVPCDHCPOptionsAssociation)) { return false; }
  const options = resources.filter(resource => resource instanceof ec2.CfnDHCPOptions)
    .find(({ ref }) => same(Stack.of(association), ref, association.dhcpOptionsId));
  const servers = options?.domainNameServers;
  return options !== undefined && (servers === undefined || servers.every(server => server === 'AmazonProvidedDNS'));
}
