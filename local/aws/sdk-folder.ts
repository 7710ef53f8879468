import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import * as path from 'node:path';

const NODE_MODULES = path.join(__dirname, '..', '..', 'node_modules');

/**
 * Creates a folder for NODE_PATH with the packages of AWS Lambda's Node.js runtimes, and no others, so that a function that
 * lacks a package in its bundle fails here, too.
 */
export function sdkFolder(directory: string): string {
  const folder = path.join(directory, 'node_modules');
  mkdirSync(folder, { recursive: true });
  for (const scope of ['@aws-sdk', '@smithy']) {
    const target = path.join(NODE_MODULES, scope);
    if (!existsSync(target)) { throw new Error(`${target} is missing; run npm ci first`); }
    // A junction needs no privileges on Windows. Other systems create a symbolic link.
    symlinkSync(target, path.join(folder, scope), 'junction');
  }
  return folder;
}
