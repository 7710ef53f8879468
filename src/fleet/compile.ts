import { Duration, Token, type TagManager } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { settingsRequest } from '../compilation/compilation-request';
import type { CompilationSettings } from '../compilation/compilation-settings';
import { createJobStatements } from '../compilation/permissions';
import {
  ApiCall, CALL_RETRIES, CREATE_RETRIES, DESCRIBE_RETRIES, EVALUATION_ERRORS, IN_USE_ERRORS, jobCall, NOT_FOUND_ERRORS, pollRetries,
} from '../stepfunctions-tasks/api-call';
import { jsonataString, oneLine } from '../stepfunctions-tasks/execution-model';
import { pauseInJsonata } from '../stepfunctions-tasks/run-job-loop';
import { renderJobTags } from '../stepfunctions-tasks/task-request';

export interface CompileProps {
  readonly jobNamePrefix: string;
  readonly settings: CompilationSettings;
  readonly tagManager: TagManager;
  readonly pollInterval: Duration;
}

/** JSONata for the number of redrives of the execution. */
const REDRIVES = '($exists($states.context.Execution.RedriveCount) ? $states.context.Execution.RedriveCount : 0)';

const JOB_NAME = "$name & '-' & $string($attempt)";

const ACTIVE = "['STARTING', 'INPROGRESS', 'STOPPING']";

/** The first poll comes after this many intervals. Until then, hardly any job has ended. */
const INTERVALS_BEFORE_FIRST_POLL = 6;

/** The number of polls at the given interval, which is ten minutes with the default interval. After that, jobs are polled less often. */
const FREQUENT_POLLS = 40;

/**
 * Returns the states of one compilation, from a line of the plan to its end.
 *
 * The name of a job is derived from what it compiles, so that every execution with the same compilation finds the job: after a redrive, later, or at
 * the same time. A name can be used only once, so it ends with the number of the attempt, which is higher if a compilation is repeated.
 *
 * The variables are: `name`, the name without that number; `attempt`, the number; `created`, the number of redrives before this workflow created the
 * job, or -1 if it found the job; `job`, the last description of the job; `pause`, the seconds until the next poll.
 */
export function compileStates(scope: Construct, props: CompileProps): sfn.IChainable {
  const state = states(scope, props);
  state.isDigestKnown
    .when(sfn.Condition.jsonata('{% $exists($states.input.Invalid) %}'), state.invalid)
    .when(sfn.Condition.jsonata('{% $exists($states.input.Digest) %}'), state.name)
    .otherwise(state.lookUp);
  state.lookUp.next(state.create);
  state.name.next(state.create);
  state.create
    .addCatch(state.describe, { errors: IN_USE_ERRORS, assign: { created: -1 }, outputs: {} })
    .next(state.wait)
    .next(state.describe);
  state.describe
    .addCatch(state.waitLonger, { errors: EVALUATION_ERRORS, outputs: {} })
    .next(state.isOver);
  state.waitLonger.next(state.describeAgain).next(state.isOver);
  state.isOver
    .when(sfn.Condition.jsonata("{% $job.CompilationJobStatus = 'COMPLETED' %}"), state.completed)
    .when(sfn.Condition.jsonata(`{% $job.CompilationJobStatus in ${ACTIVE} %}`), state.waitLonger)
    // This workflow created the job, and there was no redrive since, so the outcome counts.
    .when(sfn.Condition.jsonata(`{% $created = ${REDRIVES} %}`), state.failed)
    // A stopped job says nothing about its model. A failed one is repeated only on request.
    .when(sfn.Condition.jsonata("{% $job.CompilationJobStatus = 'STOPPED' or $repeatFailed %}"), state.again)
    .otherwise(state.lookFurther);
  state.again.next(state.create);
  state.lookFurther
    .addCatch(state.failed, { errors: NOT_FOUND_ERRORS })
    .next(state.isOver);
  return state.isDigestKnown;
}

