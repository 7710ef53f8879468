import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { FunctionConfiguration } from './function';
import type { FileAsset } from '../assets';
import type { LocalResource } from '../cloudformation/resource-operations';

export interface CodeLookup {
  /** The folder for code that is written in the template. */
  readonly scratchDirectory: string;
  asset(bucket: string, key: string): FileAsset | undefined;
}

/** Returns the configuration of a function that a resolved AWS::Lambda::Function describes. */
export function functionConfiguration({ physicalId, properties, attributes }: LocalResource, lookup: CodeLookup): FunctionConfiguration {
  const { Runtime, Handler, Timeout = 3, MemorySize = 128, Environment, Layers } = properties;
  if (Layers?.length > 0) { throw new Error(`${physicalId} uses layers, which the local run does not have`); }
  return {
    functionName: physicalId,
    functionArn: attributes.Arn,
    runtime: Runtime,
    handler: Handler,
    codeDirectory: codeDirectory(physicalId, properties.Code, lookup),
    environment: Object.fromEntries(Object.entries(Environment?.Variables ?? {}).map(([name, value]) => [name, String(value)])),
    timeoutSeconds: Number(Timeout),
    memorySize: Number(MemorySize),
  };
}

function codeDirectory(functionName: string, code: { S3Bucket?: string; S3Key?: string; ZipFile?: string }, lookup: CodeLookup): string {
  if (code.ZipFile !== undefined) {
    const directory = path.join(lookup.scratchDirectory, functionName);
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'index.js'), code.ZipFile);
    return directory;
  }
  const asset = lookup.asset(code.S3Bucket!, code.S3Key!);
  if (!asset) { throw new Error(`the code of ${functionName} is not an asset of this app: s3://${code.S3Bucket}/${code.S3Key}`); }
  if (!statSync(asset.source).isDirectory()) {
    throw new Error(`the code of ${functionName} is an archive (${path.basename(asset.source)}); the local run takes folders only: give Code.fromAsset the folder`);
  }
  return asset.source;
}
