import * as fs from 'fs';
import * as path from 'path';

/** Context with which the apps of the tests attach an internet gateway to their network. */
export const OPEN = ['--context', 'open=true'];

/** The rule that this breaks, and no other. */
const BROKEN = 'NoInternetGateway';

/** What `cdk synth` did. */
interface Synthesis { readonly status: number; readonly stdout: string; readonly stderr: string }

/**
 * `cdk synth` of an app must succeed, and with a violation it must fail; either way the privacy validation must write its report.
 *
 * @param closed without a violation, and the cloud assembly that it made
 * @param open with one
 */
export function requireFailure(closed: [Synthesis, string], open: [Synthesis, string]): string {
  for (const [[synthesis, outdir], isOpen] of [[closed, false], [open, true]] as const) {
    const said = `${synthesis.stdout}\n${synthesis.stderr}`;
    if ((synthesis.status !== 0) !== isOpen) { throw new Error(`cdk synth exits with ${synthesis.status} ${isOpen ? 'with' : 'without'} an internet gateway on the network:\n${said}`); }
    const failed = failedRules(outdir).join();
    if (failed !== (isOpen ? BROKEN : '')) { throw new Error(`the report names ${failed || 'no broken rule'}:\n${said}`); }
  }
  return `with a violation cdk synth exits with ${open[0].status}, and the report is written`;
}

/** @returns IDs of the rules that are broken, as the report says */
function failedRules(outdir: string): string[] {
  const folder = path.join(outdir, 'neo-privacy');
  if (!fs.existsSync(path.join(folder, 'report.html'))) { throw new Error(`no report in ${folder}`); }
  const { rules } = JSON.parse(fs.readFileSync(path.join(folder, 'report.json'), 'utf8'));
  return rules.filter(({ status }: { status: string }) => status === 'fail').map(({ id }: { id: string }) => id);
}
