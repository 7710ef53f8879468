import { readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { Manifest } from 'aws-cdk-lib/cloud-assembly-schema';
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { AssetManifestArtifact } from 'aws-cdk-lib/cx-api';
import type { Environment } from './cloudformation/environment';

/** A file or folder that `cdk deploy` would upload. */
export interface FileAsset {
  readonly bucket: string;
  readonly key: string;
  /** The path on this machine. */
  readonly source: string;
  /** `zip` for a folder that is uploaded as an archive. */
  readonly packaging: string;
}

/** The file assets of a stack, with the placeholders of their destination filled in. */
export function fileAssets(stack: CloudFormationStackArtifact, { account, region }: Environment): FileAsset[] {
  const filled = (text: string) => text
    .replaceAll('${AWS::AccountId}', account).replaceAll('${AWS::Region}', region).replaceAll('${AWS::Partition}', 'aws');
  return stack.dependencies
    .filter(dependency => AssetManifestArtifact.isAssetManifestArtifact(dependency))
    .flatMap(({ file }) => {
      const { files = {} } = Manifest.loadAssetManifest(file);
      return Object.values(files).flatMap(({ source, destinations }) => Object.values(destinations).map(destination => ({
        bucket: filled(destination.bucketName),
        key: filled(destination.objectKey),
        source: path.resolve(path.dirname(file), source.path ?? ''),
        packaging: source.packaging ?? 'file',
      })));
    });
}

/** The contents of an asset with a single file. */
export function contentOf(asset: FileAsset): Buffer | undefined {
  return asset.packaging === 'file' && statSync(asset.source).isFile() ? readFileSync(asset.source) : undefined;
}
