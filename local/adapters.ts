import type { LocalResourceAdapter } from './cloudformation/resource-operations';
import { CodeLookup, functionConfiguration } from './lambda/configuration';
import type { LambdaService } from './lambda/lambda-service';
import type { StateMachineService } from './stepfunctions/state-machine-service';

/** The resource types with an effect in a local run. */
export function localAdapters(
  lambda: LambdaService, stateMachines: StateMachineService, code: CodeLookup,
): Readonly<Record<string, LocalResourceAdapter>> {
  return {
    'AWS::Lambda::Function': {
      apply: resource => lambda.put(functionConfiguration(resource, code)),
      remove: physicalId => lambda.delete(physicalId),
    },
    'AWS::StepFunctions::StateMachine': {
      apply: ({ physicalId, properties }) => stateMachines.put(physicalId, properties.Definition ?? JSON.parse(properties.DefinitionString)),
      remove: physicalId => stateMachines.delete(physicalId),
    },
  };
}
