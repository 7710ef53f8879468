/**
 * Changes every prop of a deployed network, job and fleet in turn, and compares what that does to the resources with docs/changing-a-deployed-network.md.
 */
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { changesOf, type Changes } from './template-changes';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoCompilerOptions, NeoDataInputShape, NeoFleetModels, NeoFramework, NeoModel, NeoPrivateCompilationVpc,
  NeoTarget,
  type NeoCompilationFleetProps, type NeoCompilationJobProps, type NeoPrivateCompilationVpcProps,
} from '../../src';
import { physicalIdWithoutLookup } from '../../src/compilation-job/handler/handler';
import { MarkdownPage } from '../docs/markdown';

const MODEL = { framework: NeoFramework.PYTORCH_1_13, dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224) };
const S3 = { service: ec2.GatewayVpcEndpointAwsService.S3 };

/** What is there whatever the props are, so that templates differ by the props alone. */
function surroundings(stack: Stack) {
  const vpc = (id: string, cidr: string) => new ec2.Vpc(stack, id, {
    ipAddresses: ec2.IpAddresses.cidr(cidr),
    natGateways: 0,
    subnetConfiguration: ['One', 'Two', 'Three'].map(name => ({ name, subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 22 })),
  });
  const own = vpc('Own', '10.1.0.0/16');
  return {
    models: new s3.Bucket(stack, 'Models'),
    other: new s3.Bucket(stack, 'Other'),
    third: new s3.Bucket(stack, 'Third'),
    key: new kms.Key(stack, 'Key'),
    vpc: own,
    otherVpc: vpc('OtherVpc', '10.2.0.0/16'),
    group: new ec2.SecurityGroup(stack, 'OwnGroup', { vpc: own }),
    prefixList: ec2.PrefixList.fromPrefixListId(stack, 'S3PrefixList', 'pl-1'),
    role: new iam.Role(stack, 'OwnRole', {
      assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }),
    }),
  };
}

type Surroundings = ReturnType<typeof surroundings>;
type Props<P> = (there: Surroundings, stack: Stack) => Partial<P>;

interface Version {
  readonly network?: Props<NeoPrivateCompilationVpcProps>;
  readonly job?: Props<NeoCompilationJobProps>;
  readonly fleet?: Props<NeoCompilationFleetProps>;
}

interface Templates { readonly network: any; readonly users: any }

/** A network, and in another stack a job, a fleet or both, which use it. */
function templates({ network, job, fleet }: Version, references = 'strong'): Templates {
  const app = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': references } });
  const [networkStack, users] = ['Network', 'Users'].map(id => new Stack(app, id));
  const there = surroundings(networkStack);
  const buckets = network ? [there.models] : [there.models, there.other];
  const { vpcConfig } = new NeoPrivateCompilationVpc(networkStack, 'Neo', { buckets, ...network?.(there, networkStack) });
  // A job or a fleet may move there.
  if (!network) { new NeoPrivateCompilationVpc(networkStack, 'Second', { buckets: [there.third] }); }
  if (job ?? network) {
    new NeoCompilationJob(users, 'Job', {
      vpcConfig, model: NeoModel.fromBucket(there.models, 'resnet.tar.gz', MODEL), target: NeoTarget.ML_C5, outputBucket: there.models, ...job?.(there, users),
    });
  }
  if (fleet ?? network) {
    new NeoCompilationFleet(users, 'Fleet', {
      vpcConfig,
      models: NeoFleetModels.fromPrefix(there.models, 'models/', MODEL),
      targets: [{ target: NeoTarget.ML_C5 }],
      maxConcurrentJobs: 2,
      outputBucket: there.models,
      ...fleet?.(there, users),
    });
  }
  const assembly = app.synth();
  return { network: assembly.getStackByName('Network').template, users: assembly.getStackByName('Users').template };
}

const second = ({ models }: Surroundings) => (Stack.of(models).node.findChild('Second') as NeoPrivateCompilationVpc).vpcConfig;

