import * as fs from 'fs';
import * as path from 'path';
import type { Outcome } from '../templates/tools';

/** Context with which the apps of this folder attach an internet gateway to the network. */
const OPEN = ['--context', 'open=true'];

/**
 * `cdk synth` of an app with a violation must fail, with the report written.
 *
 * @param synth calls it with further arguments
 * @returns its exit code
 */
export function failWithViolation(outdir: string, synth: (args: string[]) => Outcome): string {
  const { status, stdout, stderr } = synth([...OPEN, '--output', outdir]);
  if (status === 0) { throw new Error(`cdk synth succeeds with an internet gateway on the network:\n${stdout}\n${stderr}`); }
  const report = path.join(outdir, 'neo-privacy', 'report.html');
  if (!fs.existsSync(report) || !fs.readFileSync(report, 'utf8').includes('NoInternetGateway')) { throw new Error(`no report of the violation:\n${stdout}\n${stderr}`); }
  return `with a violation cdk synth exits with ${status} and the report is written`;
}
