import { readFileSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { compile } from './private-app';
import { NeoPrivacyValidation, NeoPrivateCompilationVpc } from '../../src';

const ENV = { account: '111122223333', region: 'eu-west-1' };
/** What the CLI finds out. */
const FOUND = {
  vpcId: 'vpc-1',
  vpcCidrBlock: '10.0.0.0/16',
  ownerAccountId: ENV.account,
  availabilityZones: [],
  subnetGroups: [{ name: 'Models', type: 'Isolated', subnets: [{ availabilityZone: 'eu-west-1a', subnetId: 'subnet-1', routeTableId: 'rtb-1', cidr: '10.0.0.0/24' }] }],
};

/** An app in a looked-up VPC, perhaps with a group that lets everything out. */
function lookUp(context: Record<string, unknown>, open = false) {
  const app = new App({ context });
  const stack = new Stack(app, 'Private', { env: ENV });
  const bucket = new s3.Bucket(stack, 'Models', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
  const network = new NeoPrivateCompilationVpc(stack, 'Network', {
    buckets: [bucket],
    vpc: ec2.Vpc.fromLookup(stack, 'Vpc', { vpcId: 'vpc-1' }),
    vpcSubnets: { subnetGroupName: 'Models' },
    s3PrefixList: ec2.PrefixList.fromPrefixListId(stack, 'List', 'pl-1'),
  });
  compile(stack, 'Job', { network, bucket });
  if (open) { network.connections.allowToAnyIpv4(ec2.Port.tcp(443)); }
  NeoPrivacyValidation.addTo(app);
  return app;
}

beforeEach(() => { jest.spyOn(console, 'error').mockImplementation(); });
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

const vpcKey = () => lookUp({}).synth().manifest.missing!.find(({ provider }) => String(provider) === 'vpc-provider')!.key;

test('the first synthesis succeeds, or the CLI would not look anything up', () => {
  lookUp({}).synth();
  expect(process.exitCode).toBeUndefined();
});

test('the second one, with what was found, passes too', () => {
  lookUp({ [vpcKey()]: FOUND }).synth();
  expect(process.exitCode).toBeUndefined();
});

test('and it is the one that is validated', () => {
  lookUp({ [vpcKey()]: FOUND }, true).synth();
  expect(process.exitCode).toBe(1);
});

describe('a prefix list by its ID', () => {
  const key = (name: string) => `cc-api-provider:account=${ENV.account}:expectedMatchCount=exactly-one:propertiesToReturn.0=PrefixListId:propertyMatch.PrefixListName=${name}:region=${ENV.region}:typeName=AWS$:$:EC2$:$:PrefixList`;
  const S3 = `com.amazonaws.${ENV.region}.s3`;

  /** What the rule for outbound traffic says of a network whose list CDK looks up by this name. */
  function statusOf(context: Record<string, unknown>, prefixListName?: string) {
    const app = new App({ context });
    const stack = new Stack(app, 'Private', { env: ENV });
    const bucket = new s3.Bucket(stack, 'Models');
    const s3PrefixList = prefixListName === undefined ? undefined : ec2.PrefixList.fromLookup(stack, 'List', { prefixListName });
    new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket], s3PrefixList });
    NeoPrivacyValidation.addTo(app);
    const { directory } = app.synth();
    const { rules } = JSON.parse(readFileSync(join(directory, 'neo-privacy', 'report.json'), 'utf8'));
    return rules.find(({ id }: { id: string }) => id === 'OutboundOnlyToS3AndSubnets').status;
  }

  test('is that of S3 when CDK has looked it up by that name', () => {
    expect(statusOf({ [key(S3)]: [{ PrefixListId: 'pl-6da54004' }] })).toBe('pass');
    expect(statusOf({ [key(S3)]: [{ PrefixListId: 'pl-6da54004' }] }, S3)).toBe('pass');
  });

  test('fails when CDK has looked it up by another name', () => {
    const name = `com.amazonaws.${ENV.region}.dynamodb`;
    expect(statusOf({ [key(name)]: [{ PrefixListId: 'pl-b7a742d2' }] }, name)).toBe('fail');
    expect(statusOf({ [key('company.s3')]: [{ PrefixListId: 'pl-1' }] }, 'company.s3')).toBe('fail');
  });

  test('is not looked up yet in the first synthesis, which passes', () => { expect(statusOf({})).toBe('pass'); });

  test('has CDK\'s own key in this test', () => {
    const app = new App();
    ec2.PrefixList.fromLookup(new Stack(app, 'Private', { env: ENV }), 'List', { prefixListName: S3 });
    expect(app.synth().manifest.missing!.map(missing => missing.key)).toEqual([key(S3)]);
  });
});
