/**
 * The workflows against two linters: actionlint for what GitHub would refuse, zizmor for what an attacker could use. `npm run check:workflows`; needs Python,
 * Go and, once, the network. What zizmor may not say, and why, is in zizmor.yml beside this file.
 * shellcheck, which actionlint can call, has notes on quotes and on `A && B || C` in scripts that projen writes, nothing above.
 */
import * as fs from 'fs';
import * as path from 'path';
import { ACTIONLINT, actionlint, ROOT, run, ZIZMOR, zizmor } from '../templates/tools';

const WORKFLOWS = path.join(ROOT, '.github', 'workflows');
const workflows = fs.readdirSync(WORKFLOWS).map(name => path.join(WORKFLOWS, name));
const broken = path.join(__dirname, 'broken-workflow.yml');
const config = path.join(__dirname, 'zizmor.yml');

const linters = [
  { name: `actionlint ${ACTIONLINT}`, lint: (files: string[]) => run(actionlint(), ['-shellcheck=', '-pyflakes=', ...files]) },
  { name: `zizmor ${ZIZMOR}`, lint: (files: string[]) => run(zizmor(), ['--offline', '--no-progress', '--config', config, '--', ...files]) },
];

for (const { name, lint } of linters) {
  // A linter that finds nothing in a broken workflow proves nothing.
  if (lint([broken]).status === 0) { throw new Error(`${name} finds nothing in ${path.relative(ROOT, broken)}`); }
  const { status, stdout, stderr } = lint(workflows);
  if (status !== 0) {
    console.log(`${stdout}\n${stderr}`);
    process.exitCode = 1;
  }
  console.log(`${name}: ${workflows.length} workflows, ${status === 0 ? 'no finding' : 'findings above'}`);
}
