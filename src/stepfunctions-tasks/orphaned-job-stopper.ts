import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ApiCall, jobCall } from './api-call';
import { EXECUTION_TAG, executionTag } from './execution-model';
import { acknowledge, acknowledgeWildcards, INLINE_POLICY_REASONS, type Reasons } from '../util/acknowledge';
import { requireSameRegion } from '../util/environment';
import { formatValue, NeoValidationError } from '../util/errors';
import { known, requireTypes, STRING, type PropTypes } from '../util/prop-types';
import { STATE_MACHINE } from '../util/resource-types';

/**
 * Properties of `NeoOrphanedJobStopper`.
 */
export interface NeoOrphanedJobStopperProps {
  /**
   * The state machine whose executions start the jobs.
   */
  readonly stateMachine: sfn.IStateMachine;

  /**
   * Prefix of the names of its jobs: 1 to 63 letters, digits and hyphens. Other jobs are never stopped.
   */
  readonly jobNamePrefix: string;
}

const TYPES: PropTypes<NeoOrphanedJobStopperProps> = { stateMachine: STATE_MACHINE, jobNamePrefix: known('a string', STRING) };

const JOBS = 'Jobs have generated names; the prefix is that of the state machine whose jobs are stopped.';
const EXECUTIONS = 'Executions have generated names; they are those of one state machine.';

const WILDCARDS: Reasons = {
  'sagemaker:ListTags': JOBS,
  'sagemaker:StopCompilationJob': JOBS,
  'sagemaker:ListCompilationJobs': 'The action takes no resource.',
  'states:DescribeExecution': EXECUTIONS,
  'states:ListMapRuns': EXECUTIONS,
};

const FINDINGS: Reasons = {
  'AwsSolutions-SF1': 'It only stops jobs of executions that have ended; CloudTrail has its calls, and Step Functions its history for 90 days.',
  'AwsSolutions-SF2': 'It only stops jobs of executions that have ended; tracing would need permissions on all resources.',
  ...INLINE_POLICY_REASONS,
};

/** The time between two rounds. A call that was in progress when the execution ended may still create a job. */
const PAUSE = Duration.seconds(30);

/** The maximum number of rounds, which is half an hour, in case AWS takes that long to end a Map Run. */
const MAX_ROUNDS = 60;

/** The statuses of an execution that continues after a redrive, at once or when its Map Run has been cancelled. */
const REDRIVEN = ['RUNNING', 'PENDING_REDRIVE'];

/** JSONata for the ARN of a job. ListCompilationJobs returns ARNs in lower case, which ListTags does not find if the name has capital letters. */
const JOB_ARN = "{% $substringBefore($states.context.Map.Item.Value.CompilationJobArn, '/') & '/' & $states.context.Map.Item.Value.CompilationJobName %}";

/**
 * Stops the compilation jobs of executions that were aborted, timed out or failed. Step Functions runs no further state of such an execution, so an
 * EventBridge rule starts a small state machine. It finds the jobs by the tag `cdk-sagemaker-neo:execution`, which `NeoCreateCompilationJob`,
 * `NeoRunCompilationJob` and `NeoCompilationFleet` set. It repeats this until there is nothing left to stop and the execution's Distributed Maps have
 * ended, because these run on for a while after their execution. It ignores an execution that has been redriven in the meantime.
 *
 * The workflows that a Distributed Map starts are not executions of `stateMachine`: their jobs are stopped with the execution that the Map is in.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
 *
 * @example
 * declare const stateMachine: sfn.StateMachine;
 * new NeoOrphanedJobStopper(this, 'Stop', { stateMachine, jobNamePrefix: 'nightly-' });
 */
export class NeoOrphanedJobStopper extends Construct {
  /**
   * The state machine that stops the jobs.
   */
  public readonly stopper: sfn.StateMachine;

