import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { differences } from './same-template';
import { built } from '../harness/build';
import { ratioText, spread, table, type Result } from '../harness/result';
import { interleaved, type Sample } from '../harness/sampling';
import { measured, ratioOf, slopeRatio, summary, type Ratio } from '../harness/statistics';

const JOBS = [1, 10, 100, 400];
const MEASURES = {
  construct: 'construct, ms',
  synth: 'synth, ms',
  both: 'construct and synth, ms',
  cpu: 'the same, ms of CPU',
  process: 'whole process, ms',
  processCpu: 'whole process, ms of CPU',
  heap: 'heap in use, MiB',
  memory: 'memory at most, MiB',
};

/** Compares NeoPrivateCompilationVpc and N jobs with a hand-written stack that has the same template. */
export async function synthesis(samples: number, sizes = JOBS): Promise<Result> {
  const programs = { library: await built('synth/library'), hand: await built('synth/hand') };
  const found = new Map<number, Map<string, Sample[]>>();
  for (const jobs of sizes) {
    requireSameTemplate(programs, jobs);
    const variants = Object.entries(programs).map(([name, program]) => ({ name, command: [process.execPath, '--expose-gc', program, `${jobs}`] }));
    found.set(jobs, await interleaved(variants, samples));
  }
  const values = (jobs: number, name: keyof typeof programs, measure: string) => measured(found.get(jobs)!.get(name)!, measure);
  const [few, many] = [sizes[0], sizes[sizes.length - 1]];
  const slope = (measure: string): Ratio =>
    slopeRatio(values(few, 'library', measure), values(many, 'library', measure), values(few, 'hand', measure), values(many, 'hand', measure));
  const ratio = (jobs: number, measure: string) => ratioOf(values(jobs, 'library', measure), values(jobs, 'hand', measure));

  const rows = Object.entries(MEASURES).flatMap(([measure, title]) => sizes.map(jobs => [
    title, jobs, spread(summary(values(jobs, 'library', measure))), spread(summary(values(jobs, 'hand', measure))), ratioText(ratio(jobs, measure)),
  ]));
  const slopes = Object.entries(MEASURES).filter(([measure]) => measure !== 'memory' && measure !== 'heap').map(([measure, title]) => {
    const median = (jobs: number, name: keyof typeof programs) => summary(values(jobs, name, measure)).median;
    const each = (name: keyof typeof programs) => (median(many, name) - median(few, name)) / (many - few);
    return [title, each('library').toFixed(2), each('hand').toFixed(2), ratioText(slope(measure))];
  });
  return {
    text: [
      table(['', 'jobs', 'library', 'hand-written', 'ratio'], rows),
      `Each further job, from ${few} to ${many}:`,
      table(['', 'library', 'hand-written', 'ratio'], slopes),
    ].join('\n\n'),
    figures: {
      'synthesis of 1 job': { value: ratio(few, 'both').ratio, steady: ratio(few, 'cpu').ratio, most: 1.05, kind: 'ratio' },
      'synthesis of each further job': { value: slope('both').ratio, steady: slope('cpu').ratio, most: 1.10, kind: 'ratio' },
      'heap with 1 job': { value: ratio(few, 'heap').ratio, most: 1.10, kind: 'ratio' },
      [`heap with ${many} jobs`]: { value: ratio(many, 'heap').ratio, most: 1.10, kind: 'ratio' },
    },
  };
}

/** The comparison is fair only if both programs have the same template. */
function requireSameTemplate(programs: Record<string, string>, jobs: number): void {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-bench-'));
  try {
    const [library, hand] = Object.entries(programs).map(([name, program]) => {
      execFileSync(process.execPath, ['--expose-gc', program, `${jobs}`, path.join(outdir, name)], { env: { ...process.env, CDK_VALIDATION: 'false' } });
      return JSON.parse(fs.readFileSync(path.join(outdir, name, 'Models.template.json'), 'utf8'));
    });
    const found = differences(library, hand);
    if (found.length > 0) { throw new Error(`with ${jobs} jobs the templates differ:\n${found.map(text => text.slice(0, 400)).join('\n')}`); }
  } finally {
    fs.rmSync(outdir, { recursive: true });
  }
}
