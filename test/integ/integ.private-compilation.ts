import { Match } from '@aws-cdk/integ-tests-alpha';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IntegCase, smallModel, TEMPORARY } from './case';
import { NeoCompilationJob, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

/** The library's defaults: nothing but a bucket is given. */
const integ = new IntegCase('NeoIntegPrivateCompilation');
NeoPrivacyValidation.addTo(integ.app);

const bucket = new s3.Bucket(integ.stack, 'Compiled', TEMPORARY);
const network = new NeoPrivateCompilationVpc(integ.stack, 'Network', { buckets: [bucket] });
const job = new NeoCompilationJob(integ.stack, 'Job', { vpcConfig: network.vpcConfig, model: smallModel(), target: NeoTarget.ML_C5, outputBucket: bucket });

integ.expectCompleted(job.jobName, {
  CompilationJobArn: job.jobArn,
  ModelArtifacts: { S3ModelArtifacts: job.modelArtifactsUri },
  InferenceImage: job.inferenceImage,
  VpcConfig: { Subnets: Match.arrayWith([network.vpcConfig.subnets[0]]) },
}).next(integ.expectArtifact(bucket));
