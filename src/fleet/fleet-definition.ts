import { Duration, type TagManager } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { CompileProps, compileStates } from './compile';
import type { FleetSource } from './fleet-models';
import { OVERLAP } from './fleet-props';
import type { FleetPlace } from './fleet-props';
import { DistributedMap, itemReader, planMap, resultWriter, uploadsPlanMap } from './plan';
import type { PlanProps } from './plan';
import { ApiCall, CALL_RETRIES, EVALUATION_ERRORS, failureRetry, retried } from '../stepfunctions-tasks/api-call';
import { executionTag, jsonataString, oneLine } from '../stepfunctions-tasks/execution-model';
import { renderJobTags } from '../stepfunctions-tasks/task-request';

export interface FleetDefinitionProps extends PlanProps, CompileProps {
  readonly maxConcurrentJobs: number;
  readonly toleratedFailurePercentage?: number;
  /** Places that may overlap, which only the deployment knows. */
  readonly undecidedPlaces: readonly [FleetPlace, FleetPlace][];
  /** Whether uploads start executions. */
  readonly startOnUpload: boolean;
  readonly tags: TagManager;
}

/** An execution that uploads start tolerates all failures but the last, so that a target that fails does not stop the others. */
const ALL_BUT_ONE_PERCENT = 99;

/** Names of the executions that take turns: `uploads-`, the number of jobs that they need at once, `-`, and a hash. */
const QUEUED = '/^uploads-[0-9]+-[0-9a-f]{32}$/';

/**
 * How an execution waits for its turn: for a minute at first, then always 3 % of its age, at most half an hour. With four events for each look, its
 * history holds months.
 */
const TURN_RETRY: sfn.RetryProps = {
  errors: EVALUATION_ERRORS, interval: Duration.minutes(1), backoffRate: 1.03, maxDelay: Duration.minutes(30), maxAttempts: 6_000,
};

/** These count for all looks together, which may take weeks. */
const TURN_FAILURES = 100;

/**
 * Plan, then compile what was planned. docs/fleet.md draws it.
 */
export function fleetDefinition(scope: Construct, props: FleetDefinitionProps): sfn.IChainable {
  const start = sfn.Pass.jsonata(scope, 'Start', { assign: executionVariables(props) });
  const open = openPlan(scope, props);
  const plan = planMap(scope, props);
  plan.next(open);
  open.next(sfn.Choice.jsonata(scope, 'Anything to compile?')
    .when(sfn.Condition.jsonata('{% $exists($states.input.key) %}'), compileMap(scope, props))
    .otherwise(sfn.Succeed.jsonata(scope, 'Nothing to compile', { outputs: { Compilations: 0 } })));
  return props.startOnUpload
    ? start.next(sfn.Choice.jsonata(scope, 'Started by uploads?')
      .when(sfn.Condition.jsonata('{% $count($uploads) = 0 %}'), plan)
      .when(sfn.Condition.jsonata(`{% $contains($states.context.Execution.Name, ${QUEUED}) %}`), takeTurn(scope, uploadsPlanMap(scope, props).next(open)))
      .otherwise(queueUploads(scope, props)))
    : start.next(plan);
}

/**
 * EventBridge Pipes chooses no names. So the execution that it starts only starts another one, whose name tells all others how many jobs it needs
 * at once. As the name is a function of the first execution, a repeated call starts nothing twice.
 */
function queueUploads(scope: Construct, { targets }: FleetDefinitionProps): sfn.IChainable {
  const done = sfn.Succeed.jsonata(scope, 'Uploads are queued');
  const exists = ['Sfn.ExecutionAlreadyExistsException'];
  return retried(new ApiCall(scope, 'Queue the uploads', {
    service: 'sfn',
    action: 'startExecution',
    parameters: {
      StateMachineArn: '{% $states.context.StateMachine.Id %}',
      Name: oneLine(`{% 'uploads-' & $string($min([$maxConcurrentJobs, ${targets.length} * $count($uploads)])) & '-'
        & $substring($hash($states.context.Execution.Id, 'SHA-256'), 0, 32) %}`),
      Input: '{% $string($states.context.Execution.Input) %}',
    },
    outputs: { ExecutionArn: '{% $states.result.ExecutionArn %}' },
    // The role may start executions already: a Distributed Map does.
    policyStatements: [],
  }), [{ errors: exists, maxAttempts: 0 }, ...CALL_RETRIES]).addCatch(done, { errors: exists }).next(done);
}

