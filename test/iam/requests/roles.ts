import type { Theme } from '../row';

const to = (service: string) => ({ 'iam:PassedToService': service });
const forJob = { 'aws:SourceAccount': '111122223333', 'aws:SourceArn': '<a job>' };

export const PASS_ROLE: Theme = {
  title: 'Handing over a role',
  rows: [
    ['the handler hands the job role to SageMaker', 'handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'allowed', 'CreateCompilationJob needs it', to('sagemaker.amazonaws.com')],
    ['the handler hands the job role to EC2', 'handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'to SageMaker only', to('ec2.amazonaws.com')],
    ['the handler hands the job role to Lambda', 'handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'to SageMaker only', to('lambda.amazonaws.com')],
    ['the handler hands the job role to CloudFormation', 'handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'to SageMaker only', to('cloudformation.amazonaws.com')],
    ['the handler hands the job role to an unnamed service', 'handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'a missing service is not SageMaker'],
    ['the handler hands its own role to SageMaker', 'handler', 'iam:PassRole', 'the handler role, passed', 'no endpoint', 'identity', 'only roles of the stack\'s jobs', to('sagemaker.amazonaws.com')],
    ['the handler hands the other stack\'s job role to SageMaker', 'handler', 'iam:PassRole', 'the other stack\'s job role, passed', 'no endpoint', 'identity', 'only roles of the stack\'s jobs', to('sagemaker.amazonaws.com')],
    ['the handler hands an administrator\'s role to SageMaker', 'handler', 'iam:PassRole', 'an administrator\'s role, passed', 'no endpoint', 'identity', 'only roles of the stack\'s jobs', to('sagemaker.amazonaws.com')],
    ['the other stack\'s handler hands this job role to SageMaker', 'other stack\'s handler', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'only roles of its own jobs', to('sagemaker.amazonaws.com')],
    ['a job hands its role on', 'job', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'only the handler starts jobs', to('sagemaker.amazonaws.com')],
    ['the first function hands the job role to SageMaker', 'first function', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'only the handler starts jobs', to('sagemaker.amazonaws.com')],
    ['the uploader hands the job role to SageMaker', 'uploader', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'only the handler starts jobs', to('sagemaker.amazonaws.com')],
    ['a developer hands the job role to SageMaker', 'developer', 'iam:PassRole', 'the job role, passed', 'no endpoint', 'identity', 'who may start jobs cannot start them with this role', to('sagemaker.amazonaws.com')],
    ['the handler changes the job role', 'handler', 'iam:PutRolePolicy', 'the job role, passed', 'no endpoint', 'identity', 'roles are CloudFormation\'s to change'],
    ['the handler changes the job role\'s trust', 'handler', 'iam:UpdateAssumeRolePolicy', 'the job role, passed', 'no endpoint', 'identity', 'roles are CloudFormation\'s to change'],
  ],
};

export const TRUST: Theme = {
  title: 'Taking on a role',
  rows: [
    ['SageMaker takes on the job role for a compilation job', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'allowed', 'this is what the role is for', forJob],
    ['SageMaker takes on the job role for another account', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'the deputy is not confused', { 'aws:SourceAccount': '444455556666', 'aws:SourceArn': 'arn:aws:sagemaker:us-east-1:444455556666:compilation-job/theirs' }],
    ['SageMaker takes on the job role for another account that names our job', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'account and ARN must both be ours', { ...forJob, 'aws:SourceAccount': '444455556666' }],
    ['SageMaker takes on the job role for another account\'s job that names our account', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'account and ARN must both be ours', { ...forJob, 'aws:SourceArn': 'arn:aws:sagemaker:us-east-1:444455556666:compilation-job/theirs' }],
    ['SageMaker takes on the job role for a training job', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'compilation jobs only', { ...forJob, 'aws:SourceArn': '<a training job>' }],
    ['SageMaker takes on the job role in another Region', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'compilation jobs of the Region only', { ...forJob, 'aws:SourceArn': 'arn:aws:sagemaker:eu-west-1:111122223333:compilation-job/job' }],
    ['SageMaker takes on the job role without saying for what', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'a missing ARN is not ours', { 'aws:SourceAccount': '111122223333' }],
    ['SageMaker takes on the job role without saying for whom', 'SageMaker', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'a missing account is not ours', { 'aws:SourceArn': '<a job>' }],
    ['Lambda takes on the job role', 'Lambda', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'SageMaker only', forJob],
    ['EC2 takes on the job role', 'EC2', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'SageMaker only', forJob],
    ['an administrator takes on the job role', 'administrator', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'no person is trusted'],
    ['a developer takes on the job role', 'developer', 'sts:AssumeRole', 'the job role', 'no endpoint', 'identity + trust', 'no person is trusted'],
    ['another account takes on the job role', 'other account', 'sts:AssumeRole', 'the job role', 'no endpoint', 'trust', 'no other account is trusted'],
    ['the handler takes on the job role', 'handler', 'sts:AssumeRole', 'the job role', 'no endpoint', 'identity + trust', 'it hands the role over and never wears it'],
    ['Lambda takes on the handler role', 'Lambda', 'sts:AssumeRole', 'the handler role', 'no endpoint', 'allowed', 'the handler is a function'],
    ['SageMaker takes on the handler role', 'SageMaker', 'sts:AssumeRole', 'the handler role', 'no endpoint', 'trust', 'Lambda only', forJob],
    ['an administrator takes on the handler role', 'administrator', 'sts:AssumeRole', 'the handler role', 'no endpoint', 'trust', 'no person is trusted'],
    ['another account takes on the handler role', 'other account', 'sts:AssumeRole', 'the handler role', 'no endpoint', 'trust', 'no other account is trusted'],
    ['an administrator takes on the uploader\'s role', 'administrator', 'sts:AssumeRole', 'the uploader\'s role', 'no endpoint', 'allowed', 'its owner has let the account decide'],
    ['another account takes on the uploader\'s role', 'other account', 'sts:AssumeRole', 'the uploader\'s role', 'no endpoint', 'trust', 'no other account is trusted'],
    ['Step Functions takes on the waiter\'s role', 'Step Functions', 'sts:AssumeRole', 'the waiter\'s role', 'no endpoint', 'allowed', 'the waiter is a state machine', { 'aws:SourceAccount': '111122223333' }],
    ['Step Functions takes on the waiter\'s role for another account', 'Step Functions', 'sts:AssumeRole', 'the waiter\'s role', 'no endpoint', 'trust', 'the deputy is not confused', { 'aws:SourceAccount': '444455556666' }],
    ['VPC flow logs take on their role', 'VPC flow logs', 'sts:AssumeRole', 'the flow log role', 'no endpoint', 'allowed', 'flow logs are on', { 'aws:SourceAccount': '111122223333', 'aws:SourceArn': 'arn:aws:ec2:us-east-1:111122223333:vpc-flow-log/fl-1' }],
    ['VPC flow logs of another account take on the role', 'VPC flow logs', 'sts:AssumeRole', 'the flow log role', 'no endpoint', 'trust', 'the deputy is not confused', { 'aws:SourceAccount': '444455556666', 'aws:SourceArn': 'arn:aws:ec2:us-east-1:444455556666:vpc-flow-log/fl-1' }],
  ],
};
