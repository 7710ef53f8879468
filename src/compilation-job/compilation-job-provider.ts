import { createHash } from 'crypto';
import * as path from 'path';
import { Annotations, Aws, Duration, Lazy, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import { EVENT_BUS_VARIABLE, EVENT_DETAIL_TYPE, EVENT_SOURCE, STACK_TAG, STATE_MACHINE_VARIABLE } from './compilation-job-properties';
import { waiterDefinition } from './waiter-definition';
import { allowCloudWatchLogs } from '../network/flow-logs';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { acknowledge, acknowledgeWildcards, CUSTOM_RESOURCE_FUNCTION_REASONS, INLINE_POLICY_REASONS, type Reasons } from '../util/acknowledge';

const ID = 'cdk-sagemaker-neo.CompilationJobProvider';

/**
 * The functions behind all compilation jobs of a stack, with one log group. Their role is the only one that this library lets start, stop and delete these jobs.
 */
export class CompilationJobProvider extends Construct {
  /**
   * Returns the provider of the stack, which the first job creates. A network with a private control plane has its own provider. Providers are looked
   * up in the construct tree, because a static map would leak from one app or stack to another.
   */
  public static getOrCreate(scope: Construct, privateVpc?: INeoPrivateCompilationVpc): CompilationJobProvider {
    const stack = Stack.of(scope);
    const placement = privateVpc && functionPlacement(privateVpc);
    const id = placement ? `${ID}.${placement.id}` : ID;
    const provider = stack.node.tryFindChild(id) as CompilationJobProvider | undefined ?? new CompilationJobProvider(stack, id, placement);
    if (privateVpc?.encryptionKey) { provider.encryptLogs(privateVpc.encryptionKey); }
    return provider;
  }

  /** Service token of the custom resources. */
  public readonly serviceToken: string;

  /** The role of the function that controls jobs. */
  public readonly role: iam.Role;

  /** Prefix of all generated job names of this stack, at most 23 characters. */
  public readonly jobNamePrefix: string;

  /**
   * Construct id of a job's resource. CloudFormation does not let a custom resource change its provider, so each provider has its own id.
   */
  public readonly resourceId: string;

  public readonly logGroup: logs.LogGroup;

  private readonly handler: lambda.Function;
  private hasEvents = false;
  private logKey?: kms.IKey;
  private logRetention?: logs.RetentionDays;
  private readonly fixedJobNames = new Set<string>();
  private readonly passableRoleArns = new Set<string>();
  private readonly artifactArns = new Set<string>();

  private constructor(scope: Construct, id: string, private readonly placement?: FunctionPlacement) {
    super(scope, id);
    this.jobNamePrefix = jobNamePrefixOf(Stack.of(this));
    this.resourceId = placement ? `Resource-${placement.id}` : 'Resource';

    this.logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    this.role = this.functionRole('HandlerRole', 'Starts, watches, stops and deletes the Neo compilation jobs of this stack');
    this.grantJobs();

    const code = lambda.Code.fromAsset(path.join(__dirname, '..', '..', 'assets', 'compilation-job', 'handler', 'compilation-job.lambda'));
    const createFunction = (
      name: string, exported: string, role: iam.Role, description: string, environment?: { [name: string]: string },
    ) => new lambda.Function(this, name, {
      code,
      handler: `index.${exported}`,
      runtime: runtimeFor(this),
      timeout: Duration.minutes(2),
      memorySize: 256,
      role,
      logGroup: this.logGroup,
      environment,
      ...placement?.network,
      description,
    });
    this.handler = createFunction('IsComplete', 'isComplete', this.role, 'SageMaker Neo compilation jobs of this stack (cdk-sagemaker-neo)');

    const waiterRole = new iam.Role(this, 'WaiterRole', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } }),
      description: 'Waits for the Neo compilation jobs of this stack: calls the function that works on them',
    });
    waiterRole.addToPolicy(new iam.PolicyStatement({ sid: 'CallHandler', actions: ['lambda:InvokeFunction'], resources: [this.handler.functionArn] }));
    const waiter = new sfn.StateMachine(this, 'Waiter', {
      definitionBody: sfn.DefinitionBody.fromString(Stack.of(this).toJsonString(waiterDefinition(this.handler.functionArn, Aws.PARTITION))),
      role: waiterRole,
    });

    // This function has a separate role, because it may start the waiter, but not jobs.
    const onEventRole = this.functionRole('OnEventRole', 'Takes the requests of CloudFormation and starts the waiter for each');
    onEventRole.addToPolicy(new iam.PolicyStatement({ sid: 'StartWaiter', actions: ['states:StartExecution'], resources: [waiter.stateMachineArn] }));
    const onEvent = createFunction('OnEvent', 'onEvent', onEventRole, 'Requests for SageMaker Neo compilation jobs of this stack (cdk-sagemaker-neo)', {
      [STATE_MACHINE_VARIABLE]: waiter.stateMachineArn,
    });
    this.serviceToken = onEvent.functionArn;

    // Findings that users can resolve are not acknowledged: those on the key of the logs (`encryptionKey`) and on functions outside a VPC
    // (`privateControlPlane`).
    acknowledge(waiter, WAITER);
    [onEvent, this.handler].forEach(part => acknowledge(part, CUSTOM_RESOURCE_FUNCTION_REASONS));
    [this.role, onEventRole, waiterRole].forEach(role => {
      acknowledgeWildcards(role, WILDCARDS);
      acknowledge(role, INLINE_POLICY_REASONS);
    });
  }

  /** Makes the handler put an event on the default event bus for every job that ends. */
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
    if (this.placement) {
      Annotations.of(this).addWarningV2('cdk-sagemaker-neo:eventsNeedEndpoint', 'the functions of a private control plane reach EventBridge only if the network has an interface endpoint for '
        + 'it (InterfaceVpcEndpointAwsService.EVENTBRIDGE) that their security group may use. Without it, metrics and alarms work, but events are lost');
    }
  }

  /** Lets the handler create a job with a fixed name. */
  public allowJobName(jobName: string): void {
    this.fixedJobNames.add(this.jobArn(jobName));
  }

  /** Lets the handler pass this role to SageMaker, and to no other service. */
  public allowPassRole(role: iam.IRole): void {
    this.passableRoleArns.add(role.roleArn);
  }

  /** Sets the retention of the logs, unless another job of the stack has set a longer one. */
  public retainLogs(retention: logs.RetentionDays): void {
    this.logRetention = Math.max(retention, this.logRetention ?? 0);
    const isForever = this.logRetention === logs.RetentionDays.INFINITE;
    (this.logGroup.node.defaultChild as logs.CfnLogGroup).retentionInDays = isForever ? undefined : this.logRetention;
  }

  /** Lets the handler delete the artifacts that match this pattern. */
  public allowDeleteArtifacts(bucket: s3.IBucket, keyPattern: string): void {
    if (this.artifactArns.size === 0) {
      this.role.addToPrincipalPolicy(new iam.PolicyStatement({
        sid: 'DeleteArtifacts',
        actions: ['s3:DeleteObject'],
        resources: Lazy.list({ produce: () => [...this.artifactArns] }),
      }));
    }
    this.artifactArns.add(bucket.arnForObjects(keyPattern));
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

  private grantJobs() {
    [
      new iam.PolicyStatement({
        sid: 'MakeJobs',
        actions: ['sagemaker:CreateCompilationJob', 'sagemaker:DescribeCompilationJob', 'sagemaker:AddTags', 'sagemaker:ListTags'],
        resources: Lazy.list({ produce: () => [this.jobArn(`${this.jobNamePrefix}-*`), ...this.fixedJobNames] }),
      }),
      new iam.PolicyStatement({
        sid: 'EndOwnJobs',
        actions: [
          'sagemaker:DescribeCompilationJob', 'sagemaker:StopCompilationJob', 'sagemaker:DeleteCompilationJob',
          'sagemaker:AddTags', 'sagemaker:DeleteTags', 'sagemaker:ListTags',
        ],
        // Any name with the stack's tag: an update that removes a fixed name from the template must still delete the job with that name.
        resources: [this.jobArn('*')],
        conditions: { StringEquals: { [`aws:ResourceTag/${STACK_TAG}`]: this.jobNamePrefix } },
      }),
      // The action takes no resource.
      new iam.PolicyStatement({ sid: 'FindJobs', actions: ['sagemaker:ListCompilationJobs'], resources: ['*'] }),
      new iam.PolicyStatement({
        sid: 'PassExecutionRole',
        actions: ['iam:PassRole'],
        resources: Lazy.list({ produce: () => [...this.passableRoleArns] }),
        conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
      }),
      new iam.PolicyStatement({
        sid: 'SeeOwnStack',
        actions: ['cloudformation:DescribeStackResource', 'cloudformation:DescribeStacks'],
        resources: [Stack.of(this).stackId],
      }),
    ].forEach(statement => this.role.addToPolicy(statement));
  }

  private functionRole(id: string, description: string): iam.Role {
    const role = new iam.Role(this, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description });
    // AWSLambdaBasicExecutionRole would allow writing to every log group of the account.
    this.logGroup.grantWrite(role);
    if (this.placement) { networkInterfaceStatements(this, this.placement).forEach(statement => role.addToPolicy(statement)); }
    return role;
  }

  private jobArn(jobName: string): string {
    return Stack.of(this).formatArn({ service: 'sagemaker', resource: 'compilation-job', resourceName: jobName });
  }
}

