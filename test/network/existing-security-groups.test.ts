import { Annotations, CfnParameter, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { existing, ISOLATED } from './existing-vpc-fixture';
import { network, newStack, templateOf, warningIds, warnings } from './fixture';

describe('security groups', () => {
  const bring = (securityGroups: (stack: Stack, vpc: ec2.IVpc) => ec2.ISecurityGroup[]) => {
    const stack = newStack();
    const vpc = existing(stack);
    return network({ vpc, securityGroups: securityGroups(stack, vpc) }, stack);
  };
  const group = (stack: Stack, vpc: ec2.IVpc, i = 0, allowAllOutbound = false) => new ec2.SecurityGroup(stack, `Group${i}`, { vpc, allowAllOutbound });
  const S3 = (scope: Stack) => ec2.PrefixList.fromPrefixListId(scope, 'S3List', 'pl-1');

  /** Two groups that let out what jobs need, between them. */
  const sufficient = (scope: Stack, vpc: ec2.IVpc) => {
    const groups = [group(scope, vpc, 0), group(scope, vpc, 1)];
    groups[0].addEgressRule(S3(scope), ec2.Port.tcp(443));
    vpc.isolatedSubnets.forEach(({ ipv4CidrBlock }) => groups[1].addEgressRule(ec2.Peer.ipv4(ipv4CidrBlock), ec2.Port.allTraffic()));
    return groups;
  };

  test('are used as they are', () => {
    const { stack, privateVpc } = bring(sufficient);
    expect(privateVpc.securityGroups).toHaveLength(2);
    expect(privateVpc.securityGroup).toBe(privateVpc.securityGroups[0]);
    expect(privateVpc.connections.securityGroups).toEqual(privateVpc.securityGroups);
    expect(privateVpc.vpcConfig.securityGroupIds).toEqual(privateVpc.securityGroups.map(({ securityGroupId }) => securityGroupId));
    templateOf(stack).resourceCountIs('AWS::EC2::SecurityGroup', 2);
    templateOf(stack).resourceCountIs('AWS::EC2::SecurityGroupEgress', 1);
    templateOf(stack).resourceCountIs('Custom::NeoS3PrefixList', 0);
    expect(warningIds(stack)).toEqual([]);
  });

  test('that are imported cannot be checked', () => {
    const { stack } = bring(scope => [ec2.SecurityGroup.fromSecurityGroupId(scope, 'Imported', 'sg-1')]);
    expect(warningIds(stack)).toEqual(['securityGroupNotChecked']);
  });

  describe('that let out too little', () => {
    const missing = (rules: (stack: Stack, vpc: ec2.IVpc, its: ec2.SecurityGroup) => void) => {
      const { stack } = bring((scope, vpc) => {
        const its = group(scope, vpc);
        rules(scope, vpc, its);
        return [its];
      });
      const narrow = warnings(stack).find(text => text.includes('securityGroupTooNarrow'));
      return narrow && /they would fail: (.*) \[ack/.exec(narrow)![1];
    };
    const toSubnets = (vpc: ec2.IVpc, its: ec2.SecurityGroup) => its.addEgressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.allTraffic());

    test.each<[string, (stack: Stack, vpc: ec2.IVpc, its: ec2.SecurityGroup) => void, RegExp]>([
      ['nothing', () => {}, /^TCP 443 to the prefix list of S3, all traffic to the subnet \S+IsolatedSubnet1, all traffic to the subnet \S+IsolatedSubnet2$/],
      ['HTTP for HTTPS', (stack, vpc, its) => { its.addEgressRule(S3(stack), ec2.Port.tcp(80)); toSubnets(vpc, its); }, /^TCP 443 to the prefix list of S3$/],
      ['TCP for all traffic', (stack, _, its) => { its.addEgressRule(S3(stack), ec2.Port.tcp(443)); its.addEgressRule(ec2.Peer.ipv4('10.0.0.0/16'), ec2.Port.allTcp()); },
        /^all traffic to the subnet \S+IsolatedSubnet1, all traffic/],
      ['one subnet of two', (stack, vpc, its) => { its.addEgressRule(S3(stack), ec2.Port.tcp(443)); its.addEgressRule(ec2.Peer.ipv4(vpc.isolatedSubnets[0].ipv4CidrBlock), ec2.Port.allTraffic()); },
        /^all traffic to the subnet \S+IsolatedSubnet2$/],
    ])('%s', (_, rules, message) => {
      expect(missing(rules)).toMatch(message);
    });

    test.each<[string, (stack: Stack, vpc: ec2.IVpc, its: ec2.SecurityGroup) => void]>([
      ['the whole VPC', (stack, vpc, its) => { its.addEgressRule(S3(stack), ec2.Port.tcpRange(400, 500)); toSubnets(vpc, its); }],
      ['a block around the subnets', (stack, _, its) => { its.addEgressRule(S3(stack), ec2.Port.tcp(443)); its.addEgressRule(ec2.Peer.ipv4('10.0.0.0/13'), ec2.Port.allTraffic()); }],
      ['themselves', (stack, _, its) => { its.addEgressRule(S3(stack), ec2.Port.allTraffic()); its.addEgressRule(its, ec2.Port.allTraffic()); }],
      ['what only the deployment knows', (stack, _, its) => {
        its.addEgressRule(S3(stack), ec2.Port.tcp(443));
        its.addEgressRule(ec2.Peer.ipv4(new CfnParameter(stack, 'Block').valueAsString), ec2.Port.allTraffic());
      }],
    ])('not, with a rule to %s', (_, rules) => {
      expect(missing(rules)).toBeUndefined();
    });

    test('but may get the rest later, from a resource elsewhere', () => {
      const { stack } = bring((scope, vpc) => {
        const its = group(scope, vpc);
        toSubnets(vpc, its);
        new ec2.CfnSecurityGroupEgress(scope, 'Later', { groupId: its.securityGroupId, ipProtocol: 'tcp', fromPort: 443, toPort: 443, destinationPrefixListId: 'pl-1' });
        return [its];
      });
      expect(warningIds(stack)).toEqual([]);
    });

    test('but the rules of an imported group beside them are unknown', () => {
      const { stack } = bring((scope, vpc) => [group(scope, vpc), ec2.SecurityGroup.fromSecurityGroupId(scope, 'Imported', 'sg-1')]);
      expect(warningIds(stack)).toEqual(['securityGroupNotChecked']);
    });
  });

  test.each<[string, (its: ec2.SecurityGroup) => void]>([
    ['inline', its => its.addIngressRule(ec2.Peer.ipv4('10.0.0.0/16'), ec2.Port.tcp(22))],
    ['elsewhere', its => new ec2.CfnSecurityGroupIngress(its.stack, 'In', { groupId: its.securityGroupId, ipProtocol: '-1', cidrIp: '10.0.0.0/16' })],
  ])('that let traffic in are warned of: a rule %s', (_, open) => {
    const { stack } = bring((scope, vpc) => {
      const groups = sufficient(scope, vpc);
      open(groups[0]);
      return groups;
    });
    expect(warningIds(stack)).toEqual(['securityGroupAllowsInbound']);
    expect(warnings(stack)[0]).toContain('security group Stack/Group0 allows inbound traffic');
  });

  test('are warned of at the end of synthesis, and these warnings can be acknowledged, too', () => {
    const { stack, privateVpc } = bring((scope, vpc) => [group(scope, vpc)]);
    Annotations.of(privateVpc).acknowledgeWarning('cdk-sagemaker-neo:securityGroupTooNarrow', 'rules are added by another app');
    expect(warningIds(stack)).toEqual([]);
  });

  test('that let all traffic out are warned of', () => {
    const { stack } = bring((scope, vpc) => [group(scope, vpc, 0, true)]);
    expect(warningIds(stack)).toEqual(['securityGroupAllowsAllOutbound']);
  });

  test.each([0, 6])('fails when they are %i', count => {
    expect(() => bring((scope, vpc) => Array.from({ length: count }, (_, i) => group(scope, vpc, i)))).toThrow(`securityGroups must be 1 to 5 groups, which is the range that a job accepts; got: ${count}`);
  });

  test('fails when they are of another VPC', () => {
    expect(() => bring(scope => [group(scope, new ec2.Vpc(scope, 'Other', { subnetConfiguration: [ISOLATED] }))])).toThrow(/securityGroups must be in vpc; got: Stack\/Group0/);
  });
});
