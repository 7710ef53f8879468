import { App, type AppProps, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import {
  NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget, type NeoPrivateCompilationVpcProps,
} from '../../src';
import { type NeoAcceptedFinding, evaluate, type PrivacyReport } from '../../src/privacy-validation/report/privacy-report';
import { type AppFacts, TemplateSet } from '../../src/privacy-validation/template/template-set';

/** A private network with a bucket and a job, as users build it, for tests to open. */
export class PrivateStack extends Stack {
  public readonly bucket: s3.Bucket;
  public readonly network: NeoPrivateCompilationVpc;
  public readonly job: NeoCompilationJob;

  constructor(scope: Construct, id = 'Private', props: StackProps = {}, networkProps: (stack: Stack) => Partial<NeoPrivateCompilationVpcProps> = () => ({})) {
    super(scope, id, props);
    this.bucket = new s3.Bucket(this, 'Models', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
    this.network = new NeoPrivateCompilationVpc(this, 'Network', { buckets: [this.bucket], ...networkProps(this) });
    this.job = compile(this, 'Job', this);
  }

  public get routeTableId(): string {
    return this.network.subnets[0].routeTable.routeTableId;
  }

  public l1<T>(construct: { node: { defaultChild?: any } }): T {
    return construct.node.defaultChild as T;
  }

  public get cfnVpc() { return this.l1<ec2.CfnVPC>(this.network.vpc); }
  public get cfnSubnet() { return this.l1<ec2.CfnSubnet>(this.network.subnets[0]); }
  public get cfnGroup() { return this.l1<ec2.CfnSecurityGroup>(this.network.securityGroup); }
  public get cfnEndpoint() { return this.l1<ec2.CfnVPCEndpoint>(this.network.s3Endpoint); }
  public get cfnBucket() { return this.l1<s3.CfnBucket>(this.bucket); }
  public get cfnBucketPolicy() { return this.l1<s3.CfnBucketPolicy>(this.bucket.policy!); }
  public get cfnJob() { return this.l1<any>(this.job); }
}

export function compile(scope: Stack, id: string, { network, bucket }: { network: NeoPrivateCompilationVpc; bucket: s3.IBucket }): NeoCompilationJob {
  return new NeoCompilationJob(scope, id, {
    vpcConfig: network.vpcConfig,
    outputBucket: bucket,
    target: NeoTarget.ML_C5,
    model: NeoModel.fromBucket(bucket, 'model.tar.gz', {
      framework: NeoFramework.PYTORCH_2_0,
      dataInputShape: NeoDataInputShape.of('input', 1, 3, 224, 224),
    }),
  });
}

export function newApp(props: AppProps = {}): App {
  return new App({ analyticsReporting: false, ...props });
}

/** Apply all rules to what an app synthesizes, as the validation does. */
export function reportOf(app: App, accepted: NeoAcceptedFinding[] = [], facts: AppFacts = {}): PrivacyReport {
  const { stacksRecursively: artifacts } = app.synth();
  const known = (value: string) => value.startsWith('unknown-') ? undefined : value;
  const stacks = new Map(artifacts.map(({ templateFullPath, stackName, environment: { account, region } }) =>
    [templateFullPath, { name: stackName, account: known(account), region: known(region) }]));
  return evaluate(TemplateSet.fromFiles([...stacks.keys()], { stacks, ...facts }), accepted, 'test');
}

/** IDs of the rules that an app breaks. */
export function brokenRules(report: PrivacyReport): string[] {
  return report.rules.filter(({ status }) => status === 'fail').map(({ id }) => id);
}
