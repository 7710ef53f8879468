/**
 * `npm run demo`: synthesizes examples/private-compilation with the CDK CLI, deploys it to this machine, shows the result and
 * deletes it again. No AWS account and no network.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { LocalServer } from './aws/server';
import { DemoOptions, demoOptions, USAGE } from './demo/options';
import { Progress } from './demo/progress';
import { resourceLines, valueLines } from './demo/report';
import { requireTools, synthesize } from './demo/synthesize';
import { LocalCloud } from './local-cloud';
import { always, FrontEnd, NeoService } from './sagemaker';
import { ScaledClock } from './scaled-clock';
import { renderNetworkPicture } from '../src/privacy/network-picture';

const EXAMPLE = 'private-compilation';
const STACK = 'PrivateCompilation';
const OUT = path.join(__dirname, 'out');

/** A compilation as short as they get. */
const JOB = { startingMs: 40_000, compilingMs: 110_000 };

const say = (...lines: string[]) => lines.forEach(line => console.log(line));

async function main(options: DemoOptions): Promise<void> {
  say('Local run: no AWS account, no network. Names, IDs and ARNs are made up; SageMaker Neo is a stand-in that compiles nothing.',
    'CloudFormation\'s protocol is played here; the Lambda functions and the state machine run as synthesized.', '');
  requireTools();
  await requirePort(options.port);

  say(`1. cdk synth, examples/${EXAMPLE}`);
  const assembly = path.join(OUT, 'cdk.out');
  await synthesize(EXAMPLE, assembly);

  const clock = new ScaledClock(options.speed);
  const service = new NeoService({ now: clock.now, plan: always(JOB), modelsMustExist: true });
  let progress: Progress | undefined;
  const cloud = new LocalCloud({
    assembly, timeScale: clock, sagemaker: new FrontEnd(service, { clock }), port: options.port, onEvent: event => progress?.event(event),
  });
  endOnSignal(cloud);
  try {
    const template = cloud.template(STACK);
    const picture = path.join(OUT, 'network.svg');
    mkdirSync(OUT, { recursive: true });
    writeFileSync(picture, renderNetworkPicture(template));
    say(`   picture of the network: ${path.relative(process.cwd(), picture)}`, '');

    say(`2. deploy, at ${options.speed} times the speed of AWS`);
    progress = new Progress(template, service, say);
    const stack = await cloud.deploy(STACK);
    progress.stop();
    if (stack.status !== 'CREATE_COMPLETE') { throw new Error(`the deployment failed: ${stack.failures.join('; ')}`); }
    say('', 'Resources', ...resourceLines(stack.resources), '', 'The finished job', ...valueLines(stack.outputs), '');

    say('3. delete');
    progress = new Progress(template, service, say);
    const deleted = await cloud.destroy(STACK);
    progress.stop();
    if (deleted.status !== 'DELETE_COMPLETE') { throw new Error(`the stack could not be deleted: ${deleted.status}`); }
    const left = service.records().filter(({ deletedAt }) => deletedAt === undefined).length;
    say('', `Done. Compilation jobs left: ${left}. What says DELETE_SKIPPED stays on purpose: the compiled model, and the flow logs.`);
  } finally {
    progress?.stop();
    await cloud.close();
  }
}

/** Better now than after the synthesis. */
async function requirePort(port: number): Promise<void> {
  await (await LocalServer.start({}, port)).close();
}

/** Ctrl-C ends the functions and servers first, so that nothing is left running. */
function endOnSignal(cloud: LocalCloud): void {
  (['SIGINT', 'SIGTERM'] as const).forEach((signal, index) => process.once(signal, () => {
    say('', `stopped by ${signal}`);
    void cloud.close().finally(() => process.exit([130, 143][index]));
  }));
}

try {
  main(demoOptions(process.argv.slice(2))).catch(complain);
} catch (err) {
  complain(err as Error);
  say(USAGE);
}

function complain(err: Error): void {
  console.error(`demo: ${err.message}`);
  process.exitCode = 1;
}
