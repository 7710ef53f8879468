import type { Row, Theme } from '../row';

const OWN = ['sagemaker:DescribeCompilationJob', 'sagemaker:StopCompilationJob', 'sagemaker:DeleteCompilationJob', 'sagemaker:AddTags', 'sagemaker:DeleteTags', 'sagemaker:ListTags'];
const ENDING = ['sagemaker:StopCompilationJob', 'sagemaker:DeleteCompilationJob', 'sagemaker:AddTags', 'sagemaker:DeleteTags'];
const verb = (action: string) => action.replace('sagemaker:', '').replace('CompilationJob', '').replace('Add', 'add ').replace('Delete', 'delete ').replace('List', 'list ').trim().toLowerCase();

export const COMPILATION_JOBS: Theme = {
  title: 'Compilation jobs',
  rows: [
    ['the handler creates a job', 'handler', 'sagemaker:CreateCompilationJob', 'a job', 'no endpoint', 'allowed', 'the name begins with the stack\'s prefix'],
    ['the handler creates the job with a fixed name', 'handler', 'sagemaker:CreateCompilationJob', 'the job with a fixed name', 'no endpoint', 'allowed', 'compilationJobName allows this name'],
    ['the handler creates a job under the other stack\'s name', 'handler', 'sagemaker:CreateCompilationJob', 'a job of the other stack', 'no endpoint', 'identity', 'each stack has its own prefix'],
    ['the handler creates a job under an arbitrary name', 'handler', 'sagemaker:CreateCompilationJob', 'a job started by hand', 'no endpoint', 'identity', 'the name must have the stack\'s prefix or be fixed in the template'],
    ...OWN.map((action): Row => [`the handler on its own job: ${verb(action)}`, 'handler', action, 'a job', 'no endpoint', 'allowed', 'the job has the stack\'s tag']),
    ...OWN.map((action): Row => [`the handler on its job with a fixed name: ${verb(action)}`, 'handler', action, 'the job with a fixed name', 'no endpoint', 'allowed', 'the job has the stack\'s tag']),
    ...OWN.map((action): Row => [`the handler on the other stack's job: ${verb(action)}`, 'handler', action, 'a job of the other stack', 'no endpoint', 'identity', 'the job has another stack\'s tag']),
    ...OWN.map((action): Row => [`the handler on a job started by hand: ${verb(action)}`, 'handler', action, 'a job started by hand', 'no endpoint', 'identity', 'the job has no tag, and the handler cannot give it one']),
    ['the handler stops a job that only looks like its own', 'handler', 'sagemaker:StopCompilationJob', 'an untagged job under the stack\'s prefix', 'no endpoint', 'identity', 'the permission depends on the tag, not on the name'],
    ['the handler deletes a job that only looks like its own', 'handler', 'sagemaker:DeleteCompilationJob', 'an untagged job under the stack\'s prefix', 'no endpoint', 'identity', 'the permission depends on the tag, not on the name'],
    ['the other stack\'s handler creates its own job', 'other stack\'s handler', 'sagemaker:CreateCompilationJob', 'a job of the other stack', 'no endpoint', 'allowed', 'the name begins with its own prefix'],
    ...ENDING.map((action): Row => [`the other stack's handler on this stack's job: ${verb(action)}`, 'other stack\'s handler', action, 'a job', 'no endpoint', 'identity', 'the job has another stack\'s tag']),
    ['the handler lists compilation jobs', 'handler', 'sagemaker:ListCompilationJobs', 'everything', 'no endpoint', 'allowed', 'the action supports no resource'],
    ['the handler lists training jobs', 'handler', 'sagemaker:ListTrainingJobs', 'everything', 'no endpoint', 'identity', 'its permissions cover compilation jobs only'],
    ['the handler starts a training job', 'handler', 'sagemaker:CreateTrainingJob', 'a training job', 'no endpoint', 'identity', 'its permissions cover compilation jobs only'],
    ['the handler deletes a model package', 'handler', 'sagemaker:DeleteModelPackage', 'a model package', 'no endpoint', 'identity', 'its permissions cover compilation jobs only'],
    ['a job starts a job', 'job', 'sagemaker:CreateCompilationJob', 'a job', 'no endpoint', 'identity', 'only the handler starts jobs'],
    ['a job stops a job', 'job', 'sagemaker:StopCompilationJob', 'a job', 'no endpoint', 'identity', 'only the handler stops jobs'],
    ['the first function stops a job', 'first function', 'sagemaker:StopCompilationJob', 'a job', 'no endpoint', 'identity', 'it only starts the waiter'],
    ['a developer stops a job', 'developer', 'sagemaker:StopCompilationJob', 'a job', 'no endpoint', 'allowed', 'the library does not limit other principals of the account'],
  ],
};

export const ARTIFACTS: Theme = {
  title: 'The handler and objects',
  rows: [
    ['the handler deletes a compiled model', 'handler', 's3:DeleteObject', 'the compiled model', 'no endpoint', 'allowed', 'deleteArtifacts is set'],
    ['the handler deletes a compiled model of a job without deleteArtifacts', 'handler', 's3:DeleteObject', 'the compiled model of a job without deleteArtifacts', 'no endpoint', 'identity', 'the handler may delete only below the prefixes of jobs with deleteArtifacts'],
    ['the handler deletes the model', 'handler', 's3:DeleteObject', 'the model', 'no endpoint', 'identity', 'the handler may delete compiled models only'],
    ['the handler deletes another object of the bucket', 'handler', 's3:DeleteObject', 'another object of the bucket', 'no endpoint', 'identity', 'the handler may delete compiled models only'],
    ['the handler deletes the other stack\'s object', 'handler', 's3:DeleteObject', 'an object of the other stack', 'no endpoint', 'identity', 'a handler may delete compiled models of its own jobs only'],
    ['the handler deletes a version for good', 'handler', 's3:DeleteObjectVersion', 'the compiled model', 'no endpoint', 'identity', 'in a versioned bucket, it may only add a delete marker'],
    ['the handler reads the model', 'handler', 's3:GetObject', 'the model', 'no endpoint', 'bucket + identity + key', 'models do not pass through the functions'],
    ['the handler reads a compiled model', 'handler', 's3:GetObject', 'the compiled model', 'no endpoint', 'bucket + identity + key', 'models do not pass through the functions'],
    ['the handler replaces a compiled model', 'handler', 's3:PutObject', 'the compiled model', 'no endpoint', 'bucket + identity + key', 'models do not pass through the functions'],
    ['the handler lists the bucket', 'handler', 's3:ListBucket', 'the bucket', 'no endpoint', 'bucket + identity', 'SageMaker tells it the key of each artifact'],
    ['the first function reads a compiled model', 'first function', 's3:GetObject', 'the compiled model', 'no endpoint', 'bucket + identity + key', 'models do not pass through the functions'],
    ['the other stack\'s handler deletes a compiled model', 'other stack\'s handler', 's3:DeleteObject', 'the compiled model', 'no endpoint', 'identity', 'a handler may delete compiled models of its own jobs only'],
  ],
};
