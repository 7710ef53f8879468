/**
 * Who in an app uses the buckets of a network, and whose policies deny it to whom.
 */
import { App, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as deployment from 'aws-cdk-lib/aws-s3-deployment';
import { existing } from './existing-vpc-fixture';
import { network, newStack, templateOf, warningIds, warnings } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';
import { DependencyGraph } from '../util/dependency-graph';

const S3 = { service: ec2.GatewayVpcEndpointAwsService.S3 };
const synth = (stack: Stack) => (stack.node.root as App).synth();

describe('a bucket that denies what does not come from elsewhere', () => {
  const closed = (stack: Stack, condition: Record<string, any>, action = 's3:*') => {
    const bucket = new s3.Bucket(stack, 'Bucket');
    bucket.addToResourcePolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: [action], resources: [bucket.arnForObjects('*')], conditions: condition,
    }));
    return network({}, stack);
  };
  const denied = (make: (stack: Stack) => unknown) => {
    const stack = newStack();
    make(stack);
    synth(stack);
    return warnings(stack).filter(text => text.includes('bucketDeniesNetwork'));
  };

  test.each<[string, (stack: Stack) => Record<string, any>]>([
    ['an endpoint by its ID', () => ({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } })],
    ['an endpoint of the app', stack => ({ StringNotEqualsIfExists: { 'aws:sourceVpce': existing(stack).addGatewayEndpoint('S3', S3).vpcEndpointId } })],
    ['an address, which a request through an endpoint does not have', () => ({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })],
    ['a network perimeter', () => ({
      StringNotEqualsIfExists: { 'aws:SourceVpc': 'vpc-1', 'aws:PrincipalTag/network-perimeter-exception': 'true' },
      NotIpAddressIfExists: { 'aws:SourceIp': '203.0.113.0/24' },
      BoolIfExists: { 'aws:PrincipalIsAWSService': 'false', 'aws:ViaAWSService': 'false' },
    })],
    ['other roles', () => ({ ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/admin'] } })],
    ['any endpoint', () => ({ Null: { 'aws:SourceVpce': 'false' } })],
    ['anywhere', () => ({})],
    ['another VPC', stack => ({ StringNotEquals: { 'aws:SourceVpc': existing(stack).vpcId } })],
  ])('%s: a warning', (_, condition) => {
    expect(denied(stack => closed(stack, condition(stack)))).toEqual([expect.stringMatching(/^the policy of bucket Stack\/Bucket denies requests of this network's jobs, .*"Effect":"Deny".*Remove the statement, or exempt the S3 endpoint/)]);
  });

  test('no warning where the condition names this network, a pattern or a parameter, or where jobs are not concerned', () => {
    const own = (stack: Stack) => {
      const { bucket, privateVpc } = network({}, stack);
      bucket.addToResourcePolicy(new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:*'],
        resources: [bucket.arnForObjects('*')],
        conditions: { StringNotEquals: { 'aws:SourceVpc': ['vpc-1', privateVpc.vpc.vpcId] } },
      }));
    };
    expect(denied(own)).toEqual([]);
    expect(denied(stack => closed(stack, { StringNotLike: { 'aws:SourceVpce': 'vpce-*' } }))).toEqual([]);
    expect(denied(stack => closed(stack, { StringNotEquals: { 'aws:SourceVpce': new CfnParameter(stack, 'Endpoint').valueAsString } }))).toEqual([]);
    expect(denied(stack => closed(stack, { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }, 's3:DeleteObject'))).toEqual([]);
    expect(denied(stack => closed(stack, { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }))).toEqual([]);
    expect(denied(stack => closed(stack, { Bool: { 'aws:SecureTransport': 'false' } }))).toEqual([]);
    expect(denied(stack => closed(stack, { Null: { 'aws:SourceVpce': 'true' } }))).toEqual([]);
    expect(denied(stack => closed(stack, { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } }, 's3:PutObject'))).toEqual([]);
    expect(denied(stack => closed(stack, { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' }, ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Stack-*' } }))).toHaveLength(1);
  });

  test.each<[string, (bucket: s3.Bucket, role: iam.IRole) => iam.PolicyStatementProps, number]>([
    ['whose condition exempts the execution role', (bucket, role) => ({
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:*'],
      resources: [bucket.arnForObjects('*')],
      conditions: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' }, ArnNotEquals: { 'aws:PrincipalArn': role.roleArn } },
    }), 0],
    ['for everyone but the execution role', (bucket, role) => ({ notPrincipals: [role], actions: ['s3:*'], resources: [bucket.arnForObjects('*')] }), 0],
    ['for everyone but another role', bucket => ({ notPrincipals: [new iam.ArnPrincipal('arn:aws:iam::111122223333:role/admin')], actions: ['s3:*'], resources: [bucket.arnForObjects('*')] }), 1],
    ['for another role', bucket => ({ principals: [new iam.ArnPrincipal('arn:aws:iam::111122223333:role/admin')], actions: ['s3:*'], resources: [bucket.arnForObjects('*')] }), 0],
    ['that a service which acts for its callers meets', bucket => ({
      principals: [new iam.AnyPrincipal()], actions: ['s3:*'], resources: [bucket.arnForObjects('*')], conditions: { Bool: { 'aws:SecureTransport': 'true', 'aws:ViaAWSService': 'true' } },
    }), 0],
    ['for the execution role', (bucket, role) => ({ principals: [role], actions: ['s3:*'], resources: [bucket.arnForObjects('*')] }), 1],
    ['of objects under a prefix', bucket => ({ principals: [new iam.AnyPrincipal()], actions: ['s3:*'], resources: [bucket.arnForObjects('finance/*')] }), 0],
    ['of all actions but deletions', bucket => ({ principals: [new iam.AnyPrincipal()], notActions: ['s3:DeleteObject'], resources: [bucket.arnForObjects('*')] }), 1],
    ['of all actions but those on objects', bucket => ({ principals: [new iam.AnyPrincipal()], notActions: ['s3:*Object', 's3:List*'], resources: [bucket.arnForObjects('*')] }), 0],
  ])('a Deny %s', (_, statement, expected) => {
    expect(denied(stack => {
      const { bucket, privateVpc } = network({}, stack);
      bucket.addToResourcePolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, ...statement(bucket, privateVpc.role) }));
    })).toHaveLength(expected);
  });

  test('a Deny that exempts an execution role of a fixed name by its ARN', () => {
    expect(denied(stack => {
      const role = new iam.Role(stack, 'Role', { roleName: 'neo', assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }) });
      const { bucket } = network({ role }, stack);
      const conditions = { ArnNotEquals: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/neo', 'arn:aws:iam::111122223333:role/admin'] } };
      bucket.addToResourcePolicy(new iam.PolicyStatement({
        effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: ['s3:*'], resources: [bucket.arnForObjects('*')], conditions,
      }));
    })).toEqual([]);
  });

  const ELSEWHERE = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::company-models/*', Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } } };
  const withPolicy = (stack: Stack, statement: object = ELSEWHERE) => {
    new s3.CfnBucketPolicy(stack, 'Policy', { bucket: 'company-models', policyDocument: { Statement: [statement] } });
    return s3.Bucket.fromBucketName(stack, 'Models', 'company-models');
  };

  test('is warned of, too, when it is brought by its name', () => {
    expect(denied(stack => network({ buckets: [withPolicy(stack)] }, stack))).toHaveLength(1);
  });

  test('is warned of, too, when jobs only read models from it', () => {
    const read = (statement?: object) => denied(stack => network({}, stack).privateVpc.grantReadThroughEndpoint(withPolicy(stack, statement), 'm.tar.gz'));
    expect(read()).toEqual([expect.stringMatching(/^the policy of bucket Stack\/Models denies requests of this network's jobs, so they cannot use the bucket: /)]);
    expect(read({ ...ELSEWHERE, Action: 's3:PutObject' })).toEqual([]);
  });

  test('is warned of, too, by an imported network', () => {
    expect(denied(stack => NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Network', {
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-2', availabilityZones: ['eu-west-1a'] }),
      subnets: [ec2.Subnet.fromSubnetId(stack, 'Subnet', 'subnet-1')],
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
      s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-2'),
      role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo'),
      buckets: [withPolicy(stack)],
    }))).toHaveLength(1);
  });

  test.each(['strong', 'weak', 'both'])('the endpoint of another stack is not that of this one, even if their logical IDs are equal (%s references)', references => {
    const app = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': references } });
    const [one, other] = ['One', 'Other'].map(id => network({}, new Stack(app, id)));
    const statement = (from: typeof one) => one.bucket.addToResourcePolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:*'],
      resources: [one.bucket.arnForObjects('*')],
      conditions: { StringNotEquals: { 'aws:SourceVpce': from.privateVpc.s3Endpoint.vpcEndpointId } },
    }));
    statement(other);
    app.synth();
    expect([one, other].map(({ stack }) => warningIds(stack))).toEqual([['bucketDeniesNetwork'], []]);
  });
});

describe('a BucketDeployment into a bucket of the network', () => {
  const upload = (stack: Stack, bucket: s3.IBucket) => new deployment.BucketDeployment(stack, 'Upload', { sources: [deployment.Source.data('model.txt', 'x')], destinationBucket: bucket });

  test('is locked out, and a warning has the line that lets it in', () => {
    const { stack, bucket } = network();
    upload(stack, bucket);
    synth(stack);
    expect(warnings(stack)).toEqual([expect.stringMatching(/the BucketDeployment Stack\/Upload, because.*network\.allowOutsideEndpoint\(deployment\.handlerRole\)\. A job .*\[ack: cdk-sagemaker-neo:bucketDeploymentDenied\]/)]);
  });

  test('is not warned of when it is let in, nor into another bucket', () => {
    const { stack, bucket, privateVpc } = network();
    privateVpc.allowOutsideEndpoint(upload(stack, bucket).handlerRole);
    new deployment.BucketDeployment(stack, 'Elsewhere', { sources: [deployment.Source.data('a', 'x')], destinationBucket: new s3.Bucket(stack, 'Other') });
    synth(stack);
    expect(warningIds(stack)).toEqual([]);
  });
});

describe('equal stacks of one app', () => {
  test('each have deployments of their own', () => {
    const app = new App();
    const stacks = ['Test', 'Production'].map(id => new Stack(app, id));
    stacks.forEach((stack, index) => {
      const { bucket, privateVpc } = network({}, stack);
      const { handlerRole } = new deployment.BucketDeployment(stack, 'Upload', { sources: [deployment.Source.data('model.txt', 'x')], destinationBucket: bucket });
      if (index === 0) { privateVpc.allowOutsideEndpoint(handlerRole); }
    });
    app.synth();
    expect(stacks.map(warningIds)).toEqual([[], ['bucketDeploymentDenied']]);
  });
});

describe('a role with permissions on a bucket of the network', () => {
  const handler = (scope: Stack, props: Partial<lambda.FunctionProps> = {}) =>
    new lambda.Function(scope, 'Function', { code: lambda.Code.fromInline('x'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_24_X, ...props });
  const denied = (use: (fixture: ReturnType<typeof network>) => void) => {
    const fixture = network();
    use(fixture);
    synth(fixture.stack);
    return warnings(fixture.stack).filter(text => text.includes('roleDenied'));
  };

  test.each<[string, (fixture: ReturnType<typeof network>) => void]>([
    ['by a grant', ({ stack, bucket }) => { bucket.grantRead(handler(stack)); }],
    ['by a policy', ({ stack, bucket }) => { handler(stack).addToRolePolicy(new iam.PolicyStatement({ actions: ['s3:Get*'], resources: [bucket.arnForObjects('x/*')] })); }],
  ])('cannot use them, which a warning says with the line that lets it in: %s', (_, use) => {
    expect(denied(use)).toEqual([expect.stringMatching(/^the bucket policies of this network deny .*: Stack\/Function\/ServiceRole\. Exempt them with network\.allowOutsideEndpoint\(role\) \[ack/)]);
  });

  test.each<[string, (fixture: ReturnType<typeof network>) => void]>([
    ['that is let in', ({ stack, bucket, privateVpc }) => {
      const reader = handler(stack);
      bucket.grantRead(reader);
      privateVpc.allowOutsideEndpoint(reader);
    }],
    ['that a wildcard may let in', ({ stack, bucket, privateVpc }) => {
      privateVpc.allowOutsideEndpoint(new iam.ArnPrincipal('arn:aws:iam::111122223333:role/*'));
      bucket.grantRead(handler(stack));
    }],
    ['that is let in by its ARN', ({ stack, bucket, privateVpc }) => {
      privateVpc.allowOutsideEndpoint(new iam.ArnPrincipal('arn:aws:iam::111122223333:role/reader'));
      bucket.grantRead(new iam.Role(stack, 'Reader', { roleName: 'reader', assumedBy: new iam.AccountRootPrincipal() }));
    }],
    ['that is denied nothing', ({ stack, bucket }) => { bucket.grantDelete(handler(stack)); }],
    ['of another bucket', ({ stack }) => { new s3.Bucket(stack, 'Other').grantRead(handler(stack)); }],
    ['of a function in the VPC', ({ stack, bucket, privateVpc: { vpc } }) => { bucket.grantRead(handler(stack, { vpc, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } })); }],
    ['of an instance, which may run in the VPC', ({ stack, bucket }) => { bucket.grantRead(new iam.Role(stack, 'Instance', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') })); }],
    ['that hosts models', ({ stack, bucket }) => { bucket.grantRead(new iam.Role(stack, 'Host', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') })); }],
  ])('is not warned of when it is one %s', (_, use) => { expect(denied(use)).toEqual([]); });
});

describe('a role of another stack', () => {
  const apart = (props: Partial<iam.RoleProps> = {}) => {
    const { stack, bucket, privateVpc } = network();
    const other = new Stack(stack.node.root as App, 'Other');
    const role = new iam.Role(other, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), ...props });
    new deployment.BucketDeployment(other, 'Upload', { sources: [deployment.Source.data('model.txt', 'x')], destinationBucket: bucket, role });
    return { stack, other, role, privateVpc };
  };

  test('is locked out, which the warning says with what it takes', () => {
    const { stack } = apart();
    synth(stack);
    expect(warnings(stack).filter(text => text.includes('bucketDeploymentDenied'))).toEqual([expect.stringMatching(/allowOutsideEndpoint\(deployment\.handlerRole\), which takes a roleName for a role in another stack than the network\./)]);
  });

  test('fails when it is let in while its stack refers to that of the network, and the error says what to do', () => {
    const { stack, role, privateVpc } = apart();
    privateVpc.allowOutsideEndpoint(role);
    expect(() => synth(stack)).toThrow(/grantee must not be created in the stack Other, because the network, in the stack Stack, would have to refer to it, and two stacks cannot refer to each other: create it in that stack, or give the role a roleName; got: Other\/Role/);
  });

  test('is let in by its name', () => {
    const { stack, role, privateVpc } = apart({ roleName: 'uploader' });
    privateVpc.allowOutsideEndpoint(role);
    synth(stack);
    expect(warningIds(stack)).toEqual([]);
  });

  test.each(['strong', 'weak', 'both'])('is let in from a nested stack, which refers to its parent as well (%s references)', references => {
    const stack = new Stack(new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': references } }), 'Stack');
    const { bucket, privateVpc } = network({}, stack);
    const nested = new NestedStack(stack, 'Nested');
    const { handlerRole } = new deployment.BucketDeployment(nested, 'Upload', { sources: [deployment.Source.data('model.txt', 'x')], destinationBucket: bucket });
    privateVpc.allowOutsideEndpoint(handlerRole);
    synth(stack);
    expect(new DependencyGraph(templateOf(stack).toJSON()).cycles()).toEqual([]);
    expect(warningIds(stack)).toEqual([]);
  });

  test('is let in by a reference when its stack needs nothing of the network\'s', () => {
    const { stack, privateVpc } = network();
    const roles = new Stack(stack.node.root as App, 'Roles');
    privateVpc.allowOutsideEndpoint(new iam.Role(roles, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
    synth(stack);
    expect(stack.dependencies).toEqual([roles]);
  });
});

describe('a bucket with a second bucket policy', () => {
  test('is warned of, as AWS has one per bucket', () => {
    const { stack, bucket } = network();
    new s3.CfnBucketPolicy(stack, 'Policy', { bucket: bucket.bucketName, policyDocument: { Statement: [] } });
    synth(stack);
    expect(warnings(stack)).toEqual([expect.stringMatching(/^bucket Stack\/Bucket has more than one bucket policy \(Stack\/Bucket\/Policy\/Resource, Stack\/Policy\).*\[ack: cdk-sagemaker-neo:secondBucketPolicy\]/)]);
  });

  test('is not, when the network writes none', () => {
    const stack = newStack();
    network({ buckets: [s3.Bucket.fromBucketName(stack, 'Models', 'company-models')] }, stack);
    new s3.CfnBucketPolicy(stack, 'Policy', { bucket: 'company-models', policyDocument: { Statement: [] } });
    synth(stack);
    expect(warningIds(stack)).toEqual(['bucketPolicyNotManaged']);
  });
});

describe('AWS services that use a bucket of the network', () => {
  const service = (make: (stack: Stack, bucket: s3.Bucket) => void, props: Parameters<typeof network>[0] = {}, context = {}) => {
    const stack = new Stack(new App({ context }), 'Stack');
    const { bucket } = network(props, stack);
    make(stack, bucket);
    synth(stack);
    return warnings(stack).filter(text => text.includes('serviceDenied'));
  };
  const logsInto = (stack: Stack, bucket: s3.Bucket) => new s3.Bucket(stack, 'Site', { serverAccessLogsBucket: bucket });

  test.each<[string, (stack: Stack, bucket: s3.Bucket) => void, object, RegExp]>([
    ['access logs, by a bucket policy', logsInto, { '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true }, /: logging\.s3\.amazonaws\.com, access logs of Stack\/Site\. Give them/],
    ['access logs, by an ACL', logsInto, {}, /: access logs of Stack\/Site\. Give them/],
    ['an inventory', (stack, bucket) => new s3.Bucket(stack, 'Site', { inventories: [{ destination: { bucket } }] }), {}, /: s3\.amazonaws\.com\. Give them/],
    ['flow logs', (_, bucket) => bucket.addToResourcePolicy(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')], actions: ['s3:Put*'], resources: [bucket.arnForObjects('*')],
    })), {}, /: delivery\.logs\.amazonaws\.com\. Give them/],
    ['a distribution', (stack, bucket) => new cloudfront.Distribution(stack, 'Site', { defaultBehavior: { origin: origins.S3BucketOrigin.withOriginAccessControl(bucket) } }), {}, /: cloudfront\.amazonaws\.com\. Give them/],
    ['a distribution, by an identity', (_, bucket) => { bucket.grantRead(new cloudfront.OriginAccessIdentity(bucket, 'Identity')); }, {}, /: a CloudFront origin access identity\. Give them/],
    ['readers of a website', (_, bucket) => { bucket.addToResourcePolicy(new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['s3:GetObject'], resources: [bucket.arnForObjects('*')] })); },
      {}, /: everyone\. Give them/],
  ])('are denied, which a warning says: %s', (_, make, context, text) => {
    expect(service(make, {}, context)).toEqual([expect.stringMatching(text)]);
  });

  test('are not warned of when they do what is not denied, or use another bucket', () => {
    expect(service((_, bucket) => bucket.addToResourcePolicy(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')], actions: ['s3:GetBucketAcl'], resources: [bucket.bucketArn],
    })))).toEqual([]);
    expect(service(stack => logsInto(stack, new s3.Bucket(stack, 'Logs')))).toEqual([]);
    expect(service(logsInto, { bucketPolicyActions: ['s3:GetObject'] }, { '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true }).join()).not.toContain('logging.s3');
  });
});
