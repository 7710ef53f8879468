import type { Resource } from './decide';
import { ACCOUNT, OTHER_ACCOUNT, type PolicyDocument, REGION } from './deployed-stack';
import { HANDLER_ROLE, JOB_ROLE, type Stacks } from './stacks';

/** What a bucket looks like that wants to be given things. */
const WIDE_OPEN: PolicyDocument = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }] };

const here = (arn: string): Resource => ({ arn, account: ACCOUNT });
const aws = (serviceName: string, rest: string) => () => here(`arn:aws:${serviceName}:${REGION}:${ACCOUNT}:${rest}`);

const keyOf = (stack: keyof Stacks) => (stacks: Stacks): Resource => {
  const logicalId = stacks[stack].find('AWS::KMS::Key', /^Key/);
  return { arn: stacks[stack].arn(logicalId), account: ACCOUNT, policy: { layer: 'key', document: stacks[stack].properties(logicalId).KeyPolicy } };
};
const bucketOf = (stack: keyof Stacks, object?: string) => (stacks: Stacks): Resource => {
  const logicalId = stacks[stack].find('AWS::S3::Bucket', /^Bucket/);
  const document = stacks[stack].bucketPolicy(logicalId);
  return {
    arn: stacks[stack].arn(logicalId) + (object === undefined ? '' : `/${object}`),
    account: ACCOUNT,
    policy: document && { layer: 'bucket', document },
    key: object === undefined ? undefined : keyOf(stack)(stacks),
  };
};
const foreignBucket = (arn: string) => (): Resource => ({ arn, account: OTHER_ACCOUNT, policy: { layer: 'bucket', document: WIDE_OPEN } });
const trustOf = (stack: keyof Stacks, pattern: RegExp) => (stacks: Stacks): Resource => {
  const logicalId = stacks[stack].find('AWS::IAM::Role', pattern);
  return { arn: stacks[stack].arn(logicalId), account: ACCOUNT, policy: { layer: 'trust', document: stacks[stack].properties(logicalId).AssumeRolePolicyDocument } };
};
/** A role as an object of PassRole, where its trust policy has no say. */
const passed = (stack: keyof Stacks, pattern: RegExp) => (stacks: Stacks): Resource => here(trustOf(stack, pattern)(stacks).arn);
const named = (stack: keyof Stacks, type: string, pattern: RegExp) => (stacks: Stacks): Resource => {
  const logicalId = stacks[stack].find(type, pattern);
  return here(stacks[stack].arn(logicalId).replace(/:\*$/, ''));
};
const part = (stack: keyof Stacks, type: string, pattern: RegExp, kind: string) => (stacks: Stacks): Resource =>
  aws('ec2', `${kind}/${stacks[stack].ref(stacks[stack].find(type, pattern))}`)();
/** The group that AWS makes with the VPC, as an attribute of it. */
const defaultGroup = (stacks: Stacks): Resource =>
  aws('ec2', `security-group/${stacks.Models.attribute(stacks.Models.find('AWS::EC2::VPC', /^NeoVpc/), 'DefaultSecurityGroup')}`)();
/** A job as the handler makes it: under its name, with its tags. */
const job = (stack: keyof Stacks, logicalId: RegExp, isTagged = true) => (stacks: Stacks): Resource => {
  const { JobNamePrefix, JobName, Tags } = stacks[stack].properties(stacks[stack].find('Custom::SageMakerNeoCompilationJob', logicalId));
  const context = Object.fromEntries(isTagged ? Tags.map(({ Key, Value }: any) => [`aws:ResourceTag/${Key}`, Value]) : []);
  return { ...aws('sagemaker', `compilation-job/${JobName ?? `${JobNamePrefix}-0123abcd-4567cdef`}`)(), context };
};
/** The artifact of a job, where the handler has it written. */
const artifactOf = (stack: keyof Stacks, logicalId: RegExp) => (stacks: Stacks): Resource => {
  const name = job(stack, logicalId)(stacks).arn.split('/').at(-1);
  return bucketOf(stack, `neo/${name}/model-ml_c5.tar.gz`)(stacks);
};
const assetKey = (stacks: Stacks) => {
  const { Request } = stacks.Models.properties(stacks.Models.find('Custom::SageMakerNeoCompilationJob', /^Asset/));
  return here(Request.InputConfig.S3Uri.replace('s3://', 'arn:aws:s3:::'));
};