/** Returns a readable prefix that no other stack of the account has, so that IAM can keep stacks from each other's jobs. */
function jobNamePrefixOf(stack: Stack): string {
  const known = [stack.stackName, stack.nestedStackParent?.stackName].filter(name => name !== undefined && !Token.isUnresolved(name));
  const hash = createHash('sha256').update(JSON.stringify([stack.node.path, known])).digest('hex').slice(0, 6);
  return `${jobNamePart(Token.isUnresolved(stack.stackName) ? stack.node.id : stack.stackName, 16)}-${hash}`;
}

/** Reduces an id to the characters that a job name can contain: letters, digits and hyphens. */
export function jobNamePart(id: string, maxLength: number): string {
  return id.replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-+/, '').slice(0, maxLength).replace(/-+$/, '') || 'neo';
}

/**
 * Returns Node.js 24 in the commercial Regions and in China, where AWS Lambda is known to have it
 * (https://docs.amazonaws.cn/en_us/lambda/latest/dg/lambda-runtimes.html). The runtime is pinned, because CDK's latest runtime would change templates
 * with the version of aws-cdk-lib. Elsewhere, CDK chooses the runtime for the Region. A stack without a Region is assumed to be in a commercial one.
 */
function runtimeFor(scope: Construct): lambda.Runtime {
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region)) { return lambda.Runtime.NODEJS_24_X; }
  const { partition } = RegionInfo.get(region);
  return partition === 'aws' || partition === 'aws-cn' ? lambda.Runtime.NODEJS_24_X : lambda.determineLatestNodeRuntime(scope);
}

