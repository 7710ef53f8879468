import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { CompilationOutcome } from '../compilation-job-outcome';

/** The outside world of the handler: tests bring their own. */
export interface Dependencies {
  readonly sagemaker: SageMakerClient;
  readonly s3: S3Client;
  readonly cloudformation: CloudFormationClient;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** One structured line in the function's log. Never give it an event: it holds a presigned URL. */
  readonly log: (entry: Record<string, unknown>) => void;
  /** Tell of a job's end; absent where nobody listens. */
  readonly putEvent?: (outcome: CompilationOutcome) => Promise<void>;
}