/** An object of a fleet's own bucket, which has the network's key. */
const resultOf = (fleet: string, object: string) => (stacks: Stacks): Resource => {
  const logicalId = stacks.Fleets.find('AWS::S3::Bucket', new RegExp(`^${fleet}Results`));
  const document = stacks.Fleets.bucketPolicy(logicalId);
  return { ...here(`${stacks.Fleets.arn(logicalId)}/${object}`), policy: document && { layer: 'bucket', document }, key: keyOf('Fleets')(stacks) };
};
const queueOf = (pattern: RegExp) => (stacks: Stacks): Resource => {
  const logicalId = stacks.Fleets.find('AWS::SQS::Queue', pattern);
  const [policy] = stacks.Fleets.ofType('AWS::SQS::QueuePolicy').map(([id]) => stacks.Fleets.properties(id)).filter(({ Queues }) => Queues.includes(stacks.Fleets.ref(logicalId)));
  return { arn: stacks.Fleets.arn(logicalId), account: ACCOUNT, policy: { layer: 'queue', document: policy.PolicyDocument } };
};
/** A job as a fleet names it: its stopper's definition says with what names begin. */
const jobOf = (fleet: string) => (stacks: Stacks): Resource => {
  const { DefinitionString } = stacks.Fleets.properties(stacks.Fleets.find('AWS::StepFunctions::StateMachine', new RegExp(`^${fleet}StopJobsStopper`)));
  const [, prefix] = /'NameContains': ?'([a-z0-9-]+)'/.exec(DefinitionString)!;
  return aws('sagemaker', `compilation-job/${prefix}0123456789abcdef0123456789abcdef-1`)();
};
const stateMachine = (pattern: RegExp) => named('Fleets', 'AWS::StepFunctions::StateMachine', pattern);
const executionOf = (label: string) => (stacks: Stacks): Resource =>
  here(`${stateMachine(/^FleetStateMachine[0-9A-F]{8}$/)(stacks).arn.replace(':stateMachine:', ':execution:')}${label}:0123`);

