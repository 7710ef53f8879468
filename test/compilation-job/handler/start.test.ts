import { sendAnswer, start } from '../../../src/compilation-job/handler/start';
import type { Put, Starting } from '../../../src/compilation-job/handler/start';
import { properties } from '../protocol/world';

const REQUEST: any = {
  RequestType: 'Create',
  StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Models/1',
  RequestId: 'request',
  LogicalResourceId: 'Job'.repeat(60),
  ResponseURL: 'https://bucket.s3.amazonaws.com/answer?X-Amz-Signature=secret',
  ResourceProperties: properties(),
};
const error = (name: string) => Object.assign(new Error('no'), { name });

/** Each call of StartExecution takes an error from the list, or the last one for ever. */
function starting(errors: (string | undefined)[]) {
  let now = 0;
  const started: { name: string; input: any; at: number }[] = [];
  const answers: any[] = [];
  const deps: Starting = {
    stateMachine: {
      start: async (name, input) => {
        started.push({ name, input, at: now / 1000 });
        const failure = errors.length > 1 ? errors.shift() : errors[0];
        if (failure) { throw error(failure); }
      },
    },
    sendAnswer: async step => { answers.push(step); },
    now: () => now,
    sleep: async ms => { now += ms; },
  };
  return { deps, started, answers };
}

describe('CloudFormation\'s request', () => {
  test('starts one execution, named by the request: the same when it is delivered again, another for another request', async () => {
    const { deps, started, answers } = starting([undefined]);
    await start(REQUEST, deps);
    await start(REQUEST, deps);
    await start({ ...REQUEST, RequestId: 'another' }, deps);
    expect(started.map(({ name }) => name)).toEqual([expect.stringMatching(/^Create-(Job){13}J-[0-9a-f]{24}$/), started[0].name, expect.not.stringMatching(started[0].name)]);
    expect(started.every(({ name }) => name.length <= 80)).toBe(true);
    expect(started[0].input).toEqual({ Request: REQUEST, Progress: {} });
    expect(answers).toEqual([]);
  });

  test('that was delivered before and is over starts nothing', async () => {
    const { deps, started, answers } = starting(['ExecutionAlreadyExists']);
    await start(REQUEST, deps);
    expect([started.length, answers]).toEqual([1, []]);
  });

  test.each(['AccessDeniedException', 'UnrecognizedClientException', 'ThrottlingException'])('waits %s out', async name => {
    const { deps, started, answers } = starting([name, name, name, name, undefined]);
    await start(REQUEST, deps);
    expect(started.map(({ at }) => at)).toEqual([0, 1, 3, 7, 15]);
    expect(answers).toEqual([]);
  });

  test('fails when the waiter may not be started for a minute and a half: an answer, as the deployment would wait an hour', async () => {
    const { deps, started, answers } = starting(['AccessDeniedException']);
    await start(REQUEST, deps);
    expect(started.at(-1)!.at).toBeGreaterThanOrEqual(90);
    expect(started.at(-1)!.at).toBeLessThan(105);
    expect(answers).toEqual([{
      Request: REQUEST, Progress: { Answer: { Status: 'FAILED', Reason: 'the waiter of the compilation job could not be started: AccessDeniedException: no' } },
    }]);
  });

  test('fails without an answer when Step Functions is out of order: AWS Lambda delivers it again', async () => {
    const { deps, answers } = starting(['ServiceUnavailable']);
    await expect(start(REQUEST, deps)).rejects.toThrow('no');
    expect(answers).toEqual([]);
  });
});

describe('the answer', () => {
  const answered = async (Progress: object, put: Put = async () => 200, request = REQUEST) => {
    const bodies: any[] = [];
    const waits: number[] = [];
    await sendAnswer({ Request: request, Progress: Progress as any }, async (url, body) => {
      expect(url.href).toBe(REQUEST.ResponseURL);
      bodies.push(JSON.parse(body));
      return put(url, body);
    }, async ms => { waits.push(ms / 1000); });
    return { body: bodies[0], tries: bodies.length, waits };
  };

  test('has what CloudFormation wants', async () => {
    expect((await answered({ PhysicalResourceId: 'resnet', Answer: { Status: 'SUCCESS', Data: { JobName: 'resnet' } } })).body).toEqual({
      Status: 'SUCCESS', Reason: 'SUCCESS', StackId: REQUEST.StackId, RequestId: 'request', LogicalResourceId: REQUEST.LogicalResourceId, PhysicalResourceId: 'resnet', Data: { JobName: 'resnet' },
    });
  });

  test('has an id even when there was no time to decide on one', async () => {
    const Answer = { Status: 'FAILED', Reason: 'died' };
    expect((await answered({ Answer })).body.PhysicalResourceId).toMatch(/^Models-7cd64c-Job-[0-9a-f]{8}-[0-9a-f]{8}$/);
    expect((await answered({ Answer }, undefined, { ...REQUEST, PhysicalResourceId: 'present' })).body.PhysicalResourceId).toBe('present');
    expect((await answered({ Answer }, undefined, { ...REQUEST, ResourceProperties: properties({ JobName: '' }) })).body.PhysicalResourceId).toBe('request');
  });

  test('is sent again, with growing waits, until it arrives', async () => {
    let nth = 0;
    const { tries, waits } = await answered({ Answer: { Status: 'SUCCESS' } }, async () => {
      if (++nth === 1) { throw new Error('ECONNRESET'); }
      return nth < 4 ? 503 : 200;
    });
    expect([tries, waits]).toEqual([4, [1, 2, 4]]);
  });

  test('fails after five tries, so that the state machine repeats the step, and its message has no URL', async () => {
    await expect(answered({ Answer: { Status: 'SUCCESS' } }, async () => 403)).rejects.toThrow(/^CloudFormation's response URL did not accept the response in 5 attempts: status 403$/);
  });
});
