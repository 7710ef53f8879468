import { Names, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as eventTargets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { allowBuckets, readPolicy } from './fleet-access';
import { fleetDefinition } from './fleet-definition';
import type { NeoCompilationFleetProps } from './fleet-props';
import type { FleetSource } from './fleet-source';
import { validateAgainstModels, validateFleetProps } from './fleet-validation';
import { fleetResults } from './results';
import { sendEvents } from './upload-events';
import { settingsRequest } from '../compilation/compilation-request';
import { compilationSettings } from '../compilation/compilation-settings';
import { grantExecutionRole } from '../compilation/execution-role';
import { explainFleet } from '../stepfunctions-tasks/explained-findings';
import { DEFAULT_POLL_INTERVAL } from '../stepfunctions-tasks/poll-interval';
import { NeoStopJobsWithExecution } from '../stepfunctions-tasks/stop-jobs-with-execution';

/** Of one model: a target that fails does not stop the others, and the execution fails when all of them do. */
const ALL_BUT_ONE_PERCENT = 99;

/**
 * Compiles many models for many targets, at most `quota` at a time, in a private network: a Step Functions state machine, made of service
 * integrations alone.
 *
 * An execution plans every pair of model and target, then runs a compilation job for each, and ends with a manifest of results and failures in
 * `resultsBucket`. The name of a job follows from the model's digest, the target and the options, so the same is never compiled twice, however
 * often and from wherever an execution is started. A redrive continues; an execution that is stopped, times out or fails stops its jobs.
 *
 * Input of an execution: `{}`, or any of `{"prefix": "uploads/resnet/"}` for some of the models of `fromPrefix`, `{"retryFailed": true}` to compile
 * again what has failed before, and `{"toleratedFailurePercentage": 50}`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 *
 * @example
 * declare const network: NeoPrivateCompilationVpc;
 * declare const bucket: s3.Bucket;
 * new NeoCompilationFleet(this, 'Fleet', {
 *   vpcConfig: network.vpcConfig,
 *   models: NeoFleetModels.fromPrefix(bucket, 'uploads/', { framework: NeoFramework.XGBOOST }),
 *   targets: [{ target: NeoTarget.ML_C5 }, { target: NeoTarget.ML_M5 }],
 *   quota: 20,
 *   outputBucket: bucket,
 *   startOnUpload: true,
 * });
 */
export class NeoCompilationFleet extends Construct implements iam.IGrantable {
  /**
   * The state machine.
   */
  public readonly stateMachine: sfn.StateMachine;

  /**
   * Where plans, results and failures are.
   */
  public readonly resultsBucket: s3.IBucket;

  /**
   * What the names of the fleet's jobs begin with, and no other job's of the account.
   */
  public readonly jobNamePrefix: string;

  /**
   * The state machine's principal.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * @param scope construct that it becomes a part of
   * @param id construct id, unique in the scope
   * @param props network, models, targets and quota
   */
  constructor(scope: Construct, id: string, props: NeoCompilationFleetProps) {
    super(scope, id);
    validateFleetProps(this, props);
    const { privateVpc } = props.vpcConfig;
    const settings = compilationSettings(this, props);
    const source = props.models._bind({ scope: this, jobAccess: { role: settings.role, privateVpc } });
    validateAgainstModels(this, props, source);
    grantExecutionRole(this, settings);

    // Not inside the state machine: that waits for the network, and the network's bucket policies name this role.
    const role = new iam.Role(this, 'StateMachineRole', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
      description: 'Runs the SageMaker Neo compilation fleet (cdk-sagemaker-neo)',
    });
    this.grantPrincipal = role;
    const results = fleetResults(this, role, props.resultsBucket, privateVpc?.encryptionKey);
    this.resultsBucket = results.bucket;
    readPolicy(source).forEach(statement => role.addToPrincipalPolicy(statement));
    allowBuckets(this, privateVpc, role, source, props.resultsBucket);
    // Lower case: SageMaker writes ARNs so, and IAM compares them.
    this.jobNamePrefix = Names.uniqueResourceName(this, { maxLength: 24, separator: '-' }).toLowerCase();

    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(fleetDefinition(this, {
        source,
        results,
        targets: props.targets,
        quota: props.quota,
        toleratedFailurePercentage: props.toleratedFailurePercentage ?? 10,
        jobNamePrefix: this.jobNamePrefix,
        outputUri: settings.outputUri,
        outputKeyArn: settings.outputEncryptionKey?.keyArn,
        role: settings.role,
        pollInterval: props.pollInterval ?? DEFAULT_POLL_INTERVAL,
        common: settingsRequest(settings),
        tags: props.tags,
      })),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      role,
      timeout: props.timeout,
      logs: props.logs,
      tracingEnabled: props.tracingEnabled,
      comment: 'SageMaker Neo compilation fleet (cdk-sagemaker-neo)',
    });
    // No job before its network is there; none left when it goes.
    if (privateVpc) { this.stateMachine.node.addDependency(privateVpc); }
    new NeoStopJobsWithExecution(this, 'StopJobs', { stateMachine: this.stateMachine, jobNamePrefix: `${this.jobNamePrefix}-` });
    if (props.startOnUpload) { this.startOnUpload(source.listing!, props.toleratedFailurePercentage ?? ALL_BUT_ONE_PERCENT); }
    explainFleet(this);
  }

  /**
   * Let someone start the fleet.
   *
   * @param grantee a principal that may start executions
   */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine.grantStartExecution(grantee);
  }

  private startOnUpload({ bucket, prefix }: NonNullable<FleetSource['listing']>, toleratedFailurePercentage: number) {
    sendEvents(this, bucket);
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
      targets: [new eventTargets.SfnStateMachine(this.stateMachine, {
        input: events.RuleTargetInput.fromObject({ prefix: events.EventField.fromPath('$.detail.object.key'), toleratedFailurePercentage }),
      })],
    });
  }
}
