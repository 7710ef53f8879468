import { CfnResource, CfnWaitConditionHandle, Resource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Dependable, type Construct, type IDependable } from 'constructs';
import { checkApp } from './app-checks';
import { closeBuckets, EndpointOnlyBucketPolicy, LaterBuckets, uniqueBuckets, type BucketPolicies } from './bucket-policies';
import { createControlPlane } from './control-plane';
import { bucketStatement, createExecutionRole, grantObjects, networkStatements, OBJECTS_SID, observationStatements, permitExistingRole, statementsOf } from './execution-role';
import { selectNetwork } from './existing-vpc';
import { createFlowLogs } from './flow-logs';
import { ImportedPrivateCompilationVpc, vpcConfigOf } from './imported-private-compilation-vpc';
import { ModelAccess, requireReadable } from './model-access';
import { describeNetwork, identifyByContent } from './network-metadata';
import { concurrentJobs, createVpc } from './new-vpc';
import type { INeoPrivateCompilationVpc, NeoPrivateCompilationVpcAttributes, NeoVpcConfig } from './private-compilation-vpc-base';
import type { NeoPrivateCompilationVpcProps } from './private-compilation-vpc-props';
import { validateProps } from './private-compilation-vpc-props';
import { checkS3Endpoint, createS3Endpoint, endpointStatements, findS3PrefixList } from './s3-endpoint';
import { checkSecurityGroups, createSecurityGroup } from './security-groups';
import { requirePassableRole, requireSameRegion } from '../util/environment';
import { atEnd } from '../util/errors';
import { requireType } from '../util/prop-types';
import { BUCKET } from '../util/resource-types';
import { uploadDestination } from '../util/s3-names';

/**
 * A VPC in which SageMaker Neo compiles models without any path to the internet. It has isolated subnets sized for the jobs, a gateway endpoint that
 * allows only the given buckets, bucket policies that allow only this endpoint, a security group that allows no other traffic, and the execution
 * role.
 *
 * Pass `vpcConfig` to `NeoCompilationJob`. A construct that depends on this one (`node.addDependency`) is deployed after all of it.
 *
 * Nothing in it is charged by the hour unless you set `privateControlPlane`. CloudWatch Logs charges for the volume of flow logs.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 *
 * @example
 * const bucket = new s3.Bucket(this, 'Models');
 * const network = new NeoPrivateCompilationVpc(this, 'Network', { buckets: [bucket] });
 */
export class NeoPrivateCompilationVpc extends Resource implements INeoPrivateCompilationVpc {
  /**
   * Imports an existing network, for example one that another app created. Within one app, and across its stacks, pass the construct itself.
   *
   * The parts are checked only for their type, number, Region and account, and for statements of bucket policies in this app that deny jobs'
   * requests. Only the role is changed, if it is mutable. If this app creates the role, jobs check its trust policy and grant it what they need.
   *
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param attrs the parts of the network
   */
  public static fromPrivateCompilationVpcAttributes(
    scope: Construct, id: string, attrs: NeoPrivateCompilationVpcAttributes,
  ): INeoPrivateCompilationVpc {
    return new ImportedPrivateCompilationVpc(scope, id, attrs);
  }

  /**
   * The VPC.
   */
  public readonly vpc: ec2.IVpc;

  /**
   * The isolated subnets that compilation jobs use, 1 to 16.
   */
  public readonly subnets: ec2.ISubnet[];

  /**
   * The first security group of the jobs, which is the only one unless `securityGroups` has several.
   */
  public readonly securityGroup: ec2.ISecurityGroup;

  /**
   * All security groups of the jobs, 1 to 5.
   */
  public readonly securityGroups: ec2.ISecurityGroup[];

  /**
   * The S3 gateway endpoint, the jobs' only way out.
   */
  public readonly s3Endpoint: ec2.IGatewayVpcEndpoint;

  /**
   * The execution role of the jobs, assumed by sagemaker.amazonaws.com.
   */
  public readonly role: iam.IRole;

  /**
   * The security groups, to allow more traffic. Compilation jobs need no further rules.
   */
  public readonly connections: ec2.Connections;

  /**
   * The execution role, as the grantee of further permissions.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * The value for `vpcConfig` of a `NeoCompilationJob`.
   */
  public readonly vpcConfig: NeoVpcConfig;

  /**
   * The buckets that jobs can reach.
   */
  public readonly buckets: s3.IBucket[];

