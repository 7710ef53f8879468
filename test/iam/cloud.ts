import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { decide, type Decision, type Path, type Principal, type Resource } from './decide';
import { ACCOUNT, DeployedStack, type PolicyDocument, REGION } from './deployed-stack';
import type { Row } from './row';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoExecutionModel, NeoFleetModels, NeoManifestFormat, NeoModel, NeoPrivateCompilationVpc,
  NeoRunCompilationJob, NeoStopJobsWithExecution, NeoTarget,
} from '../../src';
import { archive, OPTIONS } from '../compilation-job/fixture';

const OTHER_ACCOUNT = '444455556666';

/** Templates of the stacks, for tests that spoil one before they ask. */
export interface Templates {
  readonly Models: any;
  readonly Others: any;
  readonly Closed: any;
  readonly Fleets: any;
}

/**
 * Two ordinary stacks, so that each has a stranger next door, one with a private control plane, and one with fleets and tasks.
 */
export function synthesize(): Templates {
  const app = new App();
  const [models, others, closed, fleets] = [modelStack(app, 'Models'), modelStack(app, 'Others'), modelStack(app, 'Closed', true), fleetStack(app)];
  return { Models: templateOf(models), Others: templateOf(others), Closed: templateOf(closed), Fleets: templateOf(fleets) };
}

const templateOf = (stack: Stack) => Template.fromStack(stack).toJSON();

function modelStack(app: App, id: string, privateControlPlane = false): Stack {
  const stack = new Stack(app, id);
  const role = (name: string) => new iam.Role(stack, name, { assumedBy: new iam.AccountRootPrincipal() });
  const bucket = new s3.Bucket(stack, 'Bucket', {
    encryptionKey: new kms.Key(stack, 'Key'),
    autoDeleteObjects: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const uploader = role('Uploader');
  bucket.grantReadWrite(uploader);
  const { vpcConfig } = new NeoPrivateCompilationVpc(stack, 'Neo', {
    buckets: [bucket],
    bucketPolicyExemptPrincipals: [uploader],
    encryptionKey: bucket.encryptionKey,
    privateControlPlane,
  });
  const job = { vpcConfig, target: NeoTarget.ML_C5, outputBucket: bucket, model: NeoModel.fromBucket(bucket, 'models/resnet.tar.gz', OPTIONS) };
  const resnet = new NeoCompilationJob(stack, 'Resnet', { ...job, deleteArtifacts: true });
  resnet.grantReadArtifactsOutsideEndpoint(role('Device'));
  new NeoCompilationJob(stack, 'Asset', { ...job, model: NeoModel.fromAsset(archive(), OPTIONS) });
  new NeoCompilationJob(stack, 'Fixed', { ...job, compilationJobName: `${id.toLowerCase()}-resnet` });
  return stack;
}

/** A fleet of a prefix, one of a manifest, and a state machine with a task, all in one network and with one key. */
function fleetStack(app: App): Stack {
  const stack = new Stack(app, 'Fleets');
  const bucket = new s3.Bucket(stack, 'Bucket', { encryptionKey: new kms.Key(stack, 'Key') });
  const { vpcConfig } = new NeoPrivateCompilationVpc(stack, 'Neo', { buckets: [bucket], encryptionKey: bucket.encryptionKey });
  const fleet = { vpcConfig, outputBucket: bucket, quota: 4, targets: [{ target: NeoTarget.ML_C5 }] };
  new NeoCompilationFleet(stack, 'Fleet', { ...fleet, models: NeoFleetModels.fromPrefix(bucket, 'uploads/', OPTIONS), startOnUpload: true });
  new NeoCompilationFleet(stack, 'Listed', { ...fleet, models: NeoFleetModels.fromManifest(bucket, 'manifests/models.csv', NeoManifestFormat.CSV, OPTIONS) });

  const compile = NeoRunCompilationJob.jsonata(stack, 'Compile', {
    vpcConfig,
    outputBucket: bucket,
    compilationJobName: '{% $states.input.name %}',
    compilationJobNamePattern: 'nightly-*',
    model: NeoExecutionModel.fromS3Uri('{% $states.input.uri %}', { ...OPTIONS, bucket, objectKeyPattern: 'uploads/*' }),
    target: NeoTarget.ML_C5,
    timeout: Duration.hours(1),
  });
  const stateMachine = new sfn.StateMachine(stack, 'Nightly', { definitionBody: sfn.DefinitionBody.fromChainable(compile) });
  new NeoStopJobsWithExecution(stack, 'StopNightly', { stateMachine, jobNamePrefix: 'nightly-' });
  return stack;
}

const allow = (...Action: string[]): PolicyDocument => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });

