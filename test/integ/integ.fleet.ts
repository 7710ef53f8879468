import { ExpectedResult } from '@aws-cdk/integ-tests-alpha';
import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IntegCase, smallModel, TEMPORARY } from './case';
import { NeoCompilationFleet, NeoFleetModels, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

/** One model for an instance and for a device, compiled by the fleet's state machine. */
const integ = new IntegCase('NeoIntegFleet');

const bucket = new s3.Bucket(integ.stack, 'Compiled', TEMPORARY);
const network = new NeoPrivateCompilationVpc(integ.stack, 'Network', { buckets: [bucket], maxConcurrentInstances: 2 });
const fleet = new NeoCompilationFleet(integ.stack, 'Fleet', {
  vpcConfig: network.vpcConfig,
  models: NeoFleetModels.fromList([smallModel()]),
  targets: [{ target: NeoTarget.ML_C5 }, { target: NeoTarget.RASP4B }],
  outputBucket: bucket,
  resultsBucket: new s3.Bucket(integ.stack, 'Results', TEMPORARY),
  maxConcurrentJobs: 2,
});

const start = integ.assertions.awsApiCall('StepFunctions', 'startExecution', { stateMachineArn: fleet.stateMachine.stateMachineArn });
const execution = integ.assertions.awsApiCall('StepFunctions', 'describeExecution', { executionArn: start.getAttString('executionArn') })
  .expect(ExpectedResult.objectLike({ status: 'SUCCEEDED' }))
  .waitForAssertions({ totalTimeout: Duration.minutes(55), interval: Duration.seconds(30) });
start.next(execution).next(integ.expectArtifact(bucket));