function states(scope: Construct, props: CompileProps) {
  const anyOwnJob = `${props.jobNamePrefix}-*`;
  const interval = props.pollInterval.toSeconds();
  const describe = (id: string, retries: sfn.RetryProps[], assign: object, attempt = '$attempt') =>
    jobCall(scope, id, 'DescribeCompilationJob', anyOwnJob, {
      parameters: { CompilationJobName: `{% $name & '-' & $string(${attempt}) %}` },
      outputs: {},
      assign,
      retries,
    });
  return {
    isDigestKnown: sfn.Choice.jsonata(scope, 'Is the digest known?'),
    lookUp: lookUpDigest(scope, props),
    invalid: sfn.Fail.jsonata(scope, 'Row invalid', { error: 'NeoFleetRowInvalid', cause: '{% $states.input.Invalid %}' }),
    name: sfn.Pass.jsonata(scope, 'Name', { assign: nameVariables(props, '$states.input.Digest') }),
    create: new ApiCall(scope, 'Create', {
      service: 'sagemaker',
      action: 'CreateCompilationJob',
      parameters: oneLine(`{% $merge([$common, {
        'CompilationJobName': ${JOB_NAME},
        'ModelPackageVersionArn': $compilation.ModelPackageVersionArn,
        'InputConfig': $compilation.InputConfig,
        'OutputConfig': $merge([$compilation.OutputConfig, $output, {'S3OutputLocation': $output.S3OutputLocation & '/' & ${JOB_NAME}}])
      }]) %}`),
      assign: { created: `{% ${REDRIVES} %}` },
      outputs: {},
      policyStatements: createJobStatements(scope, anyOwnJob, props.settings.role),
      retries: CREATE_RETRIES,
    }),
    wait: sfn.Wait.jsonata(scope, 'Wait', { time: sfn.WaitTime.duration(Duration.seconds(Token.isUnresolved(interval) ? interval : INTERVALS_BEFORE_FIRST_POLL * interval)) }),
    describe: describe('Describe until it is over', pollRetries(props.pollInterval, FREQUENT_POLLS), {
      job: `{% $states.result.CompilationJobStatus in ${ACTIVE} ? $error('the job still runs') : $states.result %}`,
    }),
    waitLonger: sfn.Wait.jsonata(scope, 'Wait longer', { time: sfn.WaitTime.seconds('{% $pause %}') }),
    describeAgain: describe('Describe', DESCRIBE_RETRIES, { job: '{% $states.result %}', pause: `{% ${pauseInJsonata('$states.result', interval)} %}` }),
    isOver: sfn.Choice.jsonata(scope, 'Is it over?'),
    again: sfn.Pass.jsonata(scope, 'Compile again', { assign: { attempt: '{% $attempt + 1 %}' } }),
    // The job is older than this workflow, so another execution may have repeated the compilation since then.
    lookFurther: describe('Look for a later attempt', CALL_RETRIES, { job: '{% $states.result %}', attempt: '{% $attempt + 1 %}' }, '$attempt + 1'),
    completed: sfn.Succeed.jsonata(scope, 'Completed', { outputs: RESULT }),
    failed: sfn.Fail.jsonata(scope, 'Failed', {
      error: "{% $job.CompilationJobStatus = 'FAILED' ? 'NeoCompilationFailed' : 'NeoCompilationStopped' %}",
      cause: "{% $job.CompilationJobName & ' ' & $job.CompilationJobStatus & ($job.FailureReason ? ': ' & $job.FailureReason : '') %}",
    }),
  };
}

const RESULT = oneLine(`{% {
  'CompilationJobName': $job.CompilationJobName,
  'Model': $compilation.ModelPackageVersionArn ? $compilation.ModelPackageVersionArn : $compilation.InputConfig.S3Uri,
  'Digest': $digest,
  'Target': $compilation.OutputConfig,
  'ModelArtifacts': $job.ModelArtifacts.S3ModelArtifacts,
  'ArtifactDigest': $job.ModelDigests.ArtifactDigest,
  'InferenceImage': $job.InferenceImage,
  'Reused': $created = -1
} %}`);

/**
 * Returns the variables of a compilation. `common` and `output` are literals; the others come from the line of the plan.
 *
 * @param digest JSONata for the digest of the model
 */
function nameVariables({ settings, tagManager, jobNamePrefix, pollInterval }: CompileProps, digest: string): { [name: string]: any } {
  const keyArn = settings.outputEncryptionKey?.keyArn;
  return {
    common: { ...settingsRequest(settings), Tags: renderJobTags(tagManager, { Value: '{% $states.input.Execution %}' }) },
    output: { S3OutputLocation: settings.outputUri, KmsKeyId: keyArn },
    compilation: '{% $states.input %}',
    // This name differs from `retryFailed` of the execution, because a variable in a Map cannot have the name of a variable outside of it.
    repeatFailed: '{% $states.input.RetryFailed %}',
    digest: oneLine(`{% ${digest} %}`),
    // The hash covers everything that alters the artifact or its location. It contains the model's digest instead of its location.
    name: oneLine(`{% '${jobNamePrefix}-' & $substring($hash($string([
      ${digest},
      $sift($states.input.InputConfig, function($value, $key) { $key != 'S3Uri' }),
      $states.input.OutputConfig,
      ${jsonataString(settings.outputUri)}, ${jsonataString(keyArn ?? '')}
    ]), 'SHA-256'), 0, 32) %}`),
    attempt: 1,
    pause: pollInterval.toSeconds(),
  };
}

/**
 * Looks up the ETag of the model when its compilation begins, and not with the plan, because days may pass in between, and the model may be replaced.
 *
 * It uses ListObjectsV2, for which the permission to list suffices, which `readPolicy` grants. The permission for HeadObject would also allow reading
 * the model.
 */
function lookUpDigest(scope: Construct, props: CompileProps): ApiCall {
  const bucket = "$substringBefore($substringAfter($states.input.InputConfig.S3Uri, 's3://'), '/')";
  const key = "$substringAfter($substringAfter($states.input.InputConfig.S3Uri, 's3://'), '/')";
  return new ApiCall(scope, 'Look up the digest', {
    service: 's3',
    action: 'ListObjectsV2',
    parameters: { Bucket: `{% ${bucket} %}`, Prefix: `{% ${key} %}`, MaxKeys: 1 },
    outputs: {},
    // Of all keys with this prefix, the key itself comes first. A row's ETag is checked and not trusted, because it decides which compilations share
    // artifacts.
    assign: nameVariables(props, `(
      $found := $states.result.Contents[0].Key = ${key} ? $replace($states.result.Contents[0].ETag, '"', '')
        : $error('there is no model archive at ' & $states.input.InputConfig.S3Uri);
      $exists($states.input.Etag) and $states.input.Etag != $found
        ? $error('the row has the etag ' & $states.input.Etag & ', but the object at ' & $states.input.InputConfig.S3Uri & ' has ' & $found)
        : $found
    )`),
  });
}
