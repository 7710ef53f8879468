import { Annotations, type ArnComponents, Aws, CfnCondition, Fn, Resource, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { interfaceEndpointsOf } from './app-checks';
import { createS3Endpoint, FOR_FUNCTIONS, throughEndpoint } from './s3-endpoint';
import { createClosedGroup } from './security-groups';
import { resourcesOf } from '../util/intrinsics';

/**
 * An interface endpoint, and the actions that it allows.
 */
interface Service {
  readonly id: string;
  readonly service: ec2.InterfaceVpcEndpointAwsService;
  readonly actions: string[];
  /**
   * The resources of the actions. They are all of a kind, because the endpoint exists before the stacks whose functions use it. The roles of the
   * functions name each resource.
   */
  readonly resources: ArnComponents;
  /** Actions for which IAM supports no resource. */
  readonly unscoped?: string[];
}

/**
 * The services that the functions call. Lambda delivers their logs and their credentials, so neither CloudWatch Logs nor STS is in the list.
 */
const SERVICES: Service[] = [
  {
    id: 'SageMaker',
    service: ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_API,
    actions: [
      'sagemaker:CreateCompilationJob', 'sagemaker:DescribeCompilationJob', 'sagemaker:StopCompilationJob', 'sagemaker:DeleteCompilationJob',
      'sagemaker:AddTags', 'sagemaker:ListTags', 'sagemaker:DeleteTags',
    ],
    resources: { service: 'sagemaker', resource: 'compilation-job/*' },
    unscoped: ['sagemaker:ListCompilationJobs'],
  },
  // Each request starts the waiter, which calls the function from outside of the network.
  {
    id: 'StepFunctions',
    service: ec2.InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
    actions: ['states:StartExecution'],
    resources: { service: 'states', resource: 'stateMachine:*' },
  },
  // The handler checks whether its resource is being rolled back.
  {
    id: 'CloudFormation',
    service: ec2.InterfaceVpcEndpointAwsService.CLOUDFORMATION,
    actions: ['cloudformation:DescribeStackResource', 'cloudformation:DescribeStacks'],
    resources: { service: 'cloudformation', resource: 'stack/*' },
  },
];

/**
 * Creates endpoints for the functions that control jobs, and the security group of these functions. They have an S3 endpoint of their own, which
 * allows writing to the bucket in which CloudFormation receives responses, whatever account's stack signed the URL. If jobs could use it, code in a
 * model could send data there.
 *
 * @returns the security group of the functions
 */
export function createControlPlane(
  scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], s3PrefixList: ec2.IPrefixList, buckets: s3.IBucket[],
): ec2.ISecurityGroup {
  if (!Resource.isOwnedResource(vpc)) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:interfaceEndpointsMayExist', `the deployment fails if vpc ${vpc.node.path}, which is imported, already has an `
      + 'interface endpoint with private DNS names for SageMaker, Step Functions or CloudFormation');
  }
  const functions = createClosedGroup(scope, 'ControlPlaneSecurityGroup', vpc,
    'Functions that control SageMaker Neo compilation jobs: out to their endpoints and to S3 only');
  const endpoints = createClosedGroup(scope, 'ControlPlaneEndpointSecurityGroup', vpc,
    'Interface endpoints for the functions that control SageMaker Neo compilation jobs');
  endpoints.addIngressRule(functions, ec2.Port.tcp(443), 'Functions that control compilation jobs');
  functions.addEgressRule(endpoints, ec2.Port.tcp(443), 'Interface endpoints');
  functions.addEgressRule(s3PrefixList, ec2.Port.tcp(443), 'S3 through the gateway endpoint');
  SERVICES.forEach(service => createEndpoint(scope, service, vpc, subnets, endpoints));
  const s3Endpoint = createS3Endpoint(scope, vpc, subnets, FOR_FUNCTIONS);
  controlPlaneS3Statements(buckets).forEach(statement => s3Endpoint.addToPolicy(statement));
  // This runs at the end of synthesis, because endpoints may be added until then.
  scope.node.addValidation({ validate: () => otherInterfaceEndpoints(scope, vpc) });
  return functions;
}

/** Finds interface endpoints with private DNS names that the app creates elsewhere in the VPC for the same services. */
function otherInterfaceEndpoints(scope: Construct, vpc: ec2.IVpc): string[] {
  return interfaceEndpointsOf(vpc, resourcesOf(scope.node.root))
    .filter(({ endpoint, service }) => endpoint.node.scope?.node.scope !== scope && SERVICES.some(own => service.endsWith(`.${own.service.shortName}`)))
    .map(({ endpoint, service }) => 'privateControlPlane must have the only interface endpoint with private DNS names for a service, as AWS allows one in a VPC: set privateDnsEnabled to false for the '
      + `other one, or turn privateControlPlane off; got: ${endpoint.node.scope!.node.path} for ${service}`);
}

/** The functions use S3 to respond to CloudFormation, and to delete artifacts. */
function controlPlaneS3Statements(buckets: s3.IBucket[]): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'CloudFormationAnswer',
      // CloudFormation signs the URL with its own credentials, so no condition on this account can hold.
      principals: [new iam.StarPrincipal()],
      actions: ['s3:PutObject'],
      // The bucket's name has the Region without hyphens: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/vpc-interface-endpoints.html
      resources: [`arn:${Aws.PARTITION}:s3:::cloudformation-custom-resource-response-${Fn.join('', Fn.split('-', Aws.REGION))}/*`],
    }),
    throughEndpoint({ sid: 'DeleteArtifacts', actions: ['s3:DeleteObject'], resources: buckets.map(bucket => bucket.arnForObjects('*')) }),
  ];
}

function createEndpoint(
  scope: Construct, { id, service, actions, resources, unscoped }: Service, vpc: ec2.IVpc, subnets: ec2.ISubnet[], group: ec2.ISecurityGroup,
) {
  const endpoint = new ec2.InterfaceVpcEndpoint(scope, `${id}Endpoint`, {
    vpc,
    service: inAnyPartition(scope, service),
    subnets: { subnets },
    securityGroups: [group],
    // The endpoint does not admit the whole VPC, because jobs must not use it.
    open: false,
    privateDnsEnabled: true,
  });
  endpoint.addToPolicy(throughEndpoint({ sid: 'Control', actions, resources: [Stack.of(scope).formatArn(resources)] }));
  if (unscoped) { endpoint.addToPolicy(throughEndpoint({ sid: 'List', actions: unscoped, resources: ['*'] })); }
}

/**
 * In China, the names of these services begin with `cn.com.amazonaws`. CDK handles this for a stack with a Region. Without one, the name is chosen at
 * deployment.
 */
function inAnyPartition(scope: Construct, service: ec2.InterfaceVpcEndpointAwsService): ec2.InterfaceVpcEndpointAwsService {
  if (!Token.isUnresolved(Stack.of(scope).region)) { return service; }
  const isChina = scope.node.tryFindChild('IsChina') as CfnCondition | undefined
    ?? new CfnCondition(scope, 'IsChina', { expression: Fn.conditionEquals(Aws.PARTITION, 'aws-cn') });
  const prefix = Fn.conditionIf(isChina.logicalId, 'cn.com.amazonaws', 'com.amazonaws').toString();
  return new ec2.InterfaceVpcEndpointAwsService(service.shortName, prefix, service.port);
}
