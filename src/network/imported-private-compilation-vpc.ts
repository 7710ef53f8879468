import { Annotations, Resource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, Dependable } from 'constructs';
import { warnOfDenies } from './bucket-denies';
import { arnsOf, EndpointOnlyBucketPolicy } from './bucket-policies';
import { requireCount } from './existing-vpc';
import { ModelAccess, requireReadable } from './model-access';
import type { INeoPrivateCompilationVpc, NeoPrivateCompilationVpcAttributes, NeoVpcConfig } from './private-compilation-vpc-base';
import { requirePassableRole, requireSameRegion } from '../util/environment';
import { atEnd, NeoValidationError, pathsOf } from '../util/errors';
import { readableValue, resourcesOf } from '../util/intrinsics';
import { listOf, optional, requireType, requireTypes, STRING, type PropTypes } from '../util/prop-types';
import { BUCKET, GATEWAY_ENDPOINT, KEY, ROLE, SECURITY_GROUP, SUBNET, VPC } from '../util/resource-types';

const TYPES: PropTypes<NeoPrivateCompilationVpcAttributes> = {
  vpc: VPC,
  subnets: listOf(SUBNET),
  securityGroups: listOf(SECURITY_GROUP),
  s3Endpoint: GATEWAY_ENDPOINT,
  role: ROLE,
  buckets: optional(listOf(BUCKET)),
  encryptionKey: optional(KEY),
  controlPlaneSecurityGroup: optional(SECURITY_GROUP),
  controlPlaneSubnets: optional(listOf(SUBNET)),
  bucketPolicyActions: optional(listOf(STRING)),
};

/**
 * A network that exists already. Nothing in it is changed, except for its role if that is mutable.
 */
export class ImportedPrivateCompilationVpc extends Resource implements INeoPrivateCompilationVpc {
  public readonly vpc: ec2.IVpc;
  public readonly subnets: ec2.ISubnet[];
  public readonly securityGroup: ec2.ISecurityGroup;
  public readonly securityGroups: ec2.ISecurityGroup[];
  public readonly s3Endpoint: ec2.IGatewayVpcEndpoint;
  public readonly role: iam.IRole;
  public readonly connections: ec2.Connections;
  public readonly grantPrincipal: iam.IPrincipal;
  public readonly buckets: s3.IBucket[];
  public readonly encryptionKey?: kms.IKey;
  public readonly controlPlaneSecurityGroup?: ec2.ISecurityGroup;
  public readonly controlPlaneSubnets?: ec2.ISubnet[];
  public readonly vpcConfig: NeoVpcConfig;

  private readonly modelAccess: ModelAccess;
  private readonly endpointOnlyPolicy: EndpointOnlyBucketPolicy;

  constructor(scope: Construct, id: string, attrs: NeoPrivateCompilationVpcAttributes) {
    super(scope, id);
    requireTypes(this, attrs, TYPES, 'attrs');
    requireSameRegion(this, 'vpc', attrs.vpc);
    requirePassableRole(this, attrs.role);
    attrs.buckets?.forEach(bucket => requireSameRegion(this, 'buckets', bucket));
    if (attrs.encryptionKey) { requireSameRegion(this, 'encryptionKey', attrs.encryptionKey); }
    requireCount(this, 'subnets', attrs.subnets);
    requireCount(this, 'securityGroups', attrs.securityGroups, 'groups');
    ({ vpc: this.vpc, subnets: this.subnets, s3Endpoint: this.s3Endpoint, role: this.role, securityGroups: this.securityGroups } = attrs);
    this.buckets = attrs.buckets ?? [];
    this.encryptionKey = attrs.encryptionKey;
    this.controlPlaneSecurityGroup = attrs.controlPlaneSecurityGroup;
    this.controlPlaneSubnets = attrs.controlPlaneSubnets;
    this.requireControlPlane();
    [this.securityGroup] = this.securityGroups;
    this.connections = new ec2.Connections({ securityGroups: this.securityGroups });
    this.grantPrincipal = this.role.grantPrincipal;
    this.vpcConfig = vpcConfigOf(this);
    this.modelAccess = new ModelAccess(this, this.role);
    this.endpointOnlyPolicy = new EndpointOnlyBucketPolicy(this, this.s3Endpoint, attrs.bucketPolicyActions);
    // `lateWarnings` adds warnings to a child, and this construct has no other.
    const checks = new Construct(this, 'Checks');
    atEnd(checks, () => warnOfDenies(this, resourcesOf(this.node.root), this.modelAccess.buckets));
    // Grants create a policy below the role, and jobs must wait for that policy.
    const { role } = this;
    Dependable.implement(this, { get dependencyRoots() { return [role]; } });
  }

  private requireControlPlane() {
    const { controlPlaneSecurityGroup: group, controlPlaneSubnets: subnets } = this;
    if ((group === undefined) !== (subnets === undefined)) {
      throw new NeoValidationError(`controlPlaneSecurityGroup and controlPlaneSubnets must come together, because functions in the VPC need both; got: ${group ? 'no controlPlaneSubnets' : 'no controlPlaneSecurityGroup'}`, this);
    }
    if (!subnets) { return; }
    requireCount(this, 'controlPlaneSubnets', subnets);
    const shared = subnets.filter(({ subnetId }) => this.subnets.some(job => job.subnetId === subnetId));
    if (shared.length > 0) {
      throw new NeoValidationError(`controlPlaneSubnets must not be the jobs' subnets, because jobs must not use the S3 endpoint of the functions; got: ${pathsOf(shared)}`, this);
    }
  }

  public grantReadThroughEndpoint(bucket: s3.IBucket, objectKeyPattern: string): iam.Grant {
    requireReadable(this, bucket, objectKeyPattern);
    const isReachable = this.buckets.some(({ bucketArn }) => bucketArn === bucket.bucketArn);
    return this.modelAccess.grantRead(bucket, objectKeyPattern, isReachable);
  }

  public bucketPolicyStatement(bucket: s3.IBucket): iam.PolicyStatement {
    requireType(this, 'bucket', bucket, BUCKET);
    requireSameRegion(this, 'bucket', bucket);
    return this.endpointOnlyPolicy.statementFor(bucket);
  }

  public allowOutsideEndpoint(grantee: iam.IGrantable): void {
    this.endpointOnlyPolicy.exempt(grantee);
    const arns = arnsOf(this, grantee).map(arn => readableValue(Stack.of(this).resolve(arn)));
    Annotations.of(this).addWarningV2('cdk-sagemaker-neo:outsideEndpointNotManaged', 'the bucket policies of an imported network are not managed here: if they deny '
      + `requests from outside the S3 endpoint, they must exempt (ArnNotLike aws:PrincipalArn) ${arns.join(', ')}`);
  }
}

export function vpcConfigOf(privateVpc: INeoPrivateCompilationVpc): NeoVpcConfig {
  return {
    subnets: privateVpc.subnets.map(({ subnetId }) => subnetId),
    securityGroupIds: privateVpc.securityGroups.map(({ securityGroupId }) => securityGroupId),
    privateVpc,
  };
}
