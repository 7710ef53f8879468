import { createHash } from 'node:crypto';
import { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';

/**
 * Returns the location of an artifact, such as `s3://bucket/prefix/model-ml_c5.tar.gz`: the model's file name and the target, below S3OutputLocation.
 */
export function artifactUri(request: CreateCompilationJobRequest): string {
  const location = request.OutputConfig!.S3OutputLocation!;
  const model = /([^/]*?)(\.tar\.gz)?$/.exec(request.InputConfig?.S3Uri ?? '')![1] || 'model';
  return `${location}${location.endsWith('/') ? '' : '/'}${model}-${targetName(request)}.tar.gz`;
}

/** Returns the device, or the platform's parts joined by underscores. */
function targetName(request: CreateCompilationJobRequest): string {
  const { TargetDevice: device, TargetPlatform: platform } = request.OutputConfig!;
  return device ?? [platform!.Os, platform!.Arch, platform!.Accelerator].filter(Boolean).join('_');
}

/**
 * Returns the artifact of a completed job. Nothing is compiled here, and the file says so. It depends on everything that the result of a real
 * compilation depends on, so that equal requests result in equal digests.
 */
export function artifactBody(request: CreateCompilationJobRequest): Buffer {
  const { InputConfig, ModelPackageVersionArn, OutputConfig } = request;
  return Buffer.from(JSON.stringify({
    note: 'placeholder written by the local SageMaker Neo stand-in; no model was compiled',
    InputConfig,
    ModelPackageVersionArn,
    Target: [targetName(request), OutputConfig!.CompilerOptions],
  }));
}

/** Returns the digest of an artifact, which is a BLAKE2 hash according to AWS. */
export function artifactDigest(body: Uint8Array): string {
  return createHash('blake2b512').update(body).digest('hex');
}

/** Returns the image that serves the model, which only jobs for cloud instances have. Its account and tag are invented. */
export function inferenceImage(request: CreateCompilationJobRequest, region: string): string | undefined {
  const device = request.OutputConfig!.TargetDevice;
  if (!device?.startsWith('ml_')) {
    return undefined;
  }
  const framework = (request.InputConfig?.Framework ?? 'model').toLowerCase();
  const processor = /^ml_(p\d|g\d)/.test(device) ? 'gpu' : /^ml_(inf|trn)/.test(device) ? 'neuron' : 'cpu';
  const version = request.InputConfig?.FrameworkVersion ?? 'latest';
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `000000000000.dkr.ecr.${region}.${domain}/sagemaker-inference-${framework}:${version}-${processor}-py3`;
}
