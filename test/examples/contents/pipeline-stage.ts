import type { Example } from '../example-apps';

const JOB = 'Custom::SageMakerNeoCompilationJob';

export function contents(example: Example) {
  const [{ Stages }] = example.resources('Pipeline', 'AWS::CodePipeline::Pipeline');
  const actions = (stage: string): any[] => Stages.find(({ Name }: any) => Name === stage).Actions;
  const order = (stage: string) => [...actions(stage)].sort((a, b) => a.RunOrder - b.RunOrder).map(({ Name }) => Name);

  test('a pipeline that changes itself, then publishes assets, then deploys to test and to production', () => {
    expect(Stages.map(({ Name }: any) => Name)).toEqual(['Source', 'Build', 'UpdatePipeline', 'Assets', 'Test', 'Production']);
  });

  test('the network before the jobs, in each environment', () => {
    expect(order('Test')).toEqual(['Network.Prepare', 'Network.Deploy', 'Jobs.Prepare', 'Jobs.Deploy', 'Compiled']);
    expect(order('Production')).toEqual(['Release', 'Network.Prepare', 'Network.Deploy', 'Jobs.Prepare', 'Jobs.Deploy']);
  });

  test('a person between the two', () => {
    expect(actions('Production').find(({ Name }) => Name === 'Release').ActionTypeId.Category).toBe('Approval');
  });

  test('the model among the assets that are published', () => {
    expect(JSON.stringify(example.resources('Pipeline', 'AWS::CodeBuild::Project').map(({ Source }) => Source.BuildSpec))).toMatch(/publish.*[0-9a-f]{64}\.tar/);
  });

  test('where the model is, for the step after the deployment', () => {
    const { EnvironmentVariables } = actions('Test').find(({ Name }) => Name === 'Compiled').Configuration;
    expect(JSON.stringify(EnvironmentVariables)).toMatch(/ARTIFACT.*#\{TestJobs\w+\.ModelArtifactsUri\}/);
  });

  test('jobs of test and production that no stack confuses', () => {
    const prefixes = ['Test-Jobs', 'Production-Jobs'].map(name => example.resources(name, JOB)[0].JobNamePrefix);
    expect(new Set(prefixes).size).toBe(2);
  });

  test('no account in it: the synthesis needs none', () => {
    expect(example.stacks.map(({ environment }) => environment.account)).toEqual(example.stacks.map(() => 'unknown-account'));
  });
}
