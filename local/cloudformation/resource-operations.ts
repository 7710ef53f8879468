import { isDeepStrictEqual } from 'node:util';
import type { Outcome } from './answer';
import type { CustomResourceProtocol } from './custom-resource';
import { StackIdentity, suffix } from './environment';
import { nativeResource } from './native-resources';
import { FormerThing, ResourceRecord } from './resource-record';
import { stringified } from './stringify';
import { TemplateError, TemplateValue } from './template';

type Properties = Readonly<Record<string, TemplateValue>>;

/** A native AWS resource with an effect in a local run: a function, a state machine. */
export interface LocalResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly properties: Properties;
  readonly attributes: Properties;
}

export interface LocalResourceAdapter {
  /** Creates it, or updates it to these properties. */
  apply(resource: LocalResource): void | Promise<void>;
  remove(physicalId: string): void | Promise<void>;
}

export interface ResourceOperationsProps {
  readonly stack: StackIdentity;
  readonly protocol: CustomResourceProtocol;
  readonly adapters: Readonly<Record<string, LocalResourceAdapter>>;
  /** How long CloudFormation waits for the response of a custom resource that has no ServiceTimeout. */
  readonly serviceTimeoutSeconds: number;
}

/** The result of an operation on one resource. */
export type Result = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const OK: Result = { ok: true };

/** Creates, updates and deletes single resources, regardless of order and rollback. */
export class ResourceOperations {
  constructor(private readonly props: ResourceOperationsProps) {}

  public async create(record: ResourceRecord, resolved: Properties, signal: AbortSignal): Promise<Result> {
    if (!record.isCustom) { return this.applyNative(record, resolved); }
    const properties = stringified(resolved);
    const outcome = await this.send(record, 'Create', { ResourceProperties: properties }, signal);
    // If no id was returned, CloudFormation generates one, and sends a Delete with it.
    record.become(outcome.physicalId ?? this.generatedId(record), properties);
    return this.take(record, outcome);
  }

  /** Whether an update would change anything. */
  public differs(record: ResourceRecord, resolved: Properties): boolean {
    return !isDeepStrictEqual(record.isCustom ? stringified(resolved) : resolved, record.properties);
  }

  /** Updates a resource, or rolls back a failed update. CloudFormation sends the same request for both. */
  public async update(record: ResourceRecord, resolved: Properties, signal?: AbortSignal): Promise<Result> {
    if (!record.isCustom) { return this.applyNative(record, resolved); }
    const properties = stringified(resolved);
    if (properties.ServiceToken !== record.properties.ServiceToken) {
      return { ok: false, reason: 'Modifying service token is not allowed.' };
    }
    const outcome = await this.send(record, 'Update', {
      PhysicalResourceId: record.physicalId, ResourceProperties: properties, OldResourceProperties: record.properties,
    }, signal);
    record.become(outcome.physicalId ?? record.physicalId!, properties);
    return this.take(record, outcome);
  }

  public async delete(record: ResourceRecord, thing: FormerThing): Promise<Result> {
    if (!record.isCustom) {
      await this.props.adapters[record.type]?.remove(thing.physicalId);
      return OK;
    }
    const outcome = await this.send(record, 'Delete', { PhysicalResourceId: thing.physicalId, ResourceProperties: thing.properties });
    return outcome.succeeded ? OK : { ok: false, reason: outcome.reason! };
  }

  private async applyNative(record: ResourceRecord, properties: Properties): Promise<Result> {
    if (record.type === 'AWS::CloudFormation::Stack') { throw new TemplateError('nested stacks cannot be run locally; deploy their stack by itself'); }
    const { physicalId, attributes } = nativeResource(this.props.stack, record.logicalId, record.type, properties);
    record.become(physicalId, properties);
    record.attributes = attributes;
    await this.props.adapters[record.type]?.apply({ logicalId: record.logicalId, physicalId, properties, attributes });
    return OK;
  }

  private send(
    record: ResourceRecord, RequestType: 'Create' | 'Update' | 'Delete',
    content: { PhysicalResourceId?: string; ResourceProperties: Properties; OldResourceProperties?: Properties }, signal?: AbortSignal,
  ): Promise<Outcome> {
    const timeout = Number(content.ResourceProperties.ServiceTimeout ?? this.props.serviceTimeoutSeconds);
    return this.props.protocol.send({
      RequestType,
      StackId: this.props.stack.stackId,
      ResourceType: record.type,
      LogicalResourceId: record.logicalId,
      ...content,
    }, timeout, signal);
  }

  private take(record: ResourceRecord, outcome: Outcome): Result {
    if (!outcome.succeeded) { return { ok: false, reason: outcome.reason! }; }
    Object.assign(record, { attributes: outcome.data, noEcho: outcome.noEcho });
    return OK;
  }

  private generatedId({ logicalId }: ResourceRecord): string {
    return `${this.props.stack.stackName}-${logicalId}-${suffix(`${this.props.stack.stackId}/${logicalId}`)}`;
  }
}
