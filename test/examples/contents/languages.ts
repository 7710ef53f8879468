import type { Example } from '../example-apps';

const STACK = 'FiveLanguages';

/** That all languages make the same of it is seen in test/languages. */
export function contents(example: Example) {
  test('nearly everything of the library', () => {
    const template = example.template(STACK);
    template.resourceCountIs('Custom::SageMakerNeoCompilationJob', 2);
    template.resourceCountIs('AWS::SageMaker::Model', 1);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    expect(example.resources(STACK, 'AWS::StepFunctions::StateMachine', 'Fleet').length).toBeGreaterThan(0);
  });
}
