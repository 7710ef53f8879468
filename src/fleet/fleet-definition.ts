import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { CompileProps, compileStates } from './compile';
import { RESULT_FOLDERS } from './fleet-access';
import type { FleetSource } from './fleet-models';
import { OVERLAP } from './fleet-props';
import type { FleetPlace, NeoCompilationFleetProps } from './fleet-props';
import { DistributedMap, itemReader, planMap, resultWriter, uploadsPlanMap } from './plan';
import type { PlanProps } from './plan';
import { ApiCall, CALL_RETRIES, EVALUATION_ERRORS, failureRetry } from '../stepfunctions-tasks/api-call';
import { executionTag, jsonataString, oneLine } from '../stepfunctions-tasks/execution-model';

type LimitProps = Pick<NeoCompilationFleetProps, 'maxConcurrentJobs' | 'toleratedFailurePercentage' | 'startOnUpload'>;

export interface FleetDefinitionProps extends PlanProps, CompileProps, LimitProps {
  /** Pairs of places that may overlap, depending on values that are unknown at synthesis. */
  readonly undecidedPlaces: readonly [FleetPlace, FleetPlace][];
}

/** An execution that uploads start fails only if all its compilations fail, so that a target that fails does not stop the others. */
const ALL_BUT_ONE_PERCENT = 99;

/** Matches the names of executions that take turns: `uploads-`, the number of jobs that the execution needs at once, `-`, and a hash. */
const QUEUED = '/^uploads-[0-9]+-[0-9a-f]{32}$/';

/**
 * Makes an execution wait for its turn: a minute at first, then 3 % longer each time, at most half an hour. Each attempt adds four events to the
 * history, whose limit therefore suffices for months.
 */
const TURN_RETRY: sfn.RetryProps = {
  errors: EVALUATION_ERRORS, interval: Duration.minutes(1), backoffRate: 1.03, maxDelay: Duration.minutes(30), maxAttempts: 6_000,
};

/** The number of failed calls that are retried. It applies to all attempts together, which may take weeks. */
const TURN_FAILURES = 100;

/**
 * Returns the definition of the state machine: it plans the compilations, and then runs them. docs/fleet.md has a diagram.
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
 * Starts another execution for uploads, because EventBridge Pipes cannot name executions. The name of the new execution tells all others how many
 * jobs it needs at once. It is derived from the first execution, so a repeated call starts nothing twice.
 */
function queueUploads(scope: Construct, { targets }: FleetDefinitionProps): sfn.IChainable {
  const done = sfn.Succeed.jsonata(scope, 'Uploads are queued');
  const exists = ['Sfn.ExecutionAlreadyExistsException'];
  // The Distributed Map grants the permission to start executions.
  return new ApiCall(scope, 'Queue the uploads', {
    service: 'sfn',
    action: 'StartExecution',
    parameters: {
      StateMachineArn: '{% $states.context.StateMachine.Id %}',
      Name: oneLine(`{% 'uploads-' & $string($min([$maxConcurrentJobs, ${targets.length} * $count($uploads)])) & '-'
        & $substring($hash($states.context.Execution.Id, 'SHA-256'), 0, 32) %}`),
      Input: '{% $string($states.context.Execution.Input) %}',
    },
    outputs: { ExecutionArn: '{% $states.result.ExecutionArn %}' },
    retries: [{ errors: exists, maxAttempts: 0 }, ...CALL_RETRIES],
  }).addCatch(done, { errors: exists }).next(done);
}

/**
 * The number of executions to list. An execution takes about 600 bytes in the list, and the payload of a state is limited to 256 KiB, so the API's
 * maximum of 1,000 would be too many.
 */
const LISTED_EXECUTIONS = 200;

/**
 * Lets an execution of uploads begin when the quota has room for its jobs and those of all earlier executions, or when there is no earlier one. More
 * executions at once would only compete for the quota. All of them compare the start dates in the same list, including their own, so no two wait for
 * each other.
 */
function takeTurn(scope: Construct, next: sfn.IChainable): sfn.IChainable {
  // `UploadQueue` grants the permission, in a separate policy: the state machine depends on the role's own policies, which therefore cannot name it.
  const wait = new ApiCall(scope, 'Wait for a turn', {
    service: 'sfn',
    action: 'ListExecutions',
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
    retries: [TURN_RETRY, failureRetry(TURN_FAILURES)],
  });
  wait.next(next);
  return wait;
}

/** Reads the manifest that the first Map has written, to find the file with the pairs. `createResults` grants the permission. */
function openPlan(scope: Construct, { resultsBucket }: FleetDefinitionProps): ApiCall {
  return new ApiCall(scope, 'Open the plan', {
    service: 's3',
    action: 'GetObject',
    parameters: { Bucket: resultsBucket.bucketName, Key: '{% $states.input.plan %}' },
    outputs: oneLine(`{% (
      $files := $parse($states.result.Body).ResultFiles.SUCCEEDED[Size > 0];
      $count($files) > 1 ? $error('the plan has more than 5 GB, so that Step Functions has split it') : {'key': $files.Key}
    ) %}`),
  });
}

