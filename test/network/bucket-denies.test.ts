/**
 * Whether the policy of a bucket denies what jobs do: for certain, perhaps, or not.
 */
import { App, Aws, CfnCondition, CfnParameter, Fn, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { existing } from './existing-vpc-fixture';
import { network, newStack, warningIds, warnings } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';

const S3 = { service: ec2.GatewayVpcEndpointAwsService.S3 };
const ADMIN = 'arn:aws:iam::111122223333:role/admin';

type Verdict = 'denies' | 'may' | 'no';

/** What the warnings of a stack say. */
function verdict(stack: Stack): Verdict {
  (stack.node.root as App).synth();
  const ids = warningIds(stack).filter(id => /^bucket(May)?Den(y|ies)Network$/.test(id));
  expect(ids.length).toBeLessThan(2);
  return ids.includes('bucketDeniesNetwork') ? 'denies' : ids.includes('bucketMayDenyNetwork') ? 'may' : 'no';
}

type Fixture = ReturnType<typeof network>;

function deny(bucket: s3.Bucket, props: iam.PolicyStatementProps) {
  const who = props.principals ?? props.notPrincipals;
  bucket.addToResourcePolicy(new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    ...who ? {} : { principals: [new iam.AnyPrincipal()] },
    ...props.notActions ? {} : { actions: ['s3:*'] },
    resources: [bucket.arnForObjects('*')],
    ...props,
  }));
}

/** With one Deny in the policy of the bucket. */
function verdictOn(statement: (fixture: Fixture) => iam.PolicyStatementProps, stack = newStack()): Verdict {
  const fixture = network({}, stack);
  deny(fixture.bucket, statement(fixture));
  return verdict(stack);
}

