/**
 * `npm run demo`: synthesizes an example with the CDK CLI, deploys it to this machine, shows the result and deletes it again. It needs no AWS account
 * and no network.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CloudAssembly, type CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { LocalServer } from './aws/server';
import { DemoOptions, demoOptions, USAGE } from './demo/options';
import { Progress } from './demo/progress';
import { resourceLines, valueLines } from './demo/report';
import { requireTools, synthesize } from './demo/synthesize';
import { complain, endOnSignal, endWithReader, paceOf } from './demo/terminal';
import { LocalCloud } from './local-cloud';
import { scratchFolder } from './process/at-end';
import { always, FrontEnd, NeoService } from './sagemaker';
import { VirtualClock } from './time/virtual-clock';
import { drawNetworks } from '../src/privacy-validation/network-picture';
import { TemplateSet } from '../src/privacy-validation/template/template-set';

const OUT = path.join(__dirname, 'out');

/** The durations of a short compilation. */
const JOB = { startingMs: 40_000, compilingMs: 110_000 };

/** The quota of concurrent jobs. Further jobs wait. */
const QUOTA = 4;

const say = (...lines: string[]) => lines.forEach(line => console.log(line));

async function main({ example, port, speed }: DemoOptions): Promise<void> {
  say('Local run: no AWS account, no network. Names, IDs and ARNs are made up; SageMaker Neo is a stand-in that compiles nothing.',
    'CloudFormation\'s protocol is played here; the Lambda functions and the state machine run as synthesized.', '');
  requireTools();
  await requirePort(port);

  say(`1. cdk synth, examples/${example}`);
  const output = scratchFolder('neo-demo-').path;
  await synthesize(example, output);
  // The stacks are in the order of their dependencies.
  const { stacks } = new CloudAssembly(output);

  const clock = new VirtualClock(paceOf(process.stdout, speed));
  const service = new NeoService({ now: clock.now, plan: always(JOB), modelsMustExist: true, quota: QUOTA });
  let progress: Progress | undefined;
  const cloud = new LocalCloud({
    assembly: output, clock, sagemaker: new FrontEnd(service, { clock }), port, onEvent: event => progress?.event(event),
  });
  const watch = (name: string) => { progress = new Progress(cloud.template(name), service, clock, say); };
  close = () => cloud.close();
  try {
    say(`   picture of the network: ${path.relative(process.cwd(), drawNetwork(stacks))}`, '');

    for (const { stackName } of stacks) {
      say(`2. deploy ${stackName}`);
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
    say('', `Done. Compilation jobs left: ${left}. Resources with DELETE_SKIPPED stay on purpose: buckets with compiled models, keys, and the flow logs.`);
  } finally {
    progress?.stop();
    await cloud.close();
  }
}

function drawNetwork(stacks: CloudFormationStackArtifact[]): string {
  const picture = path.join(OUT, 'network.svg');
  mkdirSync(OUT, { recursive: true });
  // The picture is replaced atomically, because another demo may write it at the same time.
  const own = `${picture}.${process.pid}`;
  writeFileSync(own, drawNetworks(TemplateSet.fromFiles(stacks.map(({ templateFullPath }) => templateFullPath))));
  renameSync(own, picture);
  return picture;
}

/** Renders the outputs of a stack, without those that exist for other stacks. */
function outputLines(outputs: Readonly<Record<string, string>>): string[] {
  const own = Object.entries(outputs).filter(([name]) => !name.startsWith('ExportsOutput'));
  return own.length > 0 ? ['Outputs', ...valueLines(Object.fromEntries(own)), ''] : [];
}

/** Fails before the synthesis if the port is not available. */
async function requirePort(port: number): Promise<void> {
  await (await LocalServer.start({}, { port })).close();
}

let close = async (): Promise<void> => {};
endWithReader('demo');
endOnSignal(() => close());
try {
  main(demoOptions(process.argv.slice(2))).catch(err => complain('demo', err));
} catch (err) {
  complain('demo', err as Error);
  say(USAGE);
}