function compileMap(scope: Construct, props: FleetDefinitionProps): sfn.DistributedMap {
  const { bucketName } = props.resultsBucket;
  return new DistributedMap(scope, 'Compile', {
    label: 'Compile',
    mapExecutionType: sfn.StateMachineType.STANDARD,
    maxConcurrency: props.maxConcurrentJobs,
    jsonataItemSelector: "{% $merge([$states.context.Map.Item.Value, {'RetryFailed': $retryFailed, 'Execution': $tag}]) %}",
    outputs: {
      Results: `{% 's3://${bucketName}/' & $states.result.ResultWriterDetails.Key %}`,
      MapRunArn: '{% $states.result.MapRunArn %}',
    },
  }, {
    ItemReader: itemReader('getObject', { Bucket: bucketName, Key: '{% $states.input.key %}' }, { InputType: 'JSONL' }),
    ToleratedFailurePercentage: '{% $tolerated %}',
    ResultWriter: resultWriter(props.resultsBucket, RESULT_FOLDERS.resultPrefix, { OutputType: 'JSON', Transformation: 'NONE' }),
  }).itemProcessor(compileStates(scope, props));
}

const INPUT_MEMBERS = ['prefix', 'retryFailed', 'toleratedFailurePercentage'];

/**
 * Returns the variables of an execution. A wrong input makes the execution fail at once, before anything is compiled.
 *
 * `retryFailed`, `tolerated` and `prefix` come from the user's input; `uploads` are the keys from EventBridge Pipes, whose input is a list of
 * `{key}`; `tag` is the value of the tag that marks the execution's jobs.
 */
function executionVariables(props: FleetDefinitionProps): { [name: string]: string | number } {
  const { source: { listing }, startOnUpload, toleratedFailurePercentage: percentage } = props;
  const tolerated = String(percentage ?? 10);
  const toleratedForUploads = String(percentage ?? ALL_BUT_ONE_PERCENT);
  return {
    retryFailed: input('retryFailed', 'false', `$type($given) = 'boolean' ? $given : ${refusal('retryFailed must be true or false')}`),
    tolerated: input('toleratedFailurePercentage', startOnUpload ? `($exists($states.input.key) ? ${toleratedForUploads} : ${tolerated})` : tolerated,
      // The type is checked first, because only numbers can be compared. Step Functions accepts only whole numbers.
      oneLine(`$type($given) = 'number' ? ($given >= 0 and $given <= 100 ? $floor($given) : ${refusal('toleratedFailurePercentage must be 0 to 100')})
        : ${refusal('toleratedFailurePercentage must be a number')}`)),
    ...listing && { prefix: givenPrefix(jsonataString(listing.prefix)) },
    ...startOnUpload && { uploads: uploadedKeys(listing!), maxConcurrentJobs: props.maxConcurrentJobs },
    tag: `{% ${executionTag('$states.context.Execution.Id')} %}`,
    // This variable exists only for its errors.
    checked: oneLine(`{% ($not(${isInput(startOnUpload)}) ? $error('the input must be an object; got: ' & $substring($string($states.input), 0, 100));
      $unknown := $states.input.$keys()[$not($ in [${[...INPUT_MEMBERS, ...startOnUpload ? ['key'] : []].map(name => `'${name}'`).join(', ')}])];
      $exists($unknown) ? $error('the input may have ${INPUT_MEMBERS.join(', ')}; got: ' & $join([$unknown], ', ')) : ${noOverlap(props.undecidedPlaces)}) %}`),
  };
}

/**
 * Returns JSONata that is true for an object, or for the list that the pipe passes. In JSONata, a string or any other list has no members, so it
 * would be treated like an empty object, and all models would be compiled.
 */
function isInput(startOnUpload?: boolean): string {
  const isUpload = "$type($) = 'object' and $keys($) = 'key' and $type($.key) = 'string'";
  return "$type($states.input) = 'object'"
    + (startOnUpload ? ` or ($type($states.input) = 'array' and $count($states.input) > 0 and $count($states.input[${isUpload}]) = $count($states.input))` : '');
}

/**
 * Returns JSONata for the keys of uploads, without duplicates, because events may be delivered twice. The keys are checked, because an execution may
 * also be started without the rule, which matches only archives below the prefix.
 */
function uploadedKeys({ prefix }: NonNullable<FleetSource['listing']>): string {
  const literal = jsonataString(prefix);
  // JSONata treats an empty list as absent, so all models would be compiled.
  return oneLine(`{% ($hasKey := $type($states.input) = 'object' ? 'key' in $keys($states.input) : false;
    $hasKey and $type($states.input.key) != 'string' ? $error('key must be a string; got: ' & $string($states.input.key));
    $wrong := $states.input.key[$not(${begins('$', literal)} and $contains($, /\\.tar\\.gz$/))];
    $exists($wrong) ? $error('key must be that of an archive below the prefix of the fleet; got: ' & $wrong[0]) : [$distinct($states.input.key)]) %}`);
}

/** Returns JSONata that checks the pairs of places whose overlap is unknown at synthesis. */
function noOverlap(places: FleetDefinitionProps['undecidedPlaces']): string {
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

/** Returns JSONata that requires a prefix below the fleet's. The role may list only these keys, but IAM's error would not say why. */
function givenPrefix(fleets: string): string {
  return input('prefix', fleets, `${begins('$string($given)', fleets)} ? $given : ${refusal('prefix must begin with that of the fleet')}`);
}

/** Returns JSONata that is true if a string begins with a prefix; both are JSONata themselves. */
function begins(text: string, prefix: string): string {
  return `$substring(${text}, 0, $length(${prefix})) = ${prefix}`;
}

function refusal(message: string): string {
  return `$error(${jsonataString(`${message}; got: `)} & $string($given))`;
}
