import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';

/** Jest's global setup. */
export default function setUp(): void {
  // Synthesis leaves gigabytes in the temporary folder, so the tests have one of their own, which goes when they end.
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'neo-tests-'));
  process.env.TMPDIR = process.env.TEMP = process.env.TMP = folder;
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  // aws-cdk-lib takes a stack trace of each resource. Jest translates it to TypeScript, which is a tenth of a synthesis.
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ [DISABLE_CREATION_STACK_TRACES]: true });
}
