import type { Example } from '../example-apps';

const JOB = 'Custom::SageMakerNeoCompilationJob';
const [NETWORK, JOBS] = ['HardenedNetwork', 'HardenedCompilation'];

export function contents(example: Example) {
  const [keyId] = Object.keys(example.template(NETWORK).findResources('AWS::KMS::Key'));
  const exportedKey = { 'Fn::ImportValue': expect.stringMatching(new RegExp(`^${NETWORK}:ExportsOutputFnGetAtt${keyId}Arn`)) };
  const key = { 'Fn::GetAtt': [keyId, 'Arn'] };

  test('two stacks, so that the model can be uploaded in between', () => {
    expect(example.stack(JOBS).dependencies.map(({ id }) => id)).toContain(NETWORK);
    expect(example.resources(NETWORK, JOB)).toEqual([]);
  });

  describe('one key, from end to end', () => {
    test('of the uploaded model: the bucket\'s', () => {
      const [models] = example.resources(NETWORK, 'AWS::S3::Bucket', 'Models');
      expect(models.BucketEncryption.ServerSideEncryptionConfiguration[0]).toEqual({
        BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key },
      });
    });

    test('which the uploader uses, for this one object', () => {
      const [{ PolicyDocument, Roles }] = example.resources(NETWORK, 'AWS::IAM::ManagedPolicy', 'Upload');
      expect(Roles).toEqual([{ Ref: expect.stringMatching(/^Uploader/) }]);
      expect(PolicyDocument.Statement.map(({ Action }: any) => Action)).toEqual(['s3:PutObject', ['kms:Decrypt', 'kms:GenerateDataKey']]);
      expect(JSON.stringify(PolicyDocument.Statement[0].Resource)).toContain('"/models/resnet18.tar.gz"');
      expect(PolicyDocument.Statement[1].Resource).toEqual(key);
    });

    test('which the job\'s role uses to read the model and to write the result', () => {
      expect(example.statementsOf(NETWORK, 'NetworkRole')).toContainEqual({ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'], Resource: key });
    });

    test('of every log group, in both stacks', () => {
      expect(example.resources(NETWORK, 'AWS::Logs::LogGroup').map(({ KmsKeyId }) => KmsKeyId)).toEqual([key]);
      expect(example.resources(JOBS, 'AWS::Logs::LogGroup').map(({ KmsKeyId }) => KmsKeyId)).toEqual([exportedKey]);
    });

    test('which CloudWatch Logs may use', () => {
      const [{ KeyPolicy }] = example.resources(NETWORK, 'AWS::KMS::Key');
      expect(KeyPolicy.Statement.map(({ Sid }: any) => Sid)).toContain('CloudWatchLogs');
    });
  });

  test('a bucket for the endpoint and the uploader, and no other principal', () => {
    const deny = example.resources(NETWORK, 'AWS::S3::BucketPolicy', 'Models')[0].PolicyDocument.Statement.find(({ Sid }: any) => Sid === 'OnlyThroughNeoEndpoint');
    expect(deny.Condition.ArnNotLike['aws:PrincipalArn']).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^Uploader/), 'Arn'] }]);
  });

  test('functions that run in the VPC', () => {
    const handlers = example.resources(JOBS, 'AWS::Lambda::Function').filter(({ Handler }) => /^index\.(onEvent|isComplete)$/.test(Handler));
    expect(handlers.map(({ VpcConfig }) => VpcConfig.SubnetIds.length)).toEqual([2, 2]);
    expect(example.resources(NETWORK, 'AWS::EC2::VPCEndpoint').filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface')).toHaveLength(3);
  });
}
