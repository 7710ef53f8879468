import * as fs from 'fs';
import * as path from 'path';
import { ROOT } from '../../templates/tools';
import { pythonIn } from '../apps/tools';
import { must, type Workspace } from '../packages';
import { firstDifference } from '../templates';

const MODES = { strong: 'Fn::ImportValue', weak: 'Fn::GetStackOutput', both: 'Fn::GetStackOutput' };

/** Stacks, each with those that are deployed before it. */
const ORDER = { Network: [], Jobs: ['Network'], Operations: ['Jobs', 'Network'] };

/**
 * Several stacks in Python as in TypeScript: jsii passes constructs of one stack to those of another, and CDK refers across stacks as it is told.
 *
 * It takes the environment that the check of Python made.
 */
export async function tryAcrossStacks(workspace: Workspace): Promise<string> {
  const [typescript, ofPython] = ['typescript', 'python'].map(language => path.join(workspace.folder, `across-stacks.${language}`));
  await must(process.execPath, ['-r', 'ts-node/register/transpile-only', path.join(__dirname, 'app.ts')], {
    CDK_OUTDIR: typescript, TS_NODE_PROJECT: path.join(ROOT, 'test', 'tsconfig.json'),
  });
  await must(pythonIn(workspace), [path.join(__dirname, 'app.py')], { CDK_OUTDIR: ofPython, PYTHONDONTWRITEBYTECODE: '1' });
  for (const [mode, reference] of Object.entries(MODES)) {
    const dependencies = dependenciesIn(path.join(ofPython, mode));
    if (JSON.stringify(dependencies) !== JSON.stringify(ORDER)) { throw new Error(`${mode}: stacks depend on each other like this: ${JSON.stringify(dependencies)}`); }
    for (const stack of Object.keys(ORDER)) {
      const [expected, template] = [typescript, ofPython].map(outdir => fs.readFileSync(path.join(outdir, mode, `${stack}.template.json`), 'utf8'));
      const difference = firstDifference(expected, template);
      if (difference) { throw new Error(`${mode}: the template of ${stack} (+) differs from the TypeScript one (-):\n${difference}`); }
      if (stack !== 'Network' && !template.includes(reference)) { throw new Error(`${mode}: the template of ${stack} has no ${reference}`); }
    }
  }
  return `network, jobs and monitoring in ${Object.keys(ORDER).length} stacks synthesize as in TypeScript, in this order, with ${Object.keys(MODES).join(', ')} references`;
}

/** From the manifest, which `cdk deploy` reads. */
function dependenciesIn(outdir: string): Record<string, string[]> {
  const { artifacts } = JSON.parse(fs.readFileSync(path.join(outdir, 'manifest.json'), 'utf8')) as { artifacts: Record<string, { type: string; dependencies?: string[] }> };
  return Object.fromEntries(Object.keys(ORDER).map(stack => [stack, (artifacts[stack].dependencies ?? []).filter(id => artifacts[id].type === 'aws:cloudformation:stack').sort()]));
}
