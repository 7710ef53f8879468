/**
 * `npm run demo`: synthesizes an example with the CDK CLI, deploys it to this machine, shows the result and deletes it again. No AWS
 * account and no network.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CloudAssembly, type CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { LocalServer } from './aws/server';
import { DemoOptions, demoOptions, USAGE } from './demo/options';
import { Progress } from './demo/progress';
import { resourceLines, valueLines } from './demo/report';
import { requireTools, synthesize } from './demo/synthesize';
import { LocalCloud } from './local-cloud';
import { always, FrontEnd, NeoService } from './sagemaker';
import { ScaledClock } from './scaled-clock';
import { drawNetworks } from '../src/privacy-validation/network-picture';
import { TemplateSet } from '../src/privacy-validation/template/template-set';

const OUT = path.join(__dirname, 'out');

/** A compilation as short as they get. */
const JOB = { startingMs: 40_000, compilingMs: 110_000 };

/** Jobs at once, as accounts have a quota: others wait. */
const QUOTA = 4;

const say = (...lines: string[]) => lines.forEach(line => console.log(line));

async function main({ example, port, speed }: DemoOptions): Promise<void> {
  say('Local run: no AWS account, no network. Names, IDs and ARNs are made up; SageMaker Neo is a stand-in that compiles nothing.',
    'CloudFormation\'s protocol is played here; the Lambda functions and the state machine run as synthesized.', '');
  requireTools();
  await requirePort(port);

  say(`1. cdk synth, examples/${example}`);
  const output = path.join(OUT, 'cdk.out');
  await synthesize(example, output);
  // In the order of their dependencies.
  const { stacks } = new CloudAssembly(output);

  const clock = new ScaledClock(speed);
  const service = new NeoService({ now: clock.now, plan: always(JOB), modelsMustExist: true, quota: QUOTA });
  let progress: Progress | undefined;
  const cloud = new LocalCloud({
    assembly: output, timeScale: clock, sagemaker: new FrontEnd(service, { clock }), port, onEvent: event => progress?.event(event),
  });
  const watch = (name: string) => { progress = new Progress(cloud.template(name), service, say); };
  endOnSignal(cloud);
  try {
    say(`   picture of the network: ${path.relative(process.cwd(), drawNetwork(stacks))}`, '');

    for (const { stackName } of stacks) {
      say(`2. deploy ${stackName}, at ${speed} times the speed of AWS`);
      watch(stackName);
      const stack = await cloud.deploy(stackName);
      progress!.stop();
      if (stack.status !== 'CREATE_COMPLETE') { throw new Error(`the deployment failed: ${stack.failures.join('; ')}`); }
      say('', 'Resources', ...resourceLines(stack.resources), '', ...outputLines(stack.outputs));
    }

    for (const { stackName } of [...stacks].reverse()) {
      say(`3. delete ${stackName}`);
      watch(stackName);
      const deleted = await cloud.destroy(stackName);
      progress!.stop();
      if (deleted.status !== 'DELETE_COMPLETE') { throw new Error(`the stack could not be deleted: ${deleted.status}`); }
    }
    const left = service.records().filter(({ deletedAt }) => deletedAt === undefined).length;
    say('', `Done. Compilation jobs left: ${left}. What says DELETE_SKIPPED stays on purpose: buckets with compiled models, keys, and the flow logs.`);
  } finally {
    progress?.stop();
    await cloud.close();
  }
}

function drawNetwork(stacks: CloudFormationStackArtifact[]): string {
  const picture = path.join(OUT, 'network.svg');
  mkdirSync(OUT, { recursive: true });
  writeFileSync(picture, drawNetworks(TemplateSet.fromFiles(stacks.map(({ templateFullPath }) => templateFullPath))));
  return picture;
}

/** Not those that one stack has for another. */
function outputLines(outputs: Readonly<Record<string, string>>): string[] {
  const own = Object.entries(outputs).filter(([name]) => !name.startsWith('ExportsOutput'));
  return own.length > 0 ? ['Outputs', ...valueLines(Object.fromEntries(own)), ''] : [];
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
