import * as fs from 'fs';
import * as path from 'path';

/** What `cdk init` writes into cdk.json. @param folder where aws-cdk-lib is installed */
export function recommendedFlags(folder: string): Record<string, unknown> {
  return JSON.parse(fs.readFileSync(path.join(folder, 'node_modules', 'aws-cdk-lib', 'recommended-feature-flags.json'), 'utf8'));
}
