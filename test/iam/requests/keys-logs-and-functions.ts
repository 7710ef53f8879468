import type { Theme } from '../row';

const forLogs = (account: string) => ({ 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:us-east-1:${account}:log-group:flow` });

export const KEYS: Theme = {
  title: 'The key itself',
  rows: [
    ['a job decrypts', 'job', 'kms:Decrypt', 'the key', 'no endpoint', 'allowed', 'models are encrypted with it'],
    ['a job encrypts', 'job', 'kms:GenerateDataKey', 'the key', 'no endpoint', 'allowed', 'compiled models are encrypted with it'],
    ['a job encrypts without a data key', 'job', 'kms:Encrypt', 'the key', 'no endpoint', 'allowed', 'AWS documents it for output'],
    ['a job looks at the key', 'job', 'kms:DescribeKey', 'the key', 'no endpoint', 'allowed', 'AWS\'s own roles may'],
    ['a job gives the key away', 'job', 'kms:CreateGrant', 'the key', 'no endpoint', 'identity', 'a job uses the key and does not manage it'],
    ['a job changes the key\'s policy', 'job', 'kms:PutKeyPolicy', 'the key', 'no endpoint', 'identity', 'a job uses the key and does not manage it'],
    ['a job deletes the key', 'job', 'kms:ScheduleKeyDeletion', 'the key', 'no endpoint', 'identity', 'a job uses the key and does not manage it'],
    ['a job decrypts with the other stack\'s key', 'job', 'kms:Decrypt', 'the other stack\'s key', 'no endpoint', 'identity', 'each stack has its own key'],
    ['the other stack\'s job decrypts', 'other stack\'s job', 'kms:Decrypt', 'the key', 'no endpoint', 'identity', 'each stack has its own key'],
    ['the handler decrypts', 'handler', 'kms:Decrypt', 'the key', 'no endpoint', 'identity', 'models do not pass through the functions'],
    ['the first function decrypts', 'first function', 'kms:Decrypt', 'the key', 'no endpoint', 'identity', 'models do not pass through the functions'],
    ['the uploader encrypts', 'uploader', 'kms:GenerateDataKey', 'the key', 'no endpoint', 'allowed', 'grantReadWrite of the bucket includes its key'],
    ['the device decrypts', 'device', 'kms:Decrypt', 'the key', 'no endpoint', 'allowed', 'it reads compiled models'],
    ['the device encrypts', 'device', 'kms:GenerateDataKey', 'the key', 'no endpoint', 'identity', 'it only reads'],
    ['a developer decrypts', 'developer', 'kms:Decrypt', 'the key', 'no endpoint', 'identity', 'the key policy leaves it to IAM, which does not allow it'],
    ['an administrator decrypts', 'administrator', 'kms:Decrypt', 'the key', 'no endpoint', 'allowed', 'the key policy leaves it to IAM; the objects are closed to the administrator all the same'],
    ['another account decrypts', 'other account', 'kms:Decrypt', 'the key', 'no endpoint', 'key', 'nothing is shared with another account'],
    ['another account takes over the key', 'other account', 'kms:PutKeyPolicy', 'the key', 'no endpoint', 'key', 'nothing is shared with another account'],
    ['CloudWatch Logs encrypts the flow logs', 'CloudWatch Logs', 'kms:GenerateDataKey', 'the key', 'no endpoint', 'allowed', 'encryptionKey is for logs, too', forLogs('111122223333')],
    ['CloudWatch Logs encrypts another account\'s logs', 'CloudWatch Logs', 'kms:GenerateDataKey', 'the key', 'no endpoint', 'key', 'log groups of this account only', forLogs('444455556666')],
    ['CloudWatch Logs decrypts without saying what', 'CloudWatch Logs', 'kms:Decrypt', 'the key', 'no endpoint', 'key', 'log groups of this account only'],
    ['CloudWatch Logs gives the key away', 'CloudWatch Logs', 'kms:CreateGrant', 'the key', 'no endpoint', 'key', 'encrypting and decrypting is all it needs', forLogs('111122223333')],
    ['SageMaker itself decrypts', 'SageMaker', 'kms:Decrypt', 'the key', 'no endpoint', 'key', 'SageMaker works with the job role'],
  ],
};

export const LOGS: Theme = {
  title: 'Logs and metrics',
  rows: [
    ['a job writes its log', 'job', 'logs:PutLogEvents', 'the jobs\' log group', 'no endpoint', 'allowed', 'SageMaker logs with the job role'],
    ['a job opens its log', 'job', 'logs:CreateLogStream', 'the jobs\' log group', 'no endpoint', 'allowed', 'SageMaker logs with the job role'],
    ['a job writes to another log group', 'job', 'logs:PutLogEvents', 'another log group', 'no endpoint', 'identity', 'the log group of compilation jobs only'],
    ['a job forges the handler\'s log', 'job', 'logs:PutLogEvents', 'the handler\'s log group', 'no endpoint', 'identity', 'the log group of compilation jobs only'],
    ['a job forges the flow logs', 'job', 'logs:PutLogEvents', 'the flow log group', 'no endpoint', 'identity', 'the log group of compilation jobs only'],
    ['a job reads logs', 'job', 'logs:GetLogEvents', 'the jobs\' log group', 'no endpoint', 'identity', 'a job only writes'],
    ['a job sends metrics', 'job', 'cloudwatch:PutMetricData', 'everything', 'no endpoint', 'allowed', 'AWS names the action among those of a job; it takes no resource'],
    ['the handler writes its log', 'handler', 'logs:PutLogEvents', 'the handler\'s log group', 'no endpoint', 'allowed', 'functions log'],
    ['the handler forges the jobs\' log', 'handler', 'logs:PutLogEvents', 'the jobs\' log group', 'no endpoint', 'identity', 'its own log group only'],
    ['the handler forges the flow logs', 'handler', 'logs:PutLogEvents', 'the flow log group', 'no endpoint', 'identity', 'its own log group only'],
    ['flow logs are written', 'flow logs', 'logs:PutLogEvents', 'the flow log group', 'no endpoint', 'allowed', 'flow logs are on'],
    ['flow logs go elsewhere', 'flow logs', 'logs:PutLogEvents', 'another log group', 'no endpoint', 'identity', 'its own log group only'],
  ],
};

export const FUNCTIONS: Theme = {
  title: 'The functions behind the custom resource',
  rows: [
    ['CloudFormation calls the first function', 'CloudFormation', 'lambda:InvokeFunction', 'the first function', 'no endpoint', 'allowed', 'a custom resource begins so'],
    ['the first function starts the waiter', 'first function', 'states:StartExecution', 'the waiter\'s state machine', 'no endpoint', 'allowed', 'jobs take longer than a function may'],
    ['the first function starts an unrelated state machine', 'first function', 'states:StartExecution', 'an unrelated state machine', 'no endpoint', 'identity', 'the waiter only'],
    ['the first function calls the handler', 'first function', 'lambda:InvokeFunction', 'the handler function', 'no endpoint', 'identity', 'the waiter does'],
    ['the waiter calls the handler', 'waiter', 'lambda:InvokeFunction', 'the handler function', 'no endpoint', 'allowed', 'this is what it is for'],
    ['the waiter calls the first function', 'waiter', 'lambda:InvokeFunction', 'the first function', 'no endpoint', 'identity', 'no loop without end'],
    ['the waiter calls an unrelated function', 'waiter', 'lambda:InvokeFunction', 'an unrelated function', 'no endpoint', 'identity', 'the handler only'],
    ['the waiter stops a job', 'waiter', 'sagemaker:StopCompilationJob', 'a job', 'no endpoint', 'identity', 'the handler does'],
    ['the handler starts the waiter', 'handler', 'states:StartExecution', 'the waiter\'s state machine', 'no endpoint', 'identity', 'no loop without end'],
    ['the handler calls functions', 'handler', 'lambda:InvokeFunction', 'the handler function', 'no endpoint', 'identity', 'it calls SageMaker only'],
    ['the handler replaces its own code', 'handler', 'lambda:UpdateFunctionCode', 'the handler function', 'no endpoint', 'identity', 'functions are CloudFormation\'s to change'],
    ['the handler looks at its stack', 'handler', 'cloudformation:DescribeStackResource', 'the stack', 'no endpoint', 'allowed', 'it asks whether the resource is being rolled back'],
    ['the handler looks at what its stack does', 'handler', 'cloudformation:DescribeStacks', 'the stack', 'no endpoint', 'allowed', 'a roll-back is another status of the stack'],
    ['the handler looks at the other stack', 'handler', 'cloudformation:DescribeStackResource', 'the other stack', 'no endpoint', 'identity', 'its own stack only'],
    ['the handler deletes its stack', 'handler', 'cloudformation:DeleteStack', 'the stack', 'no endpoint', 'identity', 'it only looks'],
    ['a job calls functions', 'job', 'lambda:InvokeFunction', 'an unrelated function', 'no endpoint', 'identity', 'jobs compile'],
  ],
};
