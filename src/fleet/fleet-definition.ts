import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { CompileProps, compileStates } from './compile';
import { DistributedMap, itemReader, resultWriter } from './distributed-map';
import { executionVariables } from './execution-input';
import { planMap, PlanProps } from './plan';
import { ApiCall } from '../stepfunctions-tasks/api-call';
import { EXECUTION_TAG } from '../stepfunctions-tasks/execution-tag';
import { oneLine } from '../stepfunctions-tasks/expression';
import { CALL_RETRIES, retried } from '../stepfunctions-tasks/retries';

export interface FleetDefinitionProps extends PlanProps, CompileProps {
  readonly quota: number;
  readonly toleratedFailurePercentage: number;
  readonly tags?: { [key: string]: string };
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
  const { results, tags = {} } = props;
  return new DistributedMap(scope, 'Compile', {
    label: 'Compile',
    mapExecutionType: sfn.StateMachineType.STANDARD,
    maxConcurrency: props.quota,
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
      Tags: [
        ...Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        { Key: EXECUTION_TAG, Value: '{% $states.input.Execution %}' },
      ],
    },
  }));
}
