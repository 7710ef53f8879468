import { configurationOf, createRequestOf, isJobName, jobNameOf, ownerOf, searchPrefixOf } from '../../../src/compilation-job/handler/identity';
import { properties } from '../protocol/world';

const request = { StackId: 'stack', LogicalResourceId: 'Job', RequestId: 'request' };

describe('names', () => {
  test.each([
    ['a', true], ['a-b', true], ['a--b', true], ['A9', true], ['n'.repeat(63), true],
    ['', false], ['-a', false], ['a-', false], ['a b', false], ['a_b', false], ['n'.repeat(64), false], ['a\n', false], [undefined, false],
  ])('%s: a job name is %s', (name, expected) => expect(isJobName(name)).toBe(expected));

  test('differ by stack, resource and request, and by nothing else', () => {
    const name = jobNameOf(request, properties());
    expect(jobNameOf({ ...request }, properties({ Tags: [{ Key: 'a', Value: 'b' }], WaitForCompletion: 'false' }))).toBe(name);
    const others = [
      jobNameOf({ ...request, StackId: 'other' }, properties()), jobNameOf({ ...request, LogicalResourceId: 'other' }, properties()),
      jobNameOf({ ...request, RequestId: 'other' }, properties()), jobNameOf(request, properties({ model: 'other' })),
    ];
    expect(new Set([name, ...others]).size).toBe(5);
  });

  // A digest that changes with a release of the library would compile every model of every user again.
  test('are the same in every release', () => {
    expect(jobNameOf(request, properties({ ModelVersion: '1' }))).toBe('Models-7cd64c-Job-e9ae3dad-38490be3');
    expect(ownerOf(request)).toBe('caf3fd6cf33d919cc47f2c85cc48a9a0');
  });

  test('of one configuration are found by their beginning', () => {
    expect(jobNameOf(request, properties()).startsWith(`${searchPrefixOf(properties())}-`)).toBe(true);
    expect(searchPrefixOf(properties())).toMatch(/^Models-7cd64c-Job-[0-9a-f]{8}$/);
  });

  test('owner: the resource, whatever the request', () => {
    expect(ownerOf({ ...request, RequestId: 'other' })).toBe(ownerOf(request));
    expect(ownerOf({ ...request, StackId: 'other' })).not.toBe(ownerOf(request));
    expect(ownerOf({ ...request, LogicalResourceId: 'other' })).not.toBe(ownerOf(request));
  });

  test('configuration: a package and an output key count, too', () => {
    const base = properties();
    expect(configurationOf({ ...base, Request: { ...base.Request, ModelPackageVersionArn: 'arn' } })).not.toBe(configurationOf(base));
    expect(configurationOf({ ...base, Request: { ...base.Request, OutputConfig: { ...base.Request.OutputConfig, KmsKeyId: 'key' } } })).not.toBe(configurationOf(base));
  });
});

test('the request\'s numbers are numbers, and absent ones stay absent', () => {
  const props = properties({ request: { StoppingCondition: { MaxRuntimeInSeconds: '60', MaxPendingTimeInSeconds: '7200' } } });
  expect(createRequestOf('name', request, props).StoppingCondition).toEqual({ MaxRuntimeInSeconds: 60, MaxPendingTimeInSeconds: 7200 });
  expect(createRequestOf('name', request, properties({ request: { StoppingCondition: undefined } })).StoppingCondition)
    .toEqual({ MaxRuntimeInSeconds: undefined, MaxPendingTimeInSeconds: undefined });
});
