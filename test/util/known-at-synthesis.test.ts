import { App, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoCompilationMonitoring, NeoFleetModels, NeoFramework, NeoManifestFormat,
  NeoModel, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoRunCompilationJob, NeoTarget,
  type NeoCompilationFleetProps, type NeoCompilationJobProps, type NeoCompilationMonitoringProps, type NeoPrivateCompilationVpcAttributes,
  type NeoPrivateCompilationVpcProps,
} from '../../src';

/*
 * Tokens in place of lists, maps and numbers. What consists of strings or numbers may be known to the deployment only; what consists of objects, or what
 * the library calculates with, may not.
 */

const TOKENS: [string, () => any][] = [
  ['a list', () => Token.asList({ Ref: 'Parameter' })],
  ['any', () => Token.asAny({ Ref: 'Parameter' })],
  ['lazy', () => Lazy.any({ produce: () => ({ a: 'b' }) })],
];

function fixture() {
  const stack = new Stack(new App(), 'Stack');
  const bucket = new s3.Bucket(stack, 'Bucket');
  const privateVpc = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
  const common = { vpcConfig: privateVpc.vpcConfig, outputBucket: bucket };
  const one = { ...common, model: NeoModel.fromBucket(bucket, 'm.tar.gz', { framework: NeoFramework.XGBOOST }), target: NeoTarget.ML_C5 };
  const job = (props: Partial<NeoCompilationJobProps> = {}, id = 'Job') => new NeoCompilationJob(stack, id, { ...one, ...props });
  return {
    stack,
    bucket,
    privateVpc,
    one,
    job,
    network: (props: Partial<NeoPrivateCompilationVpcProps>) => new NeoPrivateCompilationVpc(stack, 'Other', { buckets: [bucket], ...props }),
    existing: (props: Partial<NeoPrivateCompilationVpcProps>) => new NeoPrivateCompilationVpc(stack, 'Other', {
      buckets: [bucket], vpc: new ec2.Vpc(stack, 'Vpc', { natGateways: 0, subnetConfiguration: [{ name: 'i', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] }), ...props,
    }),
    imported: (attrs: Partial<NeoPrivateCompilationVpcAttributes>) => {
      const { vpc, subnets, securityGroups, s3Endpoint, role } = privateVpc;
      return NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Imported', { vpc, subnets, securityGroups, s3Endpoint, role, ...attrs });
    },
    fleet: (props: Partial<NeoCompilationFleetProps>) => new NeoCompilationFleet(stack, 'Fleet', {
      ...common, models: NeoFleetModels.fromPrefix(bucket, 'up/', { framework: NeoFramework.XGBOOST }), targets: [{ target: NeoTarget.ML_C5 }], maxConcurrentJobs: 3, ...props,
    }),
    monitoring: (props: Partial<NeoCompilationMonitoringProps>) => new NeoCompilationMonitoring(stack, 'Monitoring', { jobs: [job()], ...props }),
  };
}

type Fixture = ReturnType<typeof fixture>;

describe.each(TOKENS)('fails for a token (%s)', (_, token) => {
  test.each<[string, (f: Fixture) => unknown]>([
    ['buckets', f => f.network({ buckets: token() })],
    ['securityGroups', f => f.existing({ securityGroups: token() })],
    ['endpointPolicyStatements', f => f.network({ endpointPolicyStatements: token() })],
    ['bucketPolicyExemptPrincipals', f => f.network({ bucketPolicyExemptPrincipals: token() })],
    ['vpcSubnets.subnets', f => f.existing({ vpcSubnets: { subnets: token() } })],
    ['vpcSubnets.subnetFilters', f => f.existing({ vpcSubnets: { subnetFilters: token() } })],
    ['subnets', f => f.imported({ subnets: token() })],
    ['securityGroups', f => f.imported({ securityGroups: token() })],
    ['buckets', f => f.imported({ buckets: token() })],
    ['controlPlaneSubnets', f => f.imported({ controlPlaneSubnets: token() })],
    ['jobs', f => f.monitoring({ jobs: token() })],
    ['targets', f => f.fleet({ targets: token() })],
    ['models', () => NeoFleetModels.fromList(token())],
    ['options.modelBuckets', f => NeoFleetModels.fromManifest(f.bucket, 'm.csv', NeoManifestFormat.CSV, { modelBuckets: token() })],
    ['acceptedFindings', f => NeoPrivacyValidation.addTo(f.stack, { acceptedFindings: token() })],
    ['paths', () => NeoModel.fromFiles(token(), { framework: NeoFramework.XGBOOST })],
  ])('as the list %s', (prop, give) => {
    expect(() => give(fixture())).toThrow(new RegExp(`^${prop.replace('options.', '(options.)?')} must be an array that is known at synthesis; got: a token`));
  });

  test.each<[string, (f: Fixture) => unknown]>([
    ['a job', f => f.job({ tags: token() })],
    ['a fleet', f => f.fleet({ tags: token() })],
    ['a task', f => NeoRunCompilationJob.jsonata(f.stack, 'Run', { ...f.one, compilationJobName: 'one', tags: token() })],
  ])('as the tags of %s', (__, give) => {
    expect(() => give(fixture())).toThrow(/^tags must be a map that is known at synthesis; got: a token/);
  });

  test.each<[string, (f: Fixture) => unknown]>([
    ['vpcConfig', f => f.job({ vpcConfig: token() })],
    ['logs', f => f.fleet({ logs: token() })],
    ['vpcSubnets', f => f.existing({ vpcSubnets: token() })],
    ['targets\\[0\\]', f => f.fleet({ targets: [token(), { target: NeoTarget.ML_C5 }] })],
    ['props', f => new NeoCompilationMonitoring(f.stack, 'Monitoring', token())],
  ])('as the struct %s', (prop, give) => {
    expect(() => give(fixture())).toThrow(new RegExp(`^${prop} must be an object that is known at synthesis; got: a token`));
  });
});
