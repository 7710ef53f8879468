import { createHash } from 'crypto';
import * as path from 'path';
import { Annotations, Aws, CfnResource, Duration, Lazy, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import { COMPILATION_JOB_TYPE, EVENT_BUS_VARIABLE, EVENT_DETAIL_TYPE, EVENT_SOURCE, STACK_TAG, STATE_MACHINE_VARIABLE } from './compilation-job-properties';
import { waiterDefinition } from './waiter-definition';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { acknowledge, acknowledgeWildcards, CUSTOM_RESOURCE_FUNCTION_REASONS, INLINE_POLICY_REASONS } from '../util/acknowledge';
import type { Reasons } from '../util/acknowledge';
import { allowCloudWatchLogs } from '../util/policies';

const ID = 'cdk-sagemaker-neo.CompilationJobProvider';

/** Of one stack. */
const MAX_RESOURCES = 500;

/**
 * The functions behind all compilation jobs of a stack, and the only identity that may start, stop and delete them.
 */
export class CompilationJobProvider extends Construct {
  /**
   * The provider of the stack, made with its first job; a network with a private control plane has one of its own. It is found in the
   * construct tree, not in a static map: that would leak from one app or stack to another.
   */
  public static getOrCreate(scope: Construct, privateVpc?: INeoPrivateCompilationVpc): CompilationJobProvider {
    const stack = Stack.of(scope);
    const placement = privateVpc && functionPlacement(privateVpc);
    const id = placement ? `${ID}.${placement.id}` : ID;
    const provider = stack.node.tryFindChild(id) as CompilationJobProvider | undefined ?? new CompilationJobProvider(stack, id, placement);
    if (privateVpc?.encryptionKey) { provider.encryptLogs(privateVpc.encryptionKey); }
    return provider;
  }

  /** What a custom resource of this provider takes as its service token. */
  public readonly serviceToken: string;

  /** The role of the function that works on jobs. */
  public readonly role: iam.Role;

  /** How all generated job names of this stack begin, at most 23 characters. */
  public readonly jobNamePrefix: string;

  /**
   * Construct id of a job's resource. CloudFormation refuses to give a resource to another provider, so it must be another resource then.
   */
  public readonly resourceId: string;

  /** Log group of all functions. */
  public readonly logGroup: logs.LogGroup;

  private readonly handler: lambda.Function;
  private readonly isInVpc: boolean;
  private hasEvents = false;
  private logKey?: kms.IKey;
  private logRetention?: logs.RetentionDays;
  private readonly fixedJobNames = new Set<string>();
  private readonly passableRoleArns = new Set<string>();
  private readonly artifactArns = new Set<string>();

  private constructor(scope: Construct, id: string, placement?: FunctionPlacement) {
    super(scope, id);
    this.isInVpc = placement !== undefined;
    this.jobNamePrefix = jobNamePrefixOf(Stack.of(this));

    this.resourceId = placement ? `Resource-${placement.id}` : 'Resource';

    const logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    this.logGroup = logGroup;
    this.role = this.functionRole('HandlerRole', placement, 'Starts, watches, stops and deletes the Neo compilation jobs of this stack');
    this.grantJobs();

    const code = lambda.Code.fromAsset(path.join(__dirname, '..', '..', 'assets', 'compilation-job', 'handler', 'compilation-job.lambda'));
    const makeFunction = (
      name: string, exported: string, role: iam.Role, description: string, environment?: { [name: string]: string },
    ) => new lambda.Function(this, name, {
      code,
      handler: `index.${exported}`,
      runtime: runtimeFor(this),
      timeout: Duration.minutes(2),
      memorySize: 256,
      role,
      logGroup,
      environment,
      ...placement?.network,
      description,
    });
    this.handler = makeFunction('IsComplete', 'isComplete', this.role, 'SageMaker Neo compilation jobs of this stack (cdk-sagemaker-neo)');

    const waiterRole = new iam.Role(this, 'WaiterRole', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } }),
      description: 'Waits for the Neo compilation jobs of this stack: calls the function that works on them',
    });
    waiterRole.addToPolicy(new iam.PolicyStatement({ sid: 'CallHandler', actions: ['lambda:InvokeFunction'], resources: [this.handler.functionArn] }));
    const waiter = new sfn.StateMachine(this, 'Waiter', {
      definitionBody: sfn.DefinitionBody.fromString(Stack.of(this).toJsonString(waiterDefinition(this.handler.functionArn, Aws.PARTITION))),
      role: waiterRole,
    });

    // A role of its own: what CloudFormation calls may start the waiter, and no job.
    const onEventRole = this.functionRole('OnEventRole', placement, 'Takes the requests of CloudFormation and starts the waiter for each');
    onEventRole.addToPolicy(new iam.PolicyStatement({ sid: 'StartWaiter', actions: ['states:StartExecution'], resources: [waiter.stateMachineArn] }));
    const onEvent = makeFunction('OnEvent', 'onEvent', onEventRole, 'Requests for SageMaker Neo compilation jobs of this stack (cdk-sagemaker-neo)', {
      [STATE_MACHINE_VARIABLE]: waiter.stateMachineArn,
    });
    this.serviceToken = onEvent.functionArn;
    explainFindings({ waiter, functions: [onEvent, this.handler], handlerRole: this.role, otherRoles: [onEventRole, waiterRole] });
    this.node.addValidation({ validate: () => this.tooManyResources() });
  }

  /** Have the handler put an event on the default event bus for every job that ends. */
  public enableEvents(): void {
    if (this.hasEvents) { return; }
    this.hasEvents = true;
    this.handler.addEnvironment(EVENT_BUS_VARIABLE, 'default');
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({
      sid: 'TellOutcomes',
      actions: ['events:PutEvents'],
      resources: [Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
      conditions: { StringEquals: { 'events:source': EVENT_SOURCE, 'events:detail-type': EVENT_DETAIL_TYPE } },
    }));
    if (this.isInVpc) {
      Annotations.of(this).addWarningV2('cdk-sagemaker-neo:eventsNeedEndpoint', 'the functions of a private control plane reach EventBridge only if the network has an interface endpoint for '
        + 'it (InterfaceVpcEndpointAwsService.EVENTBRIDGE) that their security group may use; without, metrics and alarms work, and events are lost');
    }
  }

  /** Let the handler work on a job whose name the user fixed. */
  public allowJobName(jobName: string): void {
    this.fixedJobNames.add(this.jobArn(jobName));
  }

  /** Let the handler hand this role to SageMaker, and to no other service. */
  public allowPassRole(role: iam.IRole): void {
    this.passableRoleArns.add(role.roleArn);
  }

  /** Keeps the logs for this long, or longer if another job of the stack has asked for it. */
  public retainLogs(retention: logs.RetentionDays): void {
    this.logRetention = Math.max(retention, this.logRetention ?? 0);
    const isForever = this.logRetention === logs.RetentionDays.INFINITE;
    (this.logGroup.node.defaultChild as logs.CfnLogGroup).retentionInDays = isForever ? undefined : this.logRetention;
  }

  /** Let the handler delete the artifacts below this output location. */
  public allowDeleteArtifacts(bucket: s3.IBucket, keyPattern: string): void {
    const arn = bucket.arnForObjects(keyPattern);
    if (this.artifactArns.size === 0) {
      this.role.addToPrincipalPolicy(new iam.PolicyStatement({
        sid: 'DeleteArtifacts',
        actions: ['s3:DeleteObject'],
        resources: Lazy.list({ produce: () => [...this.artifactArns] }),
      }));
    }
    this.artifactArns.add(arn);
  }

  private encryptLogs(key: kms.IKey) {
    if (this.logKey === undefined) {
      this.logKey = key;
      allowCloudWatchLogs(this, key);
      (this.logGroup.node.defaultChild as logs.CfnLogGroup).kmsKeyId = key.keyArn;
    } else if (this.logKey !== key) {
      Annotations.of(this).addWarningV2('cdk-sagemaker-neo:oneLogKey', `the jobs of this stack share one log group of their functions: it is encrypted with ${this.logKey.node.path}, `
        + `not with ${key.node.path}`);
    }
  }

  /** In words that help, before CDK's own check of the limit. */
  private tooManyResources(): string[] {
    const stack = Stack.of(this);
    const resources = stack.node.findAll().filter(node => CfnResource.isCfnResource(node) && node.stack === stack) as CfnResource[];
    if (resources.length <= MAX_RESOURCES) { return []; }
    const jobs = resources.filter(resource => resource.cfnResourceType === COMPILATION_JOB_TYPE).length;
    return [`stack ${stack.node.path} has ${resources.length} resources, ${jobs} of them Neo compilation jobs, but CloudFormation takes ${MAX_RESOURCES}: `
      + 'use a NeoCompilationFleet for many models, or split the jobs over several stacks'];
  }

  private grantJobs() {
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({
      sid: 'MakeJobs',
      actions: ['sagemaker:CreateCompilationJob', 'sagemaker:DescribeCompilationJob', 'sagemaker:AddTags', 'sagemaker:ListTags'],
      resources: Lazy.list({ produce: () => [this.jobArn(`${this.jobNamePrefix}-*`), ...this.fixedJobNames] }),
    }));
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({
      sid: 'EndOwnJobs',
      actions: [
        'sagemaker:DescribeCompilationJob', 'sagemaker:StopCompilationJob', 'sagemaker:DeleteCompilationJob',
        'sagemaker:AddTags', 'sagemaker:DeleteTags', 'sagemaker:ListTags',
      ],
      // By tag, not by name: a job whose fixed name has left the template must still be removed by the same update.
      resources: [this.jobArn('*')],
      conditions: { StringEquals: { [`aws:ResourceTag/${STACK_TAG}`]: this.jobNamePrefix } },
    }));
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({
      sid: 'FindJobs',
      actions: ['sagemaker:ListCompilationJobs'],
      // The action takes no resource.
      resources: ['*'],
    }));
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({
      sid: 'PassExecutionRole',
      actions: ['iam:PassRole'],
      resources: Lazy.list({ produce: () => [...this.passableRoleArns] }),
      conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    }));
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({
      sid: 'SeeOwnStack',
      actions: ['cloudformation:DescribeStackResource', 'cloudformation:DescribeStacks'],
      resources: [Stack.of(this).stackId],
    }));
  }

  private functionRole(id: string, placement: FunctionPlacement | undefined, description: string): iam.Role {
    const role = new iam.Role(this, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description });
    // Instead of AWSLambdaBasicExecutionRole, which may write to every log group of the account.
    this.logGroup.grantWrite(role);
    if (placement) { networkInterfaceStatements(this, placement).forEach(statement => role.addToPolicy(statement)); }
    return role;
  }

  private jobArn(jobName: string): string {
    return Stack.of(this).formatArn({ service: 'sagemaker', resource: 'compilation-job', resourceName: jobName });
  }
}