describe('a Deny with the condition', () => {
  test.each<[Verdict, string, (fixture: Fixture) => Record<string, any>]>([
    ['denies', 'another endpoint of the app', ({ stack }) => ({ StringNotEqualsIfExists: { 'aws:sourceVpce': existing(stack).addGatewayEndpoint('S3', S3).vpcEndpointId } })],
    ['denies', 'another VPC of the app', ({ stack }) => ({ StringNotEquals: { 'aws:SourceVpc': existing(stack).vpcId } })],
    ['denies', 'an address, which a request through an endpoint does not have', () => ({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })],
    ['denies', 'no address', () => ({ Null: { 'aws:SourceIp': 'true' } })],
    ['denies', 'a user name, which a role does not have', () => ({ StringNotEquals: { 'aws:username': 'admin' } })],
    ['denies', 'the age of a second factor', () => ({ Null: { 'aws:MultiFactorAuthAge': true } })],
    ['denies', 'other roles', () => ({ ArnNotLike: { 'aws:PrincipalArn': [ADMIN, 'arn:aws:iam::*:role/ops/admin-*'] } })],
    ['denies', 'another role of the app', ({ stack }) => ({ ArnNotEquals: { 'aws:PrincipalArn': new iam.Role(stack, 'Other', { assumedBy: new iam.AccountRootPrincipal() }).roleArn } })],
    ['denies', 'users', () => ({ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:user/admin' } })],
    ['denies', 'any endpoint', () => ({ Null: { 'aws:SourceVpce': 'false' } })],
    ['denies', 'any endpoint, as a pattern', () => ({ StringLike: { 'aws:SourceVpce': 'vpce-*' } })],
    ['denies', 'none', () => ({})],
    ['may', 'an endpoint by an ID, which may be copied from this network', () => ({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } })],
    ['may', 'an endpoint of a parameter', ({ stack }) => ({ StringNotEquals: { 'aws:SourceVpce': new CfnParameter(stack, 'Endpoint').valueAsString } })],
    ['may', 'some endpoints', () => ({ StringNotLike: { 'aws:SourceVpce': 'vpce-0*' } })],
    ['may', 'a tag of the role besides another VPC', ({ stack }) => ({ StringNotEquals: { 'aws:SourceVpc': existing(stack).vpcId, 'aws:PrincipalTag/exempt': 'true' } })],
    ['may', 'a network perimeter', () => ({
      StringNotEqualsIfExists: { 'aws:SourceVpc': 'vpc-1', 'aws:PrincipalTag/network-perimeter-exception': 'true' },
      NotIpAddressIfExists: { 'aws:SourceIp': '203.0.113.0/24' },
      BoolIfExists: { 'aws:PrincipalIsAWSService': 'false', 'aws:ViaAWSService': 'false' },
    })],
    ['may', 'an organization', () => ({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } })],
    ['may', 'an account, which is unknown here', () => ({ StringNotEquals: { 'aws:PrincipalAccount': '444455556666' } })],
    ['may', 'a policy variable', () => ({ StringNotEquals: { 'aws:SourceVpce': '${aws:PrincipalTag/endpoint}' } })],
    ['may', 'roles that begin with the name of the stack', () => ({ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Stack-*' } })],
    ['may', 'a role by an ARN that may be copied', () => ({ ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/Stack-NeoRole1-A' } })],
    ['may', 'encryption', () => ({ StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } })],
    ['may', 'TLS 1.3', () => ({ NumericLessThan: { 's3:TlsVersion': 1.3 } })],
    ['may', 'an unknown key', () => ({ Bool: { 'aws:SomethingNew': 'true' } })],
    ['no', 'TLS 1.2', () => ({ NumericLessThan: { 's3:TlsVersion': 1.2 } })],
    ['no', 'no TLS', () => ({ Bool: { 'aws:SecureTransport': 'false' } })],
    ['no', 'no endpoint', () => ({ Null: { 'aws:SourceVpce': 'true' } })],
    ['no', 'no endpoint, as a pattern', () => ({ StringNotLike: { 'aws:SourceVpce': 'vpce-*' } })],
    ['no', 'any of the services on the way, of which there are none', () => ({ 'ForAnyValue:StringNotEquals': { 'aws:CalledVia': ['athena.amazonaws.com'] } })],
    ['denies', 'all of the services on the way', () => ({ 'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['athena.amazonaws.com'] } })],
    ['no', 'an address', () => ({ IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })],
    ['no', 'callers of services', () => ({ Bool: { 'aws:SecureTransport': 'true', 'aws:ViaAWSService': 'true' } })],
    ['no', 'this VPC among others', ({ privateVpc }) => ({ StringNotEquals: { 'aws:SourceVpc': ['vpc-1', privateVpc.vpc.vpcId] } })],
    ['no', 'this account', () => ({ StringNotEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } })],
    ['no', 'the execution role, whatever else', ({ privateVpc }) => ({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' }, ArnNotEquals: { 'aws:PrincipalArn': privateVpc.role.roleArn } })],
  ])('%s: %s', (expected, _, conditions) => {
    expect(verdictOn(fixture => ({ conditions: conditions(fixture) }))).toBe(expected);
  });

  test('of another account is certain where both are known', () => {
    const stack = newStack({ env: { account: '111122223333' } });
    expect(verdictOn(() => ({ conditions: { StringNotEquals: { 'aws:PrincipalAccount': '444455556666' } } }), stack)).toBe('denies');
  });
});

describe('a Deny', () => {
  const PARTITION = `arn:${Aws.PARTITION}:iam::`;
  test.each<[Verdict, string, (fixture: Fixture) => iam.PolicyStatementProps]>([
    ['denies', 'for everyone but another role', () => ({ notPrincipals: [new iam.ArnPrincipal(ADMIN)] })],
    ['denies', 'for everyone but the account, which exempts none of its roles', () => ({ notPrincipals: [new iam.AccountRootPrincipal()] })],
    ['denies', 'for the execution role', ({ privateVpc }) => ({ principals: [privateVpc.role] })],
    ['denies', 'for the account, and so for its roles', () => ({ principals: [new iam.AccountRootPrincipal()] })],
    ['denies', 'of all actions but deletions', () => ({ notActions: ['s3:DeleteObject'] })],
    ['may', 'for another account, which is unknown here', () => ({ principals: [new iam.AccountPrincipal('444455556666')] })],
    ['may', 'for a role by a parameter', ({ stack }) => ({ principals: [new iam.ArnPrincipal(new CfnParameter(stack, 'Role').valueAsString)] })],
    ['may', 'of an action by a parameter', ({ stack }) => ({ actions: [new CfnParameter(stack, 'Action').valueAsString] })],
    ['may', 'on what a parameter names', ({ stack }) => ({ resources: [new CfnParameter(stack, 'Resource').valueAsString] })],
    ['no', 'for everyone but the execution role', ({ privateVpc }) => ({ notPrincipals: [privateVpc.role] })],
    ['no', 'for another role', () => ({ principals: [new iam.ArnPrincipal(ADMIN), new iam.ArnPrincipal(`${PARTITION}${Aws.ACCOUNT_ID}:role/admin`)] })],
    ['no', 'for a service', () => ({ principals: [new iam.ServicePrincipal('s3.amazonaws.com')] })],
    ['no', 'of objects under a prefix', ({ bucket }) => ({ resources: [bucket.arnForObjects('finance/*')] })],
    ['no', 'of deletions', () => ({ actions: ['s3:DeleteObject'] })],
    ['no', 'of all actions but those on objects', () => ({ notActions: ['s3:*Object', 's3:List*'] })],
  ])('%s: %s', (expected, _, statement) => {
    expect(verdictOn(statement)).toBe(expected);
  });

  test('for another account is none where both are known', () => {
    const stack = newStack({ env: { account: '111122223333' } });
    expect(verdictOn(() => ({ principals: [new iam.AccountPrincipal('444455556666')] }), stack)).toBe('no');
    expect(verdictOn(() => ({ principals: [new iam.AccountPrincipal('111122223333')] }), newStack({ env: { account: '111122223333' } }, 'Own'))).toBe('denies');
  });

  test.each<[string, (role: iam.IRole) => string[]]>([
    ['by its ARN', () => ['arn:aws:iam::111122223333:role/neo', ADMIN]],
    ['by a pattern', () => ['arn:aws:iam::*:role/ne*']],
  ])('that exempts an execution role of a fixed name %s', (_, arns) => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Role', { roleName: 'neo', assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }) });
    const { bucket } = network({ role }, stack);
    deny(bucket, { conditions: { ArnNotLike: { 'aws:PrincipalArn': arns(role) } } });
    expect(verdict(stack)).not.toBe('denies');
  });

  test.each<[string, (stack: Stack, condition: CfnCondition) => Partial<s3.CfnBucketPolicyProps>, boolean]>([
    ['statement', (_, { logicalId }) => ({ policyDocument: { Statement: [Token.asAny({ 'Fn::If': [logicalId, { ...ELSEWHERE, Condition: {} }, { Ref: 'AWS::NoValue' }] })] } }), false],
    ['policy', () => ({ policyDocument: { Statement: [{ ...ELSEWHERE, Condition: {} }] } }), true],
  ])('in a %s that a condition of the template may leave out may deny', (_, props, isOnResource) => {
    const stack = newStack();
    const condition = new CfnCondition(stack, 'IsProduction', { expression: Fn.conditionEquals(Aws.REGION, 'eu-west-1') });
    const policy = new s3.CfnBucketPolicy(stack, 'Policy', { bucket: 'company-models', ...props(stack, condition) } as s3.CfnBucketPolicyProps);
    if (isOnResource) { policy.cfnOptions.condition = condition; }
    network({ buckets: [s3.Bucket.fromBucketName(stack, 'Models', 'company-models')] }, stack);
    expect(verdict(stack)).toBe('may');
  });
});

test('CDK\'s own statements deny jobs nothing', () => {
  const stack = newStack();
  const buckets = [new s3.Bucket(stack, 'Models', { enforceSSL: true, minimumTLSVersion: 1.2 })];
  network({ buckets }, stack);
  expect(verdict(stack)).toBe('no');
});

describe('the warning', () => {
  const warned = (conditions: (fixture: Fixture) => Record<string, any>) => {
    const fixture = network();
    deny(fixture.bucket, { conditions: conditions(fixture) });
    verdict(fixture.stack);
    return warnings(fixture.stack);
  };

  test('says what denies', () => {
    expect(warned(() => ({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }))).toEqual([expect.stringMatching(
      /^the policy of bucket Stack\/Bucket denies requests of this network's jobs, so they cannot use the bucket, and if .*"Effect":"Deny".*Remove the statement, or exempt the S3 endpoint.*\[ack: cdk-sagemaker-neo:bucketDeniesNetwork\]$/,
    )]);
  });

  test('says what may deny, and on what that depends', () => {
    expect(warned(({ stack }) => ({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1', 'aws:PrincipalOrgID': 'o-1', 'aws:SourceVpc': existing(stack).vpcId } }))).toEqual([expect.stringMatching(
      /^the policy of bucket Stack\/Bucket may deny requests of this network's jobs, which depends on what is not known at synthesis \(aws:SourceVpce, aws:PrincipalOrgID\): .*"Effect":"Deny".*\. If it does, jobs .*\[ack: cdk-sagemaker-neo:bucketMayDenyNetwork\]$/,
    )]);
  });
});

const ELSEWHERE = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::company-models/*', Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } } };

describe('a bucket that denies what does not come from elsewhere', () => {
  const withPolicy = (stack: Stack, statement: object = ELSEWHERE) => {
    new s3.CfnBucketPolicy(stack, 'Policy', { bucket: 'company-models', policyDocument: { Statement: [statement] } });
    return s3.Bucket.fromBucketName(stack, 'Models', 'company-models');
  };
  const verdictFor = (make: (stack: Stack) => unknown) => {
    const stack = newStack();
    make(stack);
    return verdict(stack);
  };

  test('is warned of, too, when it is brought by its name', () => {
    expect(verdictFor(stack => network({ buckets: [withPolicy(stack)] }, stack))).toBe('may');
  });

  test('is warned of, too, when jobs only read models from it', () => {
    const read = (statement?: object) => verdictFor(stack => network({}, stack).privateVpc.grantReadThroughEndpoint(withPolicy(stack, statement), 'm.tar.gz'));
    expect(read()).toBe('may');
    expect(read({ ...ELSEWHERE, Action: 's3:PutObject' })).toBe('no');
  });

  test('is warned of, too, by an imported network, whose endpoint has a known ID', () => {
    expect(verdictFor(stack => NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Network', {
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-2', availabilityZones: ['eu-west-1a'] }),
      subnets: [ec2.Subnet.fromSubnetId(stack, 'Subnet', 'subnet-1')],
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
      s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-2'),
      role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo'),
      buckets: [withPolicy(stack)],
    }))).toBe('denies');
  });

  test.each(['strong', 'weak', 'both'])('the endpoint of another stack is not that of this one, even if their logical IDs are equal (%s references)', references => {
    const app = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': references } });
    const [one, other] = ['One', 'Other'].map(id => network({}, new Stack(app, id)));
    deny(one.bucket, { conditions: { StringNotEquals: { 'aws:SourceVpce': other.privateVpc.s3Endpoint.vpcEndpointId } } });
    app.synth();
    expect([one, other].map(({ stack }) => warningIds(stack))).toEqual([['bucketDeniesNetwork'], []]);
  });
});
