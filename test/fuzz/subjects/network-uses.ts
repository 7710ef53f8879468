import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as fc from 'fast-check';
import { buckets, grantees, keys, roles, securityGroups } from './parts';
import { actions, endpoints, subnetLists, vpcs } from './private-compilation-vpc';
import { NeoCompilationJob, NeoPrivateCompilationVpc, NeoTarget, type NeoPrivateCompilationVpcAttributes } from '../../../src';
import { subject } from '../subject';
import { any, lists, notOf, oneOf, optional, required, texts, textTokens } from '../values';

export const IMPORTED_NETWORK = subject<NeoPrivateCompilationVpcAttributes>({
  name: 'NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes',
  weight: 10,
  base: ({ vpc, network: { securityGroup, s3Endpoint }, role }) =>
    ({ vpc, subnets: vpc.selectSubnets({ subnetGroupName: 'Own' }).subnets, securityGroups: [securityGroup], s3Endpoint, role }),
  values: {
    vpc: required(vpcs),
    subnets: required(subnetLists, notOf('array')),
    securityGroups: required(securityGroups(5, any)),
    s3Endpoint: required(endpoints),
    role: required(roles),
    buckets: optional(lists(buckets), notOf('array')),
    encryptionKey: optional(keys),
    controlPlaneSecurityGroup: optional(any(['a group', world => world.part('Functions', id => new ec2.SecurityGroup(world.stack, id, { vpc: world.vpc, allowAllOutbound: false }))]), notOf()),
    controlPlaneSubnets: optional(any(['subnets of functions', world => world.vpc.selectSubnets({ subnetGroupName: 'Functions' }).subnets]), subnetLists),
    bucketPolicyActions: optional(actions),
  },
  make: (world, scope, attributes) => {
    const network = NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(scope, 'Network', attributes);
    new NeoCompilationJob(scope, 'Job', { vpcConfig: network.vpcConfig, model: world.model, target: NeoTarget.ML_C5, outputBucket: network.buckets[0] ?? world.bucket });
  },
  calls: { vpc: /\bvpc/, role: /\brole\b/, buckets: /\bbuckets?\b|outputBucket/, subnets: /\bsubnets\b/ },
});

const keyPatterns = oneOf(
  texts(text => text === '' ? 'bad' : 'any', fc.stringMatching(/^[a-z]{1,6}\/[a-z0-9*?]{1,8}\.tar\.gz$/)),
  textTokens('any'),
  notOf('string'),
);

export const READING_MODELS = subject<{ bucket: s3.IBucket; objectKeyPattern: string }>({
  name: 'grantReadThroughEndpoint',
  weight: 8,
  base: world => ({ bucket: world.bucket, objectKeyPattern: 'models/*' }),
  values: { bucket: required(buckets), objectKeyPattern: required(keyPatterns) },
  make: (world, _scope, { bucket, objectKeyPattern }) => { world.network.grantReadThroughEndpoint(bucket, objectKeyPattern); },
});

export const LETTING_IN = subject<{ grantee: iam.IGrantable; reader: iam.IGrantable; bucket: s3.IBucket }>({
  name: 'allowOutsideEndpoint, grantReadArtifacts, bucketPolicyStatement',
  weight: 6,
  base: world => ({ grantee: world.role, reader: world.role, bucket: world.bucket }),
  values: { grantee: required(grantees), reader: required(grantees), bucket: required(buckets) },
  make: (world, _scope, { grantee, reader, bucket }) => {
    world.network.bucketPolicyStatement(bucket);
    world.network.allowOutsideEndpoint(grantee);
    world.job.grantReadArtifacts(reader);
  },
  calls: { grantee: /grantee|bucketPolicyExemptPrincipals/, reader: /grantee/ },
});
