import * as fs from 'fs';
import * as path from 'path';
import { ContextProvider } from 'aws-cdk-lib/cloud-assembly-schema';

/**
 * Whether templates are of a first synthesis, in which CDK makes up the subnets and addresses of VPCs that are yet to be looked up. The CLI looks them
 * up, and synthesizes again, only when that synthesis succeeds; it deploys none of it.
 */
export function hasMadeUpVpc(templatePaths: string[]): boolean {
  const manifests = [...new Set(templatePaths.map(file => path.join(path.dirname(file), 'manifest.json')))].filter(file => fs.existsSync(file));
  return manifests.some(file => (JSON.parse(fs.readFileSync(file, 'utf8')).missing ?? []).some(({ provider }: { provider: string }) => provider === ContextProvider.VPC_PROVIDER));
}
