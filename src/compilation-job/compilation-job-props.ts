import type { Duration } from 'aws-cdk-lib';
import type { NeoCommonCompilationProps } from '../compilation/compilation-props';
import type { NeoModel } from '../model/model';
import type { NeoCompilerOptions } from '../target/compiler-options';
import type { NeoTarget } from '../target/target';

/**
 * Properties of a `NeoCompilationJob`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCompilationJob.html
 */
export interface NeoCompilationJobProps extends NeoCommonCompilationProps {
  /**
   * The model to compile.
   */
  readonly model: NeoModel;

  /**
   * The device or platform to compile for.
   */
  readonly target: NeoTarget;

  /**
   * Options for the compiler, as far as the target takes any.
   *
   * @default - none
   */
  readonly compilerOptions?: NeoCompilerOptions;

  /**
   * Name of the job, 1 to 63 letters, digits and hyphens, unique in account and Region. A job cannot be changed and its name
   * cannot be used twice: with a fixed name, every update that alters the result fails until the name is changed as well.
   *
   * @default - a unique name is generated, and a new one for each new job
   */
  readonly compilationJobName?: string;

  /**
   * Whether the deployment waits for the end of the job and fails when the job fails. Without it, the deployment goes on as soon as SageMaker has
   * accepted the job, and only name and ARN are known.
   *
   * @default true
   */
  readonly waitForCompletion?: boolean;

  /**
   * How long the deployment waits for the job, the wait for a free slot of the account's quota included. Then the job is stopped and
   * the deployment fails. 1 to 55 minutes: CloudFormation's hour less the time that stopping takes.
   *
   * @default Duration.minutes(55)
   */
  readonly timeout?: Duration;

  /**
   * Whether the compiled model is deleted together with the job: when the resource is removed from the stack, or replaced by an update.
   * Only the artifact of this job is ever deleted. In a versioned bucket it gets a delete marker.
   *
   * @default false
   */
  readonly deleteArtifacts?: boolean;

  /**
   * Tags of the job, at most 47. Tags set on the construct tree (`Tags.of`) are added. A change of tags makes no new job.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}