/** Whoever AWS lets do everything in an account. */
const ADMINISTRATOR = allow('*');
/** Full access to what compilation needs, keys and roles aside. */
const DEVELOPER = allow('s3:*', 'sagemaker:*', 'ec2:*', 'lambda:*', 'states:*');
/** What a bucket looks like that wants to be given things. */
const WIDE_OPEN: PolicyDocument = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }] };

/**
 * The stacks as deployed, with all who might ask and all they might ask for, by the names that the tables use.
 */
export class Cloud {
  private readonly stacks: { readonly [name in keyof Templates]: DeployedStack };

  constructor(templates: Templates) {
    this.stacks = {
      Models: new DeployedStack('Models', templates.Models),
      Others: new DeployedStack('Others', templates.Others),
      Closed: new DeployedStack('Closed', templates.Closed),
      Fleets: new DeployedStack('Fleets', templates.Fleets),
    };
  }

  public decide([, principal, action, object, path, , , context = {}]: Row): Promise<Decision> {
    return decide({
      principal: principals[principal](this.stacks),
      action,
      resources: [object].flat().map(name => objects[name](this.stacks)),
      path: paths[path](this.stacks),
      context: this.concrete(context),
    });
  }

  /** `<name>` in the tables' context stands for an object's ARN. */
  private concrete(context: { [key: string]: string | string[] }) {
    const value = (text: string) => text.replace(/<([^>]+)>/g, (_, name: ObjectName) => objects[name](this.stacks).arn);
    return Object.fromEntries(Object.entries(context).map(([key, of]) => [key, typeof of === 'string' ? value(of) : of.map(value)]));
  }
}

type Stacks = { readonly [name in keyof Templates]: DeployedStack };

const role = (stack: keyof Templates, pattern: RegExp) => (stacks: Stacks): Principal => {
  const logicalId = stacks[stack].find('AWS::IAM::Role', pattern);
  return { arn: stacks[stack].arn(logicalId), account: ACCOUNT, policies: stacks[stack].identityPolicies(logicalId) };
};
const person = (name: string, account: string, policy: PolicyDocument) => (): Principal => ({ arn: `arn:aws:iam::${account}:role/${name}`, account, policies: [policy] });
const service = (arn: string) => (): Principal => ({ arn, policies: [] });

const JOB_ROLE = /^NeoRole[0-9A-F]{8}$/;
const HANDLER_ROLE = /HandlerRole[0-9A-F]{8}$/;

