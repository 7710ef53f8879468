import type { IConstruct } from 'constructs';
import type { CompilationSettings } from './compilation-settings';
import type { NeoModelConfig } from '../model/model-options';
import { frameworkVersionToSend } from '../target/compilation-rules';
import type { NeoCompilerOptions } from '../target/compiler-options';
import type { NeoTarget } from '../target/target';

/** A model, and the target that it is compiled for. */
export interface Compilation {
  readonly model: NeoModelConfig;
  readonly target: NeoTarget;
  readonly compilerOptions?: NeoCompilerOptions;
}

/**
 * Renders the input of CreateCompilationJob in the API's spelling, without the name of the job and its tags.
 *
 * @param outputUri S3 URI of the folder that the job writes to
 */
export function compilationRequest(scope: IConstruct, settings: CompilationSettings, compilation: Compilation, outputUri: string) {
  const { model, target, compilerOptions } = compilation;
  const { RoleArn, VpcConfig, StoppingCondition } = settingsRequest(settings);
  return {
    RoleArn,
    ModelPackageVersionArn: model.modelPackageVersionArn,
    InputConfig: model.s3Uri === undefined ? undefined : {
      S3Uri: model.s3Uri,
      ...modelRequest(scope, model),
      FrameworkVersion: model.framework && frameworkVersionToSend(model.framework, target),
    },
    OutputConfig: {
      S3OutputLocation: outputUri,
      ...targetRequest(scope, { target, compilerOptions }),
      KmsKeyId: settings.outputEncryptionKey?.keyArn,
    },
    VpcConfig,
    StoppingCondition,
  };
}

/** Renders the members that do not depend on the model and target: role, network and limits. */
export function settingsRequest({ role, vpcConfig, maxRuntime, maxPendingTime }: CompilationSettings) {
  return {
    RoleArn: role.roleArn,
    VpcConfig: { Subnets: vpcConfig.subnets, SecurityGroupIds: vpcConfig.securityGroupIds },
    StoppingCondition: {
      MaxRuntimeInSeconds: maxRuntime.toSeconds(),
      MaxPendingTimeInSeconds: maxPendingTime?.toSeconds(),
    },
  };
}

/** Renders the members of `InputConfig` that describe a model. Some targets take no `FrameworkVersion`: see `frameworkVersionToSend`. */
export function modelRequest(scope: IConstruct, { framework, dataInputShape }: Pick<NeoModelConfig, 'framework' | 'dataInputShape'>) {
  return {
    Framework: framework?.name,
    FrameworkVersion: framework?.version,
    DataInputConfig: dataInputShape?.toJson(scope),
  };
}

/** Renders the members of `OutputConfig` that describe a target. */
export function targetRequest(scope: IConstruct, { target, compilerOptions }: Pick<Compilation, 'target' | 'compilerOptions'>) {
  const { TargetDevice, TargetPlatform } = target._toOutputConfig();
  return { TargetDevice, TargetPlatform, CompilerOptions: compilerOptions?.toJson(scope) };
}
