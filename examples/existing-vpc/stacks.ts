import * as path from 'path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
// In an app of your own: from 'cdk-sagemaker-neo'.
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';
import { makeModel } from '../private-compilation/model/make-model';
import { INPUT } from '../private-compilation/model/stripes';

/** Stands for the VPC that is there already: public subnets, private ones with a NAT gateway, and isolated ones, of which one group is for models. */
export class CompanyNetwork extends Stack {
  public readonly vpc: ec2.Vpc;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 1,
      subnetConfiguration: [
        { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'Services', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
        { name: 'Databases', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
        { name: 'Models', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
      ],
    });
  }
}

export interface CompilationProps extends StackProps {
  /** The company's VPC; without it, the VPC of this ID is looked up. */
  readonly vpc?: ec2.IVpc;
  readonly vpcId?: string;
}

/** What the team that compiles adds to it. */
export class Compilation extends Stack {
  constructor(scope: Construct, id: string, { vpc, vpcId, ...props }: CompilationProps) {
    super(scope, id, props);
    const archive = path.join(__dirname, 'stripes.tar.gz');
    makeModel(archive);
    const compiled = new s3.Bucket(this, 'Compiled', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
    });

    const network = new NeoPrivateCompilationVpc(this, 'Network', {
      buckets: [compiled],
      vpc: vpc ?? ec2.Vpc.fromLookup(this, 'Vpc', { vpcId }),
      vpcSubnets: { subnetGroupName: 'Models' },
      // Two addresses for each in each of the subnets, or the synthesis fails: these have 64, of which AWS takes five.
      maxConcurrentInstances: 29,
      role: this.companyRole(),
      flowLogs: true,
    });

    const job = new NeoCompilationJob(this, 'Stripes', {
      vpcConfig: network.vpcConfig,
      model: NeoModel.fromAsset(archive, {
        framework: NeoFramework.ONNX,
        dataInputShape: NeoDataInputShape.of(INPUT.name, ...INPUT.shape),
      }),
      target: NeoTarget.ML_C5,
      outputBucket: compiled,
    });
    new CfnOutput(this, 'ModelArtifactsUri', { value: job.modelArtifactsUri });
  }

  /** As the company wants its roles: with a path and a limit on sessions, say. The network gives it the permissions that jobs need, and looks at its trust. */
  private companyRole(): iam.Role {
    const arn = this.formatArn({ service: 'sagemaker', resource: 'compilation-job', resourceName: '*' });
    return new iam.Role(this, 'JobRole', {
      path: '/machine-learning/',
      description: 'Compilation jobs of SageMaker Neo',
      assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account }, ArnLike: { 'aws:SourceArn': arn } },
      }),
    });
  }
}
