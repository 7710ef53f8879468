import type { Example } from '../example-apps';

const STACK = 'NeoFleet';

export function contents(example: Example) {
  test('every upload below models/ starts it', () => {
    const [rule] = example.resources(STACK, 'AWS::Events::Rule', 'Fleet').filter(({ EventPattern }) => EventPattern.source.includes('aws.s3'));
    expect(JSON.stringify(rule.EventPattern.detail.object.key)).toContain('models/');
  });

  test('four targets and no function of the fleet\'s own', () => {
    const definition = JSON.stringify(example.resources(STACK, 'AWS::StepFunctions::StateMachine', 'FleetStateMachine').map(({ DefinitionString }) => DefinitionString));
    for (const device of ['ml_c5', 'rasp4b', 'rk3399', 'jetson_nano']) { expect(definition).toContain(device); }
    expect(definition).not.toContain('lambda:invoke');
  });
}
