/* eslint-disable @typescript-eslint/no-require-imports */
import type * as cloudformation from '@aws-sdk/client-cloudformation';
import type * as eventbridge from '@aws-sdk/client-eventbridge';
import type * as s3 from '@aws-sdk/client-s3';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type * as sfn from '@aws-sdk/client-sfn';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE, type CompilationOutcome } from '../compilation-job-properties';

/** Everything outside the handler. Tests replace it. */
export interface Dependencies {
  readonly sagemaker: SageMakerClient;
  readonly artifacts: Pick<Artifacts, 'delete'>;
  readonly stackResources: Pick<StackResources, 'describe' | 'stackStatus'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Writes a line of JSON to the function's log. Never pass an event: it contains a presigned URL. */
  readonly log: (entry: Record<string, unknown>) => void;
  /** Receives the outcomes of jobs. Undefined if the stack has no rule for them. */
  readonly eventBus?: Pick<EventBus, 'put'>;
}

/*
 * The following clients are loaded when they are first used: most requests do not need them, and loading takes most of a cold start. They use
 * require(), because Jest cannot run import().
 */

/** Compiled models in S3. */
export class Artifacts {
  private client?: s3.S3;

  constructor(private readonly config: s3.S3ClientConfig) {}

  public async delete(bucket: string, key: string): Promise<void> {
    this.client ??= new (require('@aws-sdk/client-s3') as typeof s3).S3(this.config);
    await this.client.deleteObject({ Bucket: bucket, Key: key });
  }
}

/** The status of a stack and its resources. */
export class StackResources {
  private loaded?: cloudformation.CloudFormation;

  constructor(private readonly config: cloudformation.CloudFormationClientConfig) {}

  /** @returns the status, such as `CREATE_IN_PROGRESS`, and the physical id */
  public async describe(stackId: string, logicalResourceId: string): Promise<{ readonly status?: string; readonly physicalId?: string }> {
    const { StackResourceDetail } = await this.client.describeStackResource({ StackName: stackId, LogicalResourceId: logicalResourceId });
    return { status: StackResourceDetail?.ResourceStatus, physicalId: StackResourceDetail?.PhysicalResourceId };
  }

  /** @returns the status, such as `UPDATE_ROLLBACK_IN_PROGRESS` */
  public async stackStatus(stackId: string): Promise<string | undefined> {
    const { Stacks } = await this.client.describeStacks({ StackName: stackId });
    return Stacks?.[0]?.StackStatus;
  }

  private get client(): cloudformation.CloudFormation {
    return this.loaded ??= new (require('@aws-sdk/client-cloudformation') as typeof cloudformation).CloudFormation(this.config);
  }
}

/** The event bus for outcomes. */
export class EventBus {
  private client?: eventbridge.EventBridge;

  constructor(private readonly name: string, private readonly config: eventbridge.EventBridgeClientConfig) {}

  public async put(outcome: CompilationOutcome): Promise<void> {
    this.client ??= new (require('@aws-sdk/client-eventbridge') as typeof eventbridge).EventBridge(this.config);
    const { Entries } = await this.client.putEvents({
      Entries: [{
        EventBusName: this.name,
        Source: EVENT_SOURCE,
        DetailType: EVENT_DETAIL_TYPE,
        Resources: outcome.jobArn ? [outcome.jobArn] : [],
        Detail: JSON.stringify(outcome),
      }],
    });
    // The call succeeds even if the entry is rejected.
    const refused = Entries?.find(entry => entry.ErrorCode);
    if (refused) { throw Object.assign(new Error(refused.ErrorMessage), { name: refused.ErrorCode }); }
  }
}

/** The waiter. */
export class StateMachine {
  private client?: sfn.SFN;

  constructor(private readonly stateMachineArn: string, private readonly config: sfn.SFNClientConfig) {}

  /** Does nothing if an execution with this name and input is already running. */
  public async start(name: string, input: object): Promise<void> {
    this.client ??= new (require('@aws-sdk/client-sfn') as typeof sfn).SFN(this.config);
    await this.client.startExecution({ stateMachineArn: this.stateMachineArn, name, input: JSON.stringify(input) });
  }
}
