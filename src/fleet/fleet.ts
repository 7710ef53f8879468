import { Duration, Names, Resource, Stack, Token, type IResource, type ITaggableV2, type TagManager } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { acknowledgeFindings, allowBuckets, createResults, readPolicy } from './fleet-access';
import { fleetDefinition } from './fleet-definition';
import type { NeoCompilationFleetProps } from './fleet-props';
import { otherOutputsBelow, validateAgainstModels, validateFleetProps, validatePlaces } from './fleet-props';
import { validatePayloads } from './plan';
import { UploadQueue } from './uploads';
import { compilationSettings } from '../compilation/compilation-settings';
import { jobTagManager, MAX_TAGS } from '../compilation/compilation-validation';
import { grantExecutionRole } from '../compilation/permissions';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { NeoOrphanedJobStopper } from '../stepfunctions-tasks/orphaned-job-stopper';
import { formatValue, NeoValidationError } from '../util/errors';
import { requireType, STRING } from '../util/prop-types';
import { GRANTEE } from '../util/resource-types';

/**
 * A compilation fleet that this stack creates or imports.
 */
export interface INeoCompilationFleet extends IResource {
  /**
   * The state machine. Its metrics count executions. With `startOnUpload`, uploads cause two executions: one queues them, and the other compiles them
   * when it is their turn.
   */
  readonly stateMachine: sfn.IStateMachine;

  /**
   * Lets a principal start executions.
   *
   * @param grantee the principal
   */
  grantStartExecution(grantee: iam.IGrantable): iam.Grant;
}

/**
 * Compiles many models for many targets, at most `maxConcurrentJobs` at a time, in a private network. It is a Step Functions state machine that
 * calls AWS services directly, without Lambda functions.
 *
 * An execution plans every pair of model and target, runs a compilation job for each pair, and ends with a manifest of results and failures in
 * `resultsBucket`. The name of a job is derived from the model's digest, the target and the options, so nothing is compiled twice, however
 * often executions are started. A redrive continues where an execution ended; an execution that is stopped, times out or fails stops its jobs.
 *
 * The input of an execution is `{}`, or an object with any of these members: `"prefix": "uploads/resnet/"` for some of the models of `fromPrefix`,
 * `"retryFailed": true` to repeat compilations that failed before, and `"toleratedFailurePercentage": 50`.
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
 *   maxConcurrentJobs: 20,
 *   outputBucket: bucket,
 *   startOnUpload: true,
 * });
 */
export class NeoCompilationFleet extends Resource implements INeoCompilationFleet, iam.IGrantable, ITaggableV2 {
  /**
   * Imports a fleet of another stack or app, by its state machine.
   *
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param stateMachineArn ARN of the fleet's state machine
   */
  public static fromStateMachineArn(scope: Construct, id: string, stateMachineArn: string): INeoCompilationFleet {
    requireType(scope, 'stateMachineArn', stateMachineArn, STRING);
    if (!Token.isUnresolved(stateMachineArn) && !/^arn:[^:]+:states:[^:]*:[^:]*:stateMachine:[^:]+$/.test(stateMachineArn)) {
      throw new NeoValidationError(`stateMachineArn must be the ARN of a state machine, such as arn:aws:states:us-east-1:111122223333:stateMachine:Fleet; got: ${formatValue(stateMachineArn)}`, scope);
    }
    const arn = Token.asString(stateMachineArn);
    class ImportedFleet extends Resource implements INeoCompilationFleet {
      public readonly stateMachine = sfn.StateMachine.fromStateMachineArn(this, 'StateMachine', arn);

      public grantStartExecution(grantee: iam.IGrantable): iam.Grant {
        requireType(this, 'grantee', grantee, GRANTEE);
        return this.stateMachine.grantStartExecution(grantee);
      }
    }
    return new ImportedFleet(scope, id, { environmentFromArn: arn });
  }

  /**
   * The state machine.
   */
  public readonly stateMachine: sfn.IStateMachine;

  /**
   * The bucket of plans, results and failures.
   */
  public readonly resultsBucket: s3.IBucket;

