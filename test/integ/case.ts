import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { ExpectedResult, IntegTest, Match, type IApiCall } from '@aws-cdk/integ-tests-alpha';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { makeModel } from '../../examples/private-compilation/model/make-model';
import { INPUT } from '../../examples/private-compilation/model/stripes';
import { NeoDataInputShape, NeoFramework, NeoModel } from '../../src';

/** A bucket that goes with its stack: what is compiled here is of no use to anyone. */
export const TEMPORARY: s3.BucketProps = {
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  removalPolicy: RemovalPolicy.DESTROY,
  autoDeleteObjects: true,
};

/** A network of four filters as an ONNX file, 526 bytes: the one that the first example compiles. */
export function smallModel(): NeoModel {
  const archive = path.join(os.tmpdir(), 'neo-integ-stripes.tar.gz');
  makeModel(archive);
  return NeoModel.fromAsset(archive, {
    framework: NeoFramework.ONNX,
    dataInputShape: NeoDataInputShape.of(INPUT.name, ...INPUT.shape),
  });
}

/** The newest schema of a cloud assembly that integ-runner reads; it refuses what aws-cdk-lib 2.258 and later write, though it needs nothing that is new in them. */
const READABLE_SCHEMA = '53.0.0';

process.on('exit', () => {
  const assembly = process.env.CDK_OUTDIR;
  if (!assembly || !fs.existsSync(assembly)) { return; }
  for (const name of fs.readdirSync(assembly).filter(file => file === 'manifest.json' || file === 'integ.json' || file.endsWith('.assets.json'))) {
    const file = path.join(assembly, name);
    fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, 'utf8')), version: READABLE_SCHEMA }, undefined, 1));
  }
});

/** One case: a stack that is deployed, and what must be true of the account afterwards. */
export class IntegCase {
  public readonly app = new App();
  public readonly stack: Stack;
  private integ?: IntegTest;

  constructor(name: string) {
    this.stack = new Stack(this.app, name);
  }

  /** Call it when the stack is complete. */
  public get assertions() {
    this.integ ??= new IntegTest(this.app, 'Integ', { testCases: [this.stack] });
    return this.integ.assertions;
  }

  /** SageMaker says that a job is completed, and what else is expected of it. */
  public expectCompleted(jobName: string, description: object = {}): IApiCall {
    return this.assertions.awsApiCall('SageMaker', 'describeCompilationJob', { CompilationJobName: jobName })
      .expect(ExpectedResult.objectLike({ CompilationJobStatus: 'COMPLETED', ...description }));
  }

  /**
   * The bucket has a compiled model. Versions are listed, as the bucket's policy denies reading and listing objects from outside the network, to this test too.
   */
  public expectArtifact(bucket: s3.IBucket, prefix = 'neo/'): IApiCall {
    const versions = this.assertions.awsApiCall('S3', 'listObjectVersions', { Bucket: bucket.bucketName, Prefix: prefix });
    versions.provider.addToRolePolicy({ Effect: 'Allow', Action: ['s3:ListBucketVersions'], Resource: ['*'] });
    return versions.expect(ExpectedResult.objectLike({
      Versions: Match.arrayWith([Match.objectLike({ Key: Match.stringLikeRegexp('\\.tar\\.gz$') })]),
    }));
  }
}
