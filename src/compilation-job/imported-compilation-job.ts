import { ArnFormat, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { INeoCompilationJob } from './compilation-job-base';
import { requireJobName } from '../compilation/compilation-validation';
import { NeoValidationError } from '../util/errors';
import { requireType, STRING } from '../util/prop-types';

/** A job known by its name alone. */
export function importedCompilationJob(scope: Construct, id: string, jobName: string): INeoCompilationJob {
  requireType(scope, 'jobName', jobName, STRING);
  requireJobName(scope, 'jobName', jobName);
  class Imported extends Resource implements INeoCompilationJob {
    public readonly jobName = jobName;
    public readonly jobArn = Stack.of(scope).formatArn({
      service: 'sagemaker', resource: 'compilation-job', resourceName: jobName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });

    public grantReadArtifacts(_grantee: iam.IGrantable): iam.Grant {
      throw new NeoValidationError('grantReadArtifacts is not possible on an imported job, as its output bucket is not known: '
        + `grant on the bucket itself; got: the job named ${jobName}`, this);
    }
  }
  return new Imported(scope, id);
}
