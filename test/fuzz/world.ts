import { App, CfnParameter, Stack, type CfnParameterProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

export const HERE = { account: '111122223333', region: 'us-east-1' };

/** What makes a synthesis fast, and alters no template. */
const QUICK = {
  'aws:cdk:disable-asset-staging': true,
  'aws:cdk:disable-stack-trace': true,
  '@aws-cdk/core:disableGitSource': true,
};

/**
 * An app with a stack that several cases share, each in a scope of its own. What they may need is made when it is first asked for.
 */
export class World {
  public readonly app = new App({ analyticsReporting: false, treeMetadata: false, context: QUICK });
  public readonly stack: Stack;
  private readonly parts = new Map<string, unknown>();
  private made = 0;

  /** @param isKnown whether account and Region are known at synthesis */
  constructor(public readonly isKnown: boolean) {
    this.stack = new Stack(this.app, 'Stack', isKnown ? { env: HERE } : {});
  }

  public get bucket(): s3.Bucket { return this.part('Bucket', id => new s3.Bucket(this.stack, id)); }
  public get key(): kms.Key { return this.part('Key', id => new kms.Key(this.stack, id)); }
  public get role(): iam.Role { return this.part('Role', id => new iam.Role(this.stack, id, { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') })); }

  public get network(): NeoPrivateCompilationVpc {
    return this.part('Network', id => new NeoPrivateCompilationVpc(this.stack, id, { buckets: [this.bucket], s3PrefixList: this.s3PrefixList }));
  }

  public get s3PrefixList(): ec2.IPrefixList { return this.part('PrefixList', id => ec2.PrefixList.fromPrefixListId(this.stack, id, 'pl-63a5400a')); }

  public get vpc(): ec2.Vpc {
    return this.part('Vpc', id => new ec2.Vpc(this.stack, id, { subnetConfiguration: ['Own', 'Functions'].map(name => ({ name, subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 })), maxAzs: 2 }));
  }

  public get model(): NeoModel { return this.part('model', () => NeoModel.fromBucket(this.bucket, 'models/resnet.tar.gz', OPTIONS)); }

  public get job(): NeoCompilationJob {
    return this.part('Job', id => new NeoCompilationJob(this.stack, id, { vpcConfig: this.network.vpcConfig, model: this.model, target: NeoTarget.ML_C5, outputBucket: this.bucket }));
  }

  public otherStack(id: string, env: { account?: string; region?: string } = {}): Stack {
    return this.part(id, () => new Stack(this.app, id, this.isKnown ? { env: { ...HERE, ...env } } : {}));
  }

  public parameter(type: NonNullable<CfnParameterProps['type']>): CfnParameter {
    return new CfnParameter(this.stack, `Parameter${this.made++}`, { type });
  }

  /** Something of the app, made once. */
  public part<T>(id: string, make: (id: string) => T): T {
    if (!this.parts.has(id)) { this.parts.set(id, make(id)); }
    return this.parts.get(id) as T;
  }

  /** Where a case makes its constructs. */
  public scope(id: string): Construct { return new Construct(this.stack, id); }

  /** Take a case that was refused out of the app. */
  public drop(scope: Construct): void { this.stack.node.tryRemoveChild(scope.node.id); }

  /** All templates. */
  public synth(): any[] { return this.app.synth().stacks.map(({ template }) => template); }

  /** An imported thing, or another one that is made anew for each case. */
  public anew<T>(make: (scope: Construct, id: string) => T): T { return make(this.stack, `Anew${this.made++}`); }
}

export const OPTIONS = { framework: NeoFramework.PYTORCH_1_13, dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224) };
