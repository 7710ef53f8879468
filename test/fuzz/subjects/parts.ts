import { Lazy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as fc from 'fast-check';
import { NeoModel, NeoTarget, NeoTargetArch, NeoTargetOs } from '../../../src';
import { any, bad, elsewhere, good, listTokens, lists, matching, maps, notOf, oneOf, structs, texts, textTokens, type Values } from '../values';
import { OPTIONS } from '../world';

export const JOB_NAME = /^(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

export const jobNames = oneOf(texts(text => JOB_NAME.test(text) ? 'good' : 'bad', fc.stringMatching(/^[a-zA-Z0-9](-{0,2}[a-zA-Z0-9]){0,62}$/)), textTokens(), notOf('string'));

export const buckets: Values = oneOf(
  good(['the bucket', world => world.bucket]),
  elsewhere(['a bucket of another Region', world => world.anew((scope, id) => s3.Bucket.fromBucketAttributes(scope, id, { bucketName: 'elsewhere', region: 'eu-west-1' }))]),
  any(
    ['a bucket of another account', world => world.anew((scope, id) => s3.Bucket.fromBucketAttributes(scope, id, { bucketName: 'theirs', account: '444455556666' }))],
    ['an imported bucket', world => world.anew((scope, id) => s3.Bucket.fromBucketName(scope, id, 'imported'))],
    ['a bucket with a token as its name', world => world.anew((scope, id) => s3.Bucket.fromBucketName(scope, id, Lazy.string({ produce: () => 'lazy' })))],
    ['a bucket by parameter', world => world.anew((scope, id) => s3.Bucket.fromBucketName(scope, id, world.parameter('String').valueAsString))],
    ['a bucket of another stack', world => world.part('OtherBucket', id => new s3.Bucket(world.otherStack('Other'), id))],
  ),
  bad(['a role', world => world.role], ['a class', () => s3.Bucket]),
  notOf(),
);

export const roles: Values = oneOf(
  good(['a role', world => world.role]),
  elsewhere(['a role of another account', world => world.anew((scope, id) => iam.Role.fromRoleArn(scope, id, 'arn:aws:iam::444455556666:role/theirs'))]),
  any(
    ['an imported role', world => world.anew((scope, id) => iam.Role.fromRoleName(scope, id, 'imported'))],
    ['a role by parameter', world => world.anew((scope, id) => iam.Role.fromRoleArn(scope, id, world.parameter('String').valueAsString))],
    ['a role that cannot be changed', world => world.anew((scope, id) => iam.Role.fromRoleArn(scope, id, 'arn:aws:iam::111122223333:role/fixed', { mutable: false }))],
    ['a role with a name that is none', world => world.anew((scope, id) => iam.Role.fromRoleArn(scope, id, 'arn:aws:iam::111122223333:role/no name'))],
    ['a role of a service that is not SageMaker', world => world.anew((scope, id) => new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }))],
  ),
  bad(['a bucket', world => world.bucket], ['a principal', () => new iam.AccountRootPrincipal()]),
  notOf(),
);

export const keys: Values = oneOf(
  good(['a key', world => world.key]),
  elsewhere(['a key of another Region', world => world.anew((scope, id) => kms.Key.fromKeyArn(scope, id, 'arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef'))]),
  any(
    ['a key of another account', world => world.anew((scope, id) => kms.Key.fromKeyArn(scope, id, 'arn:aws:kms:us-east-1:444455556666:key/01234567-89ab-cdef-0123-456789abcdef'))],
    ['an alias', world => world.anew((scope, id) => kms.Alias.fromAliasName(scope, id, 'alias/models'))],
    ['a key by parameter', world => world.anew((scope, id) => kms.Key.fromKeyArn(scope, id, world.parameter('String').valueAsString))],
  ),
  bad(['a bucket', world => world.bucket]),
  notOf(),
);

