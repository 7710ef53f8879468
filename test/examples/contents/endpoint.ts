import type { Example } from '../example-apps';

const STACK = 'NeoEndpoint';
const JOB = 'Custom::SageMakerNeoCompilationJob';

export function contents(example: Example) {
  const [{ Request }] = example.resources(STACK, JOB);
  const [job] = Object.keys(example.template(STACK).findResources(JOB));
  const [modelId] = Object.keys(example.template(STACK).findResources('AWS::SageMaker::Model'));
  const [model] = example.resources(STACK, 'AWS::SageMaker::Model');
  const [config] = example.resources(STACK, 'AWS::SageMaker::EndpointConfig');

  test('the artifact in the image that Neo names, in the subnets of the job, cut off from every network', () => {
    expect(model).toMatchObject({
      EnableNetworkIsolation: true,
      PrimaryContainer: { Image: { 'Fn::GetAtt': [job, 'InferenceImage'] }, ModelDataUrl: { 'Fn::GetAtt': [job, 'ModelArtifactsUri'] } },
      VpcConfig: { Subnets: Request.VpcConfig.Subnets, SecurityGroupIds: Request.VpcConfig.SecurityGroupIds },
    });
  });

  test('a bucket without an exempt principal', () => {
    expect(JSON.stringify(example.resources(STACK, 'AWS::S3::BucketPolicy'))).not.toContain('ArnNotLike');
  });

  test('instances of the family that the model is compiled for', () => {
    const [{ InstanceType, ModelName }] = config.ProductionVariants;
    expect(InstanceType.split('.').slice(0, 2).join('_')).toBe(Request.OutputConfig.TargetDevice);
    expect(ModelName).toEqual({ 'Fn::GetAtt': [modelId, 'ModelName'] });
  });

  test('generated names, so that a new model replaces the old one', () => {
    expect([model.ModelName, config.EndpointConfigName]).toEqual([undefined, undefined]);
  });

  test('an endpoint with encrypted volumes', () => {
    expect(config.KmsKeyId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^VolumeKey/), 'Arn'] });
    expect(example.resources(STACK, 'AWS::SageMaker::Endpoint')).toEqual([{ EndpointConfigName: { 'Fn::GetAtt': ['EndpointConfig', 'EndpointConfigName'] } }]);
  });

  test('an endpoint that is deleted before the model, its role and the network, as its network interfaces are in these subnets', () => {
    const template = example.template(STACK);
    const dependencies = (id: string): string[] => {
      const { DependsOn = [], ...rest } = template.toJSON().Resources[id];
      const referred = [...JSON.stringify(rest).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].map(([, name]) => name);
      return [...DependsOn, ...referred.filter(name => name in template.toJSON().Resources)];
    };
    const outlive = new Set<string>();
    const follow = (id: string): void => dependencies(id).filter(other => !outlive.has(other)).forEach(other => {
      outlive.add(other);
      follow(other);
    });
    const [{ DependsOn }] = Object.values(template.findResources('AWS::SageMaker::Endpoint'));
    expect(DependsOn).toEqual(expect.arrayContaining([modelId, expect.stringMatching(/^ModelRole/), expect.stringMatching(/^NetworkReady/)]));
    follow('Endpoint');
    const hold = ['AWS::SageMaker::Model', 'AWS::IAM::Role', 'AWS::EC2::Subnet', 'AWS::EC2::SecurityGroup', 'AWS::EC2::VPC', 'AWS::EC2::VPCEndpoint'];
    const isHeld = ([id, { Type }]: [string, { Type: string }]) => hold.includes(Type) && (Type !== 'AWS::IAM::Role' || id.startsWith('ModelRole'));
    const held = Object.entries<{ Type: string }>(template.toJSON().Resources).filter(isHeld).map(([id]) => id);
    expect(held.length).toBeGreaterThan(5);
    expect(held.filter(id => !outlive.has(id))).toEqual([]);
  });

  test('room in the subnets for jobs, and for old and new instances during an update', () => {
    // Two addresses each for 5 + 2 x 2 instances, and AWS's five: 23, which a new VPC has in any case.
    for (const { CidrBlock } of example.resources(STACK, 'AWS::EC2::Subnet')) { expect(CidrBlock).toMatch(/\/19$/); }
  });
}
