import { DependencyGraph, reversed, walk } from './dependency-graph';
import type { ResourceOperations, Result } from './resource-operations';
import type { FormerThing, ResourceRecord } from './resource-record';

type Emit = (record: ResourceRecord, status: string, reason?: string, physicalId?: string) => void;

/** Deletes the resources of a stack, each before the resources that it depends on. */
export class Removal {
  constructor(private readonly records: Map<string, ResourceRecord>, private readonly operations: ResourceOperations, private readonly emit: Emit) {}

  /** Deletes everything, except resources that cannot be deleted and their dependencies. Returns whether all are gone. */
  public async all(graph: DependencyGraph, occasion: 'rollback' | 'delete'): Promise<boolean> {
    const ids = [...this.records.keys()];
    const gone = await walk(reversed(graph), ids, async id => {
      const record = this.records.get(id)!;
      const policy = record.definition.DeletionPolicy;
      if (policy === 'Retain' || (policy === 'RetainExceptOnCreate' && occasion === 'delete')) {
        this.emit(record, 'DELETE_SKIPPED');
      } else if (!await this.delete(record, [...record.former, ...present(record)])) {
        return false;
      }
      this.records.delete(id);
      return true;
    });
    return gone.size === ids.length;
  }

  /**
   * Deletes the physical resources that replacements left behind, and the resources that are no longer in the template. A failure leaves the resource
   * behind, and does not affect others.
   *
   * @param graph the dependencies in the remaining template
   */
  public async cleanUp(graph: DependencyGraph, isToGo: (logicalId: string) => boolean): Promise<void> {
    await walk(reversed(graph), [...this.records.keys()], async id => {
      const record = this.records.get(id)!;
      const { DeletionPolicy, UpdateReplacePolicy } = record.definition;
      if (UpdateReplacePolicy !== 'Retain') { await this.delete(record, record.former); }
      record.former = [];
      if (isToGo(id)) {
        if (DeletionPolicy === 'Retain') {
          this.emit(record, 'DELETE_SKIPPED');
        } else {
          await this.delete(record, present(record));
        }
        this.records.delete(id);
      }
      return true;
    });
  }

  private async delete(record: ResourceRecord, things: readonly FormerThing[]): Promise<boolean> {
    let clean = true;
    for (const thing of things) {
      this.emit(record, 'DELETE_IN_PROGRESS', undefined, thing.physicalId);
      const result = await this.operations.delete(record, thing).catch((err: Error): Result => ({ ok: false, reason: err.message }));
      this.emit(record, result.ok ? 'DELETE_COMPLETE' : 'DELETE_FAILED', result.ok ? undefined : result.reason, thing.physicalId);
      clean &&= result.ok;
    }
    return clean;
  }
}

const present = ({ physicalId, properties }: ResourceRecord): FormerThing[] => physicalId === undefined ? [] : [{ physicalId, properties }];
