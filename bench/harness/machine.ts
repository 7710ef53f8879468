import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { ROOT } from './build';
import { nodeRuntime } from '../../local/lambda/runtimes';

/** The runtime that the handler declares. */
export const NODE_24 = nodeRuntime('nodejs24.x').executable;

/** The machine and the versions, on which the figures depend. */
export function machine(): string {
  const [{ model }] = os.cpus();
  const installed = (name: string) => `${name} ${JSON.parse(fs.readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version}`;
  return [
    `${os.cpus().length} x ${model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}, load ${os.loadavg()[0].toFixed(1)}`,
    `Node.js ${process.version} (handler: ${execFileSync(NODE_24, ['--version'], { encoding: 'utf8' }).trim()})`,
    ['aws-cdk-lib', 'constructs', '@aws-sdk/client-sagemaker', 'jsii'].map(installed).join(', '),
  ].join('; ');
}
