import { fail, type Observation, pass, representative, type PrivacyRule, type RuleScope, unknown } from './rule';
import { bucketLock, openPublicAccess } from '../network/bucket-facts';
import type { CompilationNetwork } from '../network/network';
import type { TemplateResource } from '../template/template-set';

export const BUCKET_RULES: PrivacyRule[] = [
  {
    id: 'BucketOnlyThroughEndpoint',
    title: 'Buckets deny what does not come through the S3 endpoint',
    why: 'The endpoint keeps jobs in; only the bucket\'s own policy keeps everybody else out of models and artifacts.',
    fix: 'Deny s3:GetObject, s3:GetObjectVersion, s3:PutObject and s3:ListBucket to everybody with StringNotEquals on aws:SourceVpce, exempting only '
      + 'named principals with ArnNotLike on aws:PrincipalArn, in each policy of the bucket: bucketPolicyStatement() of NeoPrivateCompilationVpc returns '
      + 'the statement. Let nobody but named principals change the policy.',
    check: scope => perBucket(scope, (bucket, { s3Endpoints, outside }) => {
      const lock = bucketLock(scope.templates, bucket, s3Endpoints, outside.s3Endpoints);
      if (lock.unlocking.length > 0) { return fail(lock.policies[0], `everybody may ${lock.unlocking.join(', ')}`, 'PolicyDocument'); }
      const spared = lock.exempt.length ? `, except for ${lock.exempt.join(', ')}` : '';
      return lock.missing.length
        ? fail(lock.policies[0] ?? bucket, `${lock.policies.length ? '' : 'no bucket policy: '}${lock.missing.join(', ')} not denied outside the endpoint`,
          ...lock.policies.length ? ['PolicyDocument'] : [])
        : pass(bucket, `denied outside the endpoint${spared}`);
    }),
  },
  {
    id: 'BucketBlocksPublicAccess',
    title: 'Buckets block public access',
    why: 'With all four settings on, no policy and no access control list can make models public by mistake.',
    fix: 'Set blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL.',
    check: scope => perBucket(scope, bucket => {
      const open = openPublicAccess(scope.templates, bucket);
      return open.length
        ? fail(bucket, `not on: ${open.join(', ')}`, 'PublicAccessBlockConfiguration')
        : pass(bucket, 'all four settings are on', 'PublicAccessBlockConfiguration');
    }),
  },
  {
    id: 'BucketNotCopied',
    title: 'Buckets are not replicated or served as a website',
    why: 'S3 itself copies objects of a replicated bucket, past the endpoint and the Deny, possibly to another account.',
    fix: 'Remove ReplicationConfiguration and WebsiteConfiguration, or keep models in a bucket of their own.',
    check: scope => perBucket(scope, bucket => {
      const found = ['ReplicationConfiguration', 'WebsiteConfiguration'].filter(name => scope.templates.choices(bucket.properties[name]).length > 0);
      return found.length ? fail(bucket, found.join(', '), ...found) : pass(bucket, 'neither replicated nor a website');
    }),
  },
];

/** Buckets of the app one by one; those of others cannot be looked into. */
function perBucket({ networks }: RuleScope, check: (bucket: TemplateResource, network: CompilationNetwork) => Observation): Observation[] {
  return networks.flatMap(network => [
    ...network.buckets.map(bucket => check(bucket, network)),
    ...network.outside.buckets.flatMap(name => representative(network).map(resource => unknown(resource, `bucket ${name} is not made by this app`))),
  ]);
}
