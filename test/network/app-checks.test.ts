/**
 * What the rest of an app does to a network.
 */
import { App, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as resolver from 'aws-cdk-lib/aws-route53resolver';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as deployment from 'aws-cdk-lib/aws-s3-deployment';
import { existing } from './existing-vpc-fixture';
import { network, newStack, warningIds, warnings } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';
import { readableValue } from '../../src/util/intrinsics';

const S3 = { service: ec2.GatewayVpcEndpointAwsService.S3 };
const synth = (stack: Stack) => (stack.node.root as App).synth();

describe('fails with a second S3 endpoint on a route table', () => {
  const ERROR = /vpc must not have an S3 gateway endpoint on these route tables, as AWS refuses a second one: pass it as s3Endpoint; got: /;

  test.each<[string, (stack: Stack) => void]>([
    ['of the VPC itself', stack => { network({ vpc: existing(stack, { gatewayEndpoints: { S3 } }) }, stack); }],
    ['added before', stack => {
      const vpc = existing(stack);
      vpc.addGatewayEndpoint('S3', S3);
      network({ vpc }, stack);
    }],
    ['added after', stack => {
      const vpc = existing(stack);
      network({ vpc }, stack);
      vpc.addGatewayEndpoint('S3', S3);
    }],
    ['of another network', stack => {
      const vpc = existing(stack);
      network({ vpc }, stack);
      new NeoPrivateCompilationVpc(stack, 'Second', { buckets: [new s3.Bucket(stack, 'Other')], vpc });
    }],
    ['in another stack', stack => {
      const other = new Stack(stack.node.root as App, 'Vpcs');
      network({ vpc: existing(other, { gatewayEndpoints: { S3 } }) }, stack);
    }],
  ])('%s', (_, make) => {
    const stack = newStack();
    make(stack);
    expect(() => synth(stack)).toThrow(ERROR);
  });

  test('but not when that endpoint is used, is for DynamoDB, or is on other route tables', () => {
    const stack = newStack();
    const vpc = existing(stack);
    vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    vpc.addGatewayEndpoint('Public', { ...S3, subnets: [{ subnetType: ec2.SubnetType.PUBLIC }] });
    network({ vpc }, stack);
    const used = existing(new Stack(stack.node.root as App, 'Used'), { gatewayEndpoints: { S3 } });
    network({ vpc: used, s3Endpoint: used.node.findChild('S3') as ec2.GatewayVpcEndpoint }, Stack.of(used));
    expect(() => synth(stack)).not.toThrow();
  });
});

describe('a bucket that denies what does not come from elsewhere', () => {
  const closed = (stack: Stack, condition: Record<string, any>, action = 's3:*') => {
    const bucket = new s3.Bucket(stack, 'Bucket');
    bucket.addToResourcePolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: [action], resources: [bucket.arnForObjects('*')], conditions: condition,
    }));
    return network({}, stack);
  };
  const denied = (make: (stack: Stack) => unknown) => {
    const stack = newStack();
    make(stack);
    synth(stack);
    return warnings(stack).filter(text => text.includes('bucketDeniesNetwork'));
  };

  test.each<[string, (stack: Stack) => Record<string, any>]>([
    ['an endpoint by its ID', () => ({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } })],
    ['an endpoint of the app', stack => ({ StringNotEqualsIfExists: { 'aws:sourceVpce': existing(stack).addGatewayEndpoint('S3', S3).vpcEndpointId } })],
    ['another VPC', stack => ({ StringNotEquals: { 'aws:SourceVpc': existing(stack).vpcId } })],
  ])('%s: a warning', (_, condition) => {
    expect(denied(stack => closed(stack, condition(stack)))).toEqual([expect.stringMatching(/^the policy of bucket Stack\/Bucket denies what does not come from .*, which is neither the S3 endpoint nor the VPC/)]);
  });

  test('no warning where the condition names this network, a pattern or a parameter, or where jobs are not concerned', () => {
    const own = (stack: Stack) => {
      const { bucket, privateVpc } = network({}, stack);
      bucket.addToResourcePolicy(new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:*'],
        resources: [bucket.arnForObjects('*')],
        conditions: { StringNotEquals: { 'aws:SourceVpc': ['vpc-1', privateVpc.vpc.vpcId] } },
      }));
    };
    expect(denied(own)).toEqual([]);
    expect(denied(stack => closed(stack, { StringNotLike: { 'aws:SourceVpce': 'vpce-*' } }))).toEqual([]);
    expect(denied(stack => closed(stack, { StringNotEquals: { 'aws:SourceVpce': new CfnParameter(stack, 'Endpoint').valueAsString } }))).toEqual([]);
    expect(denied(stack => closed(stack, { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }, 's3:DeleteObject'))).toEqual([]);
  });
});

