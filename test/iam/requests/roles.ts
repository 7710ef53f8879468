import type { Theme } from '../row';

const to = (service: string) => ({ 'iam:PassedToService': service });
const forJob = { 'aws:SourceAccount': '111122223333', 'aws:SourceArn': '<a job>' };

export const PASS_ROLE: Theme = {
  title: 'Passing roles',
  rows: [
    ['the handler passes the job role to SageMaker', 'handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'allowed', 'CreateCompilationJob requires it', to('sagemaker.amazonaws.com')],
    ['the handler passes the job role to EC2', 'handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'the role may be passed to SageMaker only', to('ec2.amazonaws.com')],
    ['the handler passes the job role to Lambda', 'handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'the role may be passed to SageMaker only', to('lambda.amazonaws.com')],
    ['the handler passes the job role to CloudFormation', 'handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'the role may be passed to SageMaker only', to('cloudformation.amazonaws.com')],
    ['the handler passes the job role to an unnamed service', 'handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'without a service, the condition does not match'],
    ['the handler passes its own role to SageMaker', 'handler', 'iam:PassRole', 'the handler role, passed', 'no endpoint', 'identity', 'the handler may pass only the roles of the stack\'s jobs', to('sagemaker.amazonaws.com')],
    ['the handler passes the other stack\'s job role to SageMaker', 'handler', 'iam:PassRole', 'the other stack\'s job role, passed', 'no endpoint', 'identity', 'the handler may pass only the roles of the stack\'s jobs', to('sagemaker.amazonaws.com')],
    ['the handler passes an administrator\'s role to SageMaker', 'handler', 'iam:PassRole', 'an administrator\'s role, passed', 'no endpoint', 'identity', 'the handler may pass only the roles of the stack\'s jobs', to('sagemaker.amazonaws.com')],
    ['the other stack\'s handler passes this job role to SageMaker', 'other stack\'s handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'the handler may pass only the roles of its own jobs', to('sagemaker.amazonaws.com')],
    ['a job passes its role to SageMaker', 'job', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'only the handler starts jobs', to('sagemaker.amazonaws.com')],
    ['the first function passes the job role to SageMaker', 'first function', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'only the handler starts jobs', to('sagemaker.amazonaws.com')],
    ['the uploader passes the job role to SageMaker', 'uploader', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'only the handler starts jobs', to('sagemaker.amazonaws.com')],
    ['a developer passes the job role to SageMaker', 'developer', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'a principal that may start jobs cannot use this role for them', to('sagemaker.amazonaws.com')],
    ['the handler changes the job role', 'handler', 'iam:PutRolePolicy', 'the job role, passed', 'no endpoint', 'identity', 'only CloudFormation changes roles'],
    ['the handler changes the job role\'s trust', 'handler', 'iam:UpdateAssumeRolePolicy', 'the job role, passed', 'no endpoint', 'identity', 'only CloudFormation changes roles'],
  ],
};

export const TRUST: Theme = {
  title: 'Assuming roles',
  rows: [
    ['SageMaker assumes the job role for a compilation job', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'allowed', 'this is the purpose of the role', forJob],
    ['SageMaker assumes the job role for another account', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'the trust policy prevents a confused deputy', { 'aws:SourceAccount': '444455556666', 'aws:SourceArn': 'arn:aws:sagemaker:us-east-1:444455556666:compilation-job/theirs' }],
    ['SageMaker assumes the job role for another account that names our job', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'both account and ARN must match', { ...forJob, 'aws:SourceAccount': '444455556666' }],
    ['SageMaker assumes the job role for another account\'s job that names our account', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'both account and ARN must match', { ...forJob, 'aws:SourceArn': 'arn:aws:sagemaker:us-east-1:444455556666:compilation-job/theirs' }],
    ['SageMaker assumes the job role for a training job', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'only compilation jobs are allowed', { ...forJob, 'aws:SourceArn': '<a training job>' }],
    ['SageMaker assumes the job role in another Region', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'the trust policy admits compilation jobs of its Region only', { ...forJob, 'aws:SourceArn': 'arn:aws:sagemaker:eu-west-1:111122223333:compilation-job/job' }],
    ['SageMaker assumes the job role without a source ARN', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'without an ARN, the condition does not match', { 'aws:SourceAccount': '111122223333' }],
    ['SageMaker assumes the job role without a source account', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'without an account, the condition does not match', { 'aws:SourceArn': '<a job>' }],
    ['Lambda assumes the job role', 'Lambda', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'the role trusts SageMaker only', forJob],
    ['EC2 assumes the job role', 'EC2', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'the role trusts SageMaker only', forJob],
    ['an administrator assumes the job role', 'administrator', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'the role trusts an AWS service only'],
    ['a developer assumes the job role', 'developer', 'sts:AssumeRole', 'the job role', 'no endpoint', 'identity + trust', 'the role trusts an AWS service only'],
    ['another account assumes the job role', 'other account', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'the role trusts no other account'],
    ['the handler assumes the job role', 'handler', 'sts:AssumeRole', 'the job role', 'no endpoint', 'identity + trust', 'it passes the role, but never assumes it'],
    ['Lambda assumes the handler role', 'Lambda', 'sts:AssumeRole', 'the handler role', 'no endpoint', 'allowed', 'the handler is a Lambda function'],
    ['SageMaker assumes the handler role', 'SageMaker', 'sts:AssumeRole', 'the handler role', 'no endpoint', 'trust', 'the role trusts AWS Lambda only', forJob],
    ['an administrator assumes the handler role', 'administrator', 'sts:AssumeRole', 'the handler role', 'no endpoint', 'trust', 'the role trusts an AWS service only'],
    ['another account assumes the handler role', 'other account', 'sts:AssumeRole', 'the handler role', 'no endpoint', 'trust', 'the role trusts no other account'],
    ['an administrator assumes the uploader\'s role', 'administrator', 'sts:AssumeRole', 'the uploader\'s role', 'no endpoint', 'allowed', 'its trust policy delegates to IAM'],
    ['another account assumes the uploader\'s role', 'other account', 'sts:AssumeRole', 'the uploader\'s role', 'no endpoint', 'trust', 'the role trusts no other account'],
    ['Step Functions assumes the waiter\'s role', 'Step Functions', 'sts:AssumeRole', 'the waiter\'s role', 'no endpoint', 'allowed', 'the waiter is a state machine', { 'aws:SourceAccount': '111122223333' }],
    ['Step Functions assumes the waiter\'s role for another account', 'Step Functions', 'sts:AssumeRole', 'the waiter\'s role', 'no endpoint', 'trust', 'the trust policy prevents a confused deputy', { 'aws:SourceAccount': '444455556666' }],
    ['VPC flow logs assume their role', 'VPC flow logs', 'sts:AssumeRole', 'the flow log role', 'no endpoint', 'allowed', 'flow logs are on', { 'aws:SourceAccount': '111122223333', 'aws:SourceArn': 'arn:aws:ec2:us-east-1:111122223333:vpc-flow-log/fl-1' }],
    ['VPC flow logs of another account assume the role', 'VPC flow logs', 'sts:AssumeRole', 'the flow log role', 'no endpoint', 'trust', 'the trust policy prevents a confused deputy', { 'aws:SourceAccount': '444455556666', 'aws:SourceArn': 'arn:aws:ec2:us-east-1:444455556666:vpc-flow-log/fl-1' }],
  ],
};
