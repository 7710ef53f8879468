/** The network in one stack and what uses it in others, once for each way in which CDK can refer across stacks; app.py is the same. */
import * as path from 'path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoCompilationMonitoring, NeoCompiledModel, NeoFleetModels, NeoFramework, NeoModel, NeoPrivacyValidation,
  NeoPrivateCompilationVpc, NeoTarget,
} from '../../../src';

for (const references of ['strong', 'weak', 'both']) {
  const app = new App({ outdir: path.join(process.env.CDK_OUTDIR!, references), context: { '@aws-cdk/core:defaultCrossStackReferences': references } });
  NeoPrivacyValidation.addTo(app);
  const [networkStack, jobs, operations] = ['Network', 'Jobs', 'Operations'].map(id => new Stack(app, id));
  const bucket = new s3.Bucket(networkStack, 'Models', { enforceSSL: true });
  const network = new NeoPrivateCompilationVpc(networkStack, 'Neo', { buckets: [bucket] });
  const job = new NeoCompilationJob(jobs, 'Job', {
    vpcConfig: network.vpcConfig,
    model: NeoModel.fromBucket(bucket, 'models/trees.tar.gz', { framework: NeoFramework.XGBOOST }),
    target: NeoTarget.ML_C5,
    outputBucket: bucket,
  });
  const fleet = new NeoCompilationFleet(jobs, 'Fleet', {
    vpcConfig: network.vpcConfig,
    models: NeoFleetModels.fromPrefix(bucket, 'fleet/', { framework: NeoFramework.XGBOOST }),
    targets: [{ target: NeoTarget.ML_C5 }],
    outputBucket: bucket,
    maxConcurrentJobs: 4,
  });
  const model = new NeoCompiledModel(operations, 'Model', { job });
  new NeoCompilationMonitoring(operations, 'Monitoring', { jobs: [job] });
  new CfnOutput(operations, 'ModelName', { value: model.modelName });
  new CfnOutput(operations, 'FleetArn', { value: fleet.stateMachine.stateMachineArn });
  app.synth();
}
