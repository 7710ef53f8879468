import { readFileSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { NeoPrivateCompilationVpc } from '../../src';
import { drawNetworks } from '../../src/privacy-validation/network-picture';
import { COLOR } from '../../src/privacy-validation/picture/svg';
import { TemplateSet } from '../../src/privacy-validation/template/template-set';

const STACK = { name: 'Private', account: '111122223333', region: 'us-east-1' };
const ZONES = 'abcdefghijklmnop'.split('').map(letter => `us-east-1${letter}`);

const draw = (template: unknown) => drawNetworks(TemplateSet.of(template, STACK));

function network(maxAzs: number, change: (stack: Stack, network: NeoPrivateCompilationVpc) => void = () => {}) {
  const app = new App({ context: { 'availability-zones:account=111122223333:region=us-east-1': ZONES, 'aws:cdk:enable-path-metadata': true } });
  const stack = new Stack(app, 'Private', { env: { account: '111122223333', region: 'us-east-1' } });
  const bucket = new s3.Bucket(stack, 'Models', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
  change(stack, new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket], maxAzs }));
  return app.synth().getStackArtifact(stack.artifactId).template;
}

/** Texts of the picture, as a reader sees them. */
function words(picture: string, color = ''): string[] {
  return [...picture.matchAll(/<text([^>]*)>(?:<title>([^<]*)<\/title>)?([^<]*)<\/text>/g)]
    .filter(([, style]) => style.includes(color))
    .map(([, , whole, shown]) => whole ?? shown);
}

test('the example\'s picture, which the README shows, has room for the place of the functions', () => {
  expect(readFileSync(join(__dirname, '..', '..', 'docs', 'network.svg'), 'utf8')).toContain('>Functions outside VPCs, no model data</text>');
});

describe('a private network', () => {
  const picture = draw(network(2));

  test('shows addresses, zones and sizes', () => {
    expect(words(picture)).toEqual(expect.arrayContaining([
      'VPC 10.0.0.0/16', 'us-east-1a', 'us-east-1b', 'IsolatedSubnet1', 'IsolatedSubnet2', '10.0.0.0/19', '10.0.32.0/19', '8,187 usable addresses', '4,093 instances',
    ]));
  });

  test('shows what may reach what', () => {
    expect(words(picture)).toEqual(expect.arrayContaining([
      'TCP 443 → S3 prefix list', 'in: nothing', 'out: all traffic → these subnets (10.0.0.0/19, 10.0.32.0/19)',
      'S3 gateway endpoint', 'policy: 1 named bucket', 'Models', 'only through this endpoint', 'public access blocked', 'denied by bucket policy',
    ]));
  });

  test('says that ways out are absent', () => {
    const all = words(picture);
    expect(all).toContain('No way to the internet or to another network in this template');
    expect(all.join(' ')).toMatch(/no internet gateway no NAT gateway no egress-only internet gateway no carrier gateway no VPN gateway no transit gateway no VPC peering/);
    expect(words(picture, COLOR.open)).toEqual([]);
  });

  test('is one self-contained, titled file', () => {
    expect(picture).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [^>]*role="img"[^>]*>\n<title id="picture-title">[^<]+<\/title>\n<desc id="picture-description">[^<]+<\/desc>/);
    expect(picture.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|<image|<script|@import/);
  });

  test('is the same for the same template', () => {
    expect(draw(network(2))).toEqual(picture);
  });
});

describe('an opened network', () => {
  const picture = draw(network(2, (stack, { vpc, subnets, securityGroup, s3Endpoint }) => {
    const gateway = new ec2.CfnInternetGateway(stack, 'Gateway');
    new ec2.CfnVPCGatewayAttachment(stack, 'Attachment', { vpcId: vpc.vpcId, internetGatewayId: gateway.ref });
    new ec2.CfnNatGateway(stack, 'Nat', { subnetId: subnets[0].subnetId });
    new ec2.CfnRoute(stack, 'ToInternet', { routeTableId: subnets[0].routeTable.routeTableId, destinationCidrBlock: '0.0.0.0/0', gatewayId: gateway.ref });
    new ec2.CfnVPCPeeringConnection(stack, 'Peering', { vpcId: vpc.vpcId, peerVpcId: 'vpc-1' });
    (subnets[1].node.defaultChild as ec2.CfnSubnet).addPropertyOverride('MapPublicIpOnLaunch', true);
    securityGroup.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(22));
    (s3Endpoint.node.defaultChild as ec2.CfnVPCEndpoint).addPropertyDeletionOverride('PolicyDocument');
    (stack.node.findChild('Models').node.defaultChild as s3.CfnBucket).addPropertyOverride('PublicAccessBlockConfiguration.BlockPublicPolicy', false);
  }));

  test.each([
    'internet gateway: Attachment', 'NAT gateway: Nat', 'route: ToInternet', 'VPC peering: Peering',
    'public IP address: Network/Vpc/IsolatedSubnet2/Subnet', 'in: TCP 22 ← 0.0.0.0/0', 'policy: open', 'public access not blocked', '8 openings, drawn in red',
  ])('shows in red: %s', opening => {
    expect(words(picture, COLOR.open)).toContain(opening);
  });
});

test('buckets of others that the endpoint leads to are drawn', () => {
  const statement = new iam.PolicyStatement({
    principals: [new iam.StarPrincipal()], actions: ['s3:GetObject'], resources: ['arn:aws:s3:::models-of-others/*'],
  });
  const picture = draw(network(2, (_stack, { s3Endpoint }) => (s3Endpoint as ec2.GatewayVpcEndpoint).addToPolicy(statement)));
  expect(words(picture)).toEqual(expect.arrayContaining(['policy: 2 named buckets', 'models-of-others', 'not created by this app']));
  expect(words(picture, COLOR.open)).toEqual([]);
});

test('16 subnets are drawn, in less than a second of computing', () => {
  const template = network(16);
  const before = process.cpuUsage();
  const all = words(draw(template));
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1);
  expect(all.filter(word => /^IsolatedSubnet\d+$/.test(word))).toHaveLength(16);
});

test('a VPC made by hand, and open, is drawn as it is', () => {
  const app = new App();
  const stack = new Stack(app, 'ByHand');
  new ec2.Vpc(stack, 'Vpc', { natGateways: 1 });
  const all = words(draw(app.synth().getStackArtifact(stack.artifactId).template));
  expect(all).toEqual(expect.arrayContaining(['VPC 10.0.0.0/16', 'no S3 gateway endpoint', 'No security group']));
  expect(all.filter(word => word.startsWith('internet gateway: '))).toHaveLength(1);
});

test('names cannot break out of the picture', () => {
  const picture = draw({
    Resources: { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' }, Metadata: { 'aws:cdk:path': 'Stack/<script>"&\u0001' } } },
  });
  expect(picture).toContain('&lt;script&gt;&quot;&amp;\ufffd');
});

test.each([[{}], [{ Resources: {} }]])('an empty template gives a picture that says so: %j', template => {
  expect(words(draw(template))).toContain('No VPC and no compilation job in this template.');
});
