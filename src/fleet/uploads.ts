import { Duration, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as eventTargets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as pipes from 'aws-cdk-lib/aws-pipes';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IConstruct } from 'constructs';
import type { FleetSource } from './fleet-models';

/** The construct id of a bucket's notifications in CDK, which a function of CDK writes. */
const NOTIFICATIONS = 'Notifications';

/**
 * The input of an execution is limited to 256 KiB. So is the call that passes the input on, which contains it as JSON in JSON. A key has at most
 * 1,024 bytes, so a hundred keys fit, unless most of their characters are quotation marks or backslashes.
 */
const UPLOADS_PER_EXECUTION = 100;

/** Uploads within this time share an execution. */
const BATCHING_WINDOW = Duration.seconds(30);

/**
 * The pipe may receive a message a whole batching window before it starts the execution. With SQS's default of 30 seconds, it would receive the
 * message again in the meantime, and start two executions.
 */
const VISIBILITY_TIMEOUT = Duration.seconds(6 * BATCHING_WINDOW.toSeconds());

export interface UploadQueueProps {
  readonly listing: NonNullable<FleetSource['listing']>;
  readonly stateMachine: sfn.StateMachine;
  /** The role of the state machine. */
  readonly role: iam.Role;
}

/**
 * Starts executions for uploads. S3 sends events to EventBridge, a rule sends the keys of archives to a queue, and a pipe starts an execution for
 * every hundred keys, or for the keys of half a minute.
 */
export class UploadQueue extends Construct {
  constructor(scope: Construct, id: string, { listing, stateMachine, role }: UploadQueueProps) {
    super(scope, id);
    const { bucket, prefix } = listing;
    sendEvents(scope, bucket);
    const queue = new sqs.Queue(this, 'Queue', {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      visibilityTimeout: VISIBILITY_TIMEOUT,
      // Keys for which no execution could be started are kept for inspection.
      deadLetterQueue: { queue: new sqs.Queue(this, 'NotStarted', { enforceSSL: true, retentionPeriod: Duration.days(14) }), maxReceiveCount: 100 },
    });
    new events.Rule(this, 'Uploaded', {
      description: 'Model archives to compile',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [bucket.bucketName] },
          object: { key: [{ wildcard: `${Token.isUnresolved(prefix) ? prefix : prefix.replace(/[*\\]/g, '\\$&')}*.tar.gz` }] },
        },
      },
      targets: [new eventTargets.SqsQueue(queue, { message: events.RuleTargetInput.fromObject({ key: events.EventField.fromPath('$.detail.object.key') }) })],
    });

    const pipeRole = new iam.Role(this, 'PipeRole', {
      assumedBy: new iam.ServicePrincipal('pipes.amazonaws.com'),
      description: 'Starts the SageMaker Neo compilation fleet for uploads (cdk-sagemaker-neo)',
    });
    queue.grantConsumeMessages(pipeRole);
    stateMachine.grantStartExecution(pipeRole);
    const pipe = new pipes.CfnPipe(this, 'Pipe', {
      description: 'Uploaded model archives to the compilation fleet',
      roleArn: pipeRole.roleArn,
      source: queue.queueArn,
      sourceParameters: { sqsQueueParameters: { batchSize: UPLOADS_PER_EXECUTION, maximumBatchingWindowInSeconds: BATCHING_WINDOW.toSeconds() } },
      target: stateMachine.stateMachineArn,
      targetParameters: {
        inputTemplate: '{"key":<$.body.key>}',
        stepFunctionStateMachineParameters: { invocationType: 'FIRE_AND_FORGET' },
      },
    });
    // This policy is separate, because the state machine depends on the role's own policies, which therefore cannot refer to it.
    const turns = new iam.Policy(this, 'Turns', {
      roles: [role],
      statements: [new iam.PolicyStatement({ actions: ['states:ListExecutions'], resources: [stateMachine.stateMachineArn] })],
    });
    // EventBridge Pipes checks permissions when a pipe is created, and an upload may start an execution at once.
    pipe.node.addDependency(pipeRole, turns);
  }
}

/**
 * Lets a bucket send its events to EventBridge. If the bucket has no other notifications, CloudFormation can set this.
 * `enableEventBridgeNotification` would add a function that may change the notifications of every bucket of the account.
 */
function sendEvents(scope: IConstruct, bucket: s3.IBucket): void {
  const { defaultChild } = bucket.node;
  if (!(defaultChild instanceof s3.CfnBucket) || bucket.node.tryFindChild(NOTIFICATIONS)) {
    bucket.enableEventBridgeNotification();
    return;
  }
  defaultChild.addPropertyOverride('NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled', true);
  // The function of notifications that are added later would overwrite this setting.
  scope.node.addValidation({
    validate: () => bucket.node.tryFindChild(NOTIFICATIONS)
      ? [`bucket ${bucket.node.path} has notifications that were added after the fleet and would overwrite its events: `
        + 'give it eventBridgeEnabled: true, or add them before the fleet']
      : [],
  });
}