/** All they might ask for, by the names that the tables use. */
export const objects = {
  'the model': bucketOf('Models', 'models/resnet.tar.gz'),
  'another object of the bucket': bucketOf('Models', 'secrets/passwords.txt'),
  'the compiled model': artifactOf('Models', /^Resnet/),
  'the bucket': bucketOf('Models'),
  'the compiled model of a job without deleteArtifacts': artifactOf('Models', /^Fixed/),
  'the key': keyOf('Models'),
  'the model asset': assetKey,
  'another asset': () => here(`arn:aws:s3:::cdk-hnb659fds-assets-${ACCOUNT}-${REGION}/0123456789abcdef.zip`),
  'the bootstrap bucket': () => here(`arn:aws:s3:::cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`),
  'an object of the other stack': bucketOf('Others', 'models/resnet.tar.gz'),
  'the other stack\'s compiled model': artifactOf('Others', /^Resnet/),
  'the other stack\'s bucket': bucketOf('Others'),
  'the other stack\'s key': keyOf('Others'),
  'an object of an unrelated bucket': () => here('arn:aws:s3:::unrelated/model.tar.gz'),
  'an unrelated bucket': () => here('arn:aws:s3:::unrelated'),
  'an object of a foreign bucket': foreignBucket('arn:aws:s3:::exfiltration/model.tar.gz'),
  'a foreign bucket': foreignBucket('arn:aws:s3:::exfiltration'),

  'the job role': trustOf('Models', JOB_ROLE),
  'the handler role': trustOf('Models', HANDLER_ROLE),
  'the waiter\'s role': trustOf('Models', /WaiterRole[0-9A-F]{8}$/),
  'the flow log role': trustOf('Models', /^NeoFlowLogRole/),
  'the emptier\'s role': trustOf('Models', /^CustomS3AutoDeleteObjects/),
  'the uploader\'s role': trustOf('Models', /^Uploader/),
  'the job role, passed': passed('Models', JOB_ROLE),
  'the handler role, passed': passed('Models', HANDLER_ROLE),
  'the other stack\'s job role, passed': passed('Others', JOB_ROLE),
  'an administrator\'s role, passed': () => here(`arn:aws:iam::${ACCOUNT}:role/Administrator`),

  'a subnet': part('Models', 'AWS::EC2::Subnet', /IsolatedSubnet1/, 'subnet'),
  'the security group': part('Models', 'AWS::EC2::SecurityGroup', /^NeoSecurityGroup/, 'security-group'),
  'a subnet of the other stack': part('Others', 'AWS::EC2::Subnet', /IsolatedSubnet1/, 'subnet'),
  'the other stack\'s security group': part('Others', 'AWS::EC2::SecurityGroup', /^NeoSecurityGroup/, 'security-group'),
  'the default security group': defaultGroup,
  'a network interface': aws('ec2', 'network-interface/eni-0123456789abcdef0'),
  'the VPC': part('Models', 'AWS::EC2::VPC', /^NeoVpc/, 'vpc'),
  'the S3 endpoint': part('Models', 'AWS::EC2::VPCEndpoint', /^NeoS3Endpoint/, 'vpc-endpoint'),
  'the route table': part('Models', 'AWS::EC2::RouteTable', /Subnet1/, 'route-table'),
  'everything': () => here('*'),

  'a job': job('Models', /^Resnet/),
  'the job with a fixed name': job('Models', /^Fixed/),
  'a job of the other stack': job('Others', /^Resnet/),
  'a job started by hand': aws('sagemaker', 'compilation-job/by-hand'),
  'an untagged job under the stack\'s prefix': job('Models', /^Resnet/, false),
  'a job of another account': (): Resource => ({ arn: `arn:aws:sagemaker:${REGION}:${OTHER_ACCOUNT}:compilation-job/theirs`, account: OTHER_ACCOUNT }),
  'a training job': aws('sagemaker', 'training-job/training'),
  'a model package': aws('sagemaker', 'model-package/models/1'),

  'the jobs\' log group': aws('logs', 'log-group:/aws/sagemaker/CompilationJobs:log-stream:job'),
  'another log group': aws('logs', 'log-group:/aws/lambda/unrelated:log-stream:a'),
  'the handler\'s log group': (stacks: Stacks) => here(`${named('Models', 'AWS::Logs::LogGroup', /ProviderLogs/)(stacks).arn}:log-stream:a`),
  'the flow log group': (stacks: Stacks) => here(`${named('Models', 'AWS::Logs::LogGroup', /^NeoFlowLog/)(stacks).arn}:log-stream:eni`),

  'the handler function': named('Models', 'AWS::Lambda::Function', /IsComplete[0-9A-F]{8}$/),
  'the first function': named('Models', 'AWS::Lambda::Function', /OnEvent[0-9A-F]{8}$/),
  'a function of another account': (): Resource => ({ arn: `arn:aws:lambda:${REGION}:${OTHER_ACCOUNT}:function:theirs`, account: OTHER_ACCOUNT }),
  'an unrelated function': aws('lambda', 'function:unrelated'),
  'the waiter\'s state machine': named('Models', 'AWS::StepFunctions::StateMachine', /Waiter/),
  'an unrelated state machine': aws('states', 'stateMachine:unrelated'),
  'the stack': (stacks: Stacks) => here(stacks.Models.stackId),
  'the other stack': (stacks: Stacks) => here(stacks.Others.stackId),

  'a subnet of the closed functions': part('Closed', 'AWS::EC2::Subnet', /ControlPlaneSubnet1/, 'subnet'),
  'a subnet of the closed jobs': part('Closed', 'AWS::EC2::Subnet', /IsolatedSubnet1/, 'subnet'),
  'the functions\' security group': part('Closed', 'AWS::EC2::SecurityGroup', /ControlPlaneSecurityGroup/, 'security-group'),
  'a closed job': job('Closed', /^Resnet/),
  'the closed stack\'s model': bucketOf('Closed', 'models/resnet.tar.gz'),
  'the closed stack\'s compiled model': artifactOf('Closed', /^Resnet/),
  'the closed handler function': named('Closed', 'AWS::Lambda::Function', /IsComplete[0-9A-F]{8}$/),
  'the closed waiter\'s state machine': named('Closed', 'AWS::StepFunctions::StateMachine', /Waiter/),
  'the closed stack': (stacks: Stacks) => here(stacks.Closed.stackId),
  'an uploaded model': bucketOf('Fleets', 'uploads/a.tar.gz'),
  'the manifest': bucketOf('Fleets', 'manifests/models.csv'),
  'a fleet\'s compiled model': bucketOf('Fleets', 'neo/job/model-ml_c5.tar.gz'),
  'the fleet\'s bucket': bucketOf('Fleets'),
  'a plan': resultOf('Fleet', 'plans/0123/SUCCEEDED_0.jsonl'),
  'a result': resultOf('Fleet', 'results/0123/manifest.json'),
  'another object of the results': resultOf('Fleet', 'notes.txt'),
  'a result of the manifest fleet': resultOf('Listed', 'results/0123/manifest.json'),
  'a job of the fleet': jobOf('Fleet'),
  'a job of the manifest fleet': jobOf('Listed'),
  'a nightly job': aws('sagemaker', 'compilation-job/nightly-1'),
  'the fleet\'s job role, passed': passed('Fleets', JOB_ROLE),
  'the fleet\'s role': trustOf('Fleets', /^FleetStateMachineRole[0-9A-F]{8}$/),
  'the stop rule\'s role': trustOf('Fleets', /^FleetStopJobsStopperEventsRole[0-9A-F]{8}$/),
  'the upload pipe\'s role': trustOf('Fleets', /^FleetUploadsPipeRole[0-9A-F]{8}$/),
  'the queue of uploads': queueOf(/^FleetUploadsQueue[0-9A-F]{8}$/),
  'the queue of uploads that started nothing': queueOf(/^FleetUploadsNotStarted[0-9A-F]{8}$/),
  'the rule for uploads': named('Fleets', 'AWS::Events::Rule', /^FleetUploadsUploaded/),
  'the fleet': stateMachine(/^FleetStateMachine[0-9A-F]{8}$/),
  'the stopper': stateMachine(/^FleetStopJobsStopper[0-9A-F]{8}$/),
  'the manifest fleet': stateMachine(/^ListedStateMachine[0-9A-F]{8}$/),
  'the manifest fleet\'s stopper': stateMachine(/^ListedStopJobsStopper[0-9A-F]{8}$/),
  'the tasks\' stopper': stateMachine(/^StopNightlyStopper[0-9A-F]{8}$/),
  'an execution of the fleet': executionOf(''),
  'a workflow of the fleet': executionOf('/Compile'),
  'an execution of another state machine': aws('states', 'execution:unrelated:0123'),

  'the response to CloudFormation': (): Resource => ({
    arn: 'arn:aws:s3:::cloudformation-custom-resource-response-useast1/answer', account: '000000000000', policy: { layer: 'bucket', document: WIDE_OPEN },
  }),
} satisfies { [name: string]: (stacks: Stacks) => Resource };

export type ObjectName = keyof typeof objects;
