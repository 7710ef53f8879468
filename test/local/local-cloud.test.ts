import { App, CfnOutput, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, Provider } from 'aws-cdk-lib/custom-resources';
import { LocalCloud, LocalCloudProps } from '../../local';

/** A resource that is complete a minute after the request, unless its properties say otherwise. */
const HANDLER = `
exports.onEvent = async ({ RequestType, PhysicalResourceId, ResourceProperties: { name, breaks } }) => {
  if (breaks === 'true' && RequestType !== 'Delete') throw new Error('broken on ' + RequestType);
  return { PhysicalResourceId: RequestType === 'Delete' ? PhysicalResourceId : 'thing-' + name, At: Date.now() };
};
exports.isComplete = async ({ RequestType, At, ResourceProperties: { name, hangs } }) =>
  (hangs !== 'true' || RequestType === 'Delete') && Date.now() - At > 60_000 ? { IsComplete: true, Data: { Greeting: 'hello ' + name } } : { IsComplete: false };
`;

interface ThingProps { readonly name: string; readonly breaks?: boolean; readonly hangs?: boolean }

/** One stack with the Provider framework and its waiter. */
function provided(...things: ThingProps[]) {
  const app = new App();
  const stack = new Stack(app, 'Provided');
  const handler = (name: string) => new lambda.Function(stack, name, {
    code: lambda.Code.fromInline(HANDLER), handler: `index.${name}`, runtime: lambda.Runtime.NODEJS_24_X, timeout: Duration.seconds(20),
  });
  const { serviceToken } = new Provider(stack, 'Provider', {
    onEventHandler: handler('onEvent'), isCompleteHandler: handler('isComplete'), queryInterval: Duration.seconds(10), totalTimeout: Duration.minutes(5),
  });
  things.forEach(({ name, ...properties }, index) => {
    const resource = new CustomResource(stack, `Thing${index}`, { serviceToken, properties: { name, ...properties }, resourceType: 'Custom::Thing' });
    new CfnOutput(stack, `Out${index}`, { value: `${resource.ref} ${resource.getAttString('Greeting')}` });
  });
  return app.synth();
}

async function inCloud<T>(props: LocalCloudProps, run: (cloud: LocalCloud) => Promise<T>): Promise<T> {
  const cloud = new LocalCloud(props);
  try {
    return await run(cloud);
  } finally {
    await cloud.close();
  }
}

/** Each request to a custom resource, with how many answers counted. */
const requests = (cloud: LocalCloud) => cloud.exchanges.map(({ request, answers }) => [
  request.RequestType, request.LogicalResourceId, request.PhysicalResourceId, answers.filter(({ verdict }) => verdict === 'counted').length, answers.length,
]);

test('a stack of the Provider framework lives its life: create, replacement, failed update, delete', async () => {
  await inCloud({ assembly: provided({ name: 'a' }) }, async cloud => {
    const stack = await cloud.deploy('Provided');
    expect([stack.status, stack.failures, stack.outputs]).toEqual(['CREATE_COMPLETE', [], { Out0: 'thing-a hello a' }]);

    await cloud.deploy('Provided', { assembly: provided({ name: 'b' }) });
    expect([stack.status, stack.outputs]).toEqual(['UPDATE_COMPLETE', { Out0: 'thing-b hello b' }]);

    await cloud.deploy('Provided', { assembly: provided({ name: 'c', breaks: true }) });
    expect([stack.status, stack.outputs]).toEqual(['UPDATE_ROLLBACK_COMPLETE', { Out0: 'thing-b hello b' }]);
    expect(stack.failures[0]).toMatch(/^Thing0: .*broken on Update/s);

    expect((await cloud.destroy('Provided')).status).toBe('DELETE_COMPLETE');
    expect(requests(cloud)).toEqual([
      ['Create', 'Thing0', undefined, 1, 1],
      ['Update', 'Thing0', 'thing-a', 1, 1],
      ['Delete', 'Thing0', 'thing-a', 1, 1],
      ['Update', 'Thing0', 'thing-b', 1, 1],
      ['Update', 'Thing0', 'thing-b', 1, 1],
      ['Delete', 'Thing0', 'thing-b', 1, 1],
    ]);
    // The last answer comes before the end of its execution.
    await cloud.clock.run(cloud.clock.sleep(1_000));
    expect([...cloud.stateMachines.executions.values()].map(({ status }) => status)).toEqual(Array(5).fill('SUCCEEDED'));
  });
});

