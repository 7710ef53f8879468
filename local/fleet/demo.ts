/**
 * A fleet of a dozen, locally: examples/fleet as synthesized, three models for four targets, four jobs at a time, with faults. A minute of AWS
 * passes in a second.
 *
 *   npm run demo:fleet
 */
import { App } from 'aws-cdk-lib';
import { LocalFleet } from './local-fleet';
import { Progress } from './progress';
import { FleetStack } from '../../examples/fleet/fleet-stack';
import { ACTIVE_STATUSES, faults, fleetOutcomes } from '../sagemaker';
import { ScaledClock } from '../scaled-clock';
import { Execution } from '../stepfunctions/jsonata';

const QUOTA = 4;
const MODELS = ['resnet18', 'mobilenet', 'squeezenet'];
const clock = new ScaledClock(60);
const outcomes = fleetOutcomes({ seed: 7, startingMs: 30_000, medianCompilingMs: 180_000, failureRate: 0 });
let throttled = 0;

const fleet = new LocalFleet(new FleetStack(new App(), 'CompilationFleet', { quota: QUOTA }), {
  clock,
  quota: QUOTA,
  seed: 7,
  // Neo cannot compile one of the pairs.
  plan: (request, index) => ({
    ...outcomes(request, index),
    ...request.OutputConfig!.TargetDevice === 'rk3399' && request.InputConfig!.S3Uri!.includes('mobilenet') && { failureReason: 'ClientError: OperatorNotImplemented: (hard_swish)' },
  }),
  faults: [{ fault: faults.throttling(), probability: 0.03 }, { fault: faults.responseLost(), operation: 'CreateCompilationJob', nth: 5 }],
  onCall: ({ outcome }) => { if (outcome !== 'ok') { throttled++; } },
});

async function main(): Promise<void> {
  MODELS.forEach(name => fleet.upload(`models/${name}.tar.gz`));
  say(`${MODELS.length} models x 4 targets, quota ${QUOTA}, in a private network; one minute of AWS is one second here`);
  const first = fleet.stateMachine.start({ toleratedFailurePercentage: 20 });
  await watch(first);
  const { succeeded, failed } = fleet.results(first);
  say(`${succeeded.length} compiled, ${failed.length} failed, ${throttled} calls went wrong and were made again; results: ${(first.output as any).Results}`);
  failed.forEach(({ Error, Cause }) => say(`  ${Error}: ${Cause}`));

  say('\nthe same again, with one model more');
  fleet.upload('models/yolo.tar.gz');
  const jobs = fleet.service.records().length;
  const second = fleet.stateMachine.start({ toleratedFailurePercentage: 20 });
  await watch(second);
  const reused = fleet.results(second).succeeded.filter(({ Reused }) => Reused).length;
  say(`${fleet.service.records().length - jobs} jobs for the new model; ${reused} compilations found done, none done twice`);

  say('\na model that is uploaded while the fleet is idle, and an execution that is aborted');
  fleet.upload('models/bert.tar.gz');
  const third = fleet.stateMachine.start({ uploaded: { Key: 'models/bert.tar.gz', ETag: 'of-this-upload' } });
  await clock.sleep(120_000);
  third.stop();
  await watch(third);
  say(`aborted: ${fleet.service.records().filter(({ status }) => status === 'STOPPED').length} jobs were stopped, ${active()} run`);
}

/** Shows the progress until an execution and the stopper have ended. */
async function watch(execution: Execution): Promise<void> {
  const progress = new Progress(fleet, clock, process.stdout);
  await execution.done;
  await Promise.all(fleet.stops.map(({ done }) => done));
  progress.end();
}

const active = () => fleet.service.records().filter(({ status }) => (ACTIVE_STATUSES as string[]).includes(status)).length;
const say = (text: string) => console.log(text);

main().then(() => process.exit(active() === 0 ? 0 : 1), err => {
  console.error(err);
  process.exit(1);
});
