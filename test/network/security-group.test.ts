import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { network, newStack, only, templateOf } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';

const EGRESS = 'AWS::EC2::SecurityGroupEgress';

/** All rules of the only group, inline and standalone. */
function rules(template: Template) {
  const group = only(template, 'AWS::EC2::SecurityGroup');
  const standalone = Object.values(template.findResources(EGRESS)).map(({ Properties: { GroupId, ...rule } }) => rule);
  return {
    in: [...group.SecurityGroupIngress ?? [], ...Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'))],
    out: [...group.SecurityGroupEgress ?? [], ...standalone].map(({ Description, ...rule }) => rule),
  };
}

describe('the security group', () => {
  const template = templateOf(network().stack);

  test('lets nothing in', () => { expect(rules(template).in).toEqual([]); });

  test('lets out to the subnets and to S3, and nothing else', () => {
    expect(rules(template).out).toEqual([
      { CidrIp: '10.0.0.0/19', IpProtocol: '-1' },
      { CidrIp: '10.0.32.0/19', IpProtocol: '-1' },
      { DestinationPrefixListId: { 'Fn::GetAtt': [expect.stringMatching(/^NeoS3PrefixList/), 'PrefixLists.0.PrefixListId'] }, IpProtocol: 'tcp', FromPort: 443, ToPort: 443 },
    ]);
  });
});

describe('the prefix list of S3', () => {
  const destination = (template: Template) => only(template, EGRESS).DestinationPrefixListId;

  test('can be given', () => {
    const stack = newStack();
    network({ s3PrefixList: ec2.PrefixList.fromPrefixListId(stack, 'List', 'pl-given') }, stack);
    expect(destination(templateOf(stack))).toBe('pl-given');
    templateOf(stack).resourceCountIs('Custom::NeoS3PrefixList', 0);
  });

  describe('in a concrete environment', () => {
    const env = { account: '111122223333', region: 'eu-west-1' };

    test('is looked up at synthesis', () => {
      const stack = newStack({ env });
      network({}, stack);
      const { missing } = (stack.node.root as App).synth().manifest;
      expect(missing).toContainEqual(expect.objectContaining({
        provider: 'cc-api-provider',
        props: expect.objectContaining({ typeName: 'AWS::EC2::PrefixList', propertyMatch: { PrefixListName: 'com.amazonaws.eu-west-1.s3' } }),
      }));
      Template.fromStack(stack).resourceCountIs('Custom::NeoS3PrefixList', 0);
    });

    test('comes from the context on the next synthesis', () => {
      const first = newStack({ env });
      network({}, first);
      const { key } = (first.node.root as App).synth().manifest.missing!.find(({ provider }) => String(provider) === 'cc-api-provider')!;
      const stack = newStack({ env });
      stack.node.setContext(key, [{ PrefixListId: 'pl-looked-up' }]);
      network({}, stack);
      expect(destination(templateOf(stack))).toBe('pl-looked-up');
    });
  });

  describe('in an environment-agnostic stack', () => {
    const { stack } = network();
    new NeoPrivateCompilationVpc(stack, 'Second', { buckets: [new s3.Bucket(stack, 'SecondBucket')] });
    const template = templateOf(stack);

    test('is asked for by the deployment, once per stack', () => {
      const { Create, Update, Delete, InstallLatestAwsSdk } = only(template, 'Custom::NeoS3PrefixList');
      expect(Update).toEqual(Create);
      expect(Delete).toBeUndefined();
      expect(InstallLatestAwsSdk).toBe(false);
      const call = JSON.parse(Create['Fn::Join'][1].map((part: any) => part.Ref ? `<${part.Ref}>` : part).join(''));
      expect(call).toEqual({
        service: 'EC2',
        action: 'describeManagedPrefixLists',
        parameters: { Filters: [{ Name: 'prefix-list-name', Values: ['com.amazonaws.<AWS::Region>.s3'] }] },
        outputPaths: ['PrefixLists.0.PrefixListId'],
        physicalResourceId: { responsePath: 'PrefixLists.0.PrefixListId' },
      });
      expect(Object.values(template.findResources(EGRESS))).toHaveLength(2);
    });

    test('by a function that may do nothing else', () => {
      const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('NeoS3PrefixList'));
      expect(policies.map(([, { Properties }]) => Properties.PolicyDocument.Statement))
        .toEqual([[{ Effect: 'Allow', Action: 'ec2:DescribeManagedPrefixLists', Resource: '*' }]]);
    });

    test('is never hard-coded', () => {
      expect(JSON.stringify(template.toJSON())).not.toMatch(/"pl-[0-9a-z]+/);
    });
  });

  test('is found per stack', () => {
    const { stack: one } = network();
    const two = new Stack(one.node.root as any, 'Two');
    new NeoPrivateCompilationVpc(two, 'Neo', { buckets: [new s3.Bucket(two, 'Bucket')] });
    for (const stack of [one, two]) { Template.fromStack(stack).resourceCountIs('Custom::NeoS3PrefixList', 1); }
  });
});
