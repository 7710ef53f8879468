import * as fs from 'fs';
import * as path from 'path';
import { translatedSnippets } from '../../docs/translations';
import { ROOT } from '../../templates/tools';
import { pythonIn } from '../apps/tools';
import { must, type Workspace } from '../packages';

/** Run the snippets of README and docstrings in Python, from the translations in the package, which Construct Hub shows. */
export async function runPythonSnippets(workspace: Workspace): Promise<string> {
  const snippets = translatedSnippets().map(({ name, sources }) => ({ name, source: sources.python }));
  if (snippets.length === 0) { throw new Error('the package has no snippets'); }
  const folder = path.join(workspace.folder, 'snippets');
  fs.mkdirSync(folder);
  await writeArchives(folder);
  const list = path.join(folder, 'snippets.json');
  fs.writeFileSync(list, JSON.stringify(snippets));
  await must(pythonIn(workspace), [path.join(__dirname, 'run_snippets.py'), list], { PYTHONDONTWRITEBYTECODE: '1' }, folder);
  return `${snippets.length} snippets of README and docstrings run as translated`;
}

/** Archives that snippets name: the sample that README.md tells the reader to write, and a model of PyTorch. */
async function writeArchives(folder: string): Promise<void> {
  await must(process.execPath, [path.join(ROOT, 'bin', 'cdk-sagemaker-neo'), 'sample', path.join(folder, 'model.tar.gz')]);
  await must('tar', ['-czf', path.join(folder, 'resnet18.tar.gz'), '-C', path.join(ROOT, 'test', 'preflight', 'models', 'torch'), 'traced-1-12.pth']);
}
