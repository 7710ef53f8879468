import type { Theme } from '../row';

const byTheCode = { 'lambda:SourceFunctionArn': 'arn:aws:lambda:us-east-1:111122223333:function:handler' };

export const PRIVATE_CONTROL_PLANE: Theme = {
  title: 'With `privateControlPlane`',
  rows: [
    ['the closed handler creates a job', 'closed handler', 'sagemaker:CreateCompilationJob', 'a closed job', 'closed SageMaker endpoint', 'allowed', 'through the interface endpoint'],
    ['the closed handler stops its job', 'closed handler', 'sagemaker:StopCompilationJob', 'a closed job', 'closed SageMaker endpoint', 'allowed', 'through the interface endpoint'],
    ['the closed handler lists jobs', 'closed handler', 'sagemaker:ListCompilationJobs', 'everything', 'closed SageMaker endpoint', 'allowed', 'through the interface endpoint'],
    ['the closed handler stops another stack\'s job', 'closed handler', 'sagemaker:StopCompilationJob', 'a job', 'closed SageMaker endpoint', 'identity', 'the endpoint opens for jobs, the role for its own'],
    ['an administrator trains through the endpoint', 'administrator', 'sagemaker:CreateTrainingJob', 'a training job', 'closed SageMaker endpoint', 'endpoint', 'compilation jobs only'],
    ['brought credentials start a job in their account', 'other account', 'sagemaker:CreateCompilationJob', 'a job of another account', 'closed SageMaker endpoint', 'endpoint', 'the endpoint lets through principals of its account only'],
    ['a closed job starts a job', 'closed job', 'sagemaker:CreateCompilationJob', 'a closed job', 'closed SageMaker endpoint', 'identity', 'jobs compile, the handler starts them'],
    ['the closed first function starts the waiter', 'closed first function', 'states:StartExecution', 'the closed waiter\'s state machine', 'closed Step Functions endpoint', 'allowed', 'through the interface endpoint'],
    ['the closed first function stops a job', 'closed first function', 'sagemaker:StopCompilationJob', 'a closed job', 'closed SageMaker endpoint', 'identity', 'it only starts the waiter'],
    ['the closed waiter stops a job', 'closed waiter', 'sagemaker:StopCompilationJob', 'a closed job', 'no endpoint', 'identity', 'the handler does'],
    ['an administrator deletes a state machine through the endpoint', 'administrator', 'states:DeleteStateMachine', 'the closed waiter\'s state machine', 'closed Step Functions endpoint', 'endpoint', 'starting only'],
    ['the closed handler looks at its stack', 'closed handler', 'cloudformation:DescribeStackResource', 'the closed stack', 'closed CloudFormation endpoint', 'allowed', 'through the interface endpoint'],
    ['an administrator deletes the stack through the endpoint', 'administrator', 'cloudformation:DeleteStack', 'the closed stack', 'closed CloudFormation endpoint', 'endpoint', 'looking only'],
    ['the answer to CloudFormation gets out', 'CloudFormation\'s signer', 's3:PutObject', 'the answer to CloudFormation', 'closed S3 endpoint', 'allowed', 'CloudFormation waits for it'],
    ['answers to CloudFormation are read', 'CloudFormation\'s signer', 's3:GetObject', 'the answer to CloudFormation', 'closed S3 endpoint', 'endpoint', 'answers go out only'],
    ['an answer to CloudFormation leaves an ordinary network', 'CloudFormation\'s signer', 's3:PutObject', 'the answer to CloudFormation', 'this endpoint', 'endpoint', 'only with privateControlPlane'],
    ['the closed job reads its model', 'closed job', 's3:GetObject', 'the closed stack\'s model', 'closed S3 endpoint', 'allowed', 'as in any network of this library'],
    ['an administrator copies a model to a foreign bucket from the closed network', 'administrator', 's3:PutObject', 'an object of a foreign bucket', 'closed S3 endpoint', 'endpoint', 'as in any network of this library'],
    ['the closed handler deletes a compiled model', 'closed handler', 's3:DeleteObject', 'the closed stack\'s compiled model', 'closed S3 endpoint', 'allowed', 'deleteArtifacts is set'],
    ['the closed handler deletes the model', 'closed handler', 's3:DeleteObject', 'the closed stack\'s model', 'closed S3 endpoint', 'identity', 'only compiled models are deleted'],
    ['the closed handler reads the model', 'closed handler', 's3:GetObject', 'the closed stack\'s model', 'closed S3 endpoint', 'identity + key', 'models do not pass through the functions'],
    ['the closed waiter calls the closed handler', 'closed waiter', 'lambda:InvokeFunction', 'the closed handler function', 'no endpoint', 'allowed', 'Step Functions calls it, from outside of the network'],
    ['the closed handler starts the waiter', 'closed handler', 'states:StartExecution', 'the closed waiter\'s state machine', 'closed Step Functions endpoint', 'identity', 'no loop without end'],
    ['the closed stack\'s device reads its compiled model', 'closed device', 's3:GetObject', 'the closed stack\'s compiled model', 'no endpoint', 'allowed', 'grantReadArtifactsOutsideEndpoint lets it in, here as well'],
    ['the closed stack\'s device reads the model itself', 'closed device', 's3:GetObject', 'the closed stack\'s model', 'no endpoint', 'identity', 'the grant is for one job\'s artifacts'],
    ['Lambda places an interface for the closed handler', 'closed handler', 'ec2:CreateNetworkInterface', ['a closed subnet', 'the functions\' security group', 'a network interface'], 'no endpoint', 'allowed', 'a function in a VPC needs one'],
    ['Lambda places an interface for the closed handler elsewhere', 'closed handler', 'ec2:CreateNetworkInterface', ['a subnet', 'the functions\' security group', 'a network interface'], 'no endpoint', 'identity', 'in the network\'s subnets only'],
    ['the code of the closed handler places an interface', 'closed handler', 'ec2:CreateNetworkInterface', ['a closed subnet', 'the functions\' security group', 'a network interface'], 'no endpoint', 'identity', 'the permission is Lambda\'s, not the code\'s', byTheCode],
    ['Lambda deletes an interface of the closed handler', 'closed handler', 'ec2:DeleteNetworkInterface', 'a network interface', 'no endpoint', 'allowed', 'a function in a VPC needs none any more when it is gone'],
    ['the code of the closed handler deletes an interface', 'closed handler', 'ec2:DeleteNetworkInterface', 'a network interface', 'no endpoint', 'identity', 'the permission is Lambda\'s, not the code\'s', byTheCode],
  ],
};
