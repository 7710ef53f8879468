import * as fc from 'fast-check';
import { ArtifactStore, FrontEnd, NeoService, seededRandom } from '../../../local/sagemaker';
import {
  LocalStateMachine, Machine, matches, Retrier, retryDelay, sdkIntegrations, StateDefinition, StatesError, Step,
} from '../../../local/stepfunctions/jsonata';
import { VirtualClock } from '../../../local/time/virtual-clock';
import '../../random-seed';

const ARN = 'arn:aws:states:us-east-1:111122223333:stateMachine:M';

type States = Record<string, Partial<StateDefinition>>;

/** Runs states from the first of them; calls go to `call`, S3 to a store. */
async function run(states: States, input: unknown = {}, call: (args: any) => unknown = () => ({})) {
  const time = new VirtualClock();
  const store = new ArtifactStore();
  const steps: Step[] = [];
  const frontEnd = new FrontEnd(new NeoService({ artifacts: store, now: time.now }));
  const machine = { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states } as Machine;
  const execution = new LocalStateMachine(ARN, machine, {
    clock: time, random: seededRandom(1), call: sdkIntegrations(frontEnd, { 'x:call': call }), onStep: step => steps.push(step),
  }).start(input, 'e');
  const start = time.now();
  await time.run(execution.done);
  return { execution, store, steps, seconds: (time.now() - start) / 1_000 };
}

const CALL = { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:x:call' } as const;
const END = { Type: 'Succeed' } as const;

test.each<[string, Partial<StateDefinition>]>([
  ['a Map', { Type: 'Map', Items: [], ItemProcessor: { StartAt: 'In', States: { In: { Type: 'Pass', Assign: { x: 2 }, End: true } } } }],
  ['a Catch in a distributed Map', {
    Type: 'Map',
    Items: [],
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'In', States: { In: { Type: 'Task', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'In', Assign: { x: 2 } }] } },
    },
  }],
])('fails when %s assigns a variable of the states around it, as CreateStateMachine does', async (_, map) => {
  await expect(run({ Start: { Type: 'Pass', Assign: { x: 1 }, Next: 'Map' }, Map: map })).rejects.toThrow('an inner scope must not assign to variables of an outer one; got: x');
});

