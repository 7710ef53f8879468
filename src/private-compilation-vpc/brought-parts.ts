import { Annotations, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { requireGroupCount } from './brought-network';
import { compareIds } from './same-id';
import { NeoValidationError } from '../private/errors';
import { readable } from '../private/readable-policy';

/**
 * Security groups that were brought.
 */
export function checkSecurityGroups(scope: Construct, vpc: ec2.IVpc, groups: ec2.ISecurityGroup[]) {
  requireGroupCount(scope, groups);
  for (const group of groups) {
    const resource = group.node.defaultChild;
    if (!(resource instanceof ec2.CfnSecurityGroup)) {
      Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:securityGroupNotChecked', `security group ${group.node.path} is not made by this app, so these `
        + 'cannot be checked: it must be in the VPC, let nothing in, and let out TCP 443 to the prefix list of S3 and all traffic to the subnets');
      continue;
    }
    if (resource.vpcId !== undefined && compareIds(resource.vpcId, vpc.vpcId) === 'different') {
      throw new NeoValidationError(`securityGroups must be in vpc; got: ${group.node.path} of another VPC`, scope);
    }
    if (group.allowAllOutbound) {
      Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:securityGroupAllowsAllOutbound', `security group ${group.node.path} lets all traffic out; create it with `
        + 'allowAllOutbound: false and let out TCP 443 to the prefix list of S3 and all traffic to the subnets');
    }
  }
}

/**
 * An S3 endpoint that was brought.
 */
export function checkS3Endpoint(
  scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], endpoint: ec2.IGatewayVpcEndpoint, needed: iam.PolicyStatement[],
) {
  const resource = endpoint.node.defaultChild;
  if (resource instanceof ec2.CfnVPCEndpoint) {
    if (resource.vpcEndpointType !== undefined && resource.vpcEndpointType !== 'Gateway') {
      throw new NeoValidationError(`s3Endpoint must be a gateway endpoint; got: ${endpoint.node.path}, of type ${resource.vpcEndpointType}`, scope);
    }
    if (compareIds(resource.vpcId, vpc.vpcId) === 'different') {
      throw new NeoValidationError(`s3Endpoint must be in vpc; got: ${endpoint.node.path} of another VPC`, scope);
    }
    const tables = resource.routeTableIds ?? [];
    const cutOff = subnets.filter(({ routeTable }) => routeTable?.routeTableId
      && tables.every(table => compareIds(table, routeTable.routeTableId) === 'different'));
    if (cutOff.length > 0) {
      throw new NeoValidationError('s3Endpoint must be on the route table of every subnet; got: '
        + `${endpoint.node.path}, without ${cutOff.map(({ node }) => node.path).join(', ')}`, scope);
    }
  } else {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:s3EndpointNotChecked', `S3 endpoint ${endpoint.node.path} is not made by this app, so this cannot `
      + 'be checked: it must be a gateway endpoint for S3 on the route tables of all subnets');
  }
  Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:endpointPolicyNotManaged', `the policy of S3 endpoint ${endpoint.node.path} is not managed here: it must allow the `
    + `following, and should allow nothing else: ${readable(scope, ...needed)}`);
}

/**
 * An execution role that was brought. It has been granted what jobs need, which a role that cannot be changed ignores.
 */
export function checkRole(scope: Construct, role: iam.IRole, isMutable: boolean, needed: iam.PolicyStatement[]) {
  if (!isMutable) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:roleNotManaged',
      `the policies of role ${role.node.path} cannot be changed here; they must allow: ${readable(scope, ...needed)}`);
  }
  if (!(role instanceof iam.Role)) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:roleTrustNotChecked', `role ${role.node.path} is not made by this app, so this cannot be checked: `
      + 'it must trust sagemaker.amazonaws.com for compilation jobs of this account (conditions aws:SourceAccount and aws:SourceArn)');
    return;
  }
  const trustOf = () => JSON.stringify(Stack.of(role).resolve(role.assumeRolePolicy)) ?? '';
  if (!trustOf().includes('aws:SourceArn') && !trustOf().includes('aws:SourceAccount')) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:roleTrustUnconditional', `role ${role.node.path} trusts services unconditionally: give its service principal `
      + 'the conditions aws:SourceAccount (this account) and aws:SourceArn (arn:<partition>:sagemaker:<region>:<account>:compilation-job/*), or another account '
      + 'could have Neo use it');
  }
  // At the end of synthesis, as a trust policy may still grow.
  scope.node.addValidation({
    validate: () => trustOf().includes('sagemaker.amazonaws.com')
      ? []
      : [`role must trust sagemaker.amazonaws.com, or Neo cannot assume it; got: ${role.node.path}, which does not`],
  });
}