  /**
   * The log group of the flow logs. It is undefined without flow logs, and for a `flowLogDestination` other than CloudWatch Logs.
   */
  public readonly flowLogGroup?: logs.ILogGroup;

  /**
   * Customer-managed key for the output and the logs of jobs. It is undefined if there is none.
   */
  public readonly encryptionKey?: kms.IKey;

  /**
   * Security group of the functions that control jobs. It is undefined without `privateControlPlane`.
   */
  public readonly controlPlaneSecurityGroup?: ec2.ISecurityGroup;

  /**
   * Subnets of the functions that control jobs. They are undefined without `privateControlPlane`.
   */
  public readonly controlPlaneSubnets?: ec2.ISubnet[];

  /** @internal */
  public readonly _bucketPolicies: BucketPolicies;

  /**
   * How many jobs of this network the deployment of a stack runs at the same time. It is never undefined here.
   */
  public readonly maxConcurrentJobs?: number;

  private readonly endpointOnlyPolicy: EndpointOnlyBucketPolicy;
  private readonly laterBuckets = new LaterBuckets(this);
  private readonly bucketGrant: iam.Grant;
  private readonly modelAccess: ModelAccess;

  /**
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param props the buckets; optionally existing resources, sizes and security options
   */
  constructor(scope: Construct, id: string, props: NeoPrivateCompilationVpcProps) {
    super(scope, id);
    validateProps(this, props, new.target !== NeoPrivateCompilationVpc);
    this.buckets = uniqueBuckets(this, props.buckets);
    this.maxConcurrentJobs = concurrentJobs(this, props);

    const { vpc, subnets, controlPlaneSubnets } = props.vpc ? selectNetwork(this, props.vpc, props) : createVpc(this, props);
    this.vpc = vpc;
    this.subnets = subnets;
    this.controlPlaneSubnets = controlPlaneSubnets;
    if (props.encryptionKey) { requireSameRegion(this, 'encryptionKey', props.encryptionKey); }
    this.encryptionKey = props.encryptionKey;
    this.flowLogGroup = createFlowLogs(this, vpc, this.buckets, props);

    const ownEndpoint = props.s3Endpoint ? undefined : createS3Endpoint(this, vpc, subnets);
    this.s3Endpoint = ownEndpoint ?? props.s3Endpoint!;
    const throughEndpoint = [...endpointStatements(this.buckets), ...props.endpointPolicyStatements ?? []];
    throughEndpoint.forEach(statement => ownEndpoint?.addToPolicy(statement));
    if (!ownEndpoint) { checkS3Endpoint(this, vpc, subnets, this.s3Endpoint, throughEndpoint); }

    if (props.securityGroups) { checkSecurityGroups(this, vpc, subnets, props.securityGroups); }
    const s3PrefixList = props.s3PrefixList ?? (props.securityGroups && !props.privateControlPlane ? undefined : findS3PrefixList(this));
    this.securityGroups = props.securityGroups ?? [createSecurityGroup(this, vpc, subnets, s3PrefixList!)];
    this.securityGroup = this.securityGroups[0];
    this.connections = new ec2.Connections({ securityGroups: this.securityGroups });

    this.controlPlaneSecurityGroup = controlPlaneSubnets && createControlPlane(this, vpc, controlPlaneSubnets, s3PrefixList!, this.buckets);

    if (props.role) { requirePassableRole(this, props.role); }
    this.role = props.role ?? createExecutionRole(this);
    this.grantPrincipal = this.role.grantPrincipal;
    this.bucketGrant = this.permitJobs(props.role !== undefined);
    this.modelAccess = new ModelAccess(this, this.role, ownEndpoint);

    this.endpointOnlyPolicy = new EndpointOnlyBucketPolicy(this, this.s3Endpoint, props.bucketPolicyActions);
    props.bucketPolicyExemptPrincipals?.forEach(grantee => this.endpointOnlyPolicy.exempt(grantee));
    const bucketPolicies = closeBuckets(this, this.buckets, this.endpointOnlyPolicy);
    this._bucketPolicies = {
      areWritten: bucketPolicies.length > 0,
      denyDeletion: this.endpointOnlyPolicy.deniesDeletion,
      orderJob: job => this.laterBuckets.addJob(job),
    };

    this.vpcConfig = vpcConfigOf(this);
    // An existing VPC may contain much that jobs need not wait for. Its subnets depend on everything that they need.
    const network = props.vpc ? [...subnets, ...controlPlaneSubnets ?? []] : [vpc];
    const parts = [...network, this.s3Endpoint, ...this.securityGroups, this.role, ...bucketPolicies];
    this.createReadyBarrier(parts);
    checkApp(this, this.endpointOnlyPolicy, this.modelAccess.buckets);
    describeNetwork(this, !props.vpc);
  }

