import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import * as path from 'node:path';

const NODE_MODULES = path.join(__dirname, '..', '..', 'node_modules');

/**
 * A folder for NODE_PATH with the packages that AWS Lambda's Node.js runtimes bring, and no others: a function that
 * forgot to bundle something must fail here too.
 */
export function sdkFolder(directory: string): string {
  const folder = path.join(directory, 'node_modules');
  mkdirSync(folder, { recursive: true });
  for (const scope of ['@aws-sdk', '@smithy']) {
    const target = path.join(NODE_MODULES, scope);
    if (!existsSync(target)) { throw new Error(`${target} is missing; run npm ci first`); }
    // A junction needs no rights on Windows; other systems make a symbolic link.
    symlinkSync(target, path.join(folder, scope), 'junction');
  }
  return folder;
}
