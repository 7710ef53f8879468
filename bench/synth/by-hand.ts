import * as path from 'path';
import { Aws, CfnWaitConditionHandle, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { STATE_MACHINE_VARIABLE } from '../../src/compilation-job/compilation-job-properties';
import { waiterDefinition } from '../../src/compilation-job/waiter-definition';

const HANDLER = path.join(__dirname, '..', '..', 'assets', 'compilation-job', 'handler', 'compilation-job.lambda');
const PREFIX = 'Models-7cd64c';
const EC2_DESCRIBE = [
  'ec2:DescribeVpcEndpoints', 'ec2:DescribeDhcpOptions', 'ec2:DescribeVpcs', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups', 'ec2:DescribeNetworkInterfaces',
];

/** The same template, hand-written with aws-cdk-lib's L2 constructs. */
export function byHand(stack: Stack, jobs: number): void {
  const bucket = new s3.Bucket(stack, 'Bucket', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
  const { vpc, group, role, ready } = network(stack, bucket);
  const serviceToken = provider(stack, role);
  const made: CustomResource[] = [];
  for (let i = 0; i < jobs; i++) {
    const job = new CustomResource(stack, `Job${i}`, {
      serviceToken,
      resourceType: 'Custom::SageMakerNeoCompilationJob',
      properties: {
        JobNamePrefix: `${PREFIX}-Job${i}`,
        Request: {
          RoleArn: role.roleArn,
          InputConfig: {
            S3Uri: bucket.s3UrlForObject(`models/${i}.tar.gz`), DataInputConfig: '{"input0":[1,3,224,224]}', Framework: 'PYTORCH', FrameworkVersion: '1.13',
          },
          OutputConfig: { S3OutputLocation: bucket.s3UrlForObject('neo'), TargetDevice: 'ml_c5' },
          VpcConfig: { Subnets: vpc.isolatedSubnets.map(({ subnetId }) => subnetId), SecurityGroupIds: [group.securityGroupId] },
          StoppingCondition: { MaxRuntimeInSeconds: '900' },
        },
        Tags: [{ Key: 'cdk-sagemaker-neo:stack', Value: PREFIX }],
        WaitForCompletion: 'true',
        TimeLimitInSeconds: '3300',
        DeleteArtifacts: 'false',
      },
    });
    // At most ten jobs run at once.
    job.node.addDependency(ready, ...i < 10 ? [] : [made[i - 10]]);
    made.push(job);
  }
}

function network(stack: Stack, bucket: s3.Bucket) {
  const scope = new Construct(stack, 'Network');
  const vpc = new ec2.Vpc(scope, 'Vpc', {
    ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/16'),
    maxAzs: 2,
    subnetConfiguration: [{ name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 19 }],
    natGateways: 0,
    createInternetGateway: false,
    restrictDefaultSecurityGroup: true,
  });
  flowLogs(stack, scope, vpc);

  const endpoint = new ec2.GatewayVpcEndpoint(scope, 'S3Endpoint', {
    vpc, service: ec2.GatewayVpcEndpointAwsService.S3, subnets: [{ subnets: vpc.isolatedSubnets }],
  });
  const through = (sid: string, actions: string[], resource: string) => endpoint.addToPolicy(new iam.PolicyStatement({
    sid, actions, resources: [resource], principals: [new iam.StarPrincipal()], conditions: { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } },
  }));
  through('NeoBuckets', ['s3:GetBucketLocation', 's3:ListBucket'], bucket.bucketArn);
  through('NeoObjects', ['s3:GetObject', 's3:PutObject'], bucket.arnForObjects('*'));

  const group = new ec2.SecurityGroup(scope, 'SecurityGroup', {
    vpc, description: 'SageMaker Neo compilation jobs: out to S3 and to their own subnets only', allowAllOutbound: false,
  });
  vpc.isolatedSubnets.forEach(subnet => group.addEgressRule(ec2.Peer.ipv4(subnet.ipv4CidrBlock), ec2.Port.allTraffic(), 'Subnet of the compilation jobs'));
  const prefixList = s3PrefixList(stack);
  group.addEgressRule(prefixList, ec2.Port.tcp(443), 'S3 through the gateway endpoint');

  const role = executionRole(stack, scope, vpc, group, bucket);
  const closed = { effect: iam.Effect.DENY, resources: [bucket.bucketArn, bucket.arnForObjects('*')] };
  const { policyDependable } = bucket.addToResourcePolicy(new iam.PolicyStatement({
    ...closed,
    sid: 'OnlyThroughNeoEndpoint',
    principals: [new iam.StarPrincipal()],
    actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:ListBucket'],
    conditions: { StringNotEquals: { 'aws:SourceVpce': endpoint.vpcEndpointId } },
  }));
  bucket.addToResourcePolicy(new iam.PolicyStatement({
    ...closed, principals: [new iam.AnyPrincipal()], actions: ['s3:*'], conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  }));

  const ready = new CfnWaitConditionHandle(scope, 'Ready');
  ready.node.addDependency(policyDependable!, ...scope.node.children.filter(child => child !== ready));

  const description = new CfnWaitConditionHandle(scope, 'Description');
  description.addMetadata('cdk-sagemaker-neo:private-network', {
    Vpc: vpc.vpcId,
    Subnets: vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
    SecurityGroups: [group.securityGroupId],
    S3Endpoints: [endpoint.vpcEndpointId],
    Buckets: [bucket.bucketName],
    Roles: [role.roleArn],
    Dedicated: true,
  });
  return { vpc, group, role, ready };
}

function flowLogs(stack: Stack, scope: Construct, vpc: ec2.Vpc) {
  const logGroup = new logs.LogGroup(scope, 'FlowLogGroup', { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN });
  const role = new iam.Role(scope, 'FlowLogRole', {
    description: 'Lets VPC flow logs write into their log group',
    assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'ec2', resource: 'vpc-flow-log', resourceName: '*' }) },
      },
    }),
  });
  new ec2.FlowLog(scope, 'FlowLog', {
    resourceType: ec2.FlowLogResourceType.fromVpc(vpc),
    trafficType: ec2.FlowLogTrafficType.ALL,
    destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup, role),
  });
}

