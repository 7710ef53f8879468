import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { wildcardReasons } from './execution-role';
import { acknowledgeWildcards } from '../util/acknowledge';
import { readable } from '../util/readable-policy';

/**
 * Give an execution role that was brought what it lacks.
 *
 * @param granted what it has been granted already
 */
export function permitBroughtRole(scope: Construct, role: iam.IRole, lacking: iam.PolicyStatement[], granted: iam.PolicyStatement[] = []) {
  const added = lacking.map(statement => role.addToPrincipalPolicy(statement));
  const statements = [...lacking, ...granted];
  // A role that cannot be changed pretends that statements were added, but there is no policy construct to wait for.
  const isMutable = role instanceof iam.Role || added.every(({ policyDependable }) => Construct.isConstruct(policyDependable));
  acknowledgeWildcards(role, wildcardReasons(statements));
  checkRole(scope, role, isMutable, statements);
}

/**
 * Statements with Sids that belong to somebody: a role may serve several networks and buckets, and no two statements of a policy have the same Sid.
 */
export function statementsOf(owner: IConstruct, ...statements: iam.PolicyStatement[]): iam.PolicyStatement[] {
  statements.forEach(statement => { statement.sid = `${statement.sid}${owner.node.addr.slice(-8)}`; });
  return statements;
}

/**
 * What jobs need has been granted, which a role that cannot be changed ignores.
 */
function checkRole(scope: Construct, role: iam.IRole, isMutable: boolean, needed: iam.PolicyStatement[]) {
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