/** From the default, or from `before`. */
interface Change<P> { readonly before?: Props<P>; readonly after: Props<P> }
/** What the page calls the changes of each prop. */
type Table<P> = { readonly [K in keyof Required<P>]: Record<string, Change<P>> };

const NETWORK: Table<NeoPrivateCompilationVpcProps> = {
  buckets: {
    'one more': { after: ({ models, other }) => ({ buckets: [models, other] }) },
    'one less': { before: ({ models, other }) => ({ buckets: [models, other] }), after: () => ({}) },
  },
  maxConcurrentInstances: {
    'up to 4,093': { after: () => ({ maxConcurrentInstances: 4_093 }) },
    'more than 4,093': { after: () => ({ maxConcurrentInstances: 4_094 }) },
  },
  maxConcurrentJobs: { any: { after: () => ({ maxConcurrentJobs: 5 }) } },
  maxAzs: {
    'more, up to 8': { before: () => ({ maxAzs: 1 }), after: () => ({ maxAzs: 2 }) },
    'fewer': { after: () => ({ maxAzs: 1 }) },
  },
  ipAddresses: { 'another block': { after: () => ({ ipAddresses: ec2.IpAddresses.cidr('10.9.0.0/16') }) } },
  vpc: {
    'given': { after: ({ vpc }) => ({ vpc }) },
    'another one': { before: ({ vpc }) => ({ vpc }), after: ({ otherVpc: vpc }) => ({ vpc }) },
  },
  vpcSubnets: {
    others: { before: ({ vpc }) => ({ vpc, vpcSubnets: { subnetGroupName: 'One' } }), after: ({ vpc }) => ({ vpc, vpcSubnets: { subnetGroupName: 'Two' } }) },
  },
  securityGroups: { given: { before: ({ vpc }) => ({ vpc }), after: ({ vpc, group }) => ({ vpc, securityGroups: [group] }) } },
  s3Endpoint: { given: { before: ({ vpc }) => ({ vpc }), after: ({ vpc }) => ({ vpc, s3Endpoint: vpc.addGatewayEndpoint('S3', S3) }) } },
  role: { given: { after: ({ role }) => ({ role }) } },
  endpointPolicyStatements: {
    any: { after: () => ({ endpointPolicyStatements: [new iam.PolicyStatement({ principals: [new iam.StarPrincipal()], actions: ['s3:GetObject'], resources: ['*'] })] }) },
  },
  bucketPolicyActions: { any: { after: () => ({ bucketPolicyActions: ['s3:PutObject'] }) } },
  bucketPolicyExemptPrincipals: { any: { after: ({ role }) => ({ bucketPolicyExemptPrincipals: [role] }) } },
  s3PrefixList: { given: { after: ({ prefixList }) => ({ s3PrefixList: prefixList }) } },
  flowLogs: {
    off: { after: () => ({ flowLogs: false }) },
    on: { before: () => ({ flowLogs: false }), after: () => ({}) },
  },
  flowLogDestination: { S3: { after: () => ({ flowLogDestination: ec2.FlowLogDestination.toS3() }) } },
  flowLogRetention: { any: { after: () => ({ flowLogRetention: logs.RetentionDays.ONE_WEEK }) } },
  flowLogRemovalPolicy: { any: { after: () => ({ flowLogRemovalPolicy: RemovalPolicy.DESTROY }) } },
  encryptionKey: { given: { after: ({ key }) => ({ encryptionKey: key }) } },
  controlPlaneSubnets: { others: { before: there => functionsIn(there, 'Two'), after: there => functionsIn(there, 'Three') } },
  privateControlPlane: {
    on: { after: () => ({ privateControlPlane: true }) },
    off: { before: () => ({ privateControlPlane: true }), after: () => ({}) },
  },
};

function functionsIn({ vpc }: Surroundings, subnetGroupName: string): Partial<NeoPrivateCompilationVpcProps> {
  return { vpc, vpcSubnets: { subnetGroupName: 'One' }, privateControlPlane: true, controlPlaneSubnets: { subnetGroupName } };
}

