import { Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';

/**
 * Where the functions of a private control plane run.
 */
export interface FunctionPlacement {
  /** Part of construct ids, the same as long as the network has its path in the construct tree. */
  readonly id: string;
  readonly network: {
    readonly vpc: ec2.IVpc;
    readonly vpcSubnets: ec2.SubnetSelection;
    readonly securityGroups: ec2.ISecurityGroup[];
  };
}

/**
 * @returns undefined when the functions run outside the VPC
 */
export function functionPlacement({ node, vpc, subnets, controlPlaneSecurityGroup }: INeoPrivateCompilationVpc): FunctionPlacement | undefined {
  return controlPlaneSecurityGroup && {
    id: node.addr.slice(-8),
    network: { vpc, vpcSubnets: { subnets }, securityGroups: [controlPlaneSecurityGroup] },
  };
}

/**
 * What Lambda does with a function's role to put the function into the VPC: AWSLambdaVPCAccessExecutionRole on these subnets and this
 * group, and not for the code of the function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function networkInterfaceStatements(scope: Construct, { network }: FunctionPlacement): iam.PolicyStatement[] {
  const arn = (resource: string, resourceName: string, account?: string) =>
    Stack.of(scope).formatArn({ service: 'ec2', resource, resourceName, account });
  const use = ['ec2:AssignPrivateIpAddresses', 'ec2:DeleteNetworkInterface', 'ec2:UnassignPrivateIpAddresses'];
  const describe = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];
  return [
    new iam.PolicyStatement({
      sid: 'LambdaCreatesInterfaces',
      actions: ['ec2:CreateNetworkInterface'],
      resources: [
        ...network.vpcSubnets.subnets!.map(subnet => arn('subnet', subnet.subnetId, network.vpc.env.account)),
        ...network.securityGroups.map(group => arn('security-group', group.securityGroupId)),
        arn('network-interface', '*'),
      ],
    }),
    // When a function is made, Lambda checks these before there is an interface: a condition on the subnet would not hold.
    new iam.PolicyStatement({ sid: 'LambdaUsesInterfaces', actions: use, resources: [arn('*', '*')] }),
    // These actions take no resource.
    new iam.PolicyStatement({ sid: 'LambdaSeesInterfaces', actions: describe, resources: ['*'] }),
    new iam.PolicyStatement({
      sid: 'NotTheCode',
      effect: iam.Effect.DENY,
      actions: ['ec2:CreateNetworkInterface', ...use, ...describe],
      resources: ['*'],
      // Lambda sets the key in the credentials it hands to the code, and not in its own calls.
      // https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
  ];
}
