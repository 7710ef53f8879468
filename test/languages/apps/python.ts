import * as fs from 'fs';
import * as path from 'path';
import { CDK, CONSTRUCTS, EXAMPLE, must, VERSION, type Workspace } from '../packages';

/** In a virtual environment with nothing but the wheel and what it requires. */
export function runPython(outdir: string, { folder, dist }: Workspace): void {
  const venv = path.join(folder, 'python');
  const python = path.join(venv, process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
  const constraints = path.join(folder, 'constraints.txt');
  fs.writeFileSync(constraints, `aws-cdk-lib==${CDK}\nconstructs==${CONSTRUCTS}\ncdk-sagemaker-neo==${VERSION}\n`);

  must('python3', ['-m', 'venv', venv]);
  must(python, [
    '-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--find-links', path.join(dist, 'python'),
    '--requirement', path.join(EXAMPLE, 'python', 'requirements.txt'), '--constraint', constraints,
  ]);
  must(python, [path.join(EXAMPLE, 'python', 'app.py')], { CDK_OUTDIR: outdir, PYTHONDONTWRITEBYTECODE: '1' }, folder);
}
