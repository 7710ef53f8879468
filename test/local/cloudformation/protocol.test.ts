import { custom, Provider, template, testStack } from './fixture';

const create = async (provider: Provider, properties = {}) => {
  const cloud = testStack(provider);
  await cloud.stack.create(template({ R: custom(properties) }));
  return { ...cloud, verdicts: cloud.protocol.exchanges.map(({ answers }) => answers.map(({ verdict }) => verdict)) };
};

test('a request carries what CloudFormation sends', async () => {
  const { protocol, stack } = await create((_, answer) => answer(), { flag: true, count: 1, list: [{ deep: false }] });
  expect(protocol.exchanges[0].request).toEqual({
    RequestType: 'Create',
    ServiceToken: expect.stringMatching(/:provider$/),
    ResponseURL: expect.stringMatching(/^https:\/\/cloudformation-custom-resource-response-euwest1\.s3\.amazonaws\.com\/arn%3Aaws.*%7CR%7C/),
    StackId: stack.id,
    RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    ResourceType: 'Custom::Thing',
    LogicalResourceId: 'R',
    ResourceProperties: { ServiceToken: expect.anything(), flag: 'true', count: '1', list: [{ deep: 'false' }] },
  });
});

test('physical id and data of the answer become Ref and attributes', async () => {
  const { stack } = testStack((_, answer) => answer({ PhysicalResourceId: 'id', Data: { Name: 'n' } }));
  await stack.create(template({ R: custom() }, { Outputs: { Id: { Value: { Ref: 'R' } }, Name: { Value: { 'Fn::GetAtt': ['R', 'Name'] } } } }));
  expect(stack.outputs).toEqual({ Id: 'id', Name: 'n' });
});

test('an attribute that the answer does not have fails what refers to it', async () => {
  const { stack } = testStack();
  await stack.create(template({ R: custom(), User: custom({ x: { 'Fn::GetAtt': ['R', 'Nope'] } }) }));
  expect(stack.status).toBe('ROLLBACK_COMPLETE');
  expect(stack.failures[0]).toMatch(/User: .*Vendor response doesn't contain Nope attribute in object R/);
});

test.each<[string, Provider, RegExp]>([
  ['FAILED', (_, answer) => answer({ Status: 'FAILED', Reason: 'no luck' }), /R: Received response status \[FAILED\] from custom resource\. Message returned: no luck \(RequestId: [0-9a-f-]{36}\)/],
  ['no physical id', (_, answer) => answer({ PhysicalResourceId: undefined }), /R: Invalid PhysicalResourceId/],
  ['an empty physical id', (_, answer) => answer({ PhysicalResourceId: '' }), /R: Invalid PhysicalResourceId/],
  ['a physical id over 1 KB', (_, answer) => answer({ PhysicalResourceId: 'x'.repeat(1025) }), /R: Invalid PhysicalResourceId/],
  ['another status', (_, answer) => answer({ Status: 'OK' }), /R: Invalid response status: OK/],
  ['more than 4,096 bytes', (_, answer) => answer({ Data: { x: 'é'.repeat(2000) } }), /R: Response object is too long\./],
  ['no answer', () => {}, /R: CloudFormation did not receive a response from your Custom Resource/],
])('%s fails the resource', async (_, provider, reason) => {
  const { stack } = await create((request, answer) => request.RequestType === 'Create' ? provider(request, answer) : answer());
  expect(stack.status).toBe('ROLLBACK_COMPLETE');
  expect(stack.failures[0]).toMatch(reason);
});

test('an answer of exactly 4,096 bytes is taken', async () => {
  const { stack, verdicts, protocol } = await create((request, answer) => {
    const { StackId, RequestId, LogicalResourceId } = request;
    const body = (x: string) => JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: 'id', StackId, RequestId, LogicalResourceId, Data: { x } });
    answer(body('x'.repeat(4096 - body('').length)));
  });
  expect(protocol.exchanges[0].answers[0].body).toHaveLength(4096);
  expect([stack.status, verdicts]).toEqual(['CREATE_COMPLETE', [['counted']]]);
});

test('answers that are not to this request are ignored', async () => {
  const { stack, verdicts } = await create((_, answer) => {
    answer('not JSON');
    answer('null');
    answer({ RequestId: undefined });
    answer({ RequestId: 'another' });
    answer({ StackId: 'another' });
    answer({ LogicalResourceId: 'another' });
    answer({ PhysicalResourceId: 'right' });
  });
  expect(stack.resource('R').physicalId).toBe('right');
  expect(verdicts).toEqual([[...Array(6).fill('ignored'), 'counted']]);
});

test('the first answer counts, others are recorded', async () => {
  const { stack, verdicts } = await create((_, answer) => {
    answer({ PhysicalResourceId: 'first' });
    answer({ Status: 'FAILED', Reason: 'second' });
  });
  expect([stack.status, stack.resource('R').physicalId]).toEqual(['CREATE_COMPLETE', 'first']);
  expect(verdicts).toEqual([['counted', 'extra']]);
});

test('an answer after the service timeout is late', async () => {
  let late: () => void;
  const { stack, protocol } = await create((request, answer) => {
    if (request.RequestType === 'Create') {
      late = () => answer();
    } else {
      answer();
    }
  });
  late!();
  expect(stack.status).toBe('ROLLBACK_COMPLETE');
  expect(protocol.exchanges[0].answers).toEqual([expect.objectContaining({ verdict: 'late' })]);
});

test('ServiceTimeout of the resource comes before the default', async () => {
  const forever = 1_000_000_000;
  const { stack } = testStack((request, answer) => request.RequestType === 'Create' ? undefined : answer(), {}, forever);
  await stack.create(template({ R: custom({ ServiceTimeout: 600 }) }));
  expect(stack.failures[0]).toMatch(/did not receive a response/);
});

test('a service token that cannot be called fails at once', async () => {
  const { stack, protocol } = testStack();
  Object.assign(protocol, { props: { ...(protocol as any).props, invoke: async () => { throw new Error('Function not found'); } } });
  await stack.create(template({ R: custom() }));
  expect(stack.failures[0]).toMatch(/R: Failed to invoke arn:.*:provider: Function not found/);
});

test('an unknown URL is rejected', () => {
  expect(testStack().protocol.receive('/elsewhere', '{}')).toBe(false);
});
