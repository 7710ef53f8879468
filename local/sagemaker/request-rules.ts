import { CreateCompilationJobRequest, Framework, Tag, TargetDevice } from '@aws-sdk/client-sagemaker';
import { validationException } from './errors';

/** The only frameworks for which the API supports FrameworkVersion. */
export const VERSIONED_FRAMEWORKS: readonly string[] = [Framework.MXNET, Framework.PYTORCH, Framework.TENSORFLOW, Framework.TFLITE];

/** Devices for which the service rejects FrameworkVersion. Its message does not list them, and AWS's SDK sends no version for them. */
const UNVERSIONED_DEVICES: readonly string[] = [
  TargetDevice.AMBA_CV2, TargetDevice.AMBA_CV22, TargetDevice.AMBA_CV25, TargetDevice.COREML, TargetDevice.IMX8MPLUS, TargetDevice.JACINTO_TDA4VM,
  TargetDevice.SITARA_AM57X,
];

/** Checks the rules between members that AWS documents for CreateCompilationJob. AWS does not document the messages. */
export function checkRequestRules(request: CreateCompilationJobRequest): void {
  const { InputConfig: input, OutputConfig: output } = request;
  if (!input === !request.ModelPackageVersionArn) {
    throw validationException(`Provide either a ModelPackageVersionArn or an InputConfig object in the request, not ${input ? 'both' : 'neither'}.`);
  }
  if (!output!.TargetDevice === !output!.TargetPlatform) {
    throw validationException(`Provide either TargetDevice or TargetPlatform in OutputConfig, not ${output!.TargetDevice ? 'both' : 'neither'}.`);
  }
  if (input?.FrameworkVersion !== undefined && !VERSIONED_FRAMEWORKS.includes(input.Framework!)) {
    throw validationException(`FrameworkVersion is not supported for framework ${input.Framework}.`);
  }
  if (input?.FrameworkVersion !== undefined && UNVERSIONED_DEVICES.includes(output!.TargetDevice!)) {
    throw validationException('Unsupported framework version field for target. Framework version is supported for Target Platform configuration and only part of target devices.');
  }
  checkTags(request.Tags ?? []);
}

/** Checks the rules for tags of all AWS services: keys are unique, and the prefix `aws:` is reserved. */
export function checkTags(tags: readonly Tag[]): void {
  const keys = new Set<string>();
  for (const { Key: key } of tags) {
    if (key!.toLowerCase().startsWith('aws:')) {
      throw validationException(`Tag keys must not start with the reserved prefix 'aws:': ${key}`);
    }
    if (keys.has(key!)) {
      throw validationException(`Duplicate tag key: ${key}`);
    }
    keys.add(key!);
  }
}
