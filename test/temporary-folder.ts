import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';

/** Jest's global setup: synthesis leaves gigabytes in the temporary folder, so the tests have one of their own, which goes when they end. */
export default function setUp(): void {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'neo-tests-'));
  process.env.TMPDIR = process.env.TEMP = process.env.TMP = folder;
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
}
