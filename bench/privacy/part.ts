import { built } from '../harness/build';
import { spread, table, type Result } from '../harness/result';
import { interleaved } from '../harness/sampling';
import { measured, summary } from '../harness/statistics';

const JOBS = 400;

/** Measures the validation's report and the picture of a stack with 400 jobs. */
export async function privacy(samples: number): Promise<Result> {
  const found = await interleaved([{ name: 'report', command: [process.execPath, await built('privacy/report'), `${JOBS}`] }], samples);
  const times = (measure: string) => summary(measured(found.get('report')!, measure));
  return {
    text: table([`${JOBS} jobs`, 'ms', 'at most'], [
      ['validation, with report as JSON and HTML', spread(times('report')), 1_000],
      ['network picture', spread(times('picture')), 1_000],
    ]),
    figures: {
      'report on 400 jobs, s': { value: times('report').median / 1_000, most: 1, kind: 'time' },
      'picture of 400 jobs, s': { value: times('picture').median / 1_000, most: 1, kind: 'time' },
    },
  };
}
