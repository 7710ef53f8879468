import type { Example } from '../example-apps';

const STACK = 'ManyJobs';
const JOB = 'Custom::SageMakerNeoCompilationJob';

export function contents(example: Example) {
  const jobs = example.resources(STACK, JOB);
  const outputs = jobs.map(({ Request }) => Request.OutputConfig);

  test('one model for seven targets, devices and platforms', () => {
    expect(new Set(jobs.map(({ Request }) => JSON.stringify(Request.InputConfig.S3Uri))).size).toBe(1);
    expect(outputs.flatMap(({ TargetDevice }) => TargetDevice ?? []).sort()).toEqual(['jetson_nano', 'ml_c5', 'ml_g4dn', 'rasp4b']);
    expect(outputs.flatMap(({ TargetPlatform }) => TargetPlatform ? Object.values(TargetPlatform).join(' ') : []).sort())
      .toEqual(['ANDROID ARM64', 'LINUX ARM64 MALI', 'LINUX X86_64 INTEL_GRAPHICS']);
  });

  test('options of the compiler by the kind of target', () => {
    expect(outputs.flatMap(({ CompilerOptions }) => CompilerOptions ?? []).sort()).toEqual([
      '{"ANDROID_PLATFORM":28}', '{"gpu-code":"sm_53","trt-ver":"6.0.1","cuda-ver":"10.0"}', '{"mcpu":"skylake-avx512"}',
    ]);
  });

  test('functions that are shared by all', () => {
    const handlers = example.resources(STACK, 'AWS::Lambda::Function').filter(({ Handler }) => Handler === 'index.isComplete');
    expect(handlers).toHaveLength(1);
    expect(new Set(jobs.map(({ ServiceToken }) => JSON.stringify(ServiceToken))).size).toBe(1);
  });

  test('subnets with room for all of them at once', () => {
    // Seven jobs at most need 19 addresses; a subnet has room for years.
    for (const { CidrBlock } of example.resources(STACK, 'AWS::EC2::Subnet')) { expect(CidrBlock).toMatch(/\/19$/); }
  });

  test('artifacts that go with their job', () => {
    expect(jobs.map(({ DeleteArtifacts }) => DeleteArtifacts)).toEqual(jobs.map(() => 'true'));
    expect(example.statementsOf(STACK, 'cdksagemakerneoCompilationJobProviderHandlerRole').find(({ Sid }) => Sid === 'DeleteArtifacts').Resource).toHaveLength(7);
  });

  test('two alarms for each, one message for each outcome, one dashboard', () => {
    example.template(STACK).resourceCountIs('AWS::CloudWatch::Alarm', 2 * 7);
    example.template(STACK).resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    const [rule] = example.resources(STACK, 'AWS::Events::Rule');
    expect(rule.EventPattern.detail.logicalResourceId).toHaveLength(7);
    expect(rule.Targets[0].Arn).toEqual({ Ref: expect.stringMatching(/^Outcomes/) });
  });

  test('a key that lets in those who send to its topics', () => {
    const [{ KeyPolicy }] = example.resources(STACK, 'AWS::KMS::Key');
    expect(KeyPolicy.Statement).toContainEqual(expect.objectContaining({
      Principal: { Service: ['events.amazonaws.com', 'cloudwatch.amazonaws.com'] }, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    }));
  });

  test('all artifacts in one output', () => {
    const { Value } = example.template(STACK).findOutputs('Artifacts').Artifacts;
    const text: string = Value['Fn::Join'][1].map((part: any) => typeof part === 'string' ? part : 's3://…').join('');
    expect(Object.keys(JSON.parse(text))).toEqual(['Servers', 'GpuServers', 'Cameras', 'RaspberryPis', 'Gateways', 'Boards', 'Phones']);
  });
}
