import type { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';

/** A request that the service takes; a test changes what it is about. */
export function request(changes: Partial<CreateCompilationJobRequest> = {}): CreateCompilationJobRequest {
  return {
    CompilationJobName: 'job',
    RoleArn: 'arn:aws:iam::111122223333:role/neo',
    InputConfig: { S3Uri: 's3://models/resnet.tar.gz', Framework: 'PYTORCH', FrameworkVersion: '1.13', DataInputConfig: '{"input0":[1,3,224,224]}' },
    OutputConfig: { S3OutputLocation: 's3://artifacts/compiled/job', TargetDevice: 'ml_c5' },
    StoppingCondition: { MaxRuntimeInSeconds: 900 },
    ...changes,
  };
}