const principals = {
  'job': role('Models', JOB_ROLE),
  'handler': role('Models', HANDLER_ROLE),
  'framework': role('Models', /FrameworkOnEventRole[0-9A-F]{8}$/),
  'waiter function': role('Models', /FrameworkWaiterRole[0-9A-F]{8}$/),
  'waiter': role('Models', /waiterstatemachineRole[0-9A-F]{8}$/),
  'emptier': role('Models', /S3AutoDeleteObjects/),
  'uploader': role('Models', /^Uploader/),
  'device': role('Models', /^Device/),
  'flow logs': role('Models', /^NeoFlowLogRole/),
  'CloudFormation': person('cdk-hnb659fds-cfn-exec-role', ACCOUNT, ADMINISTRATOR),
  'administrator': person('Administrator', ACCOUNT, ADMINISTRATOR),
  'developer': person('Developer', ACCOUNT, DEVELOPER),
  'other stack\'s job': role('Others', JOB_ROLE),
  'other stack\'s handler': role('Others', HANDLER_ROLE),
  'other account': person('Administrator', OTHER_ACCOUNT, ADMINISTRATOR),
  'SageMaker': service('sagemaker.amazonaws.com'),
  'Lambda': service('lambda.amazonaws.com'),
  'EC2': service('ec2.amazonaws.com'),
  'VPC flow logs': service('vpc-flow-logs.amazonaws.com'),
  'CloudWatch Logs': service(`logs.${REGION}.amazonaws.com`),
  'closed job': role('Closed', JOB_ROLE),
  'closed handler': role('Closed', HANDLER_ROLE),
  'closed framework': role('Closed', /FrameworkOnEventRole[0-9A-F]{8}$/),
  'fleet': role('Fleets', /^FleetStateMachineRole[0-9A-F]{8}$/),
  'manifest fleet': role('Fleets', /^ListedStateMachineRole[0-9A-F]{8}$/),
  'stopper': role('Fleets', /^FleetStopJobsStopperRole[0-9A-F]{8}$/),
  'upload rule': role('Fleets', /^FleetStateMachineEventsRole[0-9A-F]{8}$/),
  'stop rule': role('Fleets', /^FleetStopJobsStopperEventsRole[0-9A-F]{8}$/),
  'nightly machine': role('Fleets', /^NightlyRole[0-9A-F]{8}$/),
  'fleet\'s job': role('Fleets', JOB_ROLE),
  'Step Functions': service('states.amazonaws.com'),
  'EventBridge': service('events.amazonaws.com'),
  // Not the user's account: CloudFormation signs the URL that the answer goes to.
  'CloudFormation\'s signer': person('signer', '000000000000', ADMINISTRATOR),
} satisfies { [name: string]: (stacks: Stacks) => Principal };

export type PrincipalName = keyof typeof principals;

const here = (arn: string): Resource => ({ arn, account: ACCOUNT });
const aws = (serviceName: string, rest: string) => () => here(`arn:aws:${serviceName}:${REGION}:${ACCOUNT}:${rest}`);