  /**
   * Returns the statement that denies requests that do not come through the S3 endpoint, for the policy of a bucket that this stack does not own.
   * It exempts the principals of `allowOutsideEndpoint`, including those that are added later.
   *
   * @param bucket a bucket, not necessarily one of `buckets`
   */
  public bucketPolicyStatement(bucket: s3.IBucket): iam.PolicyStatement {
    requireType(this, 'bucket', bucket, BUCKET);
    requireSameRegion(this, 'bucket', bucket);
    this.laterBuckets.addBucket(bucket);
    return this.endpointOnlyPolicy.statementFor(bucket);
  }

  /**
   * Lets a principal use the buckets from outside the S3 endpoint too, as `bucketPolicyExemptPrincipals` does: for example the role of a
   * `BucketDeployment`, or the role of an endpoint that hosts a compiled model. The principal still needs its own permissions.
   *
   * A role of this stack is created before the jobs. If its permissions refer to attributes of jobs, add them with `grant…` or
   * `addToPrincipalPolicy`, not with `inlinePolicies`.
   *
   * @param grantee a role, a user, a function or an `ArnPrincipal`
   */
  public allowOutsideEndpoint(grantee: iam.IGrantable): void {
    this.endpointOnlyPolicy.exempt(grantee);
  }

  /**
   * Lets the execution role read objects of a bucket that is not one of `buckets`, and lets the requests through the S3 endpoint. Jobs call this for
   * their models.
   *
   * @param bucket the bucket that contains the model
   * @param objectKeyPattern key of the object, or a pattern for keys with the wildcards `*` and `?`
   */
  public grantReadThroughEndpoint(bucket: s3.IBucket, objectKeyPattern: string): iam.Grant {
    requireReadable(this, bucket, objectKeyPattern);
    const destination = uploadDestination(bucket);
    const isOwn = this.buckets.some(({ bucketArn }) => bucketArn === destination.bucketArn);
    return isOwn ? this.bucketGrant : this.modelAccess.grantRead(destination, objectKeyPattern);
  }

  /**
   * Grants the execution role what jobs need.
   *
   * @returns the grant on the buckets' objects
   */
  private permitJobs(isExisting: boolean): iam.Grant {
    const network = [...networkStatements(this, this), bucketStatement(this.buckets)];
    const observation = observationStatements(this);
    if (!isExisting) {
      [...network, ...observation].forEach(statement => this.role.addToPrincipalPolicy(statement));
      return grantObjects(this, this.role, this.buckets);
    }
    const objects = grantObjects(this, this.role, this.buckets);
    objects.principalStatements.forEach(statement => { statement.sid = OBJECTS_SID; });
    permitExistingRole(this, this.role, [...statementsOf(this, ...network), ...observation], statementsOf(this, ...objects.principalStatements));
    return objects;
  }

  /**
   * Creates one resource that depends on all others, so that each of perhaps hundreds of jobs needs one line in the template to depend on the
   * network, instead of thirty. The handle does nothing and costs nothing.
   *
   * CDK resolves dependencies on constructs at the end of synthesis, so this includes policies that are added later.
   */
  private createReadyBarrier(parts: IDependable[]) {
    const ready = new CfnWaitConditionHandle(this, 'Ready');
    // Metadata that CDK adds would update the handle, which CloudFormation cannot do.
    ready.addDeletionOverride('Metadata');
    ready.node.addDependency(...parts, ...this.node.children.filter(child => child !== ready));
    // Sorted as CDK sorts DependsOn. `obtainDependencies` also returns resources of other stacks, and the newest aws-cdk-lib has no other method.
    const dependencies = () => ready.obtainDependencies().filter(element => CfnResource.isCfnResource(element))
      .filter(({ stack }) => stack === ready.stack).sort((one, other) => one.node.path.localeCompare(other.node.path));
    const logicalIds = () => this.stack.resolve(dependencies().map(({ logicalId }) => logicalId)) as string[];
    // Hundreds of jobs ask for the handle's logical ID, and no dependency is added once validations run.
    let final: string[] | undefined;
    atEnd(ready, () => { final = logicalIds(); });
    identifyByContent(ready, () => final ?? logicalIds());
    Dependable.implement(this, { get dependencyRoots() { return [ready]; } });
  }
}