test('the waiter\'s timeout path answers, and the failed create is rolled back', async () => {
  await inCloud({ assembly: provided({ name: 'a', hangs: true }) }, async cloud => {
    const stack = await cloud.deploy('Provided');
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(stack.failures[0]).toMatch(/^Thing0: .*Operation timed out/);
    expect(requests(cloud)).toEqual([['Create', 'Thing0', undefined, 1, 1], ['Delete', 'Thing0', 'thing-a', 1, 1]]);
  });
});

test('CDK\'s own custom resources work: AwsCustomResource and the default security group of a VPC', async () => {
  const app = new App();
  const stack = new Stack(app, 'Own');
  new ec2.Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: true, natGateways: 0, subnetConfiguration: [{ name: 'x', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] });
  const list = new AwsCustomResource(stack, 'List', {
    onUpdate: {
      service: 'EC2',
      action: 'describeManagedPrefixLists',
      parameters: { Filters: [{ Name: 'prefix-list-name', Values: [`com.amazonaws.${stack.region}.s3`] }] },
      physicalResourceId: PhysicalResourceId.fromResponse('PrefixLists.0.PrefixListId'),
    },
    policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: AwsCustomResourcePolicy.ANY_RESOURCE }),
    installLatestAwsSdk: false,
  });
  new CfnOutput(stack, 'Id', { value: list.getResponseField('PrefixLists.0.PrefixListId') });
  await inCloud({ assembly: app.synth() }, async cloud => {
    const own = await cloud.deploy('Own');
    expect([own.failures, own.outputs]).toEqual([[], { Id: expect.stringMatching(/^pl-[0-9a-f]{8}$/) }]);
    await cloud.destroy('Own');
    expect(cloud.ec2.calls.map(({ action }) => action).sort()).toEqual([
      'AuthorizeSecurityGroupEgress', 'AuthorizeSecurityGroupIngress', 'DescribeManagedPrefixLists', 'RevokeSecurityGroupEgress', 'RevokeSecurityGroupIngress',
    ]);
  });
});

describe('without functions', () => {
  const app = new App();
  const exporting = new Stack(app, 'Exporting');
  const importing = new Stack(app, 'Importing');
  new CfnOutput(importing, 'Seen', { value: exporting.exportValue(new ec2.CfnVPC(exporting, 'Vpc', { cidrBlock: '10.0.0.0/24' }).attrVpcId) });
  new ec2.CfnVPC(importing, 'Vpc');
  const assembly = app.synth();

  test('what one stack exports another imports, until it is deleted', async () => {
    await inCloud({ assembly }, async cloud => {
      expect((await cloud.deploy('Importing')).failures[0]).toMatch(/no export named .* found; deploy the stack that exports it first/);
      await cloud.deploy('Exporting');
      expect((await cloud.deploy('Importing')).outputs.Seen).toMatch(/^vpc-/);
      await cloud.destroy('Importing');
      await cloud.destroy('Exporting');
      expect((await cloud.deploy('Importing')).failures[0]).toMatch(/no export named/);
    });
  });

  test('fails for a stack that is not in the assembly, or not deployed', async () => {
    await inCloud({ assembly }, async cloud => {
      await expect(cloud.deploy('Nope')).rejects.toThrow(/no stack Nope in .*; it has: Exporting, Importing/);
      await expect(cloud.destroy('Exporting')).rejects.toThrow('there is no stack Exporting to delete');
    });
  });

  test('fails: a busy port, and says what to do', async () => {
    await inCloud({ assembly }, async first => {
      await first.deploy('Exporting');
      const port = Number(new URL((await (first as any).servers).apis.url('')).port);
      await inCloud({ assembly, port }, async second => {
        await expect(second.deploy('Exporting')).rejects.toThrow(`port ${port} on 127.0.0.1 is in use by another program`);
      });
    });
  });

  test('fails: an unknown SSM parameter, a known one is used', async () => {
    await inCloud({ assembly, ssmParameters: {} }, async cloud => {
      await cloud.deploy('Exporting', { template: { Resources: { V: { Type: 'AWS::EC2::VPC' } } } });
      const template = {
        Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/p' } },
        Resources: { V: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: { Ref: 'P' } } } },
      };
      expect((await cloud.deploy('Exporting', { template })).failures[0]).toMatch(/SSM parameter \/p is not known/);
    });
  });
});
