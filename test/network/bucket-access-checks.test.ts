/**
 * Who in an app uses the buckets of a network, and whose policies deny it to whom.
 */
import { App, NestedStack, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as deployment from 'aws-cdk-lib/aws-s3-deployment';
import { network, newApp, newStack, NO_COPIES, templateOf, warningIds, warnings } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';
import { compilation } from '../compilation-job/fixture';
import { DependencyGraph } from '../util/dependency-graph';

const synth = (stack: Stack) => (stack.node.root as App).synth();

describe('a BucketDeployment into a bucket of the network', () => {
  const upload = (stack: Stack, bucket: s3.IBucket) => new deployment.BucketDeployment(stack, 'Upload', { sources: [deployment.Source.data('model.txt', 'x')], destinationBucket: bucket });

  test('is locked out, and a warning has the line that lets it in', () => {
    const { stack, bucket } = network();
    upload(stack, bucket);
    synth(stack);
    expect(warnings(stack)).toEqual([expect.stringMatching(/the BucketDeployment Stack\/Upload, because.*network\.allowOutsideEndpoint\(deployment\.handlerRole\) \[ack: cdk-sagemaker-neo:bucketDeploymentDenied\]$/)]);
  });

  test('is not warned of when it is let in, nor into another bucket', () => {
    const { stack, bucket, privateVpc } = network();
    privateVpc.allowOutsideEndpoint(upload(stack, bucket).handlerRole);
    new deployment.BucketDeployment(stack, 'Elsewhere', { sources: [deployment.Source.data('a', 'x')], destinationBucket: new s3.Bucket(stack, 'Other') });
    synth(stack);
    expect(warningIds(stack)).toEqual([]);
  });
});

describe.each(['strong', 'weak', 'both'])('a bucket that its own stack creates and closes, and the network has by its name, with %s references', references => {
  interface Fixture { readonly bucket: s3.Bucket; readonly storageStack: Stack; readonly privateVpc: NeoPrivateCompilationVpc }

  const storage = (use: (fixture: Fixture) => void, props: s3.BucketProps = {}) => {
    const app = new App({ context: { ...NO_COPIES, '@aws-cdk/core:defaultCrossStackReferences': references } });
    const [storageStack, stack] = ['Storage', 'Network'].map(id => new Stack(app, id));
    const bucket = new s3.Bucket(storageStack, 'Models', { bucketName: 'company-models', ...props });
    const { privateVpc } = network({ buckets: [s3.Bucket.fromBucketName(stack, 'Models', 'company-models')] }, stack);
    bucket.addToResourcePolicy(privateVpc.bucketPolicyStatement(bucket));
    use({ bucket, storageStack, privateVpc });
    app.synth();
    return warnings(stack);
  };
  const upload = (stack: Stack, bucket: s3.IBucket) => new deployment.BucketDeployment(stack, 'Upload', { sources: [deployment.Source.data('model.txt', 'x')], destinationBucket: bucket }).handlerRole;

  test('needs nothing more', () => {
    expect(storage(() => undefined)).toEqual([]);
  });

  test('may have a key', () => {
    expect(storage(() => undefined, { encryption: s3.BucketEncryption.KMS })).toEqual([expect.stringMatching(/^bucket Network\/Models is imported.*the role Network\/Neo\/Role needs .*"kms:Encrypt".*:bucketKeyUnknown\]$/)]);
  });

  test('locks out an upload, whose role needs no name in the stack of the bucket', () => {
    expect(storage(({ bucket, storageStack }) => upload(storageStack, bucket))).toEqual([expect.stringMatching(/BucketDeployment Storage\/Upload.*allowOutsideEndpoint\(deployment\.handlerRole\) \[ack: cdk-sagemaker-neo:bucketDeploymentDenied\]$/)]);
    expect(storage(({ bucket, storageStack, privateVpc }) => privateVpc.allowOutsideEndpoint(upload(storageStack, bucket)))).toEqual([]);
  });

  test('locks out roles and services', () => {
    expect(storage(({ bucket, storageStack }) => {
      bucket.grantRead(new iam.Role(storageStack, 'Reader', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
      new s3.Bucket(storageStack, 'Logged', { serverAccessLogsBucket: bucket });
    })).toEqual([expect.stringMatching(/access logs of Storage\/Logged.*:serviceDenied\]$/), expect.stringMatching(/from elsewhere: Storage\/Reader\. .*:roleDenied\]$/)]);
  });

  test('is warned of if it denies what jobs do', () => {
    expect(storage(({ bucket }) => bucket.addToResourcePolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: ['s3:*'], resources: [bucket.arnForObjects('*')], conditions: { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    })))).toEqual([expect.stringContaining('cdk-sagemaker-neo:bucketDeniesNetwork')]);
  });
});