  /**
   * Prefix of the names of the fleet's jobs, unique in the account.
   */
  public readonly jobNamePrefix: string;

  /**
   * The role of the state machine.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * Collects the tags that `Tags.of` adds. The fleet's jobs get them as well.
   */
  public readonly cdkTagManager: TagManager;

  /**
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param props network, models, targets and limits
   */
  constructor(scope: Construct, id: string, props: NeoCompilationFleetProps) {
    super(scope, id);
    validateFleetProps(this, props, new.target !== NeoCompilationFleet);
    const { privateVpc } = props.vpcConfig;
    // The prefix is in lower case, because SageMaker writes ARNs in lower case, and IAM is case-sensitive.
    this.jobNamePrefix = Names.uniqueResourceName(this, { maxLength: 24, separator: '-' }).toLowerCase();
    const settings = compilationSettings(this, props);
    const source = props.models._bind({ scope: this, jobAccess: { role: settings.role, privateVpc } });
    validateAgainstModels(this, props, source);
    const undecidedPlaces = validatePlaces(this, { source, settings, jobNamePrefix: this.jobNamePrefix, resultsBucket: props.resultsBucket });
    const { listing } = source;
    if (listing) { this.node.addValidation({ validate: () => otherOutputsBelow(this, listing) }); }
    validatePayloads(this, { source, targets: props.targets });
    grantExecutionRole(this, settings);

    // The role is not a child of the state machine: the state machine depends on the network, whose bucket policies name this role.
    const role = new iam.Role(this, 'StateMachineRole', {
      roleName: this.roleName(privateVpc),
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
      description: 'Runs the SageMaker Neo compilation fleet (cdk-sagemaker-neo)',
    });
    this.grantPrincipal = role;
    this.cdkTagManager = jobTagManager(this, props.tags, MAX_TAGS.execution);
    this.resultsBucket = createResults(this, role, props.resultsBucket, privateVpc?.encryptionKey);
    readPolicy(source).forEach(statement => role.addToPrincipalPolicy(statement));
    allowBuckets(this, privateVpc, role, source, props.resultsBucket);

    const stateMachine = this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(fleetDefinition(this, {
        ...props,
        source,
        settings,
        undecidedPlaces,
        resultsBucket: this.resultsBucket,
        jobNamePrefix: this.jobNamePrefix,
        pollInterval: props.pollInterval ?? Duration.seconds(15),
        tagManager: this.cdkTagManager,
      })),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      role,
      timeout: props.timeout,
      logs: props.logs,
      tracingEnabled: props.tracingEnabled,
      comment: 'SageMaker Neo compilation fleet (cdk-sagemaker-neo)',
    });
    // This way, no job starts before the network is complete, and none is left when the network is deleted.
    if (privateVpc) { stateMachine.node.addDependency(privateVpc); }
    new NeoOrphanedJobStopper(this, 'StopJobs', { stateMachine, jobNamePrefix: `${this.jobNamePrefix}-` });
    if (props.startOnUpload) { new UploadQueue(this, 'Uploads', { listing: source.listing!, stateMachine, role }); }
    acknowledgeFindings(this);
  }

  /**
   * Lets a principal start executions.
   *
   * @param grantee the principal
   */
  public grantStartExecution(grantee: iam.IGrantable): iam.Grant {
    requireType(this, 'grantee', grantee, GRANTEE);
    return this.stateMachine.grantStartExecution(grantee);
  }

  /**
   * Returns a fixed name for the role if the network is in another stack, because that network's bucket policies name the role. A reference would
   * close a cycle, as the fleet refers to the network. The name contains the Region, because role names must be unique in an account.
   */
  private roleName(privateVpc: INeoPrivateCompilationVpc | undefined): string | undefined {
    if (!privateVpc || Stack.of(privateVpc) === this.stack) { return undefined; }
    const { region } = this.stack;
    const name = Names.uniqueResourceName(this, { maxLength: 48, separator: '-' });
    return Token.isUnresolved(region) ? name : `${name}-${region}`;
  }
}
