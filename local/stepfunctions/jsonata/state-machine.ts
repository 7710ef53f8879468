import { Machine, shadowedVariables } from './definition';
import { Environment } from './environment';
import { StatesError } from './errors';
import { Execution } from './execution';
import { MAX_PAYLOAD } from './expressions';
import { uuid } from '../../sagemaker';

export interface ListExecutionsRequest {
  readonly StateMachineArn: string;
  readonly StatusFilter?: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** A state machine as synthesized. */
export class LocalStateMachine {
  private readonly executions = new Map<string, Execution>();

  constructor(public readonly arn: string, private readonly definition: Machine, private readonly environment: Environment) {
    const shadowed = shadowedVariables(definition);
    if (shadowed.length > 0) { throw new Error(`an inner scope must not assign to variables of an outer one; got: ${shadowed.join(', ')}`); }
  }

  public start(input: unknown = {}, name = uuid(this.environment.random)): Execution {
    // StartExecution rejects a larger input.
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

  /** The API's StartExecution. The same name and input again are the same execution, as long as it runs. */
  public startExecution({ StateMachineArn, Name, Input }: { StateMachineArn: string; Name: string; Input: string }): object {
    this.requireThis(StateMachineArn);
    const arn = `${this.arn.replace(':stateMachine:', ':execution:')}:${Name}`;
    const existing = this.executions.get(arn);
    if (existing && (existing.status !== 'RUNNING' || JSON.stringify(existing.props.input) !== Input)) {
      throw new StatesError('Sfn.ExecutionAlreadyExistsException', `execution already exists: ${arn}`);
    }
    const execution = existing ?? this.start(JSON.parse(Input), Name);
    return { ExecutionArn: arn, StartDate: execution.startTime };
  }

  /** The API's ListExecutions: the latest first, page by page. */
  public listExecutions({ StateMachineArn, StatusFilter, MaxResults = 100, NextToken = '0' }: ListExecutionsRequest): object {
    this.requireThis(StateMachineArn);
    const all = this.all.filter(({ status }) => StatusFilter === undefined || status === StatusFilter).reverse();
    const end = Number(NextToken) + MaxResults;
    return {
      Executions: all.slice(Number(NextToken), end).map(({ arn, startTime, status, redriveCount }) => ({
        ExecutionArn: arn, StateMachineArn, Name: arn.split(':').pop(), Status: status, StartDate: startTime, RedriveCount: redriveCount,
      })),
      ...end < all.length && { NextToken: String(end) },
    };
  }

  private requireThis(arn: string): void {
    if (arn !== this.arn) { throw new StatesError('Sfn.StateMachineDoesNotExistException', `state machine does not exist: ${arn}`); }
  }
}
