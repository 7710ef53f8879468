import { CustomResourceProviderBase, Lazy, Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { literalArnOf } from './stack-cycle';
import { NeoValidationError, shown } from '../util/errors';
import { requireType } from '../util/prop-types';
import { GRANTEE } from '../util/resource-types';

export const DEFAULT_DENIED_ACTIONS = ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:ListBucket'];

/**
 * Actions on objects and listings. Everything else concerns the bucket itself and may be what CloudFormation needs.
 */
const DENIABLE = new RegExp('^s3:(?:(?:Get|Put|Delete|Restore|Replicate)Object[A-Za-z]*\\*?'
  + '|AbortMultipartUpload|ListMultipartUploadParts|ListBucket(?:\\*|Versions|MultipartUploads)?)$');

const DELETING = /^s3:Delete/;

/** What the custom resource behind `autoDeleteObjects` does with objects. */
const EMPTYING = /^s3:(?:Delete|ListBucket(?:\*|Versions))/;

/**
 * The Deny that closes a bucket to everything outside the endpoint.
 */
export class BucketLock {
  private readonly exemptArns: string[] = [];

  constructor(private readonly scope: IConstruct, private readonly endpoint: ec2.IGatewayVpcEndpoint, private readonly actions: string[]) {
    if (actions.length === 0) {
      throw new NeoValidationError('bucketPolicyActions must name at least one action; got: []', scope);
    }
    if (Token.isUnresolved(actions)) {
      throw new NeoValidationError('bucketPolicyActions must be known at synthesis, or they could lock out the deployment itself; got: a token', scope);
    }
    for (const action of actions) {
      if (!Token.isUnresolved(action) && !DENIABLE.test(action)) {
        throw new NeoValidationError('bucketPolicyActions must be S3 actions on objects or listings, such as "s3:DeleteObject*": '
          + `denying others could lock out the deployment itself; got: ${shown(action)}`, scope);
      }
    }
  }

  /**
   * Exempt a principal. Rendered at synthesis, so statements that exist already follow.
   */
  public exempt(grantee: iam.IGrantable) {
    for (const arn of arnsOf(this.scope, grantee)) {
      if (!this.exemptArns.includes(arn)) { this.exemptArns.push(arn); }
    }
  }

  public get deniesDeletion(): boolean {
    return this.actions.some(action => Token.isUnresolved(action) || DELETING.test(action));
  }

  public statementFor(bucket: s3.IBucket): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'OnlyThroughNeoEndpoint',
      effect: iam.Effect.DENY,
      principals: [new iam.StarPrincipal()],
      actions: this.actions,
      resources: [bucket.bucketArn, bucket.arnForObjects('*')],
      conditions: {
        // A request that comes through no endpoint has no such key, and a negated operator matches a missing key: denied too.
        StringNotEquals: { 'aws:SourceVpce': this.endpoint.vpcEndpointId },
        ArnNotLike: Lazy.any({ produce: () => this.exemption(bucket) }),
      },
    });
  }

  /** For a session of a role, aws:PrincipalArn is the ARN of the role. */
  private exemption(bucket: s3.IBucket) {
    const arns = [...this.exemptArns, ...this.actions.some(action => EMPTYING.test(action)) ? emptierOf(bucket) : []];
    return arns.length ? { 'aws:PrincipalArn': arns } : undefined;
  }
}

/**
 * The role that empties a bucket with `autoDeleteObjects` before CloudFormation deletes it.
 */
function emptierOf(bucket: s3.IBucket): string[] {
  if (!bucket.node.tryFindChild('AutoDeleteObjectsCustomResource')) { return []; }
  const provider = Stack.of(bucket).node.tryFindChild('Custom::S3AutoDeleteObjectsCustomResourceProvider');
  return provider instanceof CustomResourceProviderBase ? [provider.roleArn] : [];
}

/**
 * The ARNs that aws:PrincipalArn has for a grantee.
 */
export function arnsOf(scope: IConstruct, grantee: iam.IGrantable): string[] {
  requireType(scope, 'grantee', grantee, GRANTEE);
  const principal = grantee.grantPrincipal;
  const literal = literalArnOf(scope, principal);
  if (literal) { return [literal]; }
  const arns = principal && !(principal instanceof iam.AccountPrincipal) && !(principal instanceof iam.UnknownPrincipal)
    ? principal.policyFragment.principalJson.AWS ?? []
    : [];
  if (arns.length === 0 || arns.includes('*')) {
    throw new NeoValidationError('bucketPolicyExemptPrincipals must be roles, users or ARNs of them, as the exemption compares aws:PrincipalArn; '
      + `for all roles of an account use new iam.ArnPrincipal('arn:aws:iam::111122223333:role/*'); got: ${principal}`, scope);
  }
  return arns;
}
