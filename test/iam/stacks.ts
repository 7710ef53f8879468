import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { DeployedStack } from './deployed-stack';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoExecutionModel, NeoFleetModels, NeoManifestFormat, NeoModel, NeoPrivateCompilationVpc,
  NeoRunCompilationJob, NeoOrphanedJobStopper, NeoTarget,
} from '../../src';
import { archive, OPTIONS } from '../compilation-job/fixture';

/** Templates of the stacks, for tests that spoil one before they ask. */
export interface Templates {
  readonly Models: any;
  readonly Others: any;
  readonly Closed: any;
  readonly Fleets: any;
}

/**
 * Two ordinary stacks, so that each has a stranger next door, one with a private control plane, and one with fleets and tasks.
 */
export function synthesize(): Templates {
  const app = new App();
  const [models, others, closed, fleets] = [modelStack(app, 'Models'), modelStack(app, 'Others'), modelStack(app, 'Closed', true), fleetStack(app)];
  return { Models: templateOf(models), Others: templateOf(others), Closed: templateOf(closed), Fleets: templateOf(fleets) };
}

/** The stacks as they would be deployed. */
export type Stacks = { readonly [name in keyof Templates]: DeployedStack };

export function deploy(templates: Templates): Stacks {
  return {
    Models: new DeployedStack('Models', templates.Models),
    Others: new DeployedStack('Others', templates.Others),
    Closed: new DeployedStack('Closed', templates.Closed),
    Fleets: new DeployedStack('Fleets', templates.Fleets),
  };
}

/** Logical IDs of the roles that every stack has. */
export const JOB_ROLE = /^NeoRole[0-9A-F]{8}$/;
export const HANDLER_ROLE = /HandlerRole[0-9A-F]{8}$/;

const templateOf = (stack: Stack) => Template.fromStack(stack).toJSON();

function modelStack(app: App, id: string, privateControlPlane = false): Stack {
  const stack = new Stack(app, id);
  const role = (name: string) => new iam.Role(stack, name, { assumedBy: new iam.AccountRootPrincipal() });
  const bucket = new s3.Bucket(stack, 'Bucket', {
    encryptionKey: new kms.Key(stack, 'Key'),
    autoDeleteObjects: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const uploader = role('Uploader');
  bucket.grantReadWrite(uploader);
  const { vpcConfig } = new NeoPrivateCompilationVpc(stack, 'Neo', {
    buckets: [bucket],
    bucketPolicyExemptPrincipals: [uploader],
    encryptionKey: bucket.encryptionKey,
    privateControlPlane,
  });
  const job = { vpcConfig, target: NeoTarget.ML_C5, outputBucket: bucket, model: NeoModel.fromBucket(bucket, 'models/resnet.tar.gz', OPTIONS) };
  const resnet = new NeoCompilationJob(stack, 'Resnet', { ...job, deleteArtifacts: true });
  resnet.grantReadArtifactsOutsideEndpoint(role('Device'));
  new NeoCompilationJob(stack, 'Asset', { ...job, model: NeoModel.fromAsset(archive(), OPTIONS) });
  new NeoCompilationJob(stack, 'Fixed', { ...job, compilationJobName: `${id.toLowerCase()}-resnet` });
  return stack;
}

/** A fleet of a prefix, one of a manifest, and a state machine with a task, all in one network and with one key. */
function fleetStack(app: App): Stack {
  const stack = new Stack(app, 'Fleets');
  const bucket = new s3.Bucket(stack, 'Bucket', { encryptionKey: new kms.Key(stack, 'Key') });
  const { vpcConfig } = new NeoPrivateCompilationVpc(stack, 'Neo', { buckets: [bucket], encryptionKey: bucket.encryptionKey });
  const fleet = { vpcConfig, outputBucket: bucket, maxConcurrentJobs: 4, targets: [{ target: NeoTarget.ML_C5 }] };
  new NeoCompilationFleet(stack, 'Fleet', { ...fleet, models: NeoFleetModels.fromPrefix(bucket, 'uploads/', OPTIONS), startOnUpload: true });
  new NeoCompilationFleet(stack, 'Listed', { ...fleet, models: NeoFleetModels.fromManifest(bucket, 'manifests/models.csv', NeoManifestFormat.CSV, OPTIONS) });

  const compile = NeoRunCompilationJob.jsonata(stack, 'Compile', {
    vpcConfig,
    outputBucket: bucket,
    compilationJobName: '{% $states.input.name %}',
    compilationJobNamePattern: 'nightly-*',
    model: NeoExecutionModel.fromS3Uri('{% $states.input.uri %}', { ...OPTIONS, bucket, objectKeyPattern: 'uploads/*' }),
    target: NeoTarget.ML_C5,
    timeout: Duration.hours(1),
  });
  const stateMachine = new sfn.StateMachine(stack, 'Nightly', { definitionBody: sfn.DefinitionBody.fromChainable(compile) });
  new NeoOrphanedJobStopper(stack, 'StopNightly', { stateMachine, jobNamePrefix: 'nightly-' });
  return stack;
}
