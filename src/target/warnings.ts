/**
 * Every warning of the rules by its id (after `cdk-sagemaker-neo:`): what it says, for docs/targets.md.
 */
export const WARNINGS = {
  unknownFramework: 'The framework is none that this version of the library knows; nothing about it is checked.',
  unknownTarget: 'The device, or a part of the platform, is none that this version of the library knows; nothing about it is checked.',
  undocumentedCombination: 'AWS documents the framework or its version not for this target; the job may fail.',
  frameworkVersionMissing: 'No version although the framework takes one: Neo takes one of its own choice, and a model saved by a newer one fails.',
  frameworkVersionNotSent: 'The version is left out of the request for this device, as AWS\'s own SDK does.',
  frameworkVersionDoubtful: 'The version is sent, though AWS\'s own SDK leaves it out for this device.',
  retiredTarget: 'AWS has ended what the device stands for.',
  targetRegion: 'Neo compiles for the device in one Region, and the stack is in another or its Region is not known at synthesis.',
  nvidiaCompilerOptions: 'A Jetson device without `gpu-code`, `trt-ver` and `cuda-ver`, or a version that is not written as AWS documents it.',
  compilerOptionNotForTarget: 'AWS does not document the option for this target.',
  dataInputShapeMissing: 'No shape although the framework needs one: Neo can derive it for some models only.',
  coreMlShapeOnOtherTarget: 'Core ML\'s form of the shape for another target.',
  inputOrder: 'The names of the inputs suggest another order than the one written.',
  inputLayout: 'Shapes given as text look like images in the wrong layout. (In a map or list that is an error.)',
} as const;

export type WarningId = keyof typeof WARNINGS;