describe('the deployedBucket of a BucketDeployment', () => {
  test('is closed as the bucket itself, and takes the output of jobs', () => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Bucket');
    const { deployedBucket, handlerRole } = new deployment.BucketDeployment(stack, 'Upload', { sources: [deployment.Source.data('model.txt', 'x')], destinationBucket: bucket });
    const { privateVpc } = network({ buckets: [deployedBucket] }, stack);
    privateVpc.allowOutsideEndpoint(handlerRole);
    compilation({ outputBucket: deployedBucket }, { stack, bucket, privateVpc });
    synth(stack);
    expect(privateVpc.buckets).toEqual([bucket]);
    expect(warnings(stack)).toEqual([]);
    const template = templateOf(stack);
    template.resourceCountIs('AWS::S3::BucketPolicy', 1);
    expect(new DependencyGraph(template.toJSON()).cycles()).toEqual([]);
  });

  test('needs no further permission as the place of models', () => {
    const { stack, bucket, privateVpc } = network();
    const { deployedBucket, handlerRole } = new deployment.BucketDeployment(stack, 'Upload', { sources: [deployment.Source.data('model.txt', 'x')], destinationBucket: bucket });
    privateVpc.allowOutsideEndpoint(handlerRole);
    privateVpc.grantReadThroughEndpoint(deployedBucket, 'models/*');
    synth(stack);
    expect(warnings(stack)).toEqual([]);
  });
});

test('a bucket by its name whose policy in the app has the statement is closed', () => {
  const stack = newStack();
  const bucket = s3.Bucket.fromBucketName(stack, 'Models', 'company-models');
  const { privateVpc } = network({ buckets: [bucket] }, stack);
  new s3.CfnBucketPolicy(stack, 'Policy', { bucket: 'company-models', policyDocument: new iam.PolicyDocument({ statements: [privateVpc.bucketPolicyStatement(bucket)] }) });
  synth(stack);
  expect(warningIds(stack)).toEqual(['bucketKeyUnknown']);
});

