import { createRequire } from 'node:module';
import { difference, type Outcome, workflowCases, type WorkflowCase } from './workflow-cases';
import { ArtifactStore, always, FaultSchedule, FrontEnd, NeoService, seededRandom } from '../../local/sagemaker';
import { type Execution, LocalStateMachine, sdkIntegrations } from '../../local/stepfunctions/jsonata';
import { VirtualClock } from '../../local/time/virtual-clock';

// It has no types of its own.
const validate: (definition: object) => { errors: object[] } = createRequire(__filename)('asl-validator');

const CASES = workflowCases();

/** Runs the executions of a case by our interpreter, in virtual time. */
async function run({ definition, inputs, isAtOnce, objects, plans, faults, stopAfterMs }: Required<WorkflowCase>): Promise<Outcome[]> {
  const time = new VirtualClock();
  const now = () => time.now();
  const artifacts = new ArtifactStore();
  objects.forEach(({ bucket, key, body }) => artifacts.put(bucket, key, Buffer.from(body), now()));
  const plan = (...args: Parameters<ReturnType<typeof always>>) => plans[args[1]] ?? { startingMs: 10, compilingMs: 1_000 };
  const service = new NeoService({ now, artifacts, plan, modelsMustExist: false });
  const frontEnd = new FrontEnd(service, { clock: time, faults: new FaultSchedule(faults) });
  const machine = new LocalStateMachine('arn:aws:states:us-east-1:111122223333:stateMachine:Case', definition, { clock: time, random: seededRandom(1), call: sdkIntegrations(frontEnd) });
  const end = async (execution: Execution) => {
    await time.run(execution.done);
    const { status, output, failure } = execution;
    return { status, output, error: failure?.error, cause: failure?.cause };
  };
  if (stopAfterMs !== undefined) {
    void time.sleep(stopAfterMs).then(() => service.records().forEach(({ name }) => service.call('StopCompilationJob', { CompilationJobName: name })));
  }
  const outcomes: Outcome[] = [];
  if (isAtOnce) { return Promise.all(inputs.map(input => machine.start(input)).map(end)); }
  for (const input of inputs) { outcomes.push(await end(machine.start(input))); }
  return outcomes;
}

const DEFAULTS = { isAtOnce: false, objects: ['x', 'y'].map(name => ({ bucket: 'neo-models', key: `models/${name}.tar.gz`, body: name })), plans: [], faults: [], stopAfterMs: undefined as any };

test.each(CASES.map(each => [each.name, each] as const))('%s', async (_, each) => {
  const outcomes = await run({ ...DEFAULTS, ...each });
  expect(outcomes).toHaveLength(each.inputs.length);
  expect(each.expected.map((expected, i) => difference(expected, outcomes[i]))).toEqual(each.inputs.map(() => undefined));
});

test('the definitions are valid, and have nothing that another engine lacks', () => {
  for (const definition of new Set(CASES.map(each => each.definition))) {
    expect(validate(definition).errors).toEqual([]);
    expect(JSON.stringify(definition)).not.toContain('$hash');
  }
});

test('fails when an outcome is another', () => {
  const outcome = { status: 'SUCCEEDED', output: [{ a: 1 }] };
  expect(difference({ output: [{ a: 1 }] }, outcome)).toBeUndefined();
  expect(difference({ output: [{ a: 2 }] }, outcome)).toMatch(/expected; got: SUCCEEDED/);
  expect(difference({ output: [{}] }, outcome)).toMatch(/expected/);
  expect(difference({ output: [] }, outcome)).toMatch(/expected/);
  expect(difference({ error: 'E', cause: /x/ }, outcome)).toMatch(/E, .* expected/);
  expect(difference({ error: 'E', cause: /x/ }, { status: 'FAILED', error: 'E', cause: 'y' })).toMatch(/expected/);
});
