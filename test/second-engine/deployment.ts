import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import {
  CloudFormationClient, CreateStackCommand, DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand, UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { ACCOUNT, REGION } from './engine';
import { fileAssets } from '../../local/assets';

const STAGING_BUCKET = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
const POLL_MS = 500;
const TIMEOUT_MS = 300_000;

/** What `cdk deploy` and `cdk destroy` do, on the engine. */
export class Deployment {
  private readonly cloudFormation: CloudFormationClient;
  private readonly s3: S3Client;
  private readonly uploaded = new Set<string>();

  constructor(private readonly endpoint: string) {
    const config = { endpoint, region: REGION, credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' } };
    this.cloudFormation = new CloudFormationClient(config);
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
  }

  /** What the stacks of `cdk bootstrap` have that a deployment asks for. */
  public async bootstrap(): Promise<void> {
    await this.createOrUpdate('CDKToolkit', {
      TemplateBody: JSON.stringify({
        Resources: {
          StagingBucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: STAGING_BUCKET } },
          CdkBootstrapVersion: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Name: '/cdk-bootstrap/hnb659fds/version', Value: '30' } },
        },
      }),
    });
  }

  /** Create or update a stack. A template in a request may have 51,200 bytes, so it is uploaded, as `cdk deploy` does. */
  public async deploy(stack: CloudFormationStackArtifact, template: object = stack.template): Promise<void> {
    await this.upload(stack);
    const Key = `${stack.stackName}.template.json`;
    await this.s3.send(new PutObjectCommand({ Bucket: STAGING_BUCKET, Key, Body: JSON.stringify(template) }));
    await this.createOrUpdate(stack.stackName, { TemplateURL: `${this.endpoint}/${STAGING_BUCKET}/${Key}` }, stack.tags);
  }

  private async createOrUpdate(
    stackName: string, template: { TemplateBody?: string; TemplateURL?: string }, tags: Record<string, string> = {},
  ): Promise<void> {
    const exists = (await this.status(stackName)) !== undefined;
    const input = {
      StackName: stackName,
      ...template,
      Capabilities: ['CAPABILITY_NAMED_IAM' as const],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    };
    await this.cloudFormation.send(exists ? new UpdateStackCommand(input) : new CreateStackCommand(input));
    await this.waitFor(stackName, exists ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE');
    // The engine may complete an update in which a resource failed.
    const failures = await this.failures(stackName);
    if (failures) { throw new Error(`resources of ${stackName} failed:\n${failures}`); }
  }

  public async destroy({ stackName }: CloudFormationStackArtifact): Promise<void> {
    await this.cloudFormation.send(new DeleteStackCommand({ StackName: stackName }));
    await this.waitFor(stackName, undefined);
  }

  private async status(stackName: string): Promise<string | undefined> {
    try {
      const { Stacks: [stack] = [] } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
      return stack?.StackStatus === 'DELETE_COMPLETE' ? undefined : stack?.StackStatus;
    } catch (error) {
      if (/does not exist/.test(String(error))) { return undefined; }
      throw error;
    }
  }

  private async waitFor(stackName: string, wanted: string | undefined): Promise<void> {
    const end = Date.now() + TIMEOUT_MS;
    let found = await this.status(stackName);
    while (found !== wanted) {
      if (found?.endsWith('FAILED') || found?.includes('ROLLBACK') || Date.now() > end) {
        throw new Error(`${stackName} is ${found}, wanted: ${wanted ?? 'gone'}\n${await this.failures(stackName)}`);
      }
      await new Promise(resolve => setTimeout(resolve, POLL_MS));
      found = await this.status(stackName);
    }
  }

  private async failures(stackName: string): Promise<string> {
    const { StackEvents = [] } = await this.cloudFormation.send(new DescribeStackEventsCommand({ StackName: stackName }));
    return StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('FAILED'))
      .map(({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`).join('\n');
  }

  private async upload(stack: CloudFormationStackArtifact): Promise<void> {
    for (const asset of fileAssets(stack, { account: ACCOUNT, region: REGION })) {
      if (asset.source.endsWith('.template.json') || this.uploaded.has(asset.key)) { continue; }
      await this.s3.send(new PutObjectCommand({ Bucket: asset.bucket, Key: asset.key, Body: asset.packaging === 'zip' ? zip(asset.source) : fs.readFileSync(asset.source) }));
      this.uploaded.add(asset.key);
    }
  }
}

/** A folder as an archive, by Python, which the engine needs anyway. */
function zip(folder: string): Buffer {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-zip-'));
  const archive = path.join(directory, 'asset.zip');
  try {
    execFileSync('python3', ['-c', 'import shutil, sys; shutil.make_archive(sys.argv[1], "zip", sys.argv[2])', archive.replace(/\.zip$/, ''), folder]);
    return fs.readFileSync(archive);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
