import { custom, obliging, Provider, template, testStack } from './fixture';

const CHAIN = { A: custom(), B: custom({ a: { Ref: 'A' } }), C: custom({}, { DependsOn: 'B' }) };

/** Fails some requests, named as `Create B`. */
const failing = (...which: string[]): Provider => (request, answer) =>
  answer(which.includes(`${request.RequestType} ${request.LogicalResourceId}`) ? { Status: 'FAILED', Reason: 'as planned' } : {});

/** A new physical id, `<logical id>-<property v>`, for every value of property `v`. */
const replacing = (...failures: string[]): Provider => (request, answer) => {
  const { RequestType, LogicalResourceId, PhysicalResourceId, ResourceProperties } = request;
  const id = RequestType === 'Delete' ? PhysicalResourceId : `${LogicalResourceId}-${ResourceProperties.v}`;
  const fails = failures.includes(`${RequestType} ${LogicalResourceId} ${ResourceProperties.v}`);
  answer({ PhysicalResourceId: id, ...(fails ? { Status: 'FAILED', Reason: 'as planned' } : {}) });
};

test('resources are created in order, and deleted in the reverse one', async () => {
  const { stack, sent, statuses } = testStack();
  await stack.create(template(CHAIN));
  expect(sent()).toEqual(['Create A', 'Create B', 'Create C']);
  await stack.delete();
  expect(sent()).toEqual(['Delete C C-1', 'Delete B B-1', 'Delete A A-1']);
  expect(statuses()).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);
  expect(stack.resources).toEqual([]);
});

test('independent resources are created at the same time', async () => {
  const waiting: (() => void)[] = [];
  const { stack } = testStack((_, answer) => {
    waiting.push(answer);
    if (waiting.length === 3) { waiting.forEach(go => go()); }
  });
  await stack.create(template({ A: custom(), B: custom(), C: custom() }));
  expect(stack.status).toBe('CREATE_COMPLETE');
});

test('every event names resource, status, time and reason', async () => {
  const { stack, events } = testStack(failing('Create A'));
  await stack.create(template({ A: custom() }));
  expect(events).toContainEqual({
    timestamp: expect.any(Date), stackName: 'Test', logicalId: 'A', type: 'Custom::Thing', status: 'CREATE_FAILED', reason: expect.stringContaining('as planned'), physicalId: 'A-1',
  });
});

test('fails for a template with a cycle before anything is done', async () => {
  const { stack, sent } = testStack();
  await expect(stack.create(template({ A: custom({ b: { Ref: 'B' } }), B: custom({ a: { Ref: 'A' } }) }))).rejects.toThrow(/circular dependency/);
  expect(sent()).toEqual([]);
});

