import { PLAIN_HTTP, type Row, type Theme } from '../row';

const prefix = (value: string) => ({ 's3:prefix': value });
const to = (service: string) => ({ 'iam:PassedToService': service });
const forAccount = { 'aws:SourceAccount': '111122223333' };

export const FLEET_OBJECTS: Theme = {
  title: 'Fleets and objects',
  rows: [
    ['the fleet lists its prefix', 'fleet', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'allowed', 'Step Functions does not come through the endpoint, so its role is exempt', prefix('uploads/')],
    ['the fleet looks up the digest of a model', 'fleet', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'allowed', 'a listing shows the ETag and not the model', prefix('uploads/a.tar.gz')],
    ['the fleet lists another prefix', 'fleet', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'identity', 'models of its prefix are all it is for', prefix('secrets/')],
    ['the fleet lists the whole bucket', 'fleet', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'identity', 'models of its prefix are all it is for'],
    ['the fleet reads a model', 'fleet', 's3:GetObject', 'an uploaded model', 'no endpoint', 'identity', 'an exemption grants nothing: models do not pass through Step Functions'],
    ['the fleet reads an old version of a model', 'fleet', 's3:GetObjectVersion', 'an uploaded model', 'no endpoint', 'identity', 'an exemption grants nothing'],
    ['the fleet replaces a model', 'fleet', 's3:PutObject', 'an uploaded model', 'no endpoint', 'identity', 'an exemption grants nothing'],
    ['the fleet reads a compiled model', 'fleet', 's3:GetObject', 'a fleet\'s compiled model', 'no endpoint', 'identity', 'it knows where results are, and needs none of them'],
    ['the fleet deletes a compiled model', 'fleet', 's3:DeleteObject', 'a fleet\'s compiled model', 'no endpoint', 'identity', 'nothing is ever deleted'],
    ['the fleet writes a plan', 'fleet', 's3:PutObject', 'a plan', 'no endpoint', 'allowed', 'ResultWriter writes it'],
    ['the fleet reads a plan', 'fleet', 's3:GetObject', 'a plan', 'no endpoint', 'allowed', 'the second Map reads what the first has written'],
    ['the fleet writes results', 'fleet', 's3:PutObject', 'a result', 'no endpoint', 'allowed', 'ResultWriter writes them'],
    ['the fleet writes elsewhere in its bucket', 'fleet', 's3:PutObject', 'another object of the results', 'no endpoint', 'identity', 'plans and results are all it writes'],
    ['the fleet deletes results', 'fleet', 's3:DeleteObject', 'a result', 'no endpoint', 'identity', 'nothing is ever deleted'],
    ['the fleet reads the results of another fleet', 'fleet', 's3:GetObject', 'a result of the manifest fleet', 'no endpoint', 'identity', 'each fleet has its own bucket for results'],
    ['the manifest fleet reads its manifest', 'manifest fleet', 's3:GetObject', 'the manifest', 'no endpoint', 'allowed', 'that object alone'],
    ['the manifest fleet reads a model', 'manifest fleet', 's3:GetObject', 'an uploaded model', 'no endpoint', 'identity', 'the manifest is the only object that it reads'],
    ['the manifest fleet changes its manifest', 'manifest fleet', 's3:PutObject', 'the manifest', 'no endpoint', 'identity', 'it reads it'],
    ['the manifest fleet looks up a digest', 'manifest fleet', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'allowed', 'a row may name any model of its buckets', prefix('anywhere/a.tar.gz')],
    ['the stopper reads results', 'stopper', 's3:GetObject', 'a result', 'no endpoint', 'identity + key', 'it stops jobs'],
    ['the stopper lists models', 'stopper', 's3:ListBucket', 'the fleet\'s bucket', 'no endpoint', 'bucket + identity', 'it stops jobs', prefix('uploads/')],
    ['a task\'s state machine reads a model', 'nightly machine', 's3:GetObject', 'an uploaded model', 'no endpoint', 'bucket + identity + key', 'only its jobs do'],
    ['an administrator reads a plan', 'administrator', 's3:GetObject', 'a plan', 'no endpoint', 'allowed', 'plans and results hold names and no models'],
    ['an administrator reads a plan without TLS', 'administrator', 's3:GetObject', 'a plan', 'no endpoint', 'bucket', 'TLS only', PLAIN_HTTP],
    ['an administrator reads a result of the manifest fleet without TLS', 'administrator', 's3:GetObject', 'a result of the manifest fleet', 'no endpoint', 'bucket', 'TLS only', PLAIN_HTTP],
    ['the manifest fleet writes results', 'manifest fleet', 's3:PutObject', 'a result of the manifest fleet', 'no endpoint', 'allowed', 'ResultWriter writes them'],
    ['a fleet\'s job copies a model to a foreign bucket', 'fleet\'s job', 's3:PutObject', 'an object of a foreign bucket', 'fleets\' endpoint', 'endpoint + identity', 'as in any network of this library'],
    ['a task\'s job reads its model', 'fleet\'s job', 's3:GetObject', 'an uploaded model', 'fleets\' endpoint', 'allowed', 'objectKeyPattern names it'],
  ],
};

