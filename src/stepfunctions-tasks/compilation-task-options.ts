import type { NeoCommonCompilationProps } from '../compilation/compilation-props';
import type { NeoModel } from '../model/model';
import type { NeoCompilerOptions } from '../target/compiler-options';
import type { NeoTarget } from '../target/target';

/**
 * What a job that a state machine starts is made of.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCompilationJob.html
 */
export interface NeoCompilationTaskOptions extends NeoCommonCompilationProps {
  /**
   * Name of the job, 1 to 63 letters, digits and hyphens, unique in account and Region, also among jobs that have ended. Usually
   * from the state's input: `sfn.JsonPath.stringAt('$.name')` in JSONPath, `{% $states.input.name %}` in JSONata.
   */
  readonly compilationJobName: string;

  /**
   * Pattern of the names that `compilationJobName` may take at run time, `*` and `?` allowed. The state machine may use jobs of
   * these names only.
   *
   * @default - the name itself when it is known at synthesis, otherwise `*`
   */
  readonly compilationJobNamePattern?: string;

  /**
   * The model to compile; `NeoExecutionModel` for one that the state's input names.
   */
  readonly model: NeoModel;

  /**
   * The device or platform to compile for. Its names may be known at run time only (`sfn.JsonPath.stringAt`, `NeoExpression.jsonata`).
   */
  readonly target: NeoTarget;

  /**
   * Options for the compiler, as far as the target takes any.
   *
   * @default - none
   */
  readonly compilerOptions?: NeoCompilerOptions;

  /**
   * Tags of the job, at most 48. A further one, `cdk-sagemaker-neo:execution`, says which execution started the job.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}
