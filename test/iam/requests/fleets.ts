import { PLAIN_HTTP, type Row, type Theme } from '../row';

const prefix = (value: string) => ({ 's3:prefix': value });
const to = (service: string) => ({ 'iam:PassedToService': service });
const forAccount = { 'aws:SourceAccount': '111122223333' };

export const FLEET_OBJECTS: Theme = {
  title: 'Fleets and objects',
  rows: [
    ['the fleet lists its prefix', 'fleet', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'allowed', 'Step Functions does not use the endpoint, so its role is exempt', prefix('uploads/')],
    ['the fleet looks up the digest of a model', 'fleet', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'allowed', 'a listing shows the ETag, not the model', prefix('uploads/a.tar.gz')],
    ['the fleet lists another prefix', 'fleet', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'identity', 'the permission is limited to its prefix', prefix('secrets/')],
    ['the fleet lists the whole bucket', 'fleet', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'identity', 'the permission is limited to its prefix'],
    ['the fleet reads a model', 'fleet', 's3:GetObject', 'an uploaded model', 'no endpoint', 'identity', 'an exemption grants no permission, and models do not pass through Step Functions'],
    ['the fleet reads an old version of a model', 'fleet', 's3:GetObjectVersion', 'an uploaded model', 'no endpoint', 'identity', 'an exemption grants no permission'],
    ['the fleet replaces a model', 'fleet', 's3:PutObject', 'an uploaded model', 'no endpoint', 'identity', 'an exemption grants no permission'],
    ['the fleet reads a compiled model', 'fleet', 's3:GetObject', 'a fleet\'s compiled model', 'no endpoint', 'identity', 'the fleet needs only the locations of compiled models'],
    ['the fleet deletes a compiled model', 'fleet', 's3:DeleteObject', 'a fleet\'s compiled model', 'no endpoint', 'identity', 'a fleet deletes nothing'],
    ['the fleet writes a plan', 'fleet', 's3:PutObject', 'a plan', 'no endpoint', 'allowed', 'the result writer of the Map writes it'],
    ['the fleet reads a plan', 'fleet', 's3:GetObject', 'a plan', 'no endpoint', 'allowed', 'the second Map reads the plan'],
    ['the fleet writes results', 'fleet', 's3:PutObject', 'a result', 'no endpoint', 'allowed', 'the result writer of the Map writes them'],
    ['the fleet writes elsewhere in its bucket', 'fleet', 's3:PutObject', 'another object of the results', 'no endpoint', 'identity', 'it may write plans and results only'],
    ['the fleet deletes results', 'fleet', 's3:DeleteObject', 'a result', 'no endpoint', 'identity', 'a fleet deletes nothing'],
    ['the fleet reads the results of another fleet', 'fleet', 's3:GetObject', 'a result of the manifest fleet', 'no endpoint', 'identity', 'each fleet has its own bucket for results'],
    ['the manifest fleet reads its manifest', 'manifest fleet', 's3:GetObject', 'the manifest', 'no endpoint', 'allowed', 'this is the only object that it may read'],
    ['the manifest fleet reads a model', 'manifest fleet', 's3:GetObject', 'an uploaded model', 'no endpoint', 'identity', 'the manifest is the only object that it reads'],
    ['the manifest fleet changes its manifest', 'manifest fleet', 's3:PutObject', 'the manifest', 'no endpoint', 'identity', 'the fleet only reads its manifest'],
    ['the manifest fleet looks up a digest', 'manifest fleet', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'allowed', 'a row may name any model in the buckets', prefix('anywhere/a.tar.gz')],
    ['the stopper reads results', 'stopper', 's3:GetObject', 'a result', 'no endpoint', 'identity + key', 'the stopper only stops jobs'],
    ['the stopper lists models', 'stopper', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'bucket + identity', 'the stopper only stops jobs', prefix('uploads/')],
    ['a task\'s state machine reads a model', 'nightly machine', 's3:GetObject', 'an uploaded model', 'no endpoint', 'bucket + identity + key', 'only its jobs read models'],
    ['an administrator reads a plan', 'administrator', 's3:GetObject', 'a plan', 'no endpoint', 'allowed', 'plans and results contain names, not models'],
    ['an administrator reads a plan without TLS', 'administrator', 's3:GetObject', 'a plan', 'no endpoint', 'bucket', 'the bucket policy denies requests without TLS', PLAIN_HTTP],
    ['an administrator reads a result of the manifest fleet without TLS', 'administrator', 's3:GetObject', 'a result of the manifest fleet', 'no endpoint', 'bucket', 'the bucket policy denies requests without TLS', PLAIN_HTTP],
    ['the manifest fleet writes results', 'manifest fleet', 's3:PutObject', 'a result of the manifest fleet', 'no endpoint', 'allowed', 'the result writer of the Map writes them'],
    ['a fleet\'s job copies a model to a foreign bucket', 'fleet\'s job', 's3:PutObject', 'an object of a foreign bucket', 'fleets\' endpoint', 'endpoint + identity', 'as in any network of this library'],
    ['a task\'s job reads its model', 'fleet\'s job', 's3:GetObject', 'an uploaded model', 'fleets\' endpoint', 'allowed', 'the key matches objectKeyPattern'],
  ],
};

