import { CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { DescribeManagedPrefixListsCommand, DescribeVpcsCommand, EC2Client, RevokeSecurityGroupEgressCommand } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { custom, template, testStack } from './cloudformation/fixture';
import { LocalServer } from '../../local/aws/server';
import { cloudFormationApi } from '../../local/cloudformation/cloudformation-api';
import { Ec2Api } from '../../local/ec2/ec2-api';
import { EventBridgeApi } from '../../local/eventbridge/event-bridge-api';

const { stack, clock } = testStack();
const ec2Api = new Ec2Api();
const eventBridgeApi = new EventBridgeApi();
let server: LocalServer;
beforeAll(async () => {
  server = await LocalServer.start({
    ec2: ec2Api.handler,
    events: eventBridgeApi.handler,
    cloudformation: cloudFormationApi(name => [stack.name, stack.id].includes(name) ? stack : undefined, clock.now),
  });
});
afterAll(() => server.close());

/** A client of the AWS SDK for one of the services. */
const client = <T>(type: new (config: object) => T, service: string) =>
  new type({ region: 'eu-west-1', endpoint: server.url(service), credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 1 });

describe('EC2', () => {
  test('finds AWS-managed prefix lists by name, always with the same id', async () => {
    const names = ['com.amazonaws.eu-west-1.s3', 'com.amazonaws.eu-west-1.dynamodb'];
    const { PrefixLists } = await client(EC2Client, 'ec2').send(new DescribeManagedPrefixListsCommand({ Filters: [{ Name: 'prefix-list-name', Values: names }] }));
    expect(PrefixLists!.map(({ PrefixListName }) => PrefixListName)).toEqual(names);
    expect(new Set(PrefixLists!.map(({ PrefixListId }) => PrefixListId)).size).toBe(2);
    expect(PrefixLists![0].PrefixListId).toMatch(/^pl-[0-9a-f]{8}$/);
  });

  test('records what was asked', async () => {
    await client(EC2Client, 'ec2').send(new RevokeSecurityGroupEgressCommand({ GroupId: 'sg-1' }));
    expect(ec2Api.calls.at(-1)).toEqual({ action: 'RevokeSecurityGroupEgress', parameters: { GroupId: 'sg-1' } });
  });

  test('fails for an action that it does not have', async () => {
    await expect(client(EC2Client, 'ec2').send(new DescribeVpcsCommand({}))).rejects.toMatchObject({ name: 'UnsupportedOperation', message: 'DescribeVpcs is not part of the local run' });
  });
});

describe('CloudFormation', () => {
  const describeResource = (StackName: string, LogicalResourceId: string) =>
    client(CloudFormationClient, 'cloudformation').send(new DescribeStackResourceCommand({ StackName, LogicalResourceId }));

  test('tells a resource\'s status, by the name or the id of its stack', async () => {
    await stack.create(template({ 'A&B': custom() }));
    for (const name of [stack.name, stack.id]) {
      expect((await describeResource(name, 'A&B')).StackResourceDetail).toMatchObject({
        StackId: stack.id, LogicalResourceId: 'A&B', PhysicalResourceId: 'A&B-1', ResourceType: 'Custom::Thing', ResourceStatus: 'CREATE_COMPLETE',
      });
    }
  });

  test('fails for a stack or resource that is not there', async () => {
    await expect(describeResource('Other', 'A')).rejects.toMatchObject({ name: 'ValidationError', message: 'Stack \'Other\' does not exist' });
    await expect(describeResource(stack.name, 'Nope')).rejects.toMatchObject({ name: 'ValidationError', message: 'Resource Nope does not exist for stack Test' });
  });
});

test('EventBridge keeps the events', async () => {
  const entry = { EventBusName: 'default', Source: 'me', DetailType: 'Thing', Detail: '{"a":1}' };
  expect(await client(EventBridgeClient, 'events').send(new PutEventsCommand({ Entries: [entry] }))).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
  expect(eventBridgeApi.events).toEqual([entry]);
});

test('a service that is not there is said to be so', async () => {
  const response = await fetch(server.url('dynamodb'));
  expect([response.status, await response.text()]).toEqual([404, 'no such service in a local run: dynamodb']);
});
