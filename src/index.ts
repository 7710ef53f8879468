export { NeoCompilationJob } from './compilation-job/compilation-job';
export type { NeoCompilationJobProps } from './compilation-job/compilation-job';
export type { INeoCompilationJob, NeoCompilationJobAttributes } from './compilation-job/compilation-job-base';
export type { NeoCommonCompilationProps } from './compilation/compilation-settings';
export { NeoCompiledModel } from './compiled-model/compiled-model';
export type { INeoCompiledModel, NeoCompiledModelProps } from './compiled-model/compiled-model';
export { NeoCompilationFleet } from './fleet/fleet';
export type { INeoCompilationFleet } from './fleet/fleet';
export { NeoFleetModels, NeoManifestFormat } from './fleet/fleet-models';
export type { NeoManifestOptions } from './fleet/fleet-models';
export type { NeoCompilationFleetProps, NeoFleetTarget } from './fleet/fleet-props';
export { NeoModel } from './model/model';
export type { NeoAssetModelOptions, NeoBucketModelOptions, NeoModelBindOptions, NeoModelConfig, NeoModelOptions } from './model/model-options';
export { NeoCompilationMonitoring } from './monitoring/compilation-monitoring';
export type { NeoCompilationMonitoringProps } from './monitoring/compilation-monitoring';
export { NeoPrivateCompilationVpc } from './network/private-compilation-vpc';
export type { INeoPrivateCompilationVpc, NeoPrivateCompilationVpcAttributes, NeoVpcConfig } from './network/private-compilation-vpc-base';
export type { NeoPrivateCompilationVpcProps } from './network/private-compilation-vpc-props';
export { NeoPrivacyValidation } from './privacy-validation/privacy-validation';
export type { NeoPrivacyValidationProps } from './privacy-validation/privacy-validation';
export type { NeoAcceptedFinding } from './privacy-validation/report/privacy-report';
export type { NeoCompilationTaskOptions } from './stepfunctions-tasks/task-request';
export { NeoCreateCompilationJob } from './stepfunctions-tasks/create-compilation-job';
export type {
  NeoCreateCompilationJobJsonPathProps,
  NeoCreateCompilationJobJsonataProps,
  NeoCreateCompilationJobProps,
} from './stepfunctions-tasks/create-compilation-job';
export { NeoExecutionModel, NeoExpression } from './stepfunctions-tasks/execution-model';
export type { NeoExecutionModelOptions } from './stepfunctions-tasks/execution-model';
export { NeoOrphanedJobStopper } from './stepfunctions-tasks/orphaned-job-stopper';
export type { NeoOrphanedJobStopperProps } from './stepfunctions-tasks/orphaned-job-stopper';
export { NeoRunCompilationJob } from './stepfunctions-tasks/run-compilation-job';
export type { NeoRunCompilationJobJsonPathProps, NeoRunCompilationJobJsonataProps } from './stepfunctions-tasks/run-compilation-job';
export { NeoCompilerOptions, NeoDataType } from './target/compiler-options';
export type { NeoAndroidOptions, NeoCoreMlOptions, NeoCpuOptions, NeoJetsonOptions, NeoNvidiaOptions } from './target/compiler-options';
export { NeoCoreMlInputType, NeoCoreMlShape } from './target/core-ml-input';
export type { NeoCoreMlInput } from './target/core-ml-input';
export { NeoDataInputShape } from './target/data-input-shape';
export { NeoFramework } from './target/framework';
export { NeoTarget, NeoTargetAccelerator, NeoTargetArch, NeoTargetKind, NeoTargetOs } from './target/target';
export type { NeoTargetPlatform } from './target/target';