/** Readable, and unlike that of any other stack of the account, so that IAM keeps stacks off each other's jobs. */
function jobNamePrefixOf(stack: Stack): string {
  const known = [stack.stackName, stack.nestedStackParent?.stackName].filter(name => name !== undefined && !Token.isUnresolved(name));
  const hash = createHash('sha256').update(JSON.stringify([stack.node.path, known])).digest('hex').slice(0, 6);
  return `${jobNamePart(Token.isUnresolved(stack.stackName) ? stack.node.id : stack.stackName, 16)}-${hash}`;
}

/** The letters, digits and hyphens of an id that a job name can hold, at most so many. */
export function jobNamePart(id: string, maxLength: number): string {
  return id.replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-+/, '').slice(0, maxLength).replace(/-+$/, '') || 'neo';
}

/**
 * Node.js 24 is pinned where AWS Lambda is known to have it, as the latest runtime would change templates with the version of aws-cdk-lib: in the
 * commercial Regions, and in China (https://docs.amazonaws.cn/en_us/lambda/latest/dg/lambda-runtimes.html). Elsewhere it is the runtime that CDK
 * chooses for the Region. A stack without a Region is taken for a commercial one.
 */
function runtimeFor(scope: Construct): lambda.Runtime {
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region)) { return lambda.Runtime.NODEJS_24_X; }
  const { partition } = RegionInfo.get(region);
  return partition === 'aws' || partition === 'aws-cn' ? lambda.Runtime.NODEJS_24_X : lambda.determineLatestNodeRuntime(scope);
}