/** An execution in a list has some 600 bytes, and Step Functions passes on 256 KiB: 1,000, which the API allows, would be too many. */
const LISTED_EXECUTIONS = 200;

/**
 * An execution of uploads begins when the quota has room for its jobs beside those of all earlier ones, or when there is no earlier one; more at once
 * would only compete for the quota. All compare what the list of running executions says, also of themselves, so that no two wait for each other.
 */
function takeTurn(scope: Construct, next: sfn.IChainable): sfn.IChainable {
  const look = retried(new ApiCall(scope, 'Wait for a turn', {
    service: 'sfn',
    action: 'listExecutions',
    parameters: { StateMachineArn: '{% $states.context.StateMachine.Id %}', StatusFilter: 'RUNNING', MaxResults: LISTED_EXECUTIONS },
    outputs: oneLine(`{% (
      $jobs := function($name) { $number($split($name, '-')[1]) };
      $queued := $states.result.Executions[$contains(Name, ${QUEUED})];
      $self := $queued[ExecutionArn = $states.context.Execution.Id];
      $earlier := $queued[StartDate < $self.StartDate or (StartDate = $self.StartDate and ExecutionArn < $self.ExecutionArn)];
      $isItsTurn := $exists($states.result.NextToken)
        or ($exists($self) and ($count($earlier) = 0 or $sum($earlier.($jobs(Name))) + $jobs($self.Name) <= $maxConcurrentJobs));
      $isItsTurn ? {} : $error('earlier uploads use the quota')
    ) %}`),
    // A policy of its own, as the state machine depends on those of its role.
    policyStatements: [],
  }), [TURN_RETRY, failureRetry(TURN_FAILURES)]);
  look.next(next);
  return look;
}

/** The manifest that the first Map has written names the file with the pairs. */
function openPlan(scope: Construct, { results }: FleetDefinitionProps): ApiCall {
  return retried(new ApiCall(scope, 'Open the plan', {
    service: 's3',
    action: 'getObject',
    parameters: { Bucket: results.bucket.bucketName, Key: '{% $states.input.plan %}' },
    outputs: oneLine(`{% (
      $files := $parse($states.result.Body).ResultFiles.SUCCEEDED[Size > 0];
      $count($files) > 1 ? $error('the plan has more than 5 GB, so that Step Functions has split it') : {'key': $files.Key}
    ) %}`),
    // The role may read the plans already: it writes them.
    policyStatements: [],
  }), CALL_RETRIES);
}

function compileMap(scope: Construct, props: FleetDefinitionProps): sfn.DistributedMap {
  const { results, tags } = props;
  return new DistributedMap(scope, 'Compile', {
    label: 'Compile',
    mapExecutionType: sfn.StateMachineType.STANDARD,
    maxConcurrency: props.maxConcurrentJobs,
    jsonataItemSelector: "{% $merge([$states.context.Map.Item.Value, {'RetryFailed': $retryFailed, 'Execution': $tag}]) %}",
    outputs: {
      Results: `{% 's3://${results.bucket.bucketName}/' & $states.result.ResultWriterDetails.Key %}`,
      MapRunArn: '{% $states.result.MapRunArn %}',
    },
  }, {
    ItemReader: itemReader('getObject', { Bucket: results.bucket.bucketName, Key: '{% $states.input.key %}' }, { InputType: 'JSONL' }),
    ToleratedFailurePercentage: '{% $tolerated %}',
    ResultWriter: resultWriter(results.bucket, results.resultPrefix, { OutputType: 'JSON', Transformation: 'NONE' }),
  }).itemProcessor(compileStates(scope, {
    ...props,
    common: {
      ...props.common,
      Tags: renderJobTags(tags, { Value: '{% $states.input.Execution %}' }),
    },
  }));
}

const INPUT_MEMBERS = ['prefix', 'retryFailed', 'toleratedFailurePercentage'];

/**
 * Variables of an execution, from its input. An input that is wrong fails the execution at once, before anything is compiled.
 *
 * `retryFailed`, `tolerated` and `prefix` are what the user says; `uploads` are the keys that EventBridge Pipes hands on, as a list of `{key}`;
 * `tag` tells which jobs are the execution's.
 */