/** Returns the network of the functions of a private control plane. It is undefined if they run outside the VPC. */
function functionPlacement(privateVpc: INeoPrivateCompilationVpc) {
  const { node, vpc, controlPlaneSubnets: subnets, controlPlaneSecurityGroup: group } = privateVpc;
  return group && subnets && {
    // Part of construct ids. It stays the same as long as the network's path in the construct tree does.
    id: node.addr.slice(-8),
    network: { vpc, vpcSubnets: { subnets }, securityGroups: [group] },
  };
}

type FunctionPlacement = NonNullable<ReturnType<typeof functionPlacement>>;

/**
 * Permits AWS Lambda to attach a function to the VPC. These are the permissions of AWSLambdaVPCAccessExecutionRole, restricted to these subnets and
 * this group, and denied to the function's code.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function networkInterfaceStatements(scope: Construct, { network }: FunctionPlacement): iam.PolicyStatement[] {
  const arn = (resource: string, resourceName: string, account?: string) =>
    Stack.of(scope).formatArn({ service: 'ec2', resource, resourceName, account });
  const use = ['ec2:AssignPrivateIpAddresses', 'ec2:DeleteNetworkInterface', 'ec2:UnassignPrivateIpAddresses'];
  const describe = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];
  return [
    new iam.PolicyStatement({
      sid: 'LambdaCreatesInterfaces',
      actions: ['ec2:CreateNetworkInterface'],
      resources: [
        ...network.vpcSubnets.subnets.map(subnet => arn('subnet', subnet.subnetId, network.vpc.env.account)),
        ...network.securityGroups.map(group => arn('security-group', group.securityGroupId)),
        arn('network-interface', '*'),
      ],
    }),
    // Lambda checks these permissions when a function is created. There is no interface yet, so a condition on its subnet would not match.
    new iam.PolicyStatement({ sid: 'LambdaUsesInterfaces', actions: use, resources: [arn('*', '*')] }),
    // These actions take no resource.
    new iam.PolicyStatement({ sid: 'LambdaSeesInterfaces', actions: describe, resources: ['*'] }),
    new iam.PolicyStatement({
      sid: 'NotTheCode',
      effect: iam.Effect.DENY,
      actions: ['ec2:CreateNetworkInterface', ...use, ...describe],
      resources: ['*'],
      // Requests by the function's code have this key, and Lambda's own requests do not.
      // https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
  ];
}

const WILDCARDS: Reasons = {
  LambdaCreatesInterfaces: 'An interface has no ID before it is made. The same request must name a subnet and the group, and only the network\'s are allowed.',
  LambdaUsesInterfaces: 'Lambda checks this before there is an interface. A Deny keeps the function\'s code from using it.',
  LambdaSeesInterfaces: 'EC2\'s Describe actions take no resource. A Deny keeps the function\'s code from using them.',
  MakeJobs: 'Jobs that do not exist yet have generated names; the prefix is that of the stack.',
  EndOwnJobs: 'Any name, as a job whose fixed name has left the template must still be removed; a condition narrows it to jobs that carry the stack\'s tag.',
  FindJobs: 'ListCompilationJobs takes no resource.',
  DeleteArtifacts: 'A job writes several objects into the folder of its own name, and the name is generated.',
};

const WAITER: Reasons = {
  'AwsSolutions-SF1': 'The waiter\'s input has the URL that CloudFormation has signed for its answer, and a log would keep it. The functions log each step without it.',
  'AwsSolutions-SF2': 'The waiter only waits and calls one function, whose logs have every step; tracing would need permissions on all resources.',
};
