import { Annotations, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct, IConstruct } from 'constructs';
import { cidrOf, compareIds, requireCount } from './existing-vpc';
import { contains } from '../util/cidr-blocks';
import { atEnd, lateWarnings, NeoValidationError } from '../util/errors';
import { readableValue } from '../util/intrinsics';

/**
 * Creates the group of the jobs' network interfaces. It allows no inbound traffic, and outbound traffic only to S3 and to the jobs' subnets, as Neo
 * requires.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 */
export function createSecurityGroup(scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], s3PrefixList: ec2.IPrefixList): ec2.SecurityGroup {
  const group = createClosedGroup(scope, 'SecurityGroup', vpc, 'SageMaker Neo compilation jobs: out to S3 and to their own subnets only');
  for (const subnet of subnets) {
    const cidr = cidrOf(subnet);
    if (cidr === undefined) {
      throw new NeoValidationError('vpcSubnets must have a known IPv4 CIDR block for the rules of the security group: pass ipv4CidrBlock '
        + `when you import the subnet, or pass securityGroups; got: ${subnet.node.path} without one`, scope);
    }
    group.addEgressRule(ec2.Peer.ipv4(cidr), ec2.Port.allTraffic(), 'Subnet of the compilation jobs');
  }
  group.addEgressRule(s3PrefixList, ec2.Port.tcp(443), 'S3 through the gateway endpoint');
  return group;
}

/** Creates a group that allows no traffic yet. */
export function createClosedGroup(scope: Construct, id: string, vpc: ec2.IVpc, description: string): ec2.SecurityGroup {
  return new ec2.SecurityGroup(scope, id, { vpc, description, allowAllOutbound: false, allowAllIpv6Outbound: false });
}

/**
 * Checks existing security groups as far as they are known at synthesis.
 */
export function checkSecurityGroups(scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], groups: ec2.ISecurityGroup[]) {
  requireCount(scope, 'securityGroups', groups, 'groups');
  const known: ec2.CfnSecurityGroup[] = [];
  for (const group of groups) {
    const resource = group.node.defaultChild;
    if (!(resource instanceof ec2.CfnSecurityGroup)) {
      Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:securityGroupNotChecked', `security group ${group.node.path} is imported, so this `
        + 'cannot be checked: it must be in the VPC, allow no inbound traffic, and allow outbound TCP 443 to the prefix list of S3 and all traffic to the subnets');
      continue;
    }
    if (resource.vpcId !== undefined && compareIds(resource.vpcId, vpc.vpcId) === 'different') {
      throw new NeoValidationError(`securityGroups must be in vpc; got: ${group.node.path} of another VPC`, scope);
    }
    if (group.allowAllOutbound) {
      Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:securityGroupAllowsAllOutbound', `security group ${group.node.path} allows all outbound traffic: create it with `
        + 'allowAllOutbound: false, and allow TCP 443 to the prefix list of S3 and all traffic to the subnets');
    }
    known.push(resource);
  }
  // Rules may be added until then.
  atEnd(scope, () => {
    warnOfInboundRules(scope, known);
    // An imported group may have the missing rules.
    if (known.length === groups.length) { warnOfMissingRules(scope, subnets, known); }
  });
}

function warnOfInboundRules(scope: Construct, groups: ec2.CfnSecurityGroup[]) {
  const open = groups.filter(group => rulesOf(group, 'Ingress').length > 0);
  if (open.length > 0) {
    lateWarnings(scope).addWarningV2('cdk-sagemaker-neo:securityGroupAllowsInbound', `security group ${paths(open)} allows inbound traffic: no client needs to connect to a `
      + 'compilation job, so use a group without inbound rules');
  }
}

/** Warns of missing outbound rules: jobs would fail after minutes, and no message would say why. */
function warnOfMissingRules(scope: Construct, subnets: ec2.ISubnet[], groups: ec2.CfnSecurityGroup[]) {
  const rules = groups.flatMap(group => rulesOf(group, 'Egress'));
  const missing = [
    ...rules.some(reachesS3) ? [] : ['TCP 443 to the prefix list of S3'],
    ...subnets.filter(subnet => !rules.some(rule => reaches(rule, subnet))).map(({ node }) => `all traffic to the subnet ${node.path}`),
  ];
  if (missing.length > 0) {
    lateWarnings(scope).addWarningV2('cdk-sagemaker-neo:securityGroupTooNarrow', `security group ${paths(groups)} does not allow the outbound traffic that jobs need, so they `
      + `would fail: ${missing.join(', ')}`);
  }
}

/** A rule whose references are rendered as text. */
interface GroupRule {
  readonly ipProtocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly cidrIp?: string;
  readonly destinationPrefixListId?: string;
  readonly destinationSecurityGroupId?: string;
}

/** Returns the rules of a group from anywhere in the app. */
function rulesOf(group: ec2.CfnSecurityGroup, direction: 'Ingress' | 'Egress'): GroupRule[] {
  const type = { Ingress: ec2.CfnSecurityGroupIngress, Egress: ec2.CfnSecurityGroupEgress }[direction];
  const isOfGroup = (construct: IConstruct) => construct instanceof type && construct.groupId !== undefined && compareIds(construct.groupId, group.attrGroupId) === 'same';
  const standalone = group.node.root.node.findAll().filter(isOfGroup).map(rule => {
    // Both types have these members, except that an inbound rule has no destination.
    const { ipProtocol, fromPort, toPort, cidrIp, destinationPrefixListId, destinationSecurityGroupId } = rule as ec2.CfnSecurityGroupEgress;
    return { ipProtocol, fromPort, toPort, cidrIp, destinationPrefixListId, destinationSecurityGroupId };
  });
  const inline = Stack.of(group).resolve(group[`securityGroup${direction}`]) ?? [];
  return readableValue([...inline, ...Stack.of(group).resolve(standalone)]);
}

function reachesS3({ ipProtocol, fromPort, toPort, cidrIp, destinationPrefixListId }: GroupRule): boolean {
  const isHttps = ipProtocol === '-1' || (['tcp', '6'].includes(ipProtocol) && !(fromPort! > 443 || toPort! < 443));
  return isHttps && (destinationPrefixListId !== undefined || cidrIp === '0.0.0.0/0');
}

/**
 * Whether a rule allows, or may allow, all traffic to a subnet. A destination group may be the jobs' own, and an unknown CIDR block may be in the
 * rule's.
 */
function reaches({ ipProtocol, cidrIp, destinationSecurityGroupId }: GroupRule, subnet: ec2.ISubnet): boolean {
  if (ipProtocol !== '-1') { return false; }
  if (destinationSecurityGroupId !== undefined) { return true; }
  const own = readableValue(Stack.of(subnet).resolve(cidrOf(subnet)));
  return cidrIp !== undefined && (own === undefined || cidrIp === own || contains(cidrIp, own) !== false);
}

function paths(groups: ec2.CfnSecurityGroup[]): string {
  return groups.map(({ node }) => node.scope!.node.path).join(', ');
}
