import { Annotations, Resource } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';

/**
 * Let a role use keys. CDK extends the policy of a key where it can and must; that of a key of another app is out of reach.
 */
export function grantKeys(scope: IConstruct, role: iam.IRole, keys: Iterable<kms.IKey>, ...actions: string[]): iam.Grant[] {
  const grants = [...new Set(keys)].map(key => ({ key, grant: key.grant(role, ...actions) }));
  const unknown = grants.filter(({ key }) => !Resource.isOwnedResource(key));
  if (unknown.length > 0) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:keyPolicyNotManaged', `the policy of key ${paths(unknown)} cannot be read or changed here: it must let IAM policies of `
      + `this account decide, as that of a new key does, or allow ${actions.join(' and ')} to the role ${role.node.path}`);
  }
  // What an imported alias stands for is not known either.
  const refused = grants.filter(({ grant }) => !grant.success);
  if (refused.length > 0) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:keyNotGranted', `the role ${role.node.path} must be allowed ${actions.join(' and ')} on key ${paths(refused)}, `
      + 'which cannot be done here: bring the key by its ARN (kms.Key.fromKeyArn), or give the role the permission');
  }
  return grants.map(({ grant }) => grant);
}

function paths(grants: { key: kms.IKey }[]): string {
  return grants.map(({ key }) => key.node.path).join(', ');
}
