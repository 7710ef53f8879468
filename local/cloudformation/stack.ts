import { dependencyGraph, DependencyGraph, walk } from './dependency-graph';
import type { StackIdentity } from './environment';
import { Evaluation } from './evaluation';
import { Removal } from './removal';
import type { Result, ResourceOperations } from './resource-operations';
import { ResourceRecord } from './resource-record';
import { Template, TemplateError, TemplateValue } from './template';

/** One line of a deployment's progress. */
export interface StackEvent {
  readonly timestamp: Date;
  readonly stackName: string;
  /** The stack's own name for an event of the stack. */
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly physicalId?: string;
}

export interface StackProps {
  readonly identity: StackIdentity;
  readonly operations: ResourceOperations;
  readonly now: () => number;
  readonly onEvent: (event: StackEvent) => void;
  /** The names of the other stacks that import an export. @default - none */
  readonly importersOf?: (exportName: string) => readonly string[];
  /** The template, evaluated with the stack's resources. */
  readonly evaluate: (template: Template, resource: (logicalId: string) => ResourceRecord | undefined) => Evaluation;
}

type Verb = 'CREATE' | 'UPDATE';
type Properties = ResourceRecord['properties'];

/** State from the beginning of an operation that its later steps need. */
interface Attempt {
  readonly abort: AbortController;
  readonly failures: string[];
}

/**
 * A stack, with CloudFormation's operations. Independent resources are processed at the same time. If one fails, operations in progress are
 * cancelled, and the stack is rolled back. Only one operation on the stack may run at a time.
 */
export class Stack {
  public status = 'REVIEW_IN_PROGRESS';
  /** The reasons for which the last operation failed, in order of time. */
  public failures: readonly string[] = [];
  public outputs: Readonly<Record<string, string>> = {};
  /** The exports of this stack. */
  public exports: Readonly<Record<string, string>> = {};
  private readonly records = new Map<string, ResourceRecord>();
  private graph: DependencyGraph = new Map();
  private readonly removal: Removal;

  constructor(private readonly props: StackProps) {
    this.removal = new Removal(this.records, props.operations, (...event) => this.emit(...event));
  }

  public get name(): string { return this.props.identity.stackName; }
  public get id(): string { return this.props.identity.stackId; }

  /** The existing resources, in the order of the template. */
  public get resources(): readonly ResourceRecord[] {
    return [...this.records.values()];
  }

  public resource(logicalId: string): ResourceRecord {
    const record = this.records.get(logicalId);
    if (!record) { throw new Error(`stack ${this.name} has no resource ${logicalId}; it has: ${[...this.records.keys()].join(', ')}`); }
    return record;
  }

