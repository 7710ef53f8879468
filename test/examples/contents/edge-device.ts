import type { Example } from '../example-apps';

const STACK = 'EdgeDevice';
const JOB = 'Custom::SageMakerNeoCompilationJob';

export function contents(example: Example) {
  const [role] = Object.keys(example.template(STACK).findResources('AWS::IAM::Role')).filter(id => id.startsWith('DeviceRole'));
  const [job] = Object.keys(example.template(STACK).findResources(JOB));
  const given = example.statementsOf(STACK, 'DeviceRole');

  test('a job for a device', () => {
    expect(example.resources(STACK, JOB)[0].Request.OutputConfig.TargetDevice).toBe('rasp4b');
  });

  test('the device\'s role past the bucket policy, and no other principal', () => {
    const [{ PolicyDocument }] = example.resources(STACK, 'AWS::S3::BucketPolicy');
    const deny = PolicyDocument.Statement.find(({ Sid }: any) => Sid === 'OnlyThroughNeoEndpoint');
    expect(deny.Condition.ArnNotLike).toEqual({ 'aws:PrincipalArn': [{ 'Fn::GetAtt': [role, 'Arn'] }] });
  });

  test('objects of this job alone, which the role reads and does not write', () => {
    const [s3] = given.filter(({ Action }) => JSON.stringify(Action).includes('s3:'));
    expect(JSON.stringify(s3.Resource)).toMatch(/"\/neo\/EdgeDevice-[0-9a-f]{6}-Stripes-\*\/\*"/);
    expect(JSON.stringify(s3.Action)).not.toMatch(/Put|Delete/);
  });

  test('no way to the original model', () => {
    expect(JSON.stringify(given)).not.toContain('cdk-hnb659fds-assets');
  });

  test('what the device asks for its model: URI and digest', () => {
    const [{ Value }] = example.resources(STACK, 'AWS::SSM::Parameter');
    expect(Value['Fn::Join'][1]).toEqual([
      '{"uri":"', { 'Fn::GetAtt': [job, 'ModelArtifactsUri'] }, '","digest":"', { 'Fn::GetAtt': [job, 'ArtifactDigest'] }, '"}',
    ]);
    expect(given.some(({ Action }) => [Action].flat().includes('ssm:GetParameter'))).toBe(true);
  });

  test('credentials from AWS IoT, for devices that have a certificate with the policy', () => {
    const [{ AssumeRolePolicyDocument }] = example.resources(STACK, 'AWS::IAM::Role', 'DeviceRole');
    expect(AssumeRolePolicyDocument.Statement).toEqual([{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'credentials.iot.amazonaws.com' } }]);
    const [{ RoleArn }] = example.resources(STACK, 'AWS::IoT::RoleAlias');
    expect(RoleArn).toEqual({ 'Fn::GetAtt': [role, 'Arn'] });
    const [{ PolicyDocument }] = example.resources(STACK, 'AWS::IoT::Policy');
    expect(PolicyDocument.Statement).toEqual([{ Effect: 'Allow', Action: 'iot:AssumeRoleWithCertificate', Resource: { 'Fn::GetAtt': ['RoleAlias', 'RoleAliasArn'] } }]);
  });
}