const JOB: Table<NeoCompilationJobProps> = {
  model: {
    'another key, shape or framework': { after: ({ models }) => ({ model: NeoModel.fromBucket(models, 'other.tar.gz', MODEL) }) },
    'another `modelVersion`': { after: ({ models }) => ({ model: NeoModel.fromBucket(models, 'resnet.tar.gz', { ...MODEL, modelVersion: '2' }) }) },
  },
  target: { any: { after: () => ({ target: NeoTarget.ML_M5 }) } },
  compilerOptions: { any: { after: () => ({ compilerOptions: NeoCompilerOptions.of({ dtype: 'int64' }) }) } },
  outputBucket: { any: { after: ({ other }) => ({ outputBucket: other }) } },
  outputPrefix: { any: { after: () => ({ outputPrefix: 'compiled' }) } },
  outputEncryptionKey: { any: { after: ({ key }) => ({ outputEncryptionKey: key }) } },
  compilationJobName: {
    'given or changed': { after: () => ({ compilationJobName: 'resnet' }) },
    'removed': { before: () => ({ compilationJobName: 'resnet' }), after: () => ({}) },
  },
  vpcConfig: {
    'another network': { after: there => ({ vpcConfig: second(there), model: NeoModel.fromBucket(there.third, 'resnet.tar.gz', MODEL), outputBucket: there.third }) },
  },
  role: { any: { after: ({ role }) => ({ role }) } },
  maxRuntime: { any: { after: () => ({ maxRuntime: Duration.minutes(20) }) } },
  maxPendingTime: { any: { after: () => ({ maxPendingTime: Duration.minutes(40) }) } },
  timeout: { any: { after: () => ({ timeout: Duration.minutes(30) }) } },
  waitForCompletion: { any: { after: () => ({ waitForCompletion: false }) } },
  deleteArtifacts: { any: { after: () => ({ deleteArtifacts: true }) } },
  functionLogRetention: { any: { after: () => ({ functionLogRetention: logs.RetentionDays.ONE_YEAR }) } },
  tags: { any: { after: () => ({ tags: { team: 'vision' } }) } },
};

const FLEET: Table<NeoCompilationFleetProps> = {
  models: { any: { after: ({ models }) => ({ models: NeoFleetModels.fromPrefix(models, 'others/', MODEL) }) } },
  targets: { any: { after: () => ({ targets: [{ target: NeoTarget.ML_M5 }] }) } },
  maxConcurrentJobs: { any: { after: () => ({ maxConcurrentJobs: 3 }) } },
  outputBucket: { any: { after: ({ other }) => ({ outputBucket: other }) } },
  outputPrefix: { any: { after: () => ({ outputPrefix: 'compiled' }) } },
  outputEncryptionKey: { any: { after: ({ key }) => ({ outputEncryptionKey: key }) } },
  resultsBucket: { given: { after: (_, stack) => ({ resultsBucket: s3.Bucket.fromBucketName(stack, 'Reports', 'reports') }) } },
  toleratedFailurePercentage: { any: { after: () => ({ toleratedFailurePercentage: 20 }) } },
  startOnUpload: {
    on: { after: () => ({ startOnUpload: true }) },
    off: { before: () => ({ startOnUpload: true }), after: () => ({}) },
  },
  pollInterval: { any: { after: () => ({ pollInterval: Duration.seconds(30) }) } },
  timeout: { any: { after: () => ({ timeout: Duration.hours(1) }) } },
  tags: { any: { after: () => ({ tags: { team: 'vision' } }) } },
  logs: { any: { after: (_, stack) => ({ logs: { destination: new logs.LogGroup(stack, 'Log'), level: sfn.LogLevel.ALL } }) } },
  tracingEnabled: { any: { after: () => ({ tracingEnabled: true }) } },
  vpcConfig: {
    'another network': { after: there => ({ vpcConfig: second(there), models: NeoFleetModels.fromPrefix(there.third, 'models/', MODEL), outputBucket: there.third }) },
  },
  role: { any: { after: ({ role }) => ({ role }) } },
  maxRuntime: { any: { after: () => ({ maxRuntime: Duration.minutes(20) }) } },
  maxPendingTime: { any: { after: () => ({ maxPendingTime: Duration.minutes(40) }) } },
};