  /**
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param props the state machine and its jobs
   */
  constructor(scope: Construct, id: string, props: NeoOrphanedJobStopperProps) {
    super(scope, id);
    requireTypes(this, props, TYPES, 'props', new.target !== NeoOrphanedJobStopper);
    if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$/.test(props.jobNamePrefix)) {
      throw new NeoValidationError(`jobNamePrefix must be 1 to 63 letters, digits and hyphens, because it limits which jobs may be stopped; got: ${formatValue(props.jobNamePrefix)}`, this);
    }
    requireSameRegion(this, 'stateMachine', props.stateMachine);
    this.stopper = new sfn.StateMachine(this, 'Stopper', {
      definitionBody: sfn.DefinitionBody.fromChainable(this.states(props)),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      comment: `Stops the compilation jobs ${props.jobNamePrefix}* of an execution that has ended`,
      timeout: Duration.hours(2),
    });
    acknowledgeWildcards(this, WILDCARDS);
    acknowledge(this, FINDINGS);
    new events.Rule(this, 'Ended', {
      description: 'Executions that ended with jobs still running',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { status: ['ABORTED', 'TIMED_OUT', 'FAILED'], stateMachineArn: [props.stateMachine.stateMachineArn] },
      },
      targets: [new targets.SfnStateMachine(this.stopper, {
        input: events.RuleTargetInput.fromObject({ executionArn: events.EventField.fromPath('$.detail.executionArn') }),
      })],
    });
  }

  private states({ stateMachine, jobNamePrefix }: NeoOrphanedJobStopperProps): sfn.IChainable {
    const start = sfn.Pass.jsonata(this, 'Start', {
      assign: { execution: '{% $states.input.executionArn %}', tag: `{% ${executionTag('$states.input.executionArn')} %}`, looks: 0 },
    });
    const pause = sfn.Wait.jsonata(this, 'Wait for calls in flight', { time: sfn.WaitTime.duration(PAUSE) });
    const describe = this.askStepFunctions('Look at the execution', 'DescribeExecution', stateMachine);
    const mapRuns = this.askStepFunctions('Look at its Map Runs', 'ListMapRuns', stateMachine, {
      assign: { mapRunsOpen: '{% $count($states.result.MapRuns[$not($exists(StopDate))]) > 0 %}' },
    });
    const done = sfn.Succeed.jsonata(this, 'Done');
    const eachStatus = sfn.Map.jsonata(this, 'Starting and in progress', {
      items: sfn.ProvideItems.jsonArray(['STARTING', 'INPROGRESS']),
      maxConcurrency: 1,
      itemSelector: { Status: '{% $states.context.Map.Item.Value %}' },
      outputs: { stopped: '{% $sum($states.result) %}' },
      assign: { looks: '{% $looks + 1 %}' },
    }).itemProcessor(this.stopAll(jobNamePrefix));

    start.next(pause).next(describe).next(sfn.Choice.jsonata(this, 'Redriven?')
      .when(sfn.Condition.jsonata(`{% $states.input.Status in ${JSON.stringify(REDRIVEN)} %}`), done)
      .otherwise(mapRuns));
    // The Map Runs are checked before the jobs, because one that has ended starts no job after the check.
    mapRuns.next(eachStatus).next(sfn.Choice.jsonata(this, 'Any jobs left?')
      .when(sfn.Condition.jsonata(`{% $looks >= ${MAX_ROUNDS} or ($looks > 1 and $states.input.stopped = 0 and $not($mapRunsOpen)) %}`), done)
      .otherwise(pause));
    return start;
  }

  private askStepFunctions(id: string, action: 'DescribeExecution' | 'ListMapRuns', stateMachine: sfn.IStateMachine, props: object = {}): ApiCall {
    return new ApiCall(this, id, {
      service: 'sfn',
      action,
      parameters: { ExecutionArn: '{% $execution %}' },
      policyStatements: [new iam.PolicyStatement({ actions: [`states:${action}`], resources: [executionsOf(this, stateMachine)] })],
      ...props,
    });
  }

  /** Returns states that stop the execution's jobs in a status, page by page. Their output is the number of these jobs. */
  private stopAll(prefix: string): sfn.IChainable {
    const first = sfn.Pass.jsonata(this, 'First page', {
      // The states in a Map can read the variables around it, such as `tag`, but not assign to them.
      assign: { status: '{% $states.input.Status %}', stopped: 0, page: {} },
    });
    const list = new ApiCall(this, 'List jobs', {
      service: 'sagemaker',
      action: 'ListCompilationJobs',
      parameters: `{% $merge([{'NameContains': '${prefix}', 'StatusEquals': $status, 'MaxResults': 100}, $page]) %}`,
      assign: { page: "{% $exists($states.result.NextToken) ? {'NextToken': $states.result.NextToken} : {} %}" },
      policyStatements: [new iam.PolicyStatement({
        actions: ['sagemaker:ListCompilationJobs'],
        // The action takes no resource.
        resources: ['*'],
      })],
    });
    const eachJob = sfn.Map.jsonata(this, 'Jobs', {
      // NameContains also finds names that contain the prefix elsewhere.
      items: sfn.ProvideItems.jsonata(`{% [$states.input.CompilationJobSummaries[$substring(CompilationJobName, 0, ${prefix.length}) = '${prefix}']] %}`),
      itemSelector: { Name: '{% $states.context.Map.Item.Value.CompilationJobName %}', Arn: JOB_ARN, Tag: '{% $tag %}' },
      maxConcurrency: 4,
      assign: { stopped: '{% $stopped + $sum($states.result) %}' },
    }).itemProcessor(this.stopOne(prefix));
    const more = sfn.Choice.jsonata(this, 'Another page?')
      .when(sfn.Condition.jsonata('{% $exists($page.NextToken) %}'), list)
      .otherwise(sfn.Pass.jsonata(this, 'Last page', { outputs: '{% $stopped %}' }));
    return first.next(list).next(eachJob).next(more);
  }

  /** Returns states that stop a job if it belongs to the execution. Their output is 1 if it does, and 0 otherwise. */
  private stopOne(prefix: string): sfn.IChainable {
    const ignored = sfn.Pass.jsonata(this, 'Not stopped', { outputs: '{% 0 %}' });
    const stop = jobCall(this, 'Stop', 'StopCompilationJob', `${prefix}*`, {
      parameters: { CompilationJobName: '{% $states.input.Name %}' },
      outputs: '{% 1 %}',
    });
    // The job may have ended in the meantime.
    stop.addCatch(ignored);
    const tags = jobCall(this, 'List tags', 'ListTags', `${prefix}*`, {
      parameters: { ResourceArn: '{% $states.input.Arn %}', MaxResults: 100 },
      outputs: `{% $merge([$states.input, {'IsOurs': $states.result.Tags[Key = '${EXECUTION_TAG}'].Value = $states.input.Tag}]) %}`,
    });
    tags.addCatch(ignored);
    tags.next(sfn.Choice.jsonata(this, 'Of this execution?')
      .when(sfn.Condition.jsonata('{% $states.input.IsOurs %}'), stop)
      .otherwise(ignored));
    return tags;
  }
}

function executionsOf(scope: Construct, stateMachine: sfn.IStateMachine): string {
  const stack = Stack.of(scope);
  const { resourceName } = stack.splitArn(stateMachine.stateMachineArn, ArnFormat.COLON_RESOURCE_NAME);
  return stack.formatArn({ service: 'states', resource: 'execution', resourceName: `${resourceName}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}