describe('a failed create', () => {
  test('is rolled back in reverse order, the failed one included', async () => {
    const { stack, sent, statuses } = testStack(failing('Create B'));
    await stack.create(template(CHAIN));
    expect(sent()).toEqual(['Create A', 'Create B', 'Delete B B-1', 'Delete A A-1']);
    expect(statuses()).toEqual(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']);
    expect(stack.failures).toEqual([expect.stringMatching(/^B: .*as planned/)]);
    expect(stack.outputs).toEqual({});
  });

  test('cancels what is under way, and deletes it with an id of CloudFormation\'s making', async () => {
    const { stack, sent, events } = testStack((request, answer) => {
      if (request.LogicalResourceId === 'Slow' && request.RequestType === 'Create') { return; }
      failing('Create Bad')(request, answer) as void;
    });
    await stack.create(template({ Slow: custom(), Bad: custom() }));
    expect(events).toContainEqual(expect.objectContaining({ logicalId: 'Slow', status: 'CREATE_FAILED', reason: 'Resource creation cancelled' }));
    expect(sent()).toEqual(expect.arrayContaining([expect.stringMatching(/^Delete Slow Test-Slow-[A-Z0-9]{12}$/), 'Delete Bad Bad-1']));
  });

  test('starts nothing new', async () => {
    const { stack, sent, clock } = testStack((request, answer) => request.LogicalResourceId === 'Good' && request.RequestType === 'Create'
      ? clock.sleep(20).then(() => answer())
      : failing('Create Bad')(request, answer));
    await stack.create(template({ Bad: custom(), Good: custom(), Next: custom({}, { DependsOn: 'Good' }) }));
    expect(sent()).not.toContain('Create Next');
  });

  test('whose clean-up fails keeps what could not be deleted, and what that depends on', async () => {
    const { stack } = testStack(failing('Create C', 'Delete B'));
    await stack.create(template(CHAIN));
    expect(stack.status).toBe('ROLLBACK_FAILED');
    expect(stack.resources.map(({ logicalId }) => logicalId)).toEqual(['A', 'B']);
  });

  test('fails an output that cannot be resolved, too', async () => {
    const { stack, sent } = testStack();
    await stack.create(template({ A: custom() }, { Outputs: { X: { Value: { 'Fn::GetAtt': ['A', 'Nope'] } } } }));
    expect([stack.status, sent()]).toEqual(['ROLLBACK_COMPLETE', ['Create A', 'Delete A A-1']]);
  });
});

describe('an update', () => {
  test('touches only what changed', async () => {
    const { stack, requests, sent } = testStack();
    await stack.create(template({ A: custom({ v: 1 }), B: custom({ v: 1 }) }));
    sent();
    await stack.update(template({ A: custom({ v: 1 }), B: custom({ v: 2 }) }));
    expect(requests).toEqual([expect.objectContaining({
      RequestType: 'Update', LogicalResourceId: 'B', PhysicalResourceId: 'B-1', ResourceProperties: expect.objectContaining({ v: '2' }), OldResourceProperties: expect.objectContaining({ v: '1' }),
    })]);
    expect(stack.status).toBe('UPDATE_COMPLETE');
  });

  test('sees no change between a number and the same digits', async () => {
    const { stack, sent } = testStack();
    await stack.create(template({ A: custom({ v: 1, on: true }) }));
    sent();
    await stack.update(template({ A: custom({ v: '1', on: 'true' }) }));
    expect(sent()).toEqual([]);
  });

  test('replaces by a changed physical id; the old one is deleted with its old properties at the end', async () => {
    const { stack, requests, sent, statuses } = testStack(replacing());
    await stack.create(template({ A: custom({ v: 1 }), User: custom({ a: { Ref: 'A' } }) }));
    sent();
    statuses();
    await stack.update(template({ A: custom({ v: 2 }), User: custom({ a: { Ref: 'A' } }) }));
    expect(requests.at(-1)!.ResourceProperties.v).toBe('1');
    expect(sent()).toEqual(['Update A A-1', 'Update User User-undefined', 'Delete A A-1']);
    expect(statuses()).toEqual(['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE']);
    expect(stack.resource('A').physicalId).toBe('A-2');
  });

  test('creates what is new and deletes what is gone', async () => {
    const { stack, sent } = testStack();
    await stack.create(template({ Old: custom() }));
    sent();
    await stack.update(template({ New: custom() }));
    expect(sent()).toEqual(['Create New', 'Delete Old Old-1']);
    expect(stack.resources.map(({ logicalId }) => logicalId)).toEqual(['New']);
  });

  test('is complete even if the clean-up fails', async () => {
    const { stack } = testStack(failing('Delete Old'));
    await stack.create(template({ Old: custom(), A: custom() }));
    await stack.update(template({ A: custom() }));
    expect(stack.status).toBe('UPDATE_COMPLETE');
  });

  test('may not change the service token', async () => {
    const { stack } = testStack();
    await stack.create(template({ A: custom() }));
    await stack.update(template({ A: custom({ ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:other' }) }));
    expect([stack.status, stack.failures]).toEqual(['UPDATE_ROLLBACK_COMPLETE', ['A: Modifying service token is not allowed.']]);
  });

  test('fails when it changes the type', async () => {
    const { stack } = testStack();
    await stack.create(template({ A: custom() }));
    await expect(stack.update(template({ A: { ...custom(), Type: 'Custom::Other' } }))).rejects.toThrow(/Update of resource type is not permitted.*\[A\]/);
  });
});

describe('a failed update', () => {
  test('goes back with the old properties, then deletes what it had made', async () => {
    const { stack, requests, sent, statuses } = testStack(replacing('Create Bad 1'));
    await stack.create(template({ A: custom({ v: 1 }) }));
    sent();
    statuses();
    await stack.update(template({ A: custom({ v: 2 }), Bad: custom({ v: 1 }, { DependsOn: 'A' }) }));
    const back = requests[2];
    expect([back.PhysicalResourceId, back.ResourceProperties.v, back.OldResourceProperties!.v]).toEqual(['A-2', '1', '2']);
    expect(sent()).toEqual(['Update A A-1', 'Create Bad', 'Update A A-2', 'Delete Bad Bad-1', 'Delete A A-2']);
    expect(statuses()).toEqual(['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE']);
    expect(stack.resource('A').physicalId).toBe('A-1');
    expect(stack.resources.map(({ logicalId }) => logicalId)).toEqual(['A']);
  });

  test('goes back from the failed resource itself, with the id it answered', async () => {
    const { stack, sent } = testStack(replacing('Update A 2'));
    await stack.create(template({ A: custom({ v: 1 }) }));
    sent();
    await stack.update(template({ A: custom({ v: 2 }) }));
    expect(sent()).toEqual(['Update A A-1', 'Update A A-2', 'Delete A A-2']);
    expect([stack.status, stack.resource('A').physicalId]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'A-1']);
  });

  test('cancels updates under way and takes them back too', async () => {
    let slow = false;
    const { stack, sent, events } = testStack((request, answer) => {
      if (slow && request.LogicalResourceId === 'Slow' && request.ResourceProperties.v === '2') { return; }
      replacing('Update Bad 2')(request, answer) as void;
    });
    await stack.create(template({ Slow: custom({ v: 1 }), Bad: custom({ v: 1 }) }));
    sent();
    slow = true;
    await stack.update(template({ Slow: custom({ v: 2 }), Bad: custom({ v: 2 }) }));
    expect(events).toContainEqual(expect.objectContaining({ logicalId: 'Slow', status: 'UPDATE_FAILED', reason: 'Resource update cancelled' }));
    expect(sent().filter(line => line.includes('Slow'))).toEqual(['Update Slow Slow-1', 'Update Slow Slow-1']);
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('whose way back fails says so', async () => {
    const { stack } = testStack(replacing('Update A 2', 'Update A 1'));
    await stack.create(template({ A: custom({ v: 1 }) }));
    await stack.update(template({ A: custom({ v: 2 }) }));
    expect(stack.status).toBe('UPDATE_ROLLBACK_FAILED');
  });

  test('leaves the stack as before, so that it can be updated again', async () => {
    const { stack, sent } = testStack(replacing('Update A 2'));
    await stack.create(template({ A: custom({ v: 1 }) }));
    await stack.update(template({ A: custom({ v: 2 }) }));
    sent();
    await stack.update(template({ A: custom({ v: 3 }) }));
    expect(sent()).toEqual(['Update A A-1', 'Delete A A-1']);
    expect([stack.status, stack.resource('A').physicalId]).toEqual(['UPDATE_COMPLETE', 'A-3']);
  });
});

describe('policies', () => {
  test('a retained resource is left alone', async () => {
    const { stack, sent, events } = testStack();
    await stack.create(template({ A: custom({}, { DeletionPolicy: 'Retain' }) }));
    sent();
    await stack.delete();
    expect([stack.status, sent()]).toEqual(['DELETE_COMPLETE', []]);
    expect(events).toContainEqual(expect.objectContaining({ logicalId: 'A', status: 'DELETE_SKIPPED' }));
  });

  test('RetainExceptOnCreate is deleted by the rollback of a create only', async () => {
    const { stack, sent } = testStack(failing('Create B'));
    await stack.create(template({ A: custom({}, { DeletionPolicy: 'RetainExceptOnCreate' }), B: custom({}, { DependsOn: 'A' }) }));
    expect(sent()).toContain('Delete A A-1');
  });

  test('what an update replaced may be kept', async () => {
    const { stack, sent } = testStack(replacing());
    await stack.create(template({ A: custom({ v: 1 }, { UpdateReplacePolicy: 'Retain' }) }));
    sent();
    await stack.update(template({ A: custom({ v: 2 }, { UpdateReplacePolicy: 'Retain' }) }));
    expect(sent()).toEqual(['Update A A-1']);
  });
});

describe('resources of AWS\'s own', () => {
  test('those that do something locally are applied, changed and removed', async () => {
    const calls: string[] = [];
    const { stack } = testStack(obliging, {
      'AWS::Lambda::Function': {
        apply: ({ physicalId, properties }) => void calls.push(`apply ${physicalId} ${properties.Timeout}`),
        remove: physicalId => void calls.push(`remove ${physicalId}`),
      },
    });
    const version = (Timeout: number) => template({ F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', Timeout } } });
    await stack.create(version(1));
    await stack.update(version(2));
    await stack.update(version(2));
    await stack.delete();
    expect(calls).toEqual(['apply f 1', 'apply f 2', 'remove f']);
  });

  test('one that cannot be made fails the stack with its reason', async () => {
    const { stack } = testStack(obliging, { 'AWS::Lambda::Function': { apply: () => { throw new Error('no code'); }, remove: () => {} } });
    await stack.create(template({ F: { Type: 'AWS::Lambda::Function' } }));
    expect([stack.status, stack.failures]).toEqual(['ROLLBACK_COMPLETE', ['F: no code']]);
  });

  test('fails for nested stacks', async () => {
    const { stack } = testStack();
    await stack.create(template({ N: { Type: 'AWS::CloudFormation::Stack' } }));
    expect(stack.failures).toEqual(['N: nested stacks cannot be run locally; deploy their stack by itself']);
  });
});

test('fails for a resource that is not there, and names those that are', async () => {
  const { stack } = testStack();
  await stack.create(template({ A: custom() }));
  expect(() => stack.resource('B')).toThrow('stack Test has no resource B; it has: A');
});