const TABLES: Record<string, Table<any>> = { network: NETWORK, job: JOB, fleet: FLEET };

const CASES = Object.entries(TABLES).flatMap(([kind, table]) => Object.entries(table).flatMap(([prop, changes]) =>
  Object.entries(changes).map(([name, change]) => ({ kind, prop, name, ...change }))));

/** Templates that many changes begin with. */
const defaults = new Map<string, Templates>();

function templatesOf(kind: string, props?: Props<any>, references?: string): Templates {
  if (props) { return templates({ [kind]: props }, references); }
  const key = `${kind} ${references}`;
  const known = defaults.get(key) ?? templates({ [kind]: () => ({}) }, references);
  defaults.set(key, known);
  return known;
}

/** Go with what the page lists: rules, associations, policies, and functions of custom resources. */
const UNLISTED = new RegExp('^AWS::(CloudFormation::WaitConditionHandle|EC2::(SubnetRouteTableAssociation|SecurityGroup(Ingress|Egress))|IAM::Policy'
  + '|Lambda::Function|SQS::QueuePolicy)$|^Custom::(Neo|Vpc)');

interface Effect { readonly changes: Record<keyof Templates, Changes>; readonly isNewJob: boolean }

function effectOf({ kind, before, after }: (typeof CASES)[number], references?: string): Effect {
  const [old, wanted] = [templatesOf(kind, before, references), templatesOf(kind, after, references)];
  const changes = { network: changesOf(old.network, wanted.network), users: changesOf(old.users, wanted.users) };
  return { changes, isNewJob: isNewJob(old.users, wanted.users) };
}

/** Decided by the handler, unless CloudFormation makes another resource anyway. */
function isNewJob(before: any, after: any): boolean {
  const jobIn = ({ Resources }: any) => Object.entries<any>(Resources).find(([, { Type }]) => Type === NeoCompilationJob.RESOURCE_TYPE);
  const [old, wanted] = [before, after].map(jobIn);
  if (!old || !wanted) { return false; }
  const [OldResourceProperties, ResourceProperties] = [old[1].Properties, wanted[1].Properties];
  const request = { RequestType: 'Update', StackId: 's', LogicalResourceId: 'l', RequestId: 'r', PhysicalResourceId: 'present', OldResourceProperties, ResourceProperties };
  return old[0] !== wanted[0] || physicalIdWithoutLookup(request as any) !== 'present';
}

/** As the page says it. */
function describeEffect({ changes: { network, users }, isNewJob: isNew }: Effect): string {
  const list = (verb: string, types: string[]) => {
    const listed = types.filter(type => !UNLISTED.test(type) && type !== NeoCompilationJob.RESOURCE_TYPE).map(type => type.split('::').pop()!);
    const names = [...new Set(listed)].sort().map(name => `\`${name}\``);
    return names.length > 0 ? [`${verb} ${names.join(', ')}`] : [];
  };
  const all = [
    ...isNew ? ['a new job'] : [],
    ...list('replaces', [...network.replaced, ...users.replaced]),
    ...list('removes', [...network.removed, ...users.removed]),
  ];
  return all.join('; ') || 'updates in place';
}

/** Rows of the page by prop and change. */
const rows = new Map(Object.entries({ network: 'The network', job: 'A job', fleet: 'A fleet' }).flatMap(([kind, heading]) => {
  const section = MarkdownPage.read('docs/changing-a-deployed-network.md').text.split(`## ${heading}\n`)[1].split('\n## ')[0];
  return section.split('\n').filter(line => line.startsWith('| `')).map(line => line.split('|').slice(1, -1).map(cell => cell.trim()))
    .map(([prop, change, effect, exported]): [string, { effect: string; exported: string }] => [`${kind} ${prop.slice(1, -1)}: ${change}`, { effect, exported }]);
}));