const JOBS = ['sagemaker:CreateCompilationJob', 'sagemaker:AddTags', 'sagemaker:DescribeCompilationJob'];
const MORE = ['sagemaker:DeleteCompilationJob', 'sagemaker:StopCompilationJob', 'sagemaker:DeleteTags'];
const short = (action: string) => action.replace('sagemaker:', '').replace('CompilationJob', '');

export const FLEET_JOBS: Theme = {
  title: 'Fleets, tasks and jobs',
  rows: [
    ...JOBS.map((action): Row => [`the fleet on its own job: ${short(action)}`, 'fleet', action, 'a job of the fleet', 'no endpoint', 'allowed', 'the permission is limited to names with the fleet\'s prefix']),
    ...JOBS.map((action): Row => [`the fleet on another fleet's job: ${short(action)}`, 'fleet', action, 'a job of the manifest fleet', 'no endpoint', 'identity', 'each fleet has its own prefix']),
    ...MORE.map((action): Row => [`the fleet on its own job: ${short(action)}`, 'fleet', action, 'a job of the fleet', 'no endpoint', 'identity', 'the fleet starts and describes jobs, and the stopper stops them']),
    ['the fleet creates a job under an arbitrary name', 'fleet', 'sagemaker:CreateCompilationJob', 'a job started by hand', 'no endpoint', 'identity', 'the permission is limited to names with the fleet\'s prefix'],
    ['the fleet starts a training job', 'fleet', 'sagemaker:CreateTrainingJob', 'a training job', 'no endpoint', 'identity', 'its permissions cover compilation jobs only'],
    ['the fleet passes the job role to SageMaker', 'fleet', 'iam:PassRole', 'the fleet\'s job role, passed', 'no endpoint', 'allowed', 'CreateCompilationJob requires it', to('sagemaker.amazonaws.com')],
    ['the fleet passes the job role to EC2', 'fleet', 'iam:PassRole', 'the fleet\'s job role, passed', 'no endpoint', 'identity', 'the role may be passed to SageMaker only', to('ec2.amazonaws.com')],
    ['the fleet passes an administrator\'s role to SageMaker', 'fleet', 'iam:PassRole', 'an administrator\'s role, passed', 'no endpoint', 'identity', 'the fleet may pass the role of its jobs only', to('sagemaker.amazonaws.com')],

    ['the stopper finds jobs', 'stopper', 'sagemaker:ListCompilationJobs', 'everything', 'no endpoint', 'allowed', 'the action supports no resource'],
    ['the stopper reads the tags of a job', 'stopper', 'sagemaker:ListTags', 'a job of the fleet', 'no endpoint', 'allowed', 'the tag identifies the execution of the job'],
    ['the stopper stops a job', 'stopper', 'sagemaker:StopCompilationJob', 'a job of the fleet', 'no endpoint', 'allowed', 'this is its purpose'],
    ['the manifest fleet\'s stopper stops a job of its fleet', 'manifest fleet\'s stopper', 'sagemaker:StopCompilationJob', 'a job of the manifest fleet', 'no endpoint', 'allowed', 'this is its purpose'],
    ['the manifest fleet\'s stopper stops another fleet\'s job', 'manifest fleet\'s stopper', 'sagemaker:StopCompilationJob', 'a job of the fleet', 'no endpoint', 'identity', 'the permission is limited to names with the fleet\'s prefix'],
    ['the tasks\' stopper stops a nightly job', 'tasks\' stopper', 'sagemaker:StopCompilationJob', 'a nightly job', 'no endpoint', 'allowed', 'the name begins with jobNamePrefix'],
    ['the tasks\' stopper stops a fleet\'s job', 'tasks\' stopper', 'sagemaker:StopCompilationJob', 'a job of the fleet', 'no endpoint', 'identity', 'the name does not begin with jobNamePrefix'],
    ['the stopper stops another fleet\'s job', 'stopper', 'sagemaker:StopCompilationJob', 'a job of the manifest fleet', 'no endpoint', 'identity', 'the permission is limited to names with the fleet\'s prefix'],
    ['the stopper stops a job started by hand', 'stopper', 'sagemaker:StopCompilationJob', 'a job started by hand', 'no endpoint', 'identity', 'the permission is limited to names with the fleet\'s prefix'],
    ['the stopper deletes a job', 'stopper', 'sagemaker:DeleteCompilationJob', 'a job of the fleet', 'no endpoint', 'identity', 'a stopped job is kept, so that the next execution finds it'],
    ['the stopper creates a job', 'stopper', 'sagemaker:CreateCompilationJob', 'a job of the fleet', 'no endpoint', 'identity', 'the stopper only stops jobs'],
    ['the stopper passes the job role to SageMaker', 'stopper', 'iam:PassRole', 'the fleet\'s job role, passed', 'no endpoint', 'identity', 'the stopper only stops jobs', to('sagemaker.amazonaws.com')],

    ...[...JOBS, 'sagemaker:StopCompilationJob', 'sagemaker:ListTags'].map((action): Row =>
      [`a task's state machine on a job of its pattern: ${short(action)}`, 'nightly machine', action, 'a nightly job', 'no endpoint', 'allowed', 'the name matches compilationJobNamePattern']),
    ...[...JOBS, 'sagemaker:StopCompilationJob'].map((action): Row =>
      [`a task's state machine on another job: ${short(action)}`, 'nightly machine', action, 'a job of the fleet', 'no endpoint', 'identity', 'the name does not match compilationJobNamePattern']),
    ['a task\'s state machine passes the job role to SageMaker', 'nightly machine', 'iam:PassRole', 'the fleet\'s job role, passed', 'no endpoint', 'allowed', 'CreateCompilationJob requires it', to('sagemaker.amazonaws.com')],
    ['a task\'s state machine passes the job role to Lambda', 'nightly machine', 'iam:PassRole', 'the fleet\'s job role, passed', 'no endpoint', 'identity', 'the role may be passed to SageMaker only', to('lambda.amazonaws.com')],
    ['a task\'s state machine deletes a job', 'nightly machine', 'sagemaker:DeleteCompilationJob', 'a nightly job', 'no endpoint', 'identity', 'a task deletes no jobs'],
  ],
};

