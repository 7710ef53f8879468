import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { C5, LocalFleet } from './fleet-harness';
import * as neo from '../../src';

const SHAPE = neo.NeoDataInputShape.of('input0', 1, 3, 224, 224);

/** A fleet in a network with a key, and a task there. */
function encrypted({ bucketKey, fleetProps }: { bucketKey?: boolean; fleetProps?: (stack: Stack) => Partial<neo.NeoCompilationFleetProps> } = {}) {
  const stack = new Stack(new App(), 'Stack');
  const models = new s3.Bucket(stack, 'Models');
  const outputBucket = new s3.Bucket(stack, 'Output', { encryptionKey: bucketKey ? new kms.Key(stack, 'BucketKey') : undefined });
  const key = new kms.Key(stack, 'Key');
  const { vpcConfig } = new neo.NeoPrivateCompilationVpc(stack, 'Network', { buckets: [models, outputBucket], encryptionKey: key });
  const source = { framework: neo.NeoFramework.PYTORCH_1_8, dataInputShape: SHAPE };
  new neo.NeoCompilationFleet(stack, 'Fleet', {
    vpcConfig, outputBucket, targets: [C5], maxConcurrentJobs: 4, models: neo.NeoFleetModels.fromPrefix(models, 'models/', source), ...fleetProps?.(stack),
  });
  const task = neo.NeoCreateCompilationJob.jsonPath(stack, 'Task', {
    vpcConfig, outputBucket, target: C5.target, compilationJobName: 'job', model: neo.NeoModel.fromBucket(models, 'models/a.tar.gz', source),
  });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(task) });
  return { stack, task: stack.resolve(task.toStateJson()) as any, keyArn: stack.resolve(key.keyArn) };
}

/** What the fleet asks SageMaker for, when it runs. */
async function requested(stack: Stack) {
  const local = new LocalFleet(stack);
  local.place('models/a.tar.gz');
  await local.run();
  const [{ request }] = local.records('COMPLETED');
  return { keyId: request.OutputConfig!.KmsKeyId, arnOf: (part: string) => local.template.resolve({ 'Fn::GetAtt': [keyId(stack, part), 'Arn'] }) };
}

const keyId = (stack: Stack, part: string) => Object.keys(Template.fromStack(stack).findResources('AWS::KMS::Key')).find(id => id.startsWith(part))!;

describe('one key of the network', () => {
  const { stack, task, keyArn } = encrypted();

  test('encrypts what the fleet compiles, and what a task does', async () => {
    const { keyId: used, arnOf } = await requested(stack);
    expect(used).toBe(arnOf('Key'));
    expect(task.Parameters.OutputConfig.KmsKeyId).toEqual(keyArn);
  });

  test('may be used by the role of the jobs', () => {
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([{ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'], Resource: keyArn }]) },
      Roles: [{ Ref: Match.stringLikeRegexp('^NetworkRole') }],
    });
  });

  test('encrypts the bucket for results, which the state machine may write and read', () => {
    const template = Template.fromStack(stack);
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn },
          }],
        },
        VersioningConfiguration: { Status: 'Enabled' },
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['kms:Decrypt', 'kms:GenerateDataKey']), Resource: keyArn })]) },
      Roles: [{ Ref: Match.stringLikeRegexp('^FleetStateMachineRole') }],
    });
  });
});

test('the output bucket\'s own key goes before the network\'s', async () => {
  const { stack, task } = encrypted({ bucketKey: true });
  expect((await requested(stack)).keyId).toBeUndefined();
  expect(task.Parameters.OutputConfig.KmsKeyId).toBeUndefined();
});

test('the fleet\'s own key goes before all others', async () => {
  const { stack } = encrypted({ bucketKey: true, fleetProps: scope => ({ outputEncryptionKey: new kms.Key(scope, 'FleetKey') }) });
  const { keyId: used, arnOf } = await requested(stack);
  expect(used).toBe(arnOf('FleetKey'));
});