describe('a BucketDeployment into a bucket of the network', () => {
  const upload = (stack: Stack, bucket: s3.IBucket) => new deployment.BucketDeployment(stack, 'Upload', { sources: [deployment.Source.data('model.txt', 'x')], destinationBucket: bucket });

  test('is locked out, and a warning has the line that lets it in', () => {
    const { stack, bucket } = network();
    upload(stack, bucket);
    synth(stack);
    expect(warnings(stack)).toEqual([expect.stringMatching(/the BucketDeployment Stack\/Upload does.*network\.allowOutsideEndpoint\(deployment\.handlerRole\)\. A job .*\[ack: cdk-sagemaker-neo:bucketDeploymentDenied\]/)]);
  });

  test('is not warned of when it is let in, nor into another bucket', () => {
    const { stack, bucket, privateVpc } = network();
    privateVpc.allowOutsideEndpoint(upload(stack, bucket).handlerRole);
    new deployment.BucketDeployment(stack, 'Elsewhere', { sources: [deployment.Source.data('a', 'x')], destinationBucket: new s3.Bucket(stack, 'Other') });
    synth(stack);
    expect(warningIds(stack)).toEqual([]);
  });
});

describe('AWS services that use a bucket of the network', () => {
  const service = (make: (stack: Stack, bucket: s3.Bucket) => void, props: Parameters<typeof network>[0] = {}, context = {}) => {
    const stack = new Stack(new App({ context }), 'Stack');
    const { bucket } = network(props, stack);
    make(stack, bucket);
    synth(stack);
    return warnings(stack).filter(text => text.includes('serviceDenied'));
  };
  const logsInto = (stack: Stack, bucket: s3.Bucket) => new s3.Bucket(stack, 'Site', { serverAccessLogsBucket: bucket });

  test.each<[string, (stack: Stack, bucket: s3.Bucket) => void, object, RegExp]>([
    ['access logs, by a bucket policy', logsInto, { '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true }, /: logging\.s3\.amazonaws\.com, access logs of Stack\/Site\. Give them/],
    ['access logs, by an ACL', logsInto, {}, /: access logs of Stack\/Site\. Give them/],
    ['an inventory', (stack, bucket) => new s3.Bucket(stack, 'Site', { inventories: [{ destination: { bucket } }] }), {}, /: s3\.amazonaws\.com\. Give them/],
    ['flow logs', (_, bucket) => bucket.addToResourcePolicy(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')], actions: ['s3:Put*'], resources: [bucket.arnForObjects('*')],
    })), {}, /: delivery\.logs\.amazonaws\.com\. Give them/],
  ])('are denied, which a warning says: %s', (_, make, context, text) => {
    expect(service(make, {}, context)).toEqual([expect.stringMatching(text)]);
  });

  test('are not warned of when they do what is not denied, or use another bucket', () => {
    expect(service((_, bucket) => bucket.addToResourcePolicy(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')], actions: ['s3:GetBucketAcl'], resources: [bucket.bucketArn],
    })))).toEqual([]);
    expect(service(stack => logsInto(stack, new s3.Bucket(stack, 'Logs')))).toEqual([]);
    expect(service(logsInto, { bucketPolicyActions: ['s3:GetObject'] }, { '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true }).join()).not.toContain('logging.s3');
  });
});

describe('DNS of the VPC', () => {
  const dns = (make: (stack: Stack, vpcId: string) => void) => {
    const { stack, privateVpc } = network();
    make(stack, privateVpc.vpc.vpcId);
    synth(stack);
    return warningIds(stack);
  };
  const dhcp = (domainNameServers?: string[]) => (stack: Stack, vpcId: string) =>
    new ec2.CfnVPCDHCPOptionsAssociation(stack, 'Association', { vpcId, dhcpOptionsId: new ec2.CfnDHCPOptions(stack, 'Options', { domainNameServers }).ref });

  test.each<[string, (stack: Stack, vpcId: string) => void]>([
    ['servers of its own', dhcp(['10.0.0.2'])],
    ['servers of its own besides those of AWS', dhcp(['AmazonProvidedDNS', '10.0.0.2'])],
    ['DHCP options that the app does not make', (stack, vpcId) => new ec2.CfnVPCDHCPOptionsAssociation(stack, 'Association', { vpcId, dhcpOptionsId: 'dopt-1' })],
    ['rules of Route 53 Resolver', (stack, vpcId) => new resolver.CfnResolverRuleAssociation(stack, 'Rule', { vpcId, resolverRuleId: 'rslvr-rr-1' })],
    ['a DNS firewall', (stack, vpcId) => new resolver.CfnFirewallRuleGroupAssociation(stack, 'Firewall', { vpcId, firewallRuleGroupId: 'rslvr-frg-1', priority: 101 })],
    ['rules in another stack', (stack, vpcId) => new resolver.CfnResolverRuleAssociation(new Stack(stack.node.root as App, 'Dns'), 'Rule', { vpcId, resolverRuleId: 'rslvr-rr-1' })],
  ])('by %s is warned of', (_, make) => { expect(dns(make)).toEqual(['vpcDnsSettings']); });

  test.each<[string, (stack: Stack, vpcId: string) => void]>([
    ['AWS', dhcp(['AmazonProvidedDNS'])],
    ['AWS, as the options name no server', dhcp()],
    ['servers of its own, of another VPC', stack => dhcp(['10.0.0.2'])(stack, existing(stack).vpcId)],
  ])('by %s is not', (_, make) => { expect(dns(make)).toEqual([]); });
});

test('an imported bucket may have a key, which a warning says with the statement that the role needs', () => {
  const stack = newStack();
  const { privateVpc } = network({ buckets: [s3.Bucket.fromBucketName(stack, 'Models', 'company-models')] }, stack);
  expect(warnings(stack)[0]).toContain('{"Effect":"Allow","Action":["kms:Decrypt","kms:DescribeKey","kms:Encrypt","kms:GenerateDataKey"],"Resource":"<ARN of the key>"}');
  privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'More', 'more-models'), 'a.tar.gz');
  privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'Same', 'more-models'), 'b.tar.gz');
  expect(warningIds(stack)).toEqual(['bucketKeyUnknown', 'bucketPolicyNotManaged']);
});

test.each<[unknown, unknown]>([
  [Fn.sub('arn:${AWS::Partition}:s3:::cdk-${AWS::AccountId}'), 'arn:${AWS::Partition}:s3:::cdk-${AWS::AccountId}'],
  [Fn.sub('${Bucket}/${!literal}', { Bucket: 'models' }), 'models/${!literal}'],
  [Fn.join('/', [Fn.sub('cdk-${AWS::Region}'), Fn.importValue('Name'), Fn.select(0, Fn.split('-', 'a-b'))]), 'cdk-${AWS::Region}/${Name}/a'],
  [Fn.join('', ['arn:', Fn.select(0, Fn.getAzs())]), 'arn:{"Fn::Select":[0,{"Fn::GetAZs":""}]}'],
])('a policy to copy never shows an object in a text', (value, text) => {
  expect(readableValue(newStack().resolve(value))).toEqual(text);
});