const keyOf = (stack: keyof Templates) => (stacks: Stacks): Resource => {
  const logicalId = stacks[stack].find('AWS::KMS::Key', /^Key/);
  return { arn: stacks[stack].arn(logicalId), account: ACCOUNT, policy: { layer: 'key', document: stacks[stack].properties(logicalId).KeyPolicy } };
};
const bucketOf = (stack: keyof Templates, object?: string) => (stacks: Stacks): Resource => {
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
const trustOf = (stack: keyof Templates, pattern: RegExp) => (stacks: Stacks): Resource => {
  const logicalId = stacks[stack].find('AWS::IAM::Role', pattern);
  return { arn: stacks[stack].arn(logicalId), account: ACCOUNT, policy: { layer: 'trust', document: stacks[stack].properties(logicalId).AssumeRolePolicyDocument } };
};
/** A role as an object of PassRole, where its trust policy has no say. */
const passed = (stack: keyof Templates, pattern: RegExp) => (stacks: Stacks): Resource => here(trustOf(stack, pattern)(stacks).arn);
const named = (stack: keyof Templates, type: string, pattern: RegExp) => (stacks: Stacks): Resource => {
  const logicalId = stacks[stack].find(type, pattern);
  return here(stacks[stack].arn(logicalId).replace(/:\*$/, ''));
};
const part = (stack: keyof Templates, type: string, pattern: RegExp, kind: string) => (stacks: Stacks): Resource =>
  aws('ec2', `${kind}/${stacks[stack].ref(stacks[stack].find(type, pattern))}`)();
/** A job as the handler makes it: under its name, with its tags. */
const job = (stack: keyof Templates, logicalId: RegExp, isTagged = true) => (stacks: Stacks): Resource => {
  const { JobNamePrefix, JobName, Tags } = stacks[stack].properties(stacks[stack].find('Custom::SageMakerNeoCompilationJob', logicalId));
  const context = Object.fromEntries(isTagged ? Tags.map(({ Key, Value }: any) => [`aws:ResourceTag/${Key}`, Value]) : []);
  return { ...aws('sagemaker', `compilation-job/${JobName ?? `${JobNamePrefix}-0123abcd-4567cdef`}`)(), context };
};
/** The artifact of a job, where the handler has it written. */
const artifactOf = (stack: keyof Templates, logicalId: RegExp) => (stacks: Stacks): Resource => {
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
/** A job as a fleet names it: its stopper's definition says with what names begin. */
const jobOf = (fleet: string) => (stacks: Stacks): Resource => {
  const { DefinitionString } = stacks.Fleets.properties(stacks.Fleets.find('AWS::StepFunctions::StateMachine', new RegExp(`^${fleet}StopJobsStopper`)));
  const [, prefix] = /'NameContains': ?'([a-z0-9-]+)'/.exec(DefinitionString)!;
  return aws('sagemaker', `compilation-job/${prefix}0123456789abcdef0123456789abcdef-1`)();
};
const stateMachine = (pattern: RegExp) => named('Fleets', 'AWS::StepFunctions::StateMachine', pattern);
const executionOf = (label: string) => (stacks: Stacks): Resource =>
  here(`${stateMachine(/^FleetStateMachine[0-9A-F]{8}$/)(stacks).arn.replace(':stateMachine:', ':execution:')}${label}:0123`);

const objects = {
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
  'the other stack\'s bucket': bucketOf('Others'),
  'the other stack\'s key': keyOf('Others'),
  'an object of an unrelated bucket': () => here('arn:aws:s3:::unrelated/model.tar.gz'),
  'an unrelated bucket': () => here('arn:aws:s3:::unrelated'),
  'an object of a foreign bucket': foreignBucket('arn:aws:s3:::exfiltration/model.tar.gz'),
  'a foreign bucket': foreignBucket('arn:aws:s3:::exfiltration'),

  'the job role': trustOf('Models', JOB_ROLE),
  'the handler role': trustOf('Models', HANDLER_ROLE),
  'the flow log role': trustOf('Models', /^NeoFlowLogRole/),
  'the job role, passed': passed('Models', JOB_ROLE),
  'the handler role, passed': passed('Models', HANDLER_ROLE),
  'the other stack\'s job role, passed': passed('Others', JOB_ROLE),
  'an administrator\'s role, passed': () => here(`arn:aws:iam::${ACCOUNT}:role/Administrator`),

  'a subnet': part('Models', 'AWS::EC2::Subnet', /IsolatedSubnet1/, 'subnet'),
  'the security group': part('Models', 'AWS::EC2::SecurityGroup', /^NeoSecurityGroup/, 'security-group'),
  'a subnet of the other stack': part('Others', 'AWS::EC2::Subnet', /IsolatedSubnet1/, 'subnet'),
  'the other stack\'s security group': part('Others', 'AWS::EC2::SecurityGroup', /^NeoSecurityGroup/, 'security-group'),
  'a network interface': aws('ec2', 'network-interface/eni-0123456789abcdef0'),
  'the VPC': part('Models', 'AWS::EC2::VPC', /^NeoVpc/, 'vpc'),
  'the S3 endpoint': part('Models', 'AWS::EC2::VPCEndpoint', /^NeoS3Endpoint/, 'vpc-endpoint'),
  'the route table': part('Models', 'AWS::EC2::RouteTable', /Subnet1/, 'route-table'),
  'everything': () => here('*'),

  'a job': job('Models', /^Resnet/),
  'the job with a fixed name': job('Models', /^Fixed/),
  'a job of the other stack': job('Others', /^Resnet/),
  'a job that somebody started by hand': aws('sagemaker', 'compilation-job/by-hand'),
  'an untagged job under the stack\'s prefix': job('Models', /^Resnet/, false),
  'a job of another account': (): Resource => ({ arn: `arn:aws:sagemaker:${REGION}:${OTHER_ACCOUNT}:compilation-job/theirs`, account: OTHER_ACCOUNT }),
  'a training job': aws('sagemaker', 'training-job/training'),
  'a model package': aws('sagemaker', 'model-package/models/1'),

  'the jobs\' log group': aws('logs', 'log-group:/aws/sagemaker/CompilationJobs:log-stream:job'),
  'another log group': aws('logs', 'log-group:/aws/lambda/unrelated:log-stream:a'),
  'the handler\'s log group': (stacks: Stacks) => here(`${named('Models', 'AWS::Logs::LogGroup', /ProviderLogs/)(stacks).arn}:log-stream:a`),
  'the flow log group': (stacks: Stacks) => here(`${named('Models', 'AWS::Logs::LogGroup', /^NeoFlowLog/)(stacks).arn}:log-stream:eni`),

  'the handler function': named('Models', 'AWS::Lambda::Function', /OnEvent[0-9A-F]{8}$/),
  'the framework\'s polling function': named('Models', 'AWS::Lambda::Function', /frameworkisComplete/),
  'the framework\'s first function': named('Models', 'AWS::Lambda::Function', /frameworkonEvent/),
  'a function of another account': (): Resource => ({ arn: `arn:aws:lambda:${REGION}:${OTHER_ACCOUNT}:function:theirs`, account: OTHER_ACCOUNT }),
  'an unrelated function': aws('lambda', 'function:unrelated'),
  'the waiter\'s state machine': named('Models', 'AWS::StepFunctions::StateMachine', /waiter/),
  'an unrelated state machine': aws('states', 'stateMachine:unrelated'),
  'the stack': (stacks: Stacks) => here(stacks.Models.stackId),
  'the other stack': (stacks: Stacks) => here(stacks.Others.stackId),

  'a closed subnet': part('Closed', 'AWS::EC2::Subnet', /IsolatedSubnet1/, 'subnet'),
  'the functions\' security group': part('Closed', 'AWS::EC2::SecurityGroup', /ControlPlaneSecurityGroup/, 'security-group'),
  'a closed job': job('Closed', /^Resnet/),
  'the closed stack\'s model': bucketOf('Closed', 'models/resnet.tar.gz'),
  'the closed stack\'s compiled model': artifactOf('Closed', /^Resnet/),
  'the closed handler function': named('Closed', 'AWS::Lambda::Function', /OnEvent[0-9A-F]{8}$/),
  'the closed waiter\'s state machine': named('Closed', 'AWS::StepFunctions::StateMachine', /waiter/),
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
  'the upload rule\'s role': trustOf('Fleets', /^FleetStateMachineEventsRole[0-9A-F]{8}$/),
  'the fleet': stateMachine(/^FleetStateMachine[0-9A-F]{8}$/),
  'the stopper': stateMachine(/^FleetStopJobsStopper[0-9A-F]{8}$/),
  'an execution of the fleet': executionOf(''),
  'a workflow of the fleet': executionOf('/Compile'),
  'an execution of another state machine': aws('states', 'execution:unrelated:0123'),

  'the answer to CloudFormation': (): Resource => ({
    arn: 'arn:aws:s3:::cloudformation-custom-resource-response-useast1/answer', account: '000000000000', policy: { layer: 'bucket', document: WIDE_OPEN },
  }),
} satisfies { [name: string]: (stacks: Stacks) => Resource };

export type ObjectName = keyof typeof objects;

const endpoint = (stack: keyof Templates, pattern: RegExp) => (stacks: Stacks): Path => {
  const logicalId = stacks[stack].find('AWS::EC2::VPCEndpoint', pattern);
  return {
    context: { 'aws:SourceVpce': stacks[stack].ref(logicalId), 'aws:SourceVpc': stacks[stack].ref(stacks[stack].find('AWS::EC2::VPC', /^NeoVpc/)) },
    endpointPolicy: stacks[stack].properties(logicalId).PolicyDocument,
  };
};

const paths = {
  'this endpoint': endpoint('Models', /^NeoS3Endpoint/),
  'another endpoint': (): Path => ({
    context: { 'aws:SourceVpce': 'vpce-00000000000000000', 'aws:SourceVpc': 'vpc-00000000000000000' },
    endpointPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] },
  }),
  'the other stack\'s endpoint': endpoint('Others', /^NeoS3Endpoint/),
  'no endpoint': (): Path => ({ context: {} }),
  'fleets\' endpoint': endpoint('Fleets', /^NeoS3Endpoint/),
  'closed S3 endpoint': endpoint('Closed', /^NeoS3Endpoint/),
  'closed SageMaker endpoint': endpoint('Closed', /^NeoSageMakerEndpoint/),
  'closed Lambda endpoint': endpoint('Closed', /^NeoLambdaEndpoint/),
  'closed Step Functions endpoint': endpoint('Closed', /^NeoStepFunctionsEndpoint/),
  'closed CloudFormation endpoint': endpoint('Closed', /^NeoCloudFormationEndpoint/),
} satisfies { [name: string]: (stacks: Stacks) => Path };

export type PathName = keyof typeof paths;
