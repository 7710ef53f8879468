import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Template } from 'aws-cdk-lib/assertions';
import { tarGz } from '../../examples/private-compilation/model/tar';
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoTarget, type NeoCompilationJobProps } from '../../src';
import { network, templateOf } from '../network/fixture';

export const OPTIONS = { framework: NeoFramework.PYTORCH_1_13, dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224) };

/** A stack with a bucket, a network and a job in it. */
export function compilation(props: Partial<NeoCompilationJobProps> = {}, fixture = network(), id = 'Job') {
  const { stack, bucket, privateVpc } = fixture;
  const job = new NeoCompilationJob(stack, id, {
    vpcConfig: privateVpc.vpcConfig,
    model: NeoModel.fromBucket(bucket, 'models/resnet.tar.gz', OPTIONS),
    target: NeoTarget.ML_C5,
    outputBucket: bucket,
    ...props,
  });
  return { ...fixture, job };
}

export const jobsOf = (template: Template) => Object.values(template.findResources(NeoCompilationJob.RESOURCE_TYPE)).map(job => job.Properties);

/** Properties of the only job. */
export function jobOf(template: Template): any {
  const jobs = jobsOf(template);
  expect(jobs).toHaveLength(1);
  return jobs[0];
}

/** The request that the only job makes, with these props. */
export const requestOf = (props: Parameters<typeof compilation>[0]) => jobOf(templateOf(compilation(props).stack)).Request;

/** A local archive of a real model; `content` is written behind it, where PyTorch looks for nothing. */
export function archive(name = 'model.tar.gz', content = ''): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'neo-model-')), name);
  fs.writeFileSync(file, tarGz('model.pth', Buffer.concat([TORCH_SCRIPT, Buffer.from(content)])));
  return file;
}

const TORCH_SCRIPT = fs.readFileSync(path.join(__dirname, '../preflight/models/torch/traced-1-12.pth'));
