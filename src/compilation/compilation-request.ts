import type * as iam from 'aws-cdk-lib/aws-iam';

import type { Construct } from 'constructs';
import { DEFAULT_MAX_RUNTIME } from './times';
import type { CompilationJobProperties } from '../compilation-job/compilation-job-properties';
import type { NeoCompilationJobProps } from '../compilation-job/compilation-job-props';
import type { NeoModelConfig } from '../model/model';
import { frameworkVersionToSend } from '../target/compilation-rules';

/** The job's props with all that the construct has found out. */
export interface CompilationRequestOptions extends Omit<NeoCompilationJobProps, 'model' | 'role'> {
  readonly model: NeoModelConfig;
  readonly role: iam.IRole;
  readonly outputUri: string;
}


/**
 * The input of CreateCompilationJob, in the API's spelling. What depends on the job's name is left to the handler.
 */
export function compilationRequest(scope: Construct, options: CompilationRequestOptions): CompilationJobProperties['Request'] {
  const { model, target, vpcConfig } = options;
  return {
    RoleArn: options.role.roleArn,
    ModelPackageVersionArn: model.modelPackageVersionArn,
    InputConfig: model.s3Uri === undefined ? undefined : {
      S3Uri: model.s3Uri,
      DataInputConfig: model.dataInputShape?.toJson(scope),
      Framework: model.framework?.name as any,
      FrameworkVersion: model.framework && frameworkVersionToSend(model.framework, target),
    },
    OutputConfig: {
      S3OutputLocation: options.outputUri,
      ...target._toOutputConfig() as any,
      CompilerOptions: options.compilerOptions?.toJson(scope),
      KmsKeyId: options.outputEncryptionKey?.keyArn,
    },
    VpcConfig: { Subnets: vpcConfig.subnets, SecurityGroupIds: vpcConfig.securityGroupIds },
    StoppingCondition: {
      MaxRuntimeInSeconds: `${(options.maxRuntime ?? DEFAULT_MAX_RUNTIME).toSeconds()}`,
      MaxPendingTimeInSeconds: options.maxPendingTime && `${options.maxPendingTime.toSeconds()}`,
    },
  };
}
