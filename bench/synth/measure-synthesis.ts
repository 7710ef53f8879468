import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, CfnWaitConditionHandle, CustomResource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsCustomResource, Provider } from 'aws-cdk-lib/custom-resources';

/**
 * aws-cdk-lib and the library load a class when it is first used. The classes that both programs use are loaded before the measurement starts,
 * because loading does not count as constructing, and is measured separately.
 */
const LOADED: unknown[] = [
  CfnWaitConditionHandle, CustomResource, ec2.FlowLog, ec2.GatewayVpcEndpoint, ec2.SecurityGroup, ec2.Vpc, iam.Role, lambda.Function, logs.LogGroup,
  s3.Bucket, AwsCustomResource, Provider,
];

/**
 * Constructs and synthesizes one app in this process, and prints the measurements.
 *
 *   <program> <jobs> [outdir]
 *
 * @param loaded further modules that the program uses
 */
export function measureSynthesis(build: (stack: Stack, jobs: number) => void, loaded: unknown[] = []): void {
  if ([...LOADED, ...loaded].includes(undefined)) { throw new Error('a class is not there'); }
  const [jobs, keep] = process.argv.slice(2);
  const outdir = keep ?? fs.mkdtempSync(path.join(os.tmpdir(), 'neo-bench-'));

  const cpu = () => Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1_000;
  const [began, cpuBefore] = [performance.now(), cpu()];
  const app = new App({ outdir, analyticsReporting: false });
  build(new Stack(app, 'Models'), Number(jobs));
  const constructed = performance.now();
  app.synth();
  const [synthesized, cpuAfter] = [performance.now(), cpu()];

  if (!keep) { fs.rmSync(outdir, { recursive: true }); }
  const { maxRSS } = process.resourceUsage();
  globalThis.gc!();
  // Times are in milliseconds; `process` begins at the start of the process and includes loading. Memory is in MiB: the use at the end, and the
  // maximum.
  console.log(JSON.stringify({
    construct: constructed - began,
    synth: synthesized - constructed,
    both: synthesized - began,
    cpu: cpuAfter - cpuBefore,
    process: synthesized,
    processCpu: cpuAfter,
    heap: process.memoryUsage().heapUsed / 2 ** 20,
    memory: maxRSS / 1_024,
  }));
}