const JOBS = ['sagemaker:CreateCompilationJob', 'sagemaker:AddTags', 'sagemaker:DescribeCompilationJob'];
const MORE = ['sagemaker:DeleteCompilationJob', 'sagemaker:StopCompilationJob', 'sagemaker:DeleteTags'];
const short = (action: string) => action.replace('sagemaker:', '').replace('CompilationJob', '');

export const FLEET_JOBS: Theme = {
  title: 'Fleets, tasks and jobs',
  rows: [
    ...JOBS.map((action): Row => [`the fleet on its own job: ${short(action)}`, 'fleet', action, 'a job of the fleet', 'no endpoint', 'allowed', 'names begin with the fleet\'s prefix']),
    ...JOBS.map((action): Row => [`the fleet on another fleet's job: ${short(action)}`, 'fleet', action, 'a job of the manifest fleet', 'no endpoint', 'identity', 'no two fleets share a prefix']),
    ...MORE.map((action): Row => [`the fleet on its own job: ${short(action)}`, 'fleet', action, 'a job of the fleet', 'no endpoint', 'identity', 'it starts jobs and looks at them; the stopper stops them']),
    ['the fleet creates a job under an arbitrary name', 'fleet', 'sagemaker:CreateCompilationJob', 'a job started by hand', 'no endpoint', 'identity', 'names begin with the fleet\'s prefix'],
    ['the fleet trains', 'fleet', 'sagemaker:CreateTrainingJob', 'a training job', 'no endpoint', 'identity', 'compilation jobs are all it is for'],
    ['the fleet hands the job role to SageMaker', 'fleet', 'iam:PassRole', 'the fleet\'s job role, passed', 'no endpoint', 'allowed', 'CreateCompilationJob needs it', to('sagemaker.amazonaws.com')],
    ['the fleet hands the job role to EC2', 'fleet', 'iam:PassRole', 'the fleet\'s job role, passed', 'no endpoint', 'identity', 'to SageMaker alone', to('ec2.amazonaws.com')],
    ['the fleet hands an administrator\'s role to SageMaker', 'fleet', 'iam:PassRole', 'an administrator\'s role, passed', 'no endpoint', 'identity', 'the role of its jobs alone', to('sagemaker.amazonaws.com')],

    ['the stopper finds jobs', 'stopper', 'sagemaker:ListCompilationJobs', 'everything', 'no endpoint', 'allowed', 'the action takes no resource'],
    ['the stopper reads the tags of a job', 'stopper', 'sagemaker:ListTags', 'a job of the fleet', 'no endpoint', 'allowed', 'the tag says whose job it is'],
    ['the stopper stops a job', 'stopper', 'sagemaker:StopCompilationJob', 'a job of the fleet', 'no endpoint', 'allowed', 'that is what it is for'],
    ['the manifest fleet\'s stopper stops a job of its fleet', 'manifest fleet\'s stopper', 'sagemaker:StopCompilationJob', 'a job of the manifest fleet', 'no endpoint', 'allowed', 'that is what it is for'],
    ['the manifest fleet\'s stopper stops another fleet\'s job', 'manifest fleet\'s stopper', 'sagemaker:StopCompilationJob', 'a job of the fleet', 'no endpoint', 'identity', 'names begin with the fleet\'s prefix'],
    ['the tasks\' stopper stops a nightly job', 'tasks\' stopper', 'sagemaker:StopCompilationJob', 'a nightly job', 'no endpoint', 'allowed', 'jobNamePrefix names it'],
    ['the tasks\' stopper stops a fleet\'s job', 'tasks\' stopper', 'sagemaker:StopCompilationJob', 'a job of the fleet', 'no endpoint', 'identity', 'jobNamePrefix does not name it'],
    ['the stopper stops another fleet\'s job', 'stopper', 'sagemaker:StopCompilationJob', 'a job of the manifest fleet', 'no endpoint', 'identity', 'names begin with the fleet\'s prefix'],
    ['the stopper stops a job started by hand', 'stopper', 'sagemaker:StopCompilationJob', 'a job started by hand', 'no endpoint', 'identity', 'names begin with the fleet\'s prefix'],
    ['the stopper deletes a job', 'stopper', 'sagemaker:DeleteCompilationJob', 'a job of the fleet', 'no endpoint', 'identity', 'a stopped job stays, to be found by the next execution'],
    ['the stopper creates a job', 'stopper', 'sagemaker:CreateCompilationJob', 'a job of the fleet', 'no endpoint', 'identity', 'it stops jobs'],
    ['the stopper hands the job role to SageMaker', 'stopper', 'iam:PassRole', 'the fleet\'s job role, passed', 'no endpoint', 'identity', 'it stops jobs', to('sagemaker.amazonaws.com')],

    ...[...JOBS, 'sagemaker:StopCompilationJob', 'sagemaker:ListTags'].map((action): Row =>
      [`a task's state machine on a job of its pattern: ${short(action)}`, 'nightly machine', action, 'a nightly job', 'no endpoint', 'allowed', 'compilationJobNamePattern names it']),
    ...[...JOBS, 'sagemaker:StopCompilationJob'].map((action): Row =>
      [`a task's state machine on another job: ${short(action)}`, 'nightly machine', action, 'a job of the fleet', 'no endpoint', 'identity', 'compilationJobNamePattern does not name it']),
    ['a task\'s state machine hands the job role to SageMaker', 'nightly machine', 'iam:PassRole', 'the fleet\'s job role, passed', 'no endpoint', 'allowed', 'CreateCompilationJob needs it', to('sagemaker.amazonaws.com')],
    ['a task\'s state machine hands the job role to Lambda', 'nightly machine', 'iam:PassRole', 'the fleet\'s job role, passed', 'no endpoint', 'identity', 'to SageMaker alone', to('lambda.amazonaws.com')],
    ['a task\'s state machine deletes a job', 'nightly machine', 'sagemaker:DeleteCompilationJob', 'a nightly job', 'no endpoint', 'identity', 'nothing of it deletes'],
  ],
};