export const grantees: Values = oneOf(
  good(['a role', world => world.role], ['an ARN', () => new iam.ArnPrincipal('arn:aws:iam::111122223333:role/team/*')]),
  any(
    ['a service', () => new iam.ServicePrincipal('sagemaker.amazonaws.com')],
    ['an account', () => new iam.AccountPrincipal('111122223333')],
    ['anyone', () => new iam.AnyPrincipal()],
    ['an ARN by token', () => new iam.ArnPrincipal(Lazy.string({ produce: () => 'arn:aws:iam::111122223333:role/lazy' }))],
    ['a user', world => world.part('User', id => new iam.User(world.stack, id))],
  ),
  bad(['a bucket', world => world.bucket]),
  notOf(),
);

const VPC_ID = /^[-0-9a-zA-Z]{1,32}$/;
const ids = oneOf(matching(VPC_ID, fc.stringMatching(/^subnet-[0-9a-f]{17}$/)), textTokens(), notOf('string'));
export const idLists = (most: number) => oneOf(lists(ids, { least: 1, most }), listTokens(), notOf('array'));

export const vpcConfigs: Values = oneOf(
  good(['vpcConfig of the network', world => world.network.vpcConfig]),
  structs(world => world.network.vpcConfig, {
    subnets: idLists(16),
    securityGroupIds: idLists(5),
    privateVpc: oneOf(any(['undefined', () => undefined]), notOf()),
  }),
  notOf(),
);

/** What is no template of the compiler but may be said: other files show what these classes take. */
export const models: Values = oneOf(
  good(
    ['a model', world => world.model],
    ['a model package', () => NeoModel.fromModelPackageVersion('arn:aws:sagemaker:us-east-1:111122223333:model-package/models/1')],
  ),
  bad(['an S3 URI', () => 's3://bucket/model.tar.gz'], ['options', () => OPTIONS], ['a class', () => NeoModel]),
  notOf(),
);

export const targets: Values = oneOf(
  good(['NeoTarget.ML_M5', () => NeoTarget.ML_M5], ['a platform', () => NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64 })]),
  bad(['a name', () => 'ml_c5'], ['a class', () => NeoTarget]),
  notOf(),
);

const isFolder = (text: string) => /^(?!\/)(?!.*\/\/).{1,750}(?<!\/)$/s.test(text) && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text) && Buffer.byteLength(text) <= 1_024;
export const folders: Values = oneOf(texts(text => isFolder(text) ? 'any' : 'bad',
  fc.constantFrom('a\nb', 'a\u2028b', 'a\u0085b', '\ud800', '模'.repeat(400)),
  fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9._'"\\{}%-]{1,8}){0,3}$/)), textTokens(), notOf('string'));

const TAG_TEXT = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]';
const tagKeys = new RegExp(`^(?!aws:|cdk-sagemaker-neo:)${TAG_TEXT}{1,128}$`, 'iu');
const tagValues = new RegExp(`^${TAG_TEXT}{0,256}$`, 'u');
export const tags = (most: number): Values => oneOf(
  maps(
    oneOf(texts(text => tagKeys.test(text) ? 'good' : 'bad', fc.stringMatching(/^[a-zA-Z]{1,10}$/)), any(['a token', world => world.anew((_scope, id) => Lazy.string({ produce: () => id }))])),
    oneOf(texts(text => tagValues.test(text) ? 'good' : 'bad', fc.stringMatching(/^[a-zA-Z]{1,10}$/)), textTokens(), notOf('string')),
    most,
  ),
  notOf('object'),
);

/** @param ofOtherVpc what must become of a group of another VPC */
export const securityGroups = (most: number, ofOtherVpc = bad): Values => oneOf(
  lists(oneOf(
    any(
      ['a group', world => world.part('Group', id => new ec2.SecurityGroup(world.stack, id, { vpc: world.vpc, allowAllOutbound: false }))],
      ['an imported group', world => world.anew((scope, id) => ec2.SecurityGroup.fromSecurityGroupId(scope, id, 'sg-1'))],
      ['a group that lets everything out', world => world.part('Wide', id => new ec2.SecurityGroup(world.stack, id, { vpc: world.vpc }))],
    ),
    ofOtherVpc(['a group of another VPC', world => world.network.securityGroup]),
    bad(['an id', () => 'sg-1']),
    notOf(),
  ), { least: 1, most, reach: 8 }),
  notOf('array'),
);

