import type { Row, Theme } from '../row';

const inSubnet = { 'ec2:Subnet': '<a subnet>' };
const inForeignSubnet = { 'ec2:Subnet': '<a subnet of the other stack>' };
const ON_INTERFACES = ['ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission'];

export const NETWORK: Theme = {
  title: 'Network interfaces',
  rows: [
    ['a job places an interface', 'job', 'ec2:CreateNetworkInterface', ['a subnet', 'the security group', 'a network interface'], 'no endpoint', 'allowed', 'in the network\'s subnets, with the network\'s group'],
    ['a job places an interface in a foreign subnet', 'job', 'ec2:CreateNetworkInterface', ['a subnet of the other stack', 'the security group', 'a network interface'], 'no endpoint', 'identity', 'every resource of the request must be allowed'],
    ['a job places an interface with a foreign group', 'job', 'ec2:CreateNetworkInterface', ['a subnet', 'the other stack\'s security group', 'a network interface'], 'no endpoint', 'identity', 'every resource of the request must be allowed'],
    ['a job places an interface with a foreign group besides its own', 'job', 'ec2:CreateNetworkInterface', ['a subnet', 'the security group', 'the other stack\'s security group', 'a network interface'], 'no endpoint', 'identity', 'every resource of the request must be allowed'],
    ['a job moves its interface to a foreign group', 'job', 'ec2:ModifyNetworkInterfaceAttribute', ['a network interface', 'the other stack\'s security group'], 'no endpoint', 'identity', 'every resource of the request must be allowed', inSubnet],
    ['a job changes its own interface', 'job', 'ec2:ModifyNetworkInterfaceAttribute', ['a network interface', 'the security group'], 'no endpoint', 'allowed', 'AWS lists the action among those that a job needs', inSubnet],
    ['a job changes an interface of another resource', 'job', 'ec2:ModifyNetworkInterfaceAttribute', 'a network interface', 'no endpoint', 'identity', 'the interface is in a subnet of another network', inForeignSubnet],
    ...ON_INTERFACES.map((action): Row => [`a job on its own interface: ${action.replace('ec2:', '')}`, 'job', action, 'a network interface', 'no endpoint', 'allowed', 'the interface is in a subnet of the network', inSubnet]),
    ...ON_INTERFACES.map((action): Row => [`a job on an interface of another resource: ${action.replace('ec2:', '')}`, 'job', action, 'a network interface', 'no endpoint', 'identity', 'the interface is in a subnet of another network', inForeignSubnet]),
    ...['Vpcs', 'Subnets', 'SecurityGroups', 'NetworkInterfaces', 'DhcpOptions', 'VpcEndpoints'].map((what): Row =>
      [`a job describes ${what}`, 'job', `ec2:Describe${what}`, 'everything', 'no endpoint', 'allowed', 'EC2\'s Describe actions support no resource']),
    ['a job opens its security group', 'job', 'ec2:AuthorizeSecurityGroupEgress', 'the security group', 'no endpoint', 'identity', 'only CloudFormation changes the network'],
    ['a job adds a route', 'job', 'ec2:CreateRoute', 'the route table', 'no endpoint', 'identity', 'only CloudFormation changes the network'],
    ['a job changes the endpoint policy', 'job', 'ec2:ModifyVpcEndpoint', 'the S3 endpoint', 'no endpoint', 'identity', 'only CloudFormation changes the network'],
    ['a job changes the VPC', 'job', 'ec2:ModifyVpcAttribute', 'the VPC', 'no endpoint', 'identity', 'only CloudFormation changes the network'],
    ['the handler places an interface', 'handler', 'ec2:CreateNetworkInterface', ['a subnet', 'the security group', 'a network interface'], 'no endpoint', 'identity', 'the handler runs outside the VPC'],
    ['the other stack\'s job places an interface here', 'other stack\'s job', 'ec2:CreateNetworkInterface', ['a subnet', 'the security group', 'a network interface'], 'no endpoint', 'identity', 'each network has its own role'],
  ],
};