function s3PrefixList(stack: Stack): ec2.IPrefixList {
  const lookup = new AwsCustomResource(stack, 'NeoS3PrefixList', {
    resourceType: 'Custom::NeoS3PrefixList',
    onUpdate: {
      service: 'EC2',
      action: 'describeManagedPrefixLists',
      parameters: { Filters: [{ Name: 'prefix-list-name', Values: [`com.amazonaws.${Aws.REGION}.s3`] }] },
      outputPaths: ['PrefixLists.0.PrefixListId'],
      physicalResourceId: PhysicalResourceId.fromResponse('PrefixLists.0.PrefixListId'),
    },
    policy: AwsCustomResourcePolicy.fromStatements([new iam.PolicyStatement({ actions: ['ec2:DescribeManagedPrefixLists'], resources: ['*'] })]),
    installLatestAwsSdk: false,
  });
  return ec2.PrefixList.fromPrefixListId(stack, 'NeoS3PrefixListImport', lookup.getResponseField('PrefixLists.0.PrefixListId'));
}

function executionRole(stack: Stack, scope: Construct, vpc: ec2.Vpc, group: ec2.SecurityGroup, bucket: s3.Bucket): iam.Role {
  const role = new iam.Role(scope, 'Role', {
    description: 'Execution role of SageMaker Neo compilation jobs in a private VPC',
    assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'sagemaker', resource: 'compilation-job', resourceName: '*' }) },
      },
    }),
  });
  const ec2Arn = (resource: string, resourceName: string) => stack.formatArn({ service: 'ec2', resource, resourceName });
  const subnets = vpc.isolatedSubnets.map(({ subnetId }) => ec2Arn('subnet', subnetId));
  const interfaces = ec2Arn('network-interface', '*');
  const logGroup = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:/aws/sagemaker/CompilationJobs`;
  const allow = (sid: string | undefined, actions: string[], resources: string[], conditions?: iam.Conditions) =>
    role.addToPrincipalPolicy(new iam.PolicyStatement({ sid, actions, resources, conditions }));
  allow('DescribeNetwork', EC2_DESCRIBE, ['*']);
  const places = [...subnets, ec2Arn('security-group', group.securityGroupId)];
  allow('PlaceInterfaces', ['ec2:CreateNetworkInterface', 'ec2:ModifyNetworkInterfaceAttribute'], places);
  allow('CreateInterfaces', ['ec2:CreateNetworkInterface'], [interfaces]);
  allow('UseInterfaces', [
    'ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission', 'ec2:ModifyNetworkInterfaceAttribute',
  ], [interfaces], { ArnEquals: { 'ec2:Subnet': subnets } });
  allow('UseBuckets', ['s3:GetBucketLocation', 's3:ListBucket'], [bucket.bucketArn]);
  allow('WriteLogs', ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'], [logGroup, `${logGroup}:*`]);
  allow('WriteMetrics', ['cloudwatch:PutMetricData'], ['*']);
  allow(undefined, ['s3:GetObject', 's3:PutObject'], [bucket.arnForObjects('*')]);
  return role;
}

/** @returns the service token */
function provider(stack: Stack, executor: iam.Role): string {
  const scope = new Construct(stack, 'cdk-sagemaker-neo.CompilationJobProvider');
  const logGroup = new logs.LogGroup(scope, 'Logs', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
  const functionRole = (id: string, description: string) => {
    const created = new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description });
    logGroup.grantWrite(created);
    return created;
  };
  const role = functionRole('HandlerRole', 'Starts, watches, stops and deletes the Neo compilation jobs of this stack');
  const jobs = (name: string) => stack.formatArn({ service: 'sagemaker', resource: 'compilation-job', resourceName: name });
  const allow = (sid: string, actions: string[], resources: string[], conditions?: iam.Conditions) =>
    role.addToPrincipalPolicy(new iam.PolicyStatement({ sid, actions, resources, conditions }));
  allow('MakeJobs', ['CreateCompilationJob', 'DescribeCompilationJob', 'AddTags', 'ListTags'].map(action => `sagemaker:${action}`), [jobs(`${PREFIX}-*`)]);
  allow('EndOwnJobs', ['DescribeCompilationJob', 'StopCompilationJob', 'DeleteCompilationJob', 'AddTags', 'DeleteTags', 'ListTags'].map(action => `sagemaker:${action}`),
    [jobs('*')], { StringEquals: { 'aws:ResourceTag/cdk-sagemaker-neo:stack': PREFIX } });
  allow('FindJobs', ['sagemaker:ListCompilationJobs'], ['*']);
  allow('PassExecutionRole', ['iam:PassRole'], [executor.roleArn], { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } });
  allow('SeeOwnStack', ['cloudformation:DescribeStackResource', 'cloudformation:DescribeStacks'], [stack.stackId]);

  const code = lambda.Code.fromAsset(HANDLER);
  const handler = (
    id: string, exported: string, handlerRole: iam.Role, description: string, environment?: Record<string, string>,
  ) => new lambda.Function(scope, id, {
    code,
    handler: `index.${exported}`,
    runtime: lambda.Runtime.NODEJS_24_X,
    timeout: Duration.minutes(2),
    memorySize: 256,
    role: handlerRole,
    logGroup,
    environment,
    description,
  });
  const isComplete = handler('IsComplete', 'isComplete', role, 'SageMaker Neo compilation jobs of this stack (cdk-sagemaker-neo)');
  const waiterRole = new iam.Role(scope, 'WaiterRole', {
    assumedBy: new iam.ServicePrincipal('states.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } }),
    description: 'Waits for the Neo compilation jobs of this stack: calls the function that works on them',
  });
  waiterRole.addToPolicy(new iam.PolicyStatement({ sid: 'CallHandler', actions: ['lambda:InvokeFunction'], resources: [isComplete.functionArn] }));
  const waiter = new sfn.StateMachine(scope, 'Waiter', {
    definitionBody: sfn.DefinitionBody.fromString(stack.toJsonString(waiterDefinition(isComplete.functionArn, Aws.PARTITION))),
    role: waiterRole,
  });
  const onEventRole = functionRole('OnEventRole', 'Takes the requests of CloudFormation and starts the waiter for each');
  onEventRole.addToPolicy(new iam.PolicyStatement({ sid: 'StartWaiter', actions: ['states:StartExecution'], resources: [waiter.stateMachineArn] }));
  return handler('OnEvent', 'onEvent', onEventRole, 'Requests for SageMaker Neo compilation jobs of this stack (cdk-sagemaker-neo)', {
    [STATE_MACHINE_VARIABLE]: waiter.stateMachineArn,
  }).functionArn;
}
