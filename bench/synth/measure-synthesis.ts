import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';

/**
 * Construct and synthesize one app in this process, and print what it took.
 *
 *   <program> <jobs> [outdir]
 */
export function measureSynthesis(build: (stack: Stack, jobs: number) => void): void {
  const [jobs, keep] = process.argv.slice(2);
  const outdir = keep ?? fs.mkdtempSync(path.join(os.tmpdir(), 'neo-bench-'));

  const cpu = () => Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1_000;
  const [began, cpuBefore] = [performance.now(), cpu()];
  const app = new App({ outdir, analyticsReporting: false });
  build(new Stack(app, 'Models'), Number(jobs));
  const constructed = performance.now();
  app.synth();
  const [synthesized, cpuAfter] = [performance.now(), cpu()];

  if (!keep) { fs.rmSync(outdir, { recursive: true }); }
  // Milliseconds; `process` is from the start of the process, with everything that it loaded. MiB.
  console.log(JSON.stringify({
    construct: constructed - began,
    synth: synthesized - constructed,
    both: synthesized - began,
    cpu: cpuAfter - cpuBefore,
    process: synthesized,
    processCpu: cpuAfter,
    memory: process.resourceUsage().maxRSS / 1_024,
  }));
}
