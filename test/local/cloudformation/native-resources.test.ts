import { nativeAttribute, nativeResource } from '../../../local/cloudformation/native-resources';

const stack = { account: '111122223333', region: 'eu-west-1', stackName: 'MyStack', stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/MyStack/1' };
const make = (type: string, properties = {}, id = 'Thing') => nativeResource(stack, id, type, properties);

test.each<[string, object, RegExp, Record<string, unknown>]>([
  ['AWS::EC2::VPC', { CidrBlock: '10.0.0.0/24' }, /^vpc-0[0-9a-f]{16}$/, { CidrBlock: '10.0.0.0/24', DefaultSecurityGroup: expect.stringMatching(/^sg-0[0-9a-f]{16}$/) }],
  ['AWS::EC2::Subnet', { AvailabilityZone: 'eu-west-1b' }, /^subnet-0/, { AvailabilityZone: 'eu-west-1b' }],
  ['AWS::EC2::SecurityGroup', {}, /^sg-0/, { GroupId: expect.stringMatching(/^sg-0/) }],
  ['AWS::EC2::VPCEndpoint', {}, /^vpce-0/, {}],
  ['AWS::S3::Bucket', {}, /^mystack-thing-[a-z0-9]{12}$/, { Arn: expect.stringMatching(/^arn:aws:s3:::mystack-thing-/), RegionalDomainName: expect.stringMatching(/\.s3\.eu-west-1\.amazonaws\.com$/) }],
  ['AWS::S3::Bucket', { BucketName: 'given' }, /^given$/, { Arn: 'arn:aws:s3:::given' }],
  ['AWS::IAM::Role', { Path: '/p/' }, /^MyStack-Thing-[A-Z0-9]{12}$/, { Arn: expect.stringMatching(/^arn:aws:iam::111122223333:role\/p\/MyStack-Thing-/) }],
  ['AWS::Lambda::Function', { FunctionName: 'f' }, /^f$/, { Arn: 'arn:aws:lambda:eu-west-1:111122223333:function:f' }],
  ['AWS::KMS::Key', {}, /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/, { Arn: expect.stringMatching(/^arn:aws:kms:eu-west-1:111122223333:key\/[0-9a-f-]{36}$/) }],
  ['AWS::StepFunctions::StateMachine', { StateMachineName: 'm' }, /^arn:aws:states:eu-west-1:111122223333:stateMachine:m$/, { Name: 'm' }],
  ['AWS::SNS::Topic', { TopicName: 't' }, /^arn:aws:sns:eu-west-1:111122223333:t$/, { TopicName: 't' }],
  ['AWS::SQS::Queue', { QueueName: 'q' }, /^https:\/\/sqs\.eu-west-1\.amazonaws\.com\/111122223333\/q$/, { Arn: 'arn:aws:sqs:eu-west-1:111122223333:q' }],
  ['AWS::Logs::LogGroup', { LogGroupName: '/x' }, /^\/x$/, { Arn: 'arn:aws:logs:eu-west-1:111122223333:log-group:/x:*' }],
  ['AWS::SageMaker::Model', {}, /^arn:aws:sagemaker:eu-west-1:111122223333:model\/mystack-thing-[a-z0-9]{12}$/, { ModelName: expect.stringMatching(/^MyStack-Thing-/) }],
  ['AWS::IoT::RoleAlias', {}, /^MyStack-Thing-/, { RoleAliasArn: expect.stringMatching(/^arn:aws:iot:eu-west-1:111122223333:rolealias\/MyStack-Thing-/) }],
  ['AWS::S3::BucketPolicy', { Bucket: 'b' }, /^b$/, {}],
  ['AWS::CloudFormation::WaitConditionHandle', {}, /^https:\/\//, {}],
  ['AWS::Made::Up', {}, /^MyStack-Thing-[A-Z0-9]{12}$/, {}],
])('%s %j', (type, properties, id, attributes) => {
  const resource = make(type, properties);
  expect(resource.physicalId).toMatch(id);
  expect(resource.attributes).toMatchObject(attributes);
});

test('names are always the same, differ between resources, and fit', () => {
  expect(make('AWS::IAM::Role')).toEqual(make('AWS::IAM::Role'));
  expect(make('AWS::IAM::Role', {}, 'Other').physicalId).not.toBe(make('AWS::IAM::Role').physicalId);
  expect(make('AWS::IAM::Role', {}, 'x'.repeat(200)).physicalId.length).toBeLessThanOrEqual(64);
  expect(make('AWS::S3::Bucket', {}, 'x'.repeat(200)).physicalId.length).toBeLessThanOrEqual(63);
});

test('fails: an attribute that is not in the table, and says where to add it', () => {
  const { attributes } = make('AWS::S3::BucketPolicy');
  expect(() => nativeAttribute('Policy', 'AWS::S3::BucketPolicy', attributes, 'Arn'))
    .toThrow('the local run does not know attribute Arn of Policy (AWS::S3::BucketPolicy); known: none. Add it to local/cloudformation/native-resources.ts');
});
