import * as path from 'path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
// In your own app, import from 'cdk-sagemaker-neo'.
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';
import { makeModel } from '../private-compilation/model/make-model';
import { INPUT } from '../private-compilation/model/stripes';

/** Represents the existing VPC, with public subnets, private subnets with a NAT gateway, and isolated subnets. One group of isolated subnets is for models. */
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
  /** The company's VPC. Without it, the VPC with this ID is looked up. */
  readonly vpc?: ec2.IVpc;
  readonly vpcId?: string;
}

/** What the team that compiles models adds to the VPC. */
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
      // Each instance needs two addresses in each subnet, or the synthesis fails. These subnets have 64 addresses, and AWS reserves five.
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

  /** The role follows the company's rules, for example with a path and a maximum session duration. The network adds the permissions that jobs need, and checks the trust policy. */
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
