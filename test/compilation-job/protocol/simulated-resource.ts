import { MINUTE, type Answer, type ResourceStatus, type World } from './world';
import { ACTIVE_STATUSES, type JobRecord } from '../../../local/sagemaker';
import { OWNER_TAG } from '../../../src/compilation-job/compilation-job-properties';
import { ownerOf } from '../../../src/compilation-job/handler/identity';
import type { ResourceRequest } from '../../../src/compilation-job/handler/request';

const STACK_ID = 'arn:aws:cloudformation:us-east-1:111122223333:stack/Models/0a1b2c3d-0000-1111-2222-333344445555';
const PRESIGNED = 'https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/answer?X-Amz-Signature=secret';

/**
 * CloudFormation ends one operation of a stack and makes a change set before it begins the next: a waiter that has outlived its request
 * has looked at the stack by then.
 */
const BETWEEN_OPERATIONS_MS = 2 * MINUTE;

export interface Answered {
  readonly request: ResourceRequest;
  readonly answers: Answer[];
  /** CloudFormation does not wait for the answer any more. */
  abandoned?: boolean;
}

/**
 * One custom resource in the hands of CloudFormation: requests, replacement, roll-back and clean-up as CloudFormation
 * does them. One operation at a time, as a stack has it.
 */
export class SimulatedResource {
  /** Every request with all the answers that came for it. */
  public readonly history: Answered[] = [];
  public physicalId?: string;
  public properties?: any;
  /** Called with every answer, in the moment in which CloudFormation gets it. */
  public onAnswer?: (request: ResourceRequest, answer: Answer) => void;

  constructor(private readonly world: World, public readonly logicalId = 'Job', private readonly keepsNewIdInRollback = false, private readonly retries = 0) {}

  public get status(): ResourceStatus | undefined {
    return this.world.resourceStatus.get(this.logicalId);
  }

  public get exists(): boolean {
    return this.physicalId !== undefined;
  }

  /** The jobs that were ever made for this resource. */
  public jobs(): JobRecord[] {
    const owner = ownerOf({ StackId: STACK_ID, LogicalResourceId: this.logicalId, RequestId: '' });
    return this.world.service.records().filter(job => job.tags[OWNER_TAG] === owner);
  }

  public jobsInProgress(): JobRecord[] {
    return this.jobs().filter(job => job.deletedAt === undefined && ACTIVE_STATUSES.includes(job.status));
  }

  /**
   * The promise after every finished stack operation: nothing is in progress, except the present job of a resource that does not wait for it.
   */
  public requireNothingLeftRunning(): void {
    const allowed = this.exists && this.properties.WaitForCompletion === 'false' ? this.physicalId : undefined;
    const left = this.jobsInProgress().filter(job => job.name !== allowed);
    if (left.length > 0) {
      throw new Error(`left running after ${this.history.at(-1)?.request.RequestType}: ${left.map(job => job.name).join(', ')}`);
    }
  }

  /** A stack operation that makes the resource; a failed one is rolled back. */
  public async create(properties: any, deliveries = 1): Promise<Answer> {
    const answer = await this.request('Create', { ResourceProperties: properties }, deliveries);
    if (answer.status === 'SUCCESS') {
      this.physicalId = answer.physicalId;
      this.properties = properties;
    } else {
      await this.remove(answer.physicalId, properties);
    }
    return answer;
  }

  /** A stack operation that changes it: the replaced job is cleaned up, a failure is rolled back. */
  public async update(properties: any, deliveries = 1): Promise<Answer> {
    this.world.stackStatus = 'UPDATE_IN_PROGRESS';
    const [oldId, oldProperties] = [this.physicalId!, this.properties];
    const answer = await this.request('Update', {
      PhysicalResourceId: oldId, ResourceProperties: properties, OldResourceProperties: oldProperties,
    }, deliveries);
    if (answer.status === 'SUCCESS') {
      this.physicalId = answer.physicalId;
      this.properties = properties;
      if (answer.physicalId !== oldId) { await this.remove(oldId, oldProperties, 'UPDATE_COMPLETE'); }
      return answer;
    }
    await this.rollBack(this.keepsNewIdInRollback ? answer.physicalId : oldId, answer.physicalId, properties, oldProperties);
    return answer;
  }

  /** Another resource of the stack failed while this one is being changed: CloudFormation waits no longer, and rolls back. */
  public async cancelledUpdate(properties: any, afterMs: number): Promise<void> {
    await this.world.advance(BETWEEN_OPERATIONS_MS);
    this.world.stackStatus = 'UPDATE_IN_PROGRESS';
    const [oldId, oldProperties] = [this.physicalId!, this.properties];
    const entry = this.newRequest('Update', { PhysicalResourceId: oldId, ResourceProperties: properties, OldResourceProperties: oldProperties });
    this.world.resourceStatus.set(this.logicalId, 'UPDATE_IN_PROGRESS');
    this.world.physicalIds.set(this.logicalId, oldId);
    await this.world.deliver(entry.request, answer => entry.answers.push(answer));
    // An Update that AWS Lambda delivers only after CloudFormation has given it up cannot be told from its roll-back.
    while (!this.world.hasBegun(entry.request)) { await this.world.advance(1_000); }
    await this.world.advance(afterMs);
    entry.abandoned = true;
    const id = entry.answers[0]?.physicalId ?? oldId;
    await this.rollBack(id, id, properties, oldProperties, 0);
  }

