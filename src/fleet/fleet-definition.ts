import type { TagManager } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { CompileProps, compileStates } from './compile';
import { DistributedMap, itemReader, resultWriter } from './distributed-map';
import type { FleetSource } from './fleet-source';
import { planMap, PlanProps } from './plan';
import { ApiCall, CALL_RETRIES, retried } from '../stepfunctions-tasks/api-call';
import { renderJobTags } from '../stepfunctions-tasks/job-tags';
import { executionTag, jsonataString, oneLine } from '../stepfunctions-tasks/jsonata';

export interface FleetDefinitionProps extends PlanProps, CompileProps {
  readonly maxConcurrentJobs: number;
  readonly toleratedFailurePercentage: number;
  readonly tags: TagManager;
}

/**
 * Plan, then compile what was planned. docs/fleet.md draws it.
 */
export function fleetDefinition(scope: Construct, props: FleetDefinitionProps): sfn.IChainable {
  const start = sfn.Pass.jsonata(scope, 'Start', { assign: executionVariables(props.source, props.toleratedFailurePercentage) });
  return start
    .next(planMap(scope, props))
    .next(openPlan(scope, props))
    .next(sfn.Choice.jsonata(scope, 'Anything to compile?')
      .when(sfn.Condition.jsonata('{% $exists($states.input.key) %}'), compileMap(scope, props))
      .otherwise(sfn.Succeed.jsonata(scope, 'Nothing to compile', { outputs: { Compilations: 0 } })));
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

/**
 * Variables of an execution, from its input. What the input says wrong fails the execution at once, before anything is compiled.
 *
 * `retryFailed`, `tolerated` and `prefix` are what the user says; `tag` tells whose jobs are whose.
 */
function executionVariables({ listing }: FleetSource, toleratedFailurePercentage: number): { [name: string]: string } {
  return {
    retryFailed: input('retryFailed', 'false', `$type($given) = 'boolean' ? $given : ${refusal('retryFailed must be true or false')}`),
    tolerated: input('toleratedFailurePercentage', String(toleratedFailurePercentage),
      // A number first, as only numbers can be compared. Step Functions takes whole ones.
      oneLine(`$type($given) = 'number' ? ($given >= 0 and $given <= 100 ? $floor($given) : ${refusal('toleratedFailurePercentage must be 0 to 100')})
        : ${refusal('toleratedFailurePercentage must be a number')}`)),
    ...listing && { prefix: input('prefix', jsonataString(listing.prefix), longerPrefix(jsonataString(listing.prefix))) },
    tag: `{% ${executionTag('$states.context.Execution.Id')} %}`,
  };
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