function executionVariables(props: FleetDefinitionProps): { [name: string]: string | number } {
  const { source: { listing }, startOnUpload, toleratedFailurePercentage: percentage } = props;
  const tolerated = String(percentage ?? 10);
  const toleratedForUploads = String(percentage ?? ALL_BUT_ONE_PERCENT);
  return {
    retryFailed: input('retryFailed', 'false', `$type($given) = 'boolean' ? $given : ${refusal('retryFailed must be true or false')}`),
    tolerated: input('toleratedFailurePercentage', startOnUpload ? `($exists($states.input.key) ? ${toleratedForUploads} : ${tolerated})` : tolerated,
      // A number first, as only numbers can be compared. Step Functions takes whole ones.
      oneLine(`$type($given) = 'number' ? ($given >= 0 and $given <= 100 ? $floor($given) : ${refusal('toleratedFailurePercentage must be 0 to 100')})
        : ${refusal('toleratedFailurePercentage must be a number')}`)),
    ...listing && { prefix: input('prefix', jsonataString(listing.prefix), longerPrefix(jsonataString(listing.prefix))) },
    ...startOnUpload && { uploads: uploadedKeys(listing!), maxConcurrentJobs: props.maxConcurrentJobs },
    tag: `{% ${executionTag('$states.context.Execution.Id')} %}`,
    // Only for its errors.
    checked: oneLine(`{% ($not(${isInput(startOnUpload)}) ? $error('the input must be an object; got: ' & $substring($string($states.input), 0, 100));
      $unknown := $states.input.$keys()[$not($ in [${[...INPUT_MEMBERS, ...startOnUpload ? ['key'] : []].map(name => `'${name}'`).join(', ')}])];
      $exists($unknown) ? $error('the input may have ${INPUT_MEMBERS.join(', ')}; got: ' & $join([$unknown], ', ')) : ${noOverlap(props.undecidedPlaces)}) %}`),
  };
}

/** An object, or what the pipe hands on. JSONata takes the members of a list or a text for absent, so these would compile all models. */
function isInput(startOnUpload?: boolean): string {
  const isUpload = "$type($) = 'object' and $keys($) = 'key' and $type($.key) = 'string'";
  return "$type($states.input) = 'object'"
    + (startOnUpload ? ` or ($type($states.input) = 'array' and $count($states.input) > 0 and $count($states.input[${isUpload}]) = $count($states.input))` : '');
}

/** Each key once, as events may come twice. The rule lets no others through; the role may list them all the same. */
function uploadedKeys({ prefix }: NonNullable<FleetSource['listing']>): string {
  const literal = jsonataString(prefix);
  // JSONata takes an empty list for absent, which would compile all models.
  return oneLine(`{% ($hasKey := $type($states.input) = 'object' ? 'key' in $keys($states.input) : false;
    $hasKey and $type($states.input.key) != 'string' ? $error('key must be a string; got: ' & $string($states.input.key));
    $wrong := $states.input.key[$not($substring($, 0, $length(${literal})) = ${literal} and $contains($, /\\.tar\\.gz$/))];
    $exists($wrong) ? $error('key must be that of an archive below the prefix of the fleet; got: ' & $wrong[0]) : [$distinct($states.input.key)]) %}`);
}

/** Where tokens hide at synthesis that the fleet would read what it has written. */
function noOverlap(places: FleetDefinitionProps['undecidedPlaces']): string {
  const begins = (text: string, prefix: string) => `$substring(${text}, 0, $length(${prefix})) = ${prefix}`;
  return places.reduceRight((otherwise, [one, other]) => {
    const [bucket, otherBucket] = [one, other].map(place => jsonataString(place.bucket.bucketName));
    const [prefix, folder, longest] = [one.prefix, other.prefix, other.longestPrefix].map(jsonataString);
    const message = jsonataString(`${one.description} and ${other.description} ${OVERLAP}`);
    return oneLine(`${bucket} = ${otherBucket} and (${begins(longest, prefix)} or ${begins(prefix, longest)}) ? $error(${message} & ${prefix} & ' and ' & ${folder})
      : ${otherwise}`);
  }, 'true');
}

function input(member: string, otherwise: string, given: string): string {
  return `{% ($given := $states.input.${member}; $not($exists($given)) ? ${otherwise} : ${given}) %}`;
}

/** The role may list keys with the fleet's own prefix alone; this says so in words. */
function longerPrefix(prefix: string): string {
  return `$substring($string($given), 0, $length(${prefix})) = ${prefix} ? $given : ${refusal('prefix must begin with that of the fleet')}`;
}

function refusal(message: string): string {
  return `$error(${jsonataString(`${message}; got: `)} & $string($given))`;
}