/**
 * Where the functions of a private control plane run.
 */
export interface FunctionPlacement {
  /** Part of construct ids, the same as long as the network has its path in the construct tree. */
  readonly id: string;
  readonly network: {
    readonly vpc: ec2.IVpc;
    readonly vpcSubnets: ec2.SubnetSelection;
    readonly securityGroups: ec2.ISecurityGroup[];
  };
}

/**
 * @returns undefined when the functions run outside the VPC
 */
export function functionPlacement(privateVpc: INeoPrivateCompilationVpc): FunctionPlacement | undefined {
  const { node, vpc, controlPlaneSubnets: subnets, controlPlaneSecurityGroup: group } = privateVpc;
  return group && subnets && {
    id: node.addr.slice(-8),
    network: { vpc, vpcSubnets: { subnets }, securityGroups: [group] },
  };
}

/**
 * What Lambda does with a function's role to put the function into the VPC: AWSLambdaVPCAccessExecutionRole on these subnets and this
 * group, and not for the code of the function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function networkInterfaceStatements(scope: Construct, { network }: FunctionPlacement): iam.PolicyStatement[] {
  const arn = (resource: string, resourceName: string, account?: string) =>
    Stack.of(scope).formatArn({ service: 'ec2', resource, resourceName, account });
  const use = ['ec2:AssignPrivateIpAddresses', 'ec2:DeleteNetworkInterface', 'ec2:UnassignPrivateIpAddresses'];
  const describe = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];
  return [
    new iam.PolicyStatement({
      sid: 'LambdaCreatesInterfaces',
      actions: ['ec2:CreateNetworkInterface'],
      resources: [
        ...network.vpcSubnets.subnets!.map(subnet => arn('subnet', subnet.subnetId, network.vpc.env.account)),
        ...network.securityGroups.map(group => arn('security-group', group.securityGroupId)),
        arn('network-interface', '*'),
      ],
    }),
    // When a function is made, Lambda checks these before there is an interface: a condition on the subnet would not hold.
    new iam.PolicyStatement({ sid: 'LambdaUsesInterfaces', actions: use, resources: [arn('*', '*')] }),
    // These actions take no resource.
    new iam.PolicyStatement({ sid: 'LambdaSeesInterfaces', actions: describe, resources: ['*'] }),
    new iam.PolicyStatement({
      sid: 'NotTheCode',
      effect: iam.Effect.DENY,
      actions: ['ec2:CreateNetworkInterface', ...use, ...describe],
      resources: ['*'],
      // Lambda sets the key in the credentials it hands to the code, and not in its own calls.
      // https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
  ];
}

const INTERFACES: Reasons = {
  LambdaCreatesInterfaces: 'An interface has no ID before it is made. The same request must name a subnet and the group, and only the network\'s are allowed.',
  LambdaUsesInterfaces: 'Lambda checks this before there is an interface. A Deny keeps the function\'s code from using it.',
  LambdaSeesInterfaces: 'EC2\'s Describe actions take no resource. A Deny keeps the function\'s code from using them.',
};

const HANDLER: Reasons = {
  MakeJobs: 'Jobs that do not exist yet have generated names; the prefix is that of the stack.',
  EndOwnJobs: 'Any name, as a job whose fixed name has left the template must still be removed; a condition narrows it to jobs that carry the stack\'s tag.',
  FindJobs: 'ListCompilationJobs takes no resource.',
  DeleteArtifacts: 'A job writes several objects into the folder of its own name, and the name is generated.',
};

const WAITER: Reasons = {
  'AwsSolutions-SF1': 'The waiter\'s input has the URL that CloudFormation has signed for its answer, and a log would keep it. The functions log each step without it.',
  'AwsSolutions-SF2': 'The waiter only waits and calls one function, whose logs have every step; tracing would need permissions on all resources.',
};

/**
 * Explain what validations find in the provider and cannot be otherwise. Not here is what users can change: the key of the logs (`encryptionKey`) and
 * functions outside a VPC (`privateControlPlane`).
 */
export function explainFindings({ waiter, functions, handlerRole, otherRoles }: {
  readonly waiter: StateMachine;
  readonly functions: IFunction[];
  readonly handlerRole: IRole;
  readonly otherRoles: IRole[];
}): void {
  acknowledgeWildcards(handlerRole, { ...HANDLER, ...INTERFACES });
  otherRoles.forEach(role => acknowledgeWildcards(role, INTERFACES));
  acknowledge(waiter, WAITER);
  functions.forEach(part => acknowledge(part, CUSTOM_RESOURCE_FUNCTION_REASONS));
  [handlerRole, ...otherRoles].forEach(part => acknowledge(part, INLINE_POLICY_REASONS));
}
