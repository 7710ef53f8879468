import { faults, seededRandom, type Fault, type FaultRule, type Lag, type Random } from '../../../local/sagemaker';

const SECOND = 1_000;

/** What a weather may know of the world. */
export interface Sky {
  /** Milliseconds since CloudFormation has sent its last request. */
  sinceRequest(): number;
  /** Whether the tags of a job can be seen yet. */
  showsTags(jobName: string): boolean;
}

/** What AWS is like during a life: not what breaks once, but what is late or slow all the time. Times are in milliseconds. */
export interface Weather {
  readonly lag?: Lag;
  /** How long a job takes to start at least. @default 0 */
  readonly startingMs?: number;
  readonly faults?: (sky: Sky) => FaultRule[];
  /** How long AWS Lambda keeps an event until it runs the function. */
  readonly eventDelay?: () => number;
  /** How long the waiter's step is repeated, as the function is throttled. */
  readonly stepDelay?: () => number;
  /** How much later a request is delivered again. */
  readonly duplicates?: () => number[];
  /** How much later a step is repeated because the first response came too late. The first run still has its effects. */
  readonly secondRun?: () => number | undefined;
}

const JOB_CALLS = ['CreateCompilationJob', 'DescribeCompilationJob', 'StopCompilationJob', 'DeleteCompilationJob'];
const ALL_CALLS = [...JOB_CALLS, 'ListCompilationJobs', 'ListTags', 'AddTags', 'DeleteTags'];

const chance = (random: Random, probability: number) => random() < probability;
const upTo = (random: Random, ms: number) => Math.round(random() * ms);

/** New accounts have room for ten executions at once: events wait for minutes, steps for up to two. */
function throttling(random: Random): Weather {
  return {
    eventDelay: () => chance(random, 0.5) ? upTo(random, 150 * SECOND) : 0,
    stepDelay: () => chance(random, 0.4) ? upTo(random, 120 * SECOND) : 0,
  };
}

/** The first minute of each request: a permission, or a token, that some calls are refused without. */
function iamDelay(random: Random): Weather {
  const until = upTo(random, 60 * SECOND);
  const refusals: Fault[] = [faults.accessDenied(), faults.tokenUnknown()];
  return {
    faults: sky => [
      ...ALL_CALLS.filter(() => chance(random, 0.5)).map(operation => (
        { operation, fault: refusals[upTo(random, 1)], when: () => sky.sinceRequest() < until })),
      { operation: 'CreateCompilationJob', fault: faults.roleNotPropagated(), probability: 0.5, when: () => sky.sinceRequest() < 2 * until },
    ],
  };
}

/** Lists and tags of some time ago. IAM knows of a job's tags no sooner than others do. */
function lag(random: Random): Weather {
  return {
    lag: { list: upTo(random, 25 * SECOND), tags: upTo(random, 60 * SECOND), describe: chance(random, 0.3) ? upTo(random, 20 * SECOND) : 0 },
    faults: sky => [{
      operation: ['StopCompilationJob', 'DeleteCompilationJob'], fault: faults.accessDenied(), when: ({ input }) => !sky.showsTags(input.CompilationJobName),
    }],
  };
}

/** AWS Lambda delivers at least once, and not always at once. Step Functions repeats a step whose answer it has not seen. */
function lateDuplicates(random: Random): Weather {
  return {
    duplicates: () => chance(random, 0.5) ? Array.from({ length: 1 + upTo(random, 1) }, () => upTo(random, 600 * SECOND)) : [],
    secondRun: () => chance(random, 0.15) ? upTo(random, 110 * SECOND) : undefined,
  };
}

/** Calls take seconds. Calls that take too long have no response, and take effect when their caller no longer waits. */
function slowApi(random: Random): Weather {
  return {
    // No job is over, and deleted, before a call that asks for it once more has landed.
    startingMs: 60 * SECOND,
    faults: () => [
      { operation: ALL_CALLS, fault: faults.latency(2 * SECOND), probability: 0.3 },
      { operation: ALL_CALLS, fault: faults.latency(8 * SECOND), probability: 0.1 },
      ...[5, 20, 45].map(seconds => ({ operation: JOB_CALLS, fault: faults.lateEffect(seconds * SECOND), probability: 0.03 + 0.1 * random() })),
    ],
  };
}

export const WEATHERS = {
  'a throttled function': throttling,
  'late permissions': iamDelay,
  'lists and tags that lag': lag,
  'late duplicates': lateDuplicates,
  'a slow API': slowApi,
};

export type WeatherName = keyof typeof WEATHERS;

export const weather = (name: WeatherName, seed: number): Weather => WEATHERS[name](seededRandom(seed));
