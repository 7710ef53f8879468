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