describe('expressions', () => {
  test.each([
    ['{% $states.input.a + 1 %}', 3],
    ['plain', 'plain'],
    [{ deep: ['{% $states.input.a %}', 1] }, { deep: [2, 1] }],
    ['{% {"gone": $states.input.nothing, "a": 1} %}', { a: 1 }],
    ['{% $hash("a", "SHA-256") %}', 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
    ['{% $hash("a", "MD5") %}', '0cc175b9c0f1b6a831c399e269772661'],
    ['{% $parse("[1]") %}', [1]],
    ['{% $states.context.Execution.Id %}', `${ARN.replace('stateMachine', 'execution')}:e`],
  ])('%j', async (Output, expected) => {
    expect((await run({ Start: { Type: 'Pass', Output, End: true } }, { a: 2 })).execution.output).toEqual(expected);
  });

  test.each(['{% $states.input.nothing %}', '{% $error("no") %}', '{% 1 + "a" %}', '{% $eval("1") %}'])('%s fails the state', async Output => {
    expect((await run({ Start: { Type: 'Pass', Output, End: true } })).execution.failure?.error).toBe('States.QueryEvaluationError');
  });

  test('more than 256 KiB fail', async () => {
    const { execution } = await run({ Start: { Type: 'Pass', Output: '{% [1..100000] %}', End: true } });
    expect(execution.failure?.error).toBe('States.DataLimitExceeded');
  });

  const long = 'ü'.repeat(131_072);

  test.each<[string, States, unknown, RegExp]>([
    ['the raw result of a task, although its output is small', { Start: { ...CALL, Output: '{% $length($states.result.text) %}', End: true } }, { text: long }, /the result of Start has 262155 bytes/],
    ['the arguments of a task', { Start: { ...CALL, Arguments: { a: '{% $states.input.half %}', b: '{% $states.input.half %}', c: 'c' }, End: true } }, {}, /the arguments of Start/],
    ['an output of parts that are each small enough', { Start: { Type: 'Pass', Output: { a: '{% $states.input.half %}', b: '{% $states.input.half %}' }, End: true } }, {}, /the output of a state/],
    ['an assignment', { Start: { Type: 'Pass', Assign: { a: ['{% $states.input.half %}', '{% $states.input.half %}'] }, End: true } }, {}, /an assignment/],
    ['the results of a Map, although its output is small', {
      Start: { Type: 'Map', Items: [1, 2, 3], Output: 1, End: true, ItemProcessor: { StartAt: 'One', States: { One: { Type: 'Pass', Output: 'x'.repeat(100_000), End: true } } } },
    }, {}, /the result of Start/],
  ])('fails with more than 256 KiB in %s', async (_, states, result, cause) => {
    const { execution } = await run(states, { half: 'h'.repeat(131_072) }, () => result);
    expect(execution.failure).toMatchObject({ error: 'States.DataLimitExceeded', cause: expect.stringMatching(cause) });
  });

  test('takes 256 KiB, counted in bytes', async () => {
    // {"text":""} has 11 bytes.
    const { execution } = await run({ Start: { ...CALL, End: true } }, {}, () => ({ text: long.slice(6) + 'x' }));
    expect(execution.status).toBe('SUCCEEDED');
  });

  test('fails with an input of an execution of more than 256 KiB, as StartExecution does', async () => {
    await expect(run({ Start: END }, { long })).rejects.toThrow(/the input of an execution has more than 262144 bytes/);
  });

  test('a state sees its variables as they were before it', async () => {
    const { execution } = await run({
      Start: { Type: 'Pass', Assign: { n: 1 }, Next: 'Add' },
      Add: { Type: 'Pass', Assign: { n: '{% $n + 1 %}' }, Output: '{% $n %}', Next: 'Then' },
      Then: { Type: 'Pass', Output: '{% [$states.input, $n] %}', End: true },
    });
    expect(execution.output).toEqual([1, 2]);
  });

  test('fails for a state in JSONPath', async () => {
    await expect(run({ Start: { Type: 'Pass', QueryLanguage: 'JSONPath', End: true } })).rejects.toThrow(/aws-local-stepfunctions runs JSONPath/);
  });
});

describe('retries', () => {
  test('wait as long as the States Language says, each retrier by itself', async () => {
    let calls = 0;
    const { execution, seconds, steps } = await run({
      Start: { ...CALL, End: true, Retry: [{ ErrorEquals: ['X'], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 4, MaxDelaySeconds: 10 }, { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }] },
    }, {}, () => {
      calls++;
      if (calls <= 4) { throw new StatesError(calls === 3 ? 'Y' : 'X', ''); }
      return 1;
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(seconds).toBe(3 + 6 + 1 + 10);
    expect(steps.filter(({ isRetry }) => isRetry)).toHaveLength(4);
  });

  test('full jitter is between nothing and the limit, and none is the limit', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const upTo = (max: number) => fc.integer({ min: 1, max });
    fc.assert(fc.property(upTo(100), upTo(20), upTo(500), share, (IntervalSeconds, nth, MaxDelaySeconds, random) => {
      const retrier: Retrier = { ErrorEquals: [], IntervalSeconds, MaxDelaySeconds };
      const limit = Math.min(MaxDelaySeconds, IntervalSeconds * 2 ** (nth - 1)) * 1_000;
      expect(retryDelay(retrier, nth, () => random)).toBe(limit);
      expect(retryDelay({ ...retrier, JitterStrategy: 'FULL' }, nth, () => random)).toBeCloseTo(limit * random);
    }));
  });

  test.each([
    [['States.ALL'], 'Anything', true],
    [['States.ALL'], 'States.DataLimitExceeded', false],
    [['States.TaskFailed'], 'SageMaker.SageMakerException', true],
    [['States.TaskFailed'], 'States.Timeout', false],
    [['A', 'B'], 'B', true],
    [['A'], 'B', false],
  ])('%j matches %s: %s', (errorEquals, error, expected) => expect(matches(errorEquals, error)).toBe(expected));

  test('without any left the error is caught', async () => {
    const { execution } = await run({
      Start: { ...CALL, End: true, Catch: [{ ErrorEquals: ['X'], Next: 'Caught', Assign: { why: '{% $states.errorOutput.Cause %}' } }] },
      Caught: { Type: 'Pass', Output: '{% [$why, $states.input.Error] %}', End: true },
    }, {}, () => { throw new StatesError('X', 'because'); });
    expect(execution.output).toEqual(['because', 'X']);
  });
});

describe('inline Maps', () => {
  test('iterations see the variables around them, and keep their own', async () => {
    const { execution } = await run({
      Start: { Type: 'Pass', Assign: { base: 10 }, Next: 'Each' },
      Each: {
        Type: 'Map',
        Items: [1, 2, 3],
        ItemSelector: { n: '{% $states.context.Map.Item.Value * 2 %}' },
        End: true,
        ItemProcessor: {
          StartAt: 'Add',
          States: {
            Add: { Type: 'Pass', Assign: { own: '{% $base + $states.input.n %}' }, Next: 'Return' },
            Return: { Type: 'Pass', Output: '{% $own %}', End: true },
          },
        },
        Output: '{% [$states.result, $exists($own) ? 0 : $base] %}',
      },
    });
    expect(execution.output).toEqual([12, 14, 16, 10]);
  });
});

describe('Distributed Maps', () => {
  const map = (fields: Partial<StateDefinition>, state: Partial<StateDefinition> = { Type: 'Pass', End: true }): States => ({
    Start: { Type: 'Map', Label: 'L', End: true, ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'One', States: { One: state as StateDefinition } }, ...fields },
  });
  const writer = (OutputType: string, Transformation: string) => ({ Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'b', Prefix: 'p' }, WriterConfig: { OutputType, Transformation } });

  test('do so many items at once', async () => {
    const { seconds } = await run(map({ Items: '{% [1..10] %}', MaxConcurrency: 4 }, { Type: 'Wait', Seconds: 10, End: true }));
    expect(seconds).toBe(30);
  });

  test('batch items by number and by size', async () => {
    const batched = async (batcher: object) => {
      const { execution } = await run(map({ Items: ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee'], ItemBatcher: { BatchInput: { k: '{% 1 + 1 %}' }, ...batcher } },
        { Type: 'Pass', Output: '{% {"n": $count($states.input.Items), "k": $states.input.BatchInput.k} %}', End: true }));
      return execution.output;
    };
    expect(await batched({ MaxItemsPerBatch: 2 })).toEqual([{ n: 2, k: 2 }, { n: 2, k: 2 }, { n: 1, k: 2 }]);
    // What surrounds the items takes 33 bytes, every item 7.
    expect((await batched({ MaxInputBytesPerBatch: 50 }) as any[]).map(({ n }) => n)).toEqual([2, 2, 1]);
  });

  test('fails with an item that is larger than its batch may be', async () => {
    const { execution } = await run(map({ Items: ['a'.repeat(100), 'b'], ItemBatcher: { MaxInputBytesPerBatch: 100 } }));
    expect(execution.failure).toMatchObject({ error: 'States.DataLimitExceeded', cause: expect.stringMatching(/an item has 103 bytes, more than its batch may have/) });
  });

  test('fails with items of which each is as large as a child workflow may be given, one more byte with BatchInput', async () => {
    const items = (bytes: number) => ({ Items: [1], ItemSelector: { a: 'a'.repeat(bytes) } });
    // {"a":""}
    expect((await run(map({ ...items(256 * 1024 - 8), ResultWriter: writer('JSON', 'NONE') }))).execution.status).toBe('SUCCEEDED');
    expect((await run(map(items(256 * 1024 - 7)))).execution.failure).toMatchObject({ error: 'States.DataLimitExceeded', cause: expect.stringContaining('the input of a child workflow') });
  });

  test.each([
    ['JSON', 'FLATTEN', '[1,10,2,20]'],
    ['JSONL', 'FLATTEN', '1\n10\n2\n20\n'],
    ['JSON', 'COMPACT', '[[1,10],[2,20]]'],
  ])('write results as %s, %s', async (type, transformation, expected) => {
    const { execution, store } = await run(map({ Items: [1, 2], ResultWriter: writer(type, transformation) }, { Type: 'Pass', Output: '{% [$states.input, $states.input * 10] %}', End: true }));
    const { ResultWriterDetails: { Bucket, Key } } = execution.output as any;
    const manifest = JSON.parse(Buffer.from(store.get(Bucket, Key)!.body).toString());
    const [{ Key: file, Size }] = manifest.ResultFiles.SUCCEEDED;
    const body = Buffer.from(store.get(Bucket, file)!.body).toString();
    expect(body).toBe(expected);
    expect(Size).toBe(body.length);
  });

  test.each([[49, 'FAILED'], [50, 'SUCCEEDED']])('with %d %% tolerated, half failing: %s', async (ToleratedFailurePercentage, status) => {
    const { execution } = await run(map({ Items: [1, 2, 3, 4], MaxConcurrency: 1, ToleratedFailurePercentage, ResultWriter: writer('JSON', 'NONE') }, {
      Type: 'Pass', Output: '{% $states.input % 2 = 0 ? $error("even") : 1 %}', End: true,
    }));
    expect(execution.status).toBe(status);
  });

  test('a redrive runs what has not succeeded, and tells it so', async () => {
    let broken = true;
    const seen: number[] = [];
    const time = new VirtualClock();
    const frontEnd = new FrontEnd(new NeoService({ now: time.now }));
    const states = map({ Items: [1, 2, 3], MaxConcurrency: 1 }, {
      ...CALL, Arguments: { n: '{% $states.input %}' }, Output: '{% [$states.context.Execution.RedriveCount] %}', End: true,
    });
    const machine = { QueryLanguage: 'JSONata', StartAt: 'Start', States: states } as Machine;
    const execution = new LocalStateMachine(ARN, machine, {
      clock: time,
      random: seededRandom(1),
      call: sdkIntegrations(frontEnd, {
        'x:call': ({ n }) => {
          seen.push(n);
          if (n === 2 && broken) { throw new StatesError('X', ''); }
          return {};
        },
      }),
    }).start();
    await time.run(execution.done);
    expect(execution.status).toBe('FAILED');
    broken = false;
    seen.length = 0;
    execution.redrive();
    await time.run(execution.done);
    expect(execution.status).toBe('SUCCEEDED');
    expect(seen).toEqual([2, 3]);
    // The third had not begun.
    expect(execution.output).toEqual([[], [1], []]);
  });
});

describe('virtual time', () => {
  test('wakes sleepers in the order of their time', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 50 }), async delays => {
      const time = new VirtualClock();
      const woken: number[] = [];
      await time.run(Promise.all(delays.map(ms => time.sleep(ms).then(() => woken.push(ms)))));
      expect(woken).toEqual([...delays].sort((a, b) => a - b));
    }));
  });

  test('fails when nothing would ever happen', async () => {
    await expect(new VirtualClock().run(new Promise(() => {}))).rejects.toThrow(/none for the time to pass/);
  });
});

test('a choice without a match fails', async () => {
  const { execution } = await run({ Start: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'End' }] }, End: END });
  expect(execution.failure?.error).toBe('States.NoChoiceMatched');
});

test('an execution ends at its TimeoutSeconds', async () => {
  const time = new VirtualClock();
  const machine = { QueryLanguage: 'JSONata', StartAt: 'Start', TimeoutSeconds: 60, States: { Start: { Type: 'Wait', Seconds: 600, End: true } } } as Machine;
  const execution = new LocalStateMachine(ARN, machine, { clock: time, random: seededRandom(1), call: async () => ({}) }).start();
  await time.run(time.sleep(60_000));
  expect(execution.status).toBe('TIMED_OUT');
});