test('the page has each change, and no other', () => {
  expect([...rows.keys()].sort()).toEqual(CASES.map(({ kind, prop, name }) => `${kind} ${prop}: ${name}`).sort());
});

describe.each(CASES)('$kind $prop: $name', change => {
  const effect = effectOf(change);

  test('changes nothing that cannot be updated', () => {
    expect([effect.changes.network.refused, effect.changes.users.refused]).toEqual([[], []]);
  });

  test('does what the page says', () => {
    const exported = effect.changes.network.outputs.length > 0 ? 'yes' : 'no';
    expect(rows.get(`${change.kind} ${change.prop}: ${change.name}`)).toEqual({ effect: describeEffect(effect), exported });
  });
});

describe.each(['weak', 'both'])('with %s references', references => {
  test.each(CASES.filter(({ prop }) => ['maxAzs', 'ipAddresses', 'role', 'vpcConfig', 'privateControlPlane'].includes(prop)))('$kind $prop: $name changes the same', change => {
    const [other, strong] = [effectOf(change, references), effectOf(change)];
    expect([other.changes.network.refused, other.changes.users.refused]).toEqual([[], []]);
    const [described, expected] = [other, strong].map(effect => [describeEffect(effect), effect.changes.network.outputs.length > 0]);
    expect(described).toEqual(expected);
  });
});

describe('what the page recommends works:', () => {
  test('another block with more instances replaces the VPC, so that no subnets conflict', () => {
    const more: Version['network'] = () => ({ maxConcurrentInstances: 5_000, ipAddresses: ec2.IpAddresses.cidr('10.9.0.0/16') });
    const { changes } = effectOf({ kind: 'network', prop: 'maxConcurrentInstances', name: 'with ipAddresses', after: more });
    expect(changes.network.replaced).toEqual(expect.arrayContaining(['AWS::EC2::Subnet', 'AWS::EC2::VPC']));
  });

  test('an endpoint under the logical ID of the deployed one is the same resource', () => {
    const before: Version['network'] = ({ vpc }) => ({ vpc });
    const [id] = Object.keys(templatesOf('network', before).network.Resources).filter(name => name.startsWith('NeoS3Endpoint'));
    const { changes } = effectOf({
      kind: 'network',
      prop: 's3Endpoint',
      name: 'kept',
      before,
      after: ({ vpc }: Surroundings) => {
        const endpoint = vpc.addGatewayEndpoint('S3', S3);
        (endpoint.node.defaultChild as ec2.CfnVPCEndpoint).overrideLogicalId(id);
        return { vpc, s3Endpoint: endpoint };
      },
    });
    expect([...changes.network.replaced, ...changes.network.removed, ...changes.network.refused].filter(type => !UNLISTED.test(type))).toEqual([]);
  });

  test('strong references become weak by way of both, without an export that goes while it is in use', () => {
    const [strong, both, weak] = ['strong', 'both', 'weak'].map(mode => templatesOf('network', undefined, mode));
    const exportsOf = ({ network }: Templates) => Object.values<any>(network.Outputs).flatMap(({ Export }) => Export ? [Export.Name] : []);
    const imported = ({ users }: Templates) => [...JSON.stringify(users).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name]) => name);
    expect(imported(strong).length).toBeGreaterThan(0);
    expect(exportsOf(both)).toEqual(expect.arrayContaining(imported(strong)));
    expect([imported(both), exportsOf(weak)]).toEqual([[], []]);
  });
});

test('reads what is refused: another barrier, another function of a custom resource', () => {
  const handle = (DependsOn: string[]) => ({ Resources: { Ready: { Type: 'AWS::CloudFormation::WaitConditionHandle', DependsOn } } });
  const custom = (ServiceToken: string) => ({ Resources: { Job: { Type: NeoCompilationJob.RESOURCE_TYPE, Properties: { ServiceToken } } } });
  expect(changesOf(handle(['a']), handle(['b'])).refused).toEqual(['Ready']);
  expect(changesOf(custom('a'), custom('b')).refused).toEqual(['Job']);
  expect(changesOf(custom('a'), custom('a')).refused).toEqual([]);
});
