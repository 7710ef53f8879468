import type { Example } from '../example-apps';

const STACK = 'PrivateCompilation';
const JOB = 'Custom::SageMakerNeoCompilationJob';

export function contents(example: Example) {
  test('one job, for a real model that is uploaded as a .tar.gz', () => {
    const [{ Request }] = example.resources(STACK, JOB);
    expect(Request).toMatchObject({ InputConfig: { Framework: 'ONNX', DataInputConfig: '{"image":[1,3,32,32]}' }, OutputConfig: { TargetDevice: 'ml_c5' } });
    expect(JSON.stringify(Request.InputConfig.S3Uri)).toMatch(/\/[0-9a-f]{64}\.tar\.gz"/);
  });

  test('every attribute of a job as an output', () => {
    expect(Object.keys(example.template(STACK).findOutputs('*'))).toEqual(['JobName', 'JobArn', 'ModelArtifactsUri', 'ArtifactDigest', 'InferenceImage']);
  });

  test('a network that costs nothing by the hour', () => {
    for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::EIP']) { example.template(STACK).resourceCountIs(type, 0); }
    expect(example.resources(STACK, 'AWS::EC2::VPCEndpoint').map(({ VpcEndpointType }) => VpcEndpointType)).toEqual(['Gateway']);
  });
}