  private async rollBack(id: string, newId: string, properties: any, oldProperties: any, pauseMs = BETWEEN_OPERATIONS_MS): Promise<void> {
    this.world.stackStatus = 'UPDATE_ROLLBACK_IN_PROGRESS';
    const request = () => this.request('Update', { PhysicalResourceId: id, ResourceProperties: oldProperties, OldResourceProperties: properties }, 1, undefined, pauseMs);
    let back = await request();
    // "Continue update rollback" of a stack in UPDATE_ROLLBACK_FAILED.
    for (let i = 0; i < this.retries && back.status === 'FAILED'; i++) { back = await request(); }
    if (back.status === 'SUCCESS') { this.physicalId = back.physicalId; }
    for (const leftOver of new Set([newId, id])) {
      if (leftOver !== this.physicalId) { await this.remove(leftOver, properties, 'UPDATE_COMPLETE'); }
    }
  }

  public async delete(): Promise<Answer> {
    const answer = await this.remove(this.physicalId!, this.properties);
    this.physicalId = undefined;
    return answer;
  }

  /** Another resource of the stack failed while this one is being made: CloudFormation waits no longer, and deletes. */
  public async cancelledCreate(properties: any, afterMs: number): Promise<Answer> {
    await this.world.advance(BETWEEN_OPERATIONS_MS);
    const request = this.newRequest('Create', { ResourceProperties: properties });
    this.world.resourceStatus.set(this.logicalId, 'CREATE_IN_PROGRESS');
    await this.world.deliver(request.request, answer => request.answers.push(answer));
    await this.world.advance(afterMs);
    this.world.resourceStatus.set(this.logicalId, 'CREATE_FAILED');
    request.abandoned = true;
    return this.remove(request.answers[0]?.physicalId ?? `Models-${this.logicalId}-1ABCDEFGHIJKL`, properties);
  }

  private async remove(physicalId: string, properties: any, statusAfter: ResourceStatus = 'DELETE_COMPLETE'): Promise<Answer> {
    const remove = () => this.request('Delete', { PhysicalResourceId: physicalId, ResourceProperties: properties }, 1, statusAfter);
    let answer = await remove();
    // What CloudFormation does in a roll-back, and what a user does with a resource in DELETE_FAILED.
    for (let i = 0; i < this.retries && answer.status === 'FAILED'; i++) { answer = await remove(); }
    return answer;
  }

  private async request(type: ResourceRequest['RequestType'], members: any, deliveries = 1, statusAfter?: ResourceStatus, pauseMs = BETWEEN_OPERATIONS_MS): Promise<Answer> {
    if (type !== 'Delete') { await this.world.advance(pauseMs); }
    const entry = this.newRequest(type, members);
    const verb = type.toUpperCase() as 'CREATE' | 'UPDATE' | 'DELETE';
    this.world.resourceStatus.set(this.logicalId, `${verb}_IN_PROGRESS`);
    this.world.physicalIds.set(this.logicalId, members.PhysicalResourceId);
    for (let i = 0; i < deliveries; i++) {
      await this.world.deliver(entry.request, answer => {
        entry.answers.push(answer);
        this.onAnswer?.(entry.request, answer);
      });
      // Lambda tries an event again after a minute, and delivers some twice at any time.
      if (deliveries > 1) { await this.world.advance(5_000); }
    }
    for (let waited = 0; entry.answers.length === 0; waited += 10_000) {
      if (waited > 2 * 60 * MINUTE) { throw new Error(`${type} of ${this.logicalId} got no answer in two hours`); }
      await this.world.advance(10_000);
    }
    const [answer] = entry.answers;
    this.world.resourceStatus.set(this.logicalId, answer.status === 'SUCCESS' ? statusAfter ?? `${verb}_COMPLETE` : `${verb}_FAILED`);
    return answer;
  }

  private newRequest(type: ResourceRequest['RequestType'], members: any): Answered {
    const request: any = {
      RequestType: type,
      StackId: STACK_ID,
      LogicalResourceId: this.logicalId,
      RequestId: `${this.logicalId}-request-${++this.world.requests}`,
      ResponseURL: PRESIGNED,
      ResourceType: 'Custom::SageMakerNeoCompilationJob',
      ...members,
    };
    const entry: Answered = { request, answers: [] };
    this.history.push(entry);
    return entry;
  }
}
