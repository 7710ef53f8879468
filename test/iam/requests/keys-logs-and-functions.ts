import type { Theme } from '../row';

const forLogs = (account: string) => ({ 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:us-east-1:${account}:log-group:flow` });

export const KEYS: Theme = {
  title: 'The key itself',
  rows: [
    ['a job decrypts', 'job', 'kms:Decrypt', 'the key', 'no endpoint', 'allowed', 'models are encrypted with it'],
    ['a job encrypts', 'job', 'kms:GenerateDataKey', 'the key', 'no endpoint', 'allowed', 'compiled models are encrypted with it'],
    ['a job encrypts without a data key', 'job', 'kms:Encrypt', 'the key', 'no endpoint', 'allowed', 'AWS documents it for the output of jobs'],
    ['a job describes the key', 'job', 'kms:DescribeKey', 'the key', 'no endpoint', 'allowed', 'roles that AWS publishes allow it'],
    ['a job creates a grant on the key', 'job', 'kms:CreateGrant', 'the key', 'no endpoint', 'identity', 'a job may use the key, but not manage it'],
    ['a job changes the key\'s policy', 'job', 'kms:PutKeyPolicy', 'the key', 'no endpoint', 'identity', 'a job may use the key, but not manage it'],
    ['a job deletes the key', 'job', 'kms:ScheduleKeyDeletion', 'the key', 'no endpoint', 'identity', 'a job may use the key, but not manage it'],
    ['a job decrypts with the other stack\'s key', 'job', 'kms:Decrypt', 'the other stack\'s key', 'no endpoint', 'identity', 'each stack has its own key'],
    ['the other stack\'s job decrypts', 'other stack\'s job', 'kms:Decrypt', 'the key', 'no endpoint', 'identity', 'each stack has its own key'],
    ['the handler decrypts', 'handler', 'kms:Decrypt', 'the key', 'no endpoint', 'identity', 'models do not pass through the functions'],
    ['the first function decrypts', 'first function', 'kms:Decrypt', 'the key', 'no endpoint', 'identity', 'models do not pass through the functions'],
    ['the uploader encrypts', 'uploader', 'kms:GenerateDataKey', 'the key', 'no endpoint', 'allowed', 'grantReadWrite of the bucket includes its key'],
    ['the device decrypts', 'device', 'kms:Decrypt', 'the key', 'no endpoint', 'allowed', 'the device reads compiled models'],
    ['the device encrypts', 'device', 'kms:GenerateDataKey', 'the key', 'no endpoint', 'identity', 'the device only reads'],
    ['a developer decrypts', 'developer', 'kms:Decrypt', 'the key', 'no endpoint', 'identity', 'the key policy delegates to IAM, which does not allow it'],
    ['an administrator decrypts', 'administrator', 'kms:Decrypt', 'the key', 'no endpoint', 'allowed', 'the key policy delegates to IAM; the bucket policy still denies access to the objects'],
    ['another account decrypts', 'other account', 'kms:Decrypt', 'the key', 'no endpoint', 'key', 'nothing is shared with another account'],
    ['another account changes the key policy', 'other account', 'kms:PutKeyPolicy', 'the key', 'no endpoint', 'key', 'nothing is shared with another account'],
    ['CloudWatch Logs encrypts the flow logs', 'CloudWatch Logs', 'kms:GenerateDataKey', 'the key', 'no endpoint', 'allowed', 'encryptionKey also encrypts logs', forLogs('111122223333')],
    ['CloudWatch Logs encrypts another account\'s logs', 'CloudWatch Logs', 'kms:GenerateDataKey', 'the key', 'no endpoint', 'key', 'the key policy admits log groups of this account only', forLogs('444455556666')],
    ['CloudWatch Logs decrypts without an encryption context', 'CloudWatch Logs', 'kms:Decrypt', 'the key', 'no endpoint', 'key', 'the key policy admits log groups of this account only'],
    ['CloudWatch Logs creates a grant on the key', 'CloudWatch Logs', 'kms:CreateGrant', 'the key', 'no endpoint', 'key', 'it may only encrypt, decrypt and describe', forLogs('111122223333')],
    ['SageMaker itself decrypts', 'SageMaker', 'kms:Decrypt', 'the key', 'no endpoint', 'key', 'SageMaker uses the job role instead'],
  ],
};

export const LOGS: Theme = {
  title: 'Logs and metrics',
  rows: [
    ['a job writes its log', 'job', 'logs:PutLogEvents', 'the jobs\' log group', 'no endpoint', 'allowed', 'SageMaker uses the job role to write logs'],
    ['a job creates its log stream', 'job', 'logs:CreateLogStream', 'the jobs\' log group', 'no endpoint', 'allowed', 'SageMaker uses the job role to write logs'],
    ['a job writes to another log group', 'job', 'logs:PutLogEvents', 'another log group', 'no endpoint', 'identity', 'a job may write to the log group of compilation jobs only'],
    ['a job writes to the handler\'s log', 'job', 'logs:PutLogEvents', 'the handler\'s log group', 'no endpoint', 'identity', 'a job may write to the log group of compilation jobs only'],
    ['a job writes to the flow logs', 'job', 'logs:PutLogEvents', 'the flow log group', 'no endpoint', 'identity', 'a job may write to the log group of compilation jobs only'],
    ['a job reads logs', 'job', 'logs:GetLogEvents', 'the jobs\' log group', 'no endpoint', 'identity', 'a job may only write logs'],
    ['a job sends metrics', 'job', 'cloudwatch:PutMetricData', 'everything', 'no endpoint', 'allowed', 'AWS lists the action among those that a job needs; it supports no resource'],
    ['the handler writes its log', 'handler', 'logs:PutLogEvents', 'the handler\'s log group', 'no endpoint', 'allowed', 'functions write logs'],
    ['the handler writes to the jobs\' log', 'handler', 'logs:PutLogEvents', 'the jobs\' log group', 'no endpoint', 'identity', 'it may write to its own log group only'],
    ['the handler writes to the flow logs', 'handler', 'logs:PutLogEvents', 'the flow log group', 'no endpoint', 'identity', 'it may write to its own log group only'],
    ['flow logs are written', 'flow logs', 'logs:PutLogEvents', 'the flow log group', 'no endpoint', 'allowed', 'flow logs are on'],
    ['flow logs are written to another log group', 'flow logs', 'logs:PutLogEvents', 'another log group', 'no endpoint', 'identity', 'it may write to its own log group only'],
  ],
};

export const FUNCTIONS: Theme = {
  title: 'The functions behind the custom resource',
  rows: [
    ['CloudFormation calls the first function', 'CloudFormation', 'lambda:InvokeFunction', 'the first function', 'no endpoint', 'allowed', 'CloudFormation calls the service token of a custom resource'],
    ['the first function starts the waiter', 'first function', 'states:StartExecution', 'the waiter\'s state machine', 'no endpoint', 'allowed', 'jobs take longer than a function may run'],
    ['the first function starts an unrelated state machine', 'first function', 'states:StartExecution', 'an unrelated state machine', 'no endpoint', 'identity', 'it may start the waiter only'],
    ['the first function calls the handler', 'first function', 'lambda:InvokeFunction', 'the handler function', 'no endpoint', 'identity', 'only the waiter does this'],
    ['the waiter calls the handler', 'waiter', 'lambda:InvokeFunction', 'the handler function', 'no endpoint', 'allowed', 'this is its purpose'],
    ['the waiter calls the first function', 'waiter', 'lambda:InvokeFunction', 'the first function', 'no endpoint', 'identity', 'this prevents an endless loop'],
    ['the waiter calls an unrelated function', 'waiter', 'lambda:InvokeFunction', 'an unrelated function', 'no endpoint', 'identity', 'the waiter may call the handler only'],
    ['the waiter stops a job', 'waiter', 'sagemaker:StopCompilationJob', 'a job', 'no endpoint', 'identity', 'only the handler does this'],
    ['the handler starts the waiter', 'handler', 'states:StartExecution', 'the waiter\'s state machine', 'no endpoint', 'identity', 'this prevents an endless loop'],
    ['the handler calls functions', 'handler', 'lambda:InvokeFunction', 'the handler function', 'no endpoint', 'identity', 'it needs no other function'],
    ['the handler replaces its own code', 'handler', 'lambda:UpdateFunctionCode', 'the handler function', 'no endpoint', 'identity', 'only CloudFormation changes functions'],
    ['the handler describes a resource of its stack', 'handler', 'cloudformation:DescribeStackResource', 'the stack', 'no endpoint', 'allowed', 'it checks whether the resource is being rolled back'],
    ['the handler describes its stack', 'handler', 'cloudformation:DescribeStacks', 'the stack', 'no endpoint', 'allowed', 'the status of the stack shows a rollback'],
    ['the handler describes a resource of the other stack', 'handler', 'cloudformation:DescribeStackResource', 'the other stack', 'no endpoint', 'identity', 'the handler may describe its own stack only'],
    ['the handler deletes its stack', 'handler', 'cloudformation:DeleteStack', 'the stack', 'no endpoint', 'identity', 'it may only read this'],
    ['a job calls functions', 'job', 'lambda:InvokeFunction', 'an unrelated function', 'no endpoint', 'identity', 'a job needs no function'],
  ],
};