  public async create(template: Template): Promise<void> {
    const { evaluation, graph, definitions } = this.prepare(template);
    this.setStatus('CREATE_IN_PROGRESS');
    const attempt = newAttempt();
    this.graph = graph;
    await walk(graph, graph.keys(), id => this.createOne(id, definitions[id], evaluation, attempt), () => attempt.failures.length > 0);
    await this.finish(attempt, template, evaluation, {
      complete: 'CREATE_COMPLETE',
      back: async () => {
        this.setStatus('ROLLBACK_IN_PROGRESS', attempt.failures[0]);
        const clean = await this.removal.all(this.graph, 'rollback');
        this.setStatus(clean ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED');
      },
    });
  }

  public async update(template: Template): Promise<void> {
    const { evaluation, graph, definitions } = this.prepare(template);
    this.setStatus('UPDATE_IN_PROGRESS');
    const attempt = newAttempt();
    const before = new Map([...this.records.values()].map(({ logicalId, definition, properties }) => [logicalId, { definition, properties }]));
    const touched = new Set<string>();
    await walk(graph, graph.keys(), id => before.has(id)
      ? this.updateOne(id, definitions[id], evaluation, attempt, touched)
      : this.createOne(id, definitions[id], evaluation, attempt), () => attempt.failures.length > 0);
    await this.finish(attempt, template, evaluation, {
      complete: 'UPDATE_COMPLETE',
      forward: async () => {
        this.setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
        await this.removal.cleanUp(this.graph, id => !graph.has(id));
        this.graph = graph;
      },
      back: async () => {
        this.setStatus('UPDATE_ROLLBACK_IN_PROGRESS', attempt.failures[0]);
        const back = newAttempt();
        before.forEach(({ definition }, id) => { this.records.get(id)!.definition = definition; });
        await walk(this.graph, touched, id => this.rollBackOne(id, before.get(id)!.properties, back));
        if (back.failures.length > 0) {
          this.setStatus('UPDATE_ROLLBACK_FAILED', back.failures[0]);
          return;
        }
        this.setStatus('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
        await this.removal.cleanUp(graph, id => !before.has(id));
        this.setStatus('UPDATE_ROLLBACK_COMPLETE');
      },
    });
  }

  /**
   * @throws Error as long as other stacks import an export of this stack
   */
  public async delete(): Promise<void> {
    this.requireUnused('deleted', Object.keys(this.exports));
    this.failures = [];
    this.setStatus('DELETE_IN_PROGRESS');
    const clean = await this.removal.all(this.graph, 'delete');
    this.outputs = {};
    this.setStatus(clean ? 'DELETE_COMPLETE' : 'DELETE_FAILED');
  }

  /** Rejects an invalid template before any change, as CloudFormation does. */
  private prepare(template: Template) {
    this.failures = [];
    const evaluation = this.props.evaluate(template, id => this.records.get(id));
    const definitions = evaluation.resources();
    const graph = dependencyGraph(definitions, name => evaluation.condition(name), template.Parameters);
    const changedTypes = Object.keys(definitions).filter(id => this.records.has(id) && this.records.get(id)!.type !== definitions[id].Type);
    if (changedTypes.length > 0) {
      throw new TemplateError(`Update of resource type is not permitted. The new template modifies resource type of the following resources: [${changedTypes.join(', ')}]`);
    }
    return { evaluation, definitions, graph };
  }

  private async finish(
    attempt: Attempt, template: Template, evaluation: Evaluation,
    ways: { complete: string; forward?: () => Promise<void>; back: () => Promise<void> },
  ): Promise<void> {
    let results: Pick<Stack, 'outputs' | 'exports'> | undefined;
    try {
      if (attempt.failures.length === 0) {
        const { outputs, exports } = resultsOf(template, evaluation);
        this.requireUnused('updated', Object.keys(this.exports).filter(name => exports[name] !== this.exports[name]));
        results = { outputs, exports };
      }
    } catch (err) {
      fail(attempt, (err as Error).message);
    }
    if (!results) {
      await ways.back();
      this.failures = attempt.failures;
      return;
    }
    await ways.forward?.();
    Object.assign(this, results);
    this.setStatus(ways.complete);
  }

  private requireUnused(done: string, exportNames: string[]): void {
    for (const name of exportNames) {
      const importers = this.props.importersOf?.(name) ?? [];
      if (importers.length > 0) { throw new Error(`export ${name} cannot be ${done} as it is in use by ${importers.join(', ')}`); }
    }
  }

  private createOne(id: string, definition: ResourceRecord['definition'], evaluation: Evaluation, attempt: Attempt): Promise<boolean> {
    const record = new ResourceRecord(id, definition);
    return this.attempt('CREATE', record, attempt, async () => {
      const properties = evaluation.resolve(definition.Properties ?? {});
      this.records.set(id, record);
      this.emit(record, 'CREATE_IN_PROGRESS');
      return this.props.operations.create(record, properties, attempt.abort.signal);
    });
  }

  private async updateOne(
    id: string, definition: ResourceRecord['definition'], evaluation: Evaluation, attempt: Attempt, touched: Set<string>,
  ): Promise<boolean> {
    const record = this.records.get(id)!;
    let properties: Properties;
    try {
      properties = evaluation.resolve(definition.Properties ?? {});
    } catch (err) {
      fail(attempt, `${id}: ${(err as Error).message}`);
      return false;
    }
    record.definition = definition;
    if (!this.props.operations.differs(record, properties)) { return true; }
    touched.add(id);
    return this.attempt('UPDATE', record, attempt, () => {
      this.emit(record, 'UPDATE_IN_PROGRESS');
      return this.props.operations.update(record, properties, attempt.abort.signal);
    });
  }

  private async rollBackOne(id: string, properties: Properties, attempt: Attempt): Promise<boolean> {
    const record = this.records.get(id)!;
    if (!this.props.operations.differs(record, properties)) { return true; }
    return this.attempt('UPDATE', record, attempt, () => {
      this.emit(record, 'UPDATE_IN_PROGRESS');
      return this.props.operations.update(record, properties);
    });
  }

  /** Runs one operation. If it fails, operations in progress are cancelled. */
  private async attempt(verb: Verb, record: ResourceRecord, attempt: Attempt, run: () => Promise<Result>): Promise<boolean> {
    let result: Result;
    try {
      result = await run();
    } catch (err) {
      result = { ok: false, reason: (err as Error).message };
    }
    if (result.ok) {
      this.emit(record, `${verb}_COMPLETE`);
      return true;
    }
    this.emit(record, `${verb}_FAILED`, result.reason);
    fail(attempt, `${record.logicalId}: ${result.reason}`);
    return false;
  }

  private emit(record: ResourceRecord, status: string, reason?: string, physicalId = record.physicalId): void {
    Object.assign(record, { status, statusReason: reason });
    this.event(record.logicalId, record.type, status, reason, physicalId);
  }

  private setStatus(status: string, reason?: string): void {
    this.status = status;
    this.event(this.name, 'AWS::CloudFormation::Stack', status, reason, this.id);
  }

  private event(logicalId: string, type: string, status: string, reason?: string, physicalId?: string): void {
    this.props.onEvent({ timestamp: new Date(this.props.now()), stackName: this.name, logicalId, type, status, reason, physicalId });
  }
}

const newAttempt = (): Attempt => ({ abort: new AbortController(), failures: [] });

function fail(attempt: Attempt, reason: string): void {
  attempt.failures.push(reason);
  attempt.abort.abort();
}

function resultsOf(template: Template, evaluation: Evaluation): Pick<Stack, 'outputs' | 'exports'> {
  const outputs: Record<string, TemplateValue> = {};
  const exports: Record<string, TemplateValue> = {};
  for (const [name, { Value, Condition, Export }] of Object.entries(template.Outputs ?? {})) {
    if (Condition !== undefined && !evaluation.condition(Condition)) { continue; }
    outputs[name] = evaluation.resolve(Value);
    if (Export) { exports[evaluation.resolve(Export.Name)] = outputs[name]; }
  }
  return { outputs, exports };
}
