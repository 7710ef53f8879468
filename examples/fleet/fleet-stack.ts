import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
// In your own app, import from 'cdk-sagemaker-neo'.
import {
  NeoCompilationFleet, NeoCompilerOptions, NeoDataInputShape, NeoFleetModels, NeoFramework, NeoPrivateCompilationVpc, NeoTarget,
} from '../../src';

export interface FleetStackProps extends StackProps {
  /** The account's quota of concurrent compilation jobs. */
  readonly quota: number;
}

/** Compiles every model below `models/` for a cloud instance and three devices, when it is uploaded and whenever the fleet is started. */
export class FleetStack extends Stack {
  constructor(scope: Construct, id: string, { quota, ...props }: FleetStackProps) {
    super(scope, id, props);
    const closed: s3.BucketProps = {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
    };
    const models = new s3.Bucket(this, 'Models', closed);
    const compiled = new s3.Bucket(this, 'Compiled', closed);
    const network = new NeoPrivateCompilationVpc(this, 'Network', { buckets: [models, compiled], maxConcurrentInstances: quota });

    const fleet = new NeoCompilationFleet(this, 'Fleet', {
      vpcConfig: network.vpcConfig,
      models: NeoFleetModels.fromPrefix(models, 'models/', {
        framework: NeoFramework.PYTORCH_1_8,
        dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
      }),
      targets: [
        { target: NeoTarget.ML_C5 },
        { target: NeoTarget.RASP4B },
        { target: NeoTarget.RK3399 },
        { target: NeoTarget.JETSON_NANO, compilerOptions: NeoCompilerOptions.nvidia({ gpuCode: 'sm_53', trtVersion: '6.0.1', cudaVersion: '10.0' }) },
      ],
      outputBucket: compiled,
      maxConcurrentJobs: quota,
      startOnUpload: true,
    });
    new CfnOutput(this, 'StateMachineArn', { value: fleet.stateMachine.stateMachineArn });
  }
}
