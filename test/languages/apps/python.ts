import * as fs from 'fs';
import * as path from 'path';
import { installedPython } from './tools';
import { CDK, CONSTRUCTS, EXAMPLE, must, run, VERSION, type Workspace } from '../packages';

const MYPY = '2.4.1';
const PYRIGHT = '1.1.414';

const APP = path.join(EXAMPLE, 'python', 'app.py');

/** Errors of pyright that stay, by the first line of the message. mypy does not compare names of parameters. */
const PYRIGHT_ACCEPTED = [
  { message: /"Key" cannot be assigned to parameter "\w+" of type "IKey/, because: 'aws-cdk-lib calls the parameter of add_alias alias in IKey, and alias_name in Key' },
  { message: /"Topic" cannot be assigned to parameter "\w+" of type "ITopic/, because: 'aws-cdk-lib calls the parameter of add_subscription subscription in ITopic, and topic_subscription in Topic' },
];

/** In a virtual environment with nothing but the wheel and what it requires. */
export async function runPython(outdir: string, workspace: Workspace): Promise<void> {
  const constraints = path.join(workspace.folder, 'constraints.txt');
  fs.writeFileSync(constraints, `aws-cdk-lib==${CDK}\nconstructs==${CONSTRUCTS}\ncdk-sagemaker-neo==${VERSION}\n`);
  const python = await installedPython(workspace, path.join(EXAMPLE, 'python', 'requirements.txt'), '--constraint', constraints);
  await must(python, [APP], { CDK_OUTDIR: outdir, PYTHONDONTWRITEBYTECODE: '1' }, workspace.folder);
}

/** The types that the wheel declares, seen by two checkers. A copy of the app with a prop that does not exist shows that they look. */
export async function checkPythonTypes(workspace: Workspace): Promise<string> {
  const requirements = path.join(workspace.folder, 'type-checkers.txt');
  fs.writeFileSync(requirements, `mypy==${MYPY}\npyright[nodejs]==${PYRIGHT}\n`);
  const python = await installedPython(workspace, requirements);
  const wrong = path.join(workspace.folder, 'wrong_app.py');
  fs.writeFileSync(wrong, fs.readFileSync(APP, 'utf8').replace('max_runtime=', 'maximum_runtime='));
  const [mypy, pyright] = await Promise.all([mypyErrors(python, [APP, wrong], workspace), pyrightErrors(python, [APP, wrong], workspace)]);
  for (const [name, errors] of [['mypy', mypy], ['pyright', pyright]] as const) {
    if (!errors.some(({ file, message }) => file === wrong && message.includes('maximum_runtime'))) { throw new Error(`${name} does not find a prop that does not exist`); }
  }
  const isAccepted = (message: string, { message: pattern }: (typeof PYRIGHT_ACCEPTED)[number]) => pattern.test(message);
  const ofApp = pyright.filter(({ file }) => file === APP);
  const open = [
    ...mypy.filter(({ file }) => file !== wrong),
    ...ofApp.filter(({ message }) => !PYRIGHT_ACCEPTED.some(acceptance => isAccepted(message, acceptance))),
  ];
  if (open.length > 0) { throw new Error(open.map(({ file, message }) => `${file}: ${message}`).join('\n')); }
  const idle = PYRIGHT_ACCEPTED.filter(acceptance => !ofApp.some(({ message }) => isAccepted(message, acceptance)));
  if (idle.length > 0) { throw new Error(`accepted but not found: ${idle.map(({ message }) => message.source).join(', ')}`); }
  return `mypy ${MYPY} --strict finds no error in the app; the ${ofApp.length} errors of pyright ${PYRIGHT} have ${PYRIGHT_ACCEPTED.length} reasons, in aws-cdk-lib`;
}

interface TypeError { readonly file: string; readonly message: string }

async function mypyErrors(python: string, files: string[], { folder }: Workspace): Promise<TypeError[]> {
  const { status, stdout, stderr } = await run(python, ['-m', 'mypy', '--strict', '--output', 'json', '--cache-dir', path.join(folder, 'mypy'), ...files], {}, folder);
  if (status > 1 || stderr.trim()) { throw new Error(`mypy failed:\n${stdout}\n${stderr}`); }
  return stdout.trim().split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line)).filter(({ severity }) => severity === 'error')
    .map(({ file, line, message }) => ({ file: path.resolve(folder, file), message: `line ${line}: ${message}` }));
}

async function pyrightErrors(python: string, files: string[], { folder }: Workspace): Promise<TypeError[]> {
  const { status, stdout, stderr } = await run(python, ['-m', 'pyright', '--outputjson', '--pythonpath', python, ...files], {}, folder);
  if (status > 1) { throw new Error(`pyright failed:\n${stdout}\n${stderr}`); }
  return JSON.parse(stdout).generalDiagnostics.filter(({ severity }: { severity: string }) => severity === 'error')
    .map(({ file, message, range }: any) => ({ file, message: `line ${range.start.line + 1}: ${message}` }));
}