describe('equal stacks of one app', () => {
  test('each have deployments of their own', () => {
    const app = newApp();
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
  const READ = (bucket: s3.IBucket) => new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects('*')] });
  const handler = (scope: Stack, props: Partial<lambda.FunctionProps> = {}) =>
    new lambda.Function(scope, 'Function', { code: lambda.Code.fromInline('x'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_24_X, ...props });
  const project = (scope: Stack, props: codebuild.ProjectProps = {}) => new codebuild.Project(scope, 'Project', { buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }), ...props });
  const denied = (use: (fixture: ReturnType<typeof network>) => void) => {
    const fixture = network();
    use(fixture);
    synth(fixture.stack);
    return warnings(fixture.stack).filter(text => text.includes('roleDenied'));
  };

  test.each<[string, (fixture: ReturnType<typeof network>) => void]>([
    ['by a grant', ({ stack, bucket }) => { bucket.grantRead(handler(stack)); }],
    ['by a managed policy', ({ stack, bucket }) => { new iam.ManagedPolicy(stack, 'Managed', { roles: [handler(stack).role!], statements: [READ(bucket)] }); }],
    ['by a managed policy that the role names', ({ stack, bucket }) => { handler(stack).role!.addManagedPolicy(new iam.ManagedPolicy(stack, 'Managed', { statements: [READ(bucket)] })); }],
    ['of a function in another VPC', ({ stack, bucket }) => { bucket.grantRead(handler(stack, { vpc: new ec2.Vpc(stack, 'Other') })); }],
    ['of a function in an imported VPC', ({ stack, bucket }) => {
      const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Other', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1'] });
      bucket.grantRead(handler(stack, { vpc }));
    }],
    ['by a policy', ({ stack, bucket }) => { handler(stack).addToRolePolicy(new iam.PolicyStatement({ actions: ['s3:Get*'], resources: [bucket.arnForObjects('x/*')] })); }],
  ])('cannot use them, which a warning says with the line that lets it in: %s', (_, use) => {
    expect(denied(use)).toEqual([expect.stringMatching(/^the bucket policies of this network deny .*: Stack\/Function\/ServiceRole\. Exempt them with network\.allowOutsideEndpoint\(role\) \[ack/)]);
  });

  test('of a function in other subnets of the VPC, whose route tables do not lead to the endpoint', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      natGateways: 1, subnetConfiguration: [{ name: 'Jobs', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }, { name: 'Public', subnetType: ec2.SubnetType.PUBLIC }, { name: 'Functions', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }],
    });
    const { bucket } = network({ vpc, maxConcurrentInstances: 2 }, stack);
    bucket.grantRead(handler(stack, { vpc }));
    synth(stack);
    expect(warningIds(stack)).toEqual(['roleDenied']);
  });

  test('by an inline policy', () => {
    expect(denied(({ stack, bucket }) => new iam.Role(stack, 'Inline', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), inlinePolicies: { read: new iam.PolicyDocument({ statements: [READ(bucket)] }) },
    }))).toHaveLength(1);
  });

  test('on everything but a resource is none on the bucket', () => {
    expect(denied(({ stack }) => { handler(stack).addToRolePolicy(new iam.PolicyStatement({ actions: ['s3:*'], notResources: ['arn:aws:s3:::other/*'] })); })).toEqual([]);
  });

  test('of two functions, one of which is outside', () => {
    expect(denied(({ stack, bucket, privateVpc: { vpc } }) => {
      const role = new iam.Role(stack, 'Shared', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
      handler(stack, { role, vpc, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } });
      new lambda.Function(stack, 'Outside', { role, code: lambda.Code.fromInline('x'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_24_X });
      bucket.grantRead(role);
    })).toHaveLength(1);
  });

  test('of a build project outside of any VPC', () => {
    expect(denied(({ stack, bucket }) => { bucket.grantRead(project(stack)); })).toHaveLength(1);
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
    ['of a build project in the VPC', ({ stack, bucket, privateVpc: { vpc } }) => { bucket.grantRead(project(stack, { vpc, subnetSelection: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } })); }],
    ['of a build project that is not in the app', ({ stack, bucket }) => { bucket.grantRead(new iam.Role(stack, 'Build', { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') })); }],
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
    expect(warnings(stack).filter(text => text.includes('bucketDeploymentDenied'))).toEqual([expect.stringMatching(/allowOutsideEndpoint\(deployment\.handlerRole\)\. In a different stack than the bucket policy, it needs a role with a fixed name: role: new iam\.Role\(this, 'UploadRole', \{ roleName: '…', assumedBy: new iam\.ServicePrincipal\('lambda\.amazonaws\.com'\) \}\) \[ack/)]);
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
    const stack = new Stack(new App({ context: { ...NO_COPIES, '@aws-cdk/core:defaultCrossStackReferences': references } }), 'Stack');
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
