/**
 * Benchmarks: compares the library with what a user would write without it.
 *
 *   npm run bench                          all parts, 25 samples each
 *   npm run bench -- synthesis import      some
 *   npm run bench -- --samples 40          more
 *   npm run bench:check                    few samples, compared with bench/ratios.json, as in CI
 *   npm run bench -- --write               writes bench/ratios.json
 */
import { starting } from './handler/start-part';
import { waiting } from './handler/waiting-part';
import { machine } from './harness/machine';
import { compare, promises, write } from './harness/regression';
import type { Figure, Result } from './harness/result';
import { importing } from './import/part';
import { preflight } from './preflight/part';
import { privacy } from './privacy/part';
import { synthesis } from './synth/part';
import { growth } from './template/part';

const PARTS: Record<string, { title: string; measure: (samples: number) => Result | Promise<Result> }> = {
  synthesis: { title: 'Construct and synthesize: NeoPrivateCompilationVpc and N jobs, against hand-written code for the same template', measure: samples => synthesis(samples) },
  import: { title: 'Import', measure: importing },
  start: { title: 'The handler: bundle, start, looks', measure: starting },
  waiting: { title: 'The waiting: calls, Lambda time, delay', measure: waiting },
  template: { title: 'What a further job adds to the template', measure: growth },
  preflight: { title: 'Check of a model\'s archive', measure: preflight },
  privacy: { title: 'Validation report and picture', measure: privacy },
};

async function main(args: string[]): Promise<void> {
  // Applies to the parts that run in this process, too.
  process.env.CDK_VALIDATION = 'false';
  const at = args.indexOf('--samples');
  const samples = at < 0 ? 25 : Number(args[at + 1]);
  const chosen = args.filter((arg, i) => !arg.startsWith('--') && (at < 0 || i !== at + 1));
  const unknown = chosen.filter(name => !PARTS[name]);
  if (unknown.length > 0 || !Number.isInteger(samples) || samples < 1) {
    throw new Error(`usage: bench [--samples N] [--check] [--write] [${Object.keys(PARTS).join('|')}]…; got: ${args.join(' ')}`);
  }

  console.log(`${machine()}; ${samples} samples, medians with quartiles, ratios with 95 % bootstrap intervals\n`);
  const figures: Record<string, Figure> = {};
  for (const name of chosen.length > 0 ? chosen : Object.keys(PARTS)) {
    const { title, measure } = PARTS[name];
    console.log(`## ${title}\n`);
    const { text, figures: found } = await measure(samples);
    Object.assign(figures, found);
    console.log(`${text}\n`);
  }
  const { text, broken } = args.includes('--check') ? compare(figures) : promises(figures);
  console.log(text);
  if (args.includes('--write')) { write(figures); }
  process.exitCode = broken ? 1 : 0;
}

main(process.argv.slice(2)).catch(error => {
  console.error(error);
  process.exitCode = 1;
});
