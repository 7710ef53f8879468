import type { Theme } from '../row';

export const CDK_FUNCTIONS: Theme = {
  title: 'CDK\'s own functions',
  rows: [
    ['the default group\'s function closes the default group', 'default group\'s function', 'ec2:RevokeSecurityGroupIngress', 'the default security group', 'no endpoint', 'allowed', 'the default security group must allow no traffic'],
    ['the default group\'s function opens the jobs\' group', 'default group\'s function', 'ec2:AuthorizeSecurityGroupEgress', 'the security group', 'no endpoint', 'identity', 'it may change the default security group only'],
    ['the default group\'s function adds a route', 'default group\'s function', 'ec2:CreateRoute', 'the route table', 'no endpoint', 'identity', 'it may change rules of the default security group only'],
    ['the prefix list\'s function finds the prefix list of S3', 'prefix list\'s function', 'ec2:DescribeManagedPrefixLists', 'everything', 'no endpoint', 'allowed', 'the security group refers to it; the action supports no resource'],
    ['the prefix list\'s function changes the security group', 'prefix list\'s function', 'ec2:AuthorizeSecurityGroupEgress', 'the security group', 'no endpoint', 'identity', 'it may only read this'],
    ['Lambda assumes the role of autoDeleteObjects', 'Lambda', 'sts:AssumeRole', 'the emptier\'s role', 'no endpoint', 'allowed', 'autoDeleteObjects uses a Lambda function'],
    ['a developer assumes the role of autoDeleteObjects', 'developer', 'sts:AssumeRole', 'the emptier\'s role', 'no endpoint', 'identity + trust', 'the role trusts an AWS service only'],
    ['SageMaker assumes the role of autoDeleteObjects', 'SageMaker', 'sts:AssumeRole', 'the emptier\'s role', 'no endpoint', 'trust', 'the role trusts AWS Lambda only'],
  ],
};
