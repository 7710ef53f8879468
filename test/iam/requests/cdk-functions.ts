import type { Theme } from '../row';

export const CDK_FUNCTIONS: Theme = {
  title: 'CDK\'s own functions',
  rows: [
    ['the default group\'s function closes the default group', 'default group\'s function', 'ec2:RevokeSecurityGroupIngress', 'the default security group', 'no endpoint', 'allowed', 'nothing of the VPC is open by default'],
    ['the default group\'s function opens the jobs\' group', 'default group\'s function', 'ec2:AuthorizeSecurityGroupEgress', 'the security group', 'no endpoint', 'identity', 'the default group only'],
    ['the default group\'s function adds a route', 'default group\'s function', 'ec2:CreateRoute', 'the route table', 'no endpoint', 'identity', 'rules of the default group are all it changes'],
    ['the prefix list\'s function finds the prefix list of S3', 'prefix list\'s function', 'ec2:DescribeManagedPrefixLists', 'everything', 'no endpoint', 'allowed', 'the group names it; the action takes no resource'],
    ['the prefix list\'s function changes the security group', 'prefix list\'s function', 'ec2:AuthorizeSecurityGroupEgress', 'the security group', 'no endpoint', 'identity', 'it only looks'],
    ['Lambda takes on the role of autoDeleteObjects', 'Lambda', 'sts:AssumeRole', 'the emptier\'s role', 'no endpoint', 'allowed', 'it is a function'],
    ['a developer takes on the role of autoDeleteObjects', 'developer', 'sts:AssumeRole', 'the emptier\'s role', 'no endpoint', 'identity + trust', 'no person is trusted'],
    ['SageMaker takes on the role of autoDeleteObjects', 'SageMaker', 'sts:AssumeRole', 'the emptier\'s role', 'no endpoint', 'trust', 'Lambda only'],
  ],
};