export const FLEET_EXECUTIONS: Theme = {
  title: 'Fleets and executions',
  rows: [
    ['an upload goes into the queue', 'EventBridge', 'sqs:SendMessage', 'the queue of uploads', 'no endpoint', 'allowed', 'startOnUpload is set', { 'aws:SourceArn': '<the rule for uploads>' }],
    ['another rule writes into the queue', 'EventBridge', 'sqs:SendMessage', 'the queue of uploads', 'no endpoint', 'queue', 'the fleet\'s own rule alone', { 'aws:SourceArn': '<the fleet>' }],
    ['the pipe reads the queue', 'upload pipe', 'sqs:ReceiveMessage', 'the queue of uploads', 'no endpoint', 'allowed', 'it starts executions'],
    ['the pipe reads what started nothing', 'upload pipe', 'sqs:ReceiveMessage', 'the queue of uploads that started nothing', 'no endpoint', 'identity', 'people look at it'],
    ['an administrator reads what started nothing', 'administrator', 'sqs:ReceiveMessage', 'the queue of uploads that started nothing', 'no endpoint', 'allowed', 'people look at it'],
    ['an administrator reads what started nothing without TLS', 'administrator', 'sqs:ReceiveMessage', 'the queue of uploads that started nothing', 'no endpoint', 'queue', 'no principal is exempt from TLS', PLAIN_HTTP],
    ['the pipe starts the fleet', 'upload pipe', 'states:StartExecution', 'the fleet', 'no endpoint', 'allowed', 'for what is in the queue'],
    ['the pipe starts another state machine', 'upload pipe', 'states:StartExecution', 'an unrelated state machine', 'no endpoint', 'identity', 'its fleet alone'],
    ['the pipe stops an execution', 'upload pipe', 'states:StopExecution', 'an execution of the fleet', 'no endpoint', 'identity', 'it starts'],
    ['the fleet looks whose turn it is', 'fleet', 'states:ListExecutions', 'the fleet', 'no endpoint', 'allowed', 'executions that uploads start take turns'],
    ['the fleet lists executions of another state machine', 'fleet', 'states:ListExecutions', 'an unrelated state machine', 'no endpoint', 'identity', 'its own alone'],
    ['the end of an execution starts the stopper', 'stop rule', 'states:StartExecution', 'the stopper', 'no endpoint', 'allowed', 'it finds what the execution has left'],
    ['the rule for ends starts the fleet', 'stop rule', 'states:StartExecution', 'the fleet', 'no endpoint', 'identity', 'the stopper alone'],
    ['the end of an execution starts the manifest fleet\'s stopper', 'manifest fleet\'s stop rule', 'states:StartExecution', 'the manifest fleet\'s stopper', 'no endpoint', 'allowed', 'it finds what the execution has left'],
    ['the rule for ends of the manifest fleet starts another stopper', 'manifest fleet\'s stop rule', 'states:StartExecution', 'the stopper', 'no endpoint', 'identity', 'its own stopper alone'],
    ['the end of a task\'s execution starts the stopper', 'tasks\' stop rule', 'states:StartExecution', 'the tasks\' stopper', 'no endpoint', 'allowed', 'it finds what the execution has left'],
    ['the rule for ends of tasks starts another stopper', 'tasks\' stop rule', 'states:StartExecution', 'the stopper', 'no endpoint', 'identity', 'its own stopper alone'],
    ['the fleet starts its own workflows', 'fleet', 'states:StartExecution', 'the fleet', 'no endpoint', 'allowed', 'a Distributed Map does'],
    ['the fleet starts another state machine', 'fleet', 'states:StartExecution', 'an unrelated state machine', 'no endpoint', 'identity', 'its own workflows alone'],
    ['the manifest fleet starts its own workflows', 'manifest fleet', 'states:StartExecution', 'the manifest fleet', 'no endpoint', 'allowed', 'a Distributed Map does'],
    ['the manifest fleet starts the other fleet', 'manifest fleet', 'states:StartExecution', 'the fleet', 'no endpoint', 'identity', 'its own workflows alone'],
    ['the fleet redrives its own workflows', 'fleet', 'states:RedriveExecution', 'a workflow of the fleet', 'no endpoint', 'allowed', 'a redriven Distributed Map does'],
    ['the stopper looks at the execution', 'stopper', 'states:DescribeExecution', 'an execution of the fleet', 'no endpoint', 'allowed', 'one that was redriven is left alone'],
    ['the stopper looks at the execution\'s Map Runs', 'stopper', 'states:ListMapRuns', 'an execution of the fleet', 'no endpoint', 'allowed', 'they outlive the execution'],
    ['the stopper looks at another execution', 'stopper', 'states:DescribeExecution', 'an execution of another state machine', 'no endpoint', 'identity', 'those of its fleet alone'],
    ['the stopper stops an execution', 'stopper', 'states:StopExecution', 'an execution of the fleet', 'no endpoint', 'identity', 'it stops jobs'],
    ['the stopper starts the fleet', 'stopper', 'states:StartExecution', 'the fleet', 'no endpoint', 'identity', 'it stops jobs'],
    ['Step Functions takes on the fleet\'s role', 'Step Functions', 'sts:AssumeRole', 'the fleet\'s role', 'no endpoint', 'allowed', 'it runs the fleet', forAccount],
    ['SageMaker takes on the fleet\'s role', 'SageMaker', 'sts:AssumeRole', 'the fleet\'s role', 'no endpoint', 'trust', 'jobs have a role of their own', forAccount],
    ['Lambda takes on the fleet\'s role', 'Lambda', 'sts:AssumeRole', 'the fleet\'s role', 'no endpoint', 'trust', 'there is no function in a fleet'],
    ['a developer takes on the fleet\'s role', 'developer', 'sts:AssumeRole', 'the fleet\'s role', 'no endpoint', 'identity + trust', 'Step Functions alone'],
    ['a developer takes on the role of the rule for ends', 'developer', 'sts:AssumeRole', 'the stop rule\'s role', 'no endpoint', 'identity + trust', 'EventBridge alone'],
    ['EventBridge takes on the role of the rule for ends', 'EventBridge', 'sts:AssumeRole', 'the stop rule\'s role', 'no endpoint', 'allowed', 'it starts the stopper'],
    ['a developer takes on the role of the pipe', 'developer', 'sts:AssumeRole', 'the upload pipe\'s role', 'no endpoint', 'identity + trust', 'EventBridge Pipes alone'],
    ['EventBridge Pipes takes on the role of the pipe', 'EventBridge Pipes', 'sts:AssumeRole', 'the upload pipe\'s role', 'no endpoint', 'allowed', 'it starts the fleet'],
  ],
};