export const FLEET_EXECUTIONS: Theme = {
  title: 'Fleets and executions',
  rows: [
    ['an upload goes into the queue', 'EventBridge', 'sqs:SendMessage', 'the queue of uploads', 'no endpoint', 'allowed', 'startOnUpload is set', { 'aws:SourceArn': '<the rule for uploads>' }],
    ['another rule writes into the queue', 'EventBridge', 'sqs:SendMessage', 'the queue of uploads', 'no endpoint', 'queue', 'the queue admits the fleet\'s own rule only', { 'aws:SourceArn': '<the fleet>' }],
    ['the pipe reads the queue', 'upload pipe', 'sqs:ReceiveMessage', 'the queue of uploads', 'no endpoint', 'allowed', 'it starts executions'],
    ['the pipe reads the dead-letter queue', 'upload pipe', 'sqs:ReceiveMessage', 'the queue of uploads that started nothing', 'no endpoint', 'identity', 'this queue is for inspection by people'],
    ['an administrator reads the dead-letter queue', 'administrator', 'sqs:ReceiveMessage', 'the queue of uploads that started nothing', 'no endpoint', 'allowed', 'this queue is for inspection by people'],
    ['an administrator reads the dead-letter queue without TLS', 'administrator', 'sqs:ReceiveMessage', 'the queue of uploads that started nothing', 'no endpoint', 'queue', 'no principal is exempt from TLS', PLAIN_HTTP],
    ['the pipe starts the fleet', 'upload pipe', 'states:StartExecution', 'the fleet', 'no endpoint', 'allowed', 'the pipe starts executions for the keys in the queue'],
    ['the pipe starts another state machine', 'upload pipe', 'states:StartExecution', 'an unrelated state machine', 'no endpoint', 'identity', 'the pipe may start its own fleet only'],
    ['the pipe stops an execution', 'upload pipe', 'states:StopExecution', 'an execution of the fleet', 'no endpoint', 'identity', 'the pipe only starts executions'],
    ['the fleet lists its executions', 'fleet', 'states:ListExecutions', 'the fleet', 'no endpoint', 'allowed', 'executions for uploads take turns'],
    ['the fleet lists executions of another state machine', 'fleet', 'states:ListExecutions', 'an unrelated state machine', 'no endpoint', 'identity', 'it may list its own executions only'],
    ['the end of an execution starts the stopper', 'stop rule', 'states:StartExecution', 'the stopper', 'no endpoint', 'allowed', 'the stopper stops the jobs that the execution left behind'],
    ['the stop rule starts the fleet', 'stop rule', 'states:StartExecution', 'the fleet', 'no endpoint', 'identity', 'the rule may start the stopper only'],
    ['the end of an execution starts the manifest fleet\'s stopper', 'manifest fleet\'s stop rule', 'states:StartExecution', 'the manifest fleet\'s stopper', 'no endpoint', 'allowed', 'the stopper stops the jobs that the execution left behind'],
    ['the stop rule of the manifest fleet starts another stopper', 'manifest fleet\'s stop rule', 'states:StartExecution', 'the stopper', 'no endpoint', 'identity', 'the rule may start its own stopper only'],
    ['the end of a task\'s execution starts the stopper', 'tasks\' stop rule', 'states:StartExecution', 'the tasks\' stopper', 'no endpoint', 'allowed', 'the stopper stops the jobs that the execution left behind'],
    ['the stop rule of tasks starts another stopper', 'tasks\' stop rule', 'states:StartExecution', 'the stopper', 'no endpoint', 'identity', 'the rule may start its own stopper only'],
    ['the fleet starts its own workflows', 'fleet', 'states:StartExecution', 'the fleet', 'no endpoint', 'allowed', 'a Distributed Map requires it'],
    ['the fleet starts another state machine', 'fleet', 'states:StartExecution', 'an unrelated state machine', 'no endpoint', 'identity', 'it may start its own workflows only'],
    ['the manifest fleet starts its own workflows', 'manifest fleet', 'states:StartExecution', 'the manifest fleet', 'no endpoint', 'allowed', 'a Distributed Map requires it'],
    ['the manifest fleet starts the other fleet', 'manifest fleet', 'states:StartExecution', 'the fleet', 'no endpoint', 'identity', 'it may start its own workflows only'],
    ['the fleet redrives its own workflows', 'fleet', 'states:RedriveExecution', 'a workflow of the fleet', 'no endpoint', 'allowed', 'the redrive of a Distributed Map requires it'],
    ['the stopper describes the execution', 'stopper', 'states:DescribeExecution', 'an execution of the fleet', 'no endpoint', 'allowed', 'the stopper ignores an execution that was redriven'],
    ['the stopper lists the execution\'s Map Runs', 'stopper', 'states:ListMapRuns', 'an execution of the fleet', 'no endpoint', 'allowed', 'Map Runs may continue after the execution has ended'],
    ['the stopper describes another execution', 'stopper', 'states:DescribeExecution', 'an execution of another state machine', 'no endpoint', 'identity', 'the stopper may describe executions of its own fleet only'],
    ['the stopper stops an execution', 'stopper', 'states:StopExecution', 'an execution of the fleet', 'no endpoint', 'identity', 'the stopper only stops jobs'],
    ['the stopper starts the fleet', 'stopper', 'states:StartExecution', 'the fleet', 'no endpoint', 'identity', 'the stopper only stops jobs'],
    ['Step Functions assumes the fleet\'s role', 'Step Functions', 'sts:AssumeRole', 'the fleet\'s role', 'no endpoint', 'allowed', 'it runs the fleet', forAccount],
    ['SageMaker assumes the fleet\'s role', 'SageMaker', 'sts:AssumeRole', 'the fleet\'s role', 'no endpoint', 'trust', 'jobs have their own role', forAccount],
    ['Lambda assumes the fleet\'s role', 'Lambda', 'sts:AssumeRole', 'the fleet\'s role', 'no endpoint', 'trust', 'a fleet uses no function'],
    ['a developer assumes the fleet\'s role', 'developer', 'sts:AssumeRole', 'the fleet\'s role', 'no endpoint', 'identity + trust', 'the role trusts Step Functions only'],
    ['a developer assumes the role of the stop rule', 'developer', 'sts:AssumeRole', 'the stop rule\'s role', 'no endpoint', 'identity + trust', 'the role trusts EventBridge only'],
    ['EventBridge assumes the role of the stop rule', 'EventBridge', 'sts:AssumeRole', 'the stop rule\'s role', 'no endpoint', 'allowed', 'it starts the stopper'],
    ['a developer assumes the role of the pipe', 'developer', 'sts:AssumeRole', 'the upload pipe\'s role', 'no endpoint', 'identity + trust', 'the role trusts EventBridge Pipes only'],
    ['EventBridge Pipes assumes the role of the pipe', 'EventBridge Pipes', 'sts:AssumeRole', 'the upload pipe\'s role', 'no endpoint', 'allowed', 'it starts the fleet'],
  ],
};
