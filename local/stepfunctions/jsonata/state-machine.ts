import { Machine } from './definition';
import { Environment } from './environment';
import { Execution } from './execution';
import { MAX_PAYLOAD } from './expressions';
import { uuid } from '../../sagemaker';

/** A state machine as synthesized. */
export class LocalStateMachine {
  private readonly executions = new Map<string, Execution>();

  constructor(public readonly arn: string, private readonly definition: Machine, private readonly environment: Environment) {}

  public start(input: unknown = {}, name = uuid(this.environment.random)): Execution {
    // StartExecution refuses it.
    if (Buffer.byteLength(JSON.stringify(input)) > MAX_PAYLOAD) { throw new Error(`the input of an execution has more than ${MAX_PAYLOAD} bytes`); }
    const arn = `${this.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    if (this.executions.has(arn)) { throw new Error(`execution ${arn} exists`); }
    const execution = new Execution({ environment: this.environment, machine: this.definition, stateMachineArn: this.arn, arn, input });
    this.executions.set(arn, execution);
    return execution;
  }

  public get all(): readonly Execution[] {
    return [...this.executions.values()];
  }

  public execution(arn: string): Execution | undefined {
    return this.executions.get(arn);
  }
}
