import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { sdkFolder } from '../../../local/aws/sdk-folder';
import type { FunctionConfiguration } from '../../../local/lambda/function';
import { LambdaService, LambdaServiceProps } from '../../../local/lambda/lambda-service';
import { seededRandom } from '../../../local/sagemaker';
import { VirtualClock } from '../../../local/time/virtual-clock';

/** Functions in processes of their own, without any server around them. */
export function testLambda(props: Pick<LambdaServiceProps, 'concurrency' | 'executionMs'> = {}) {
  const directory = mkdtempSync(path.join(tmpdir(), 'neo-lambda-test-'));
  const logs: string[] = [];
  const clock = new VirtualClock();
  const environment = { AWS_REGION: 'eu-west-1', LOCAL_ANSWERS_URL: 'http://127.0.0.1:1/answers', NODE_PATH: sdkFolder(directory) };
  const service = new LambdaService({
    clock, random: seededRandom(1), environment: () => environment, onLog: (functionName, line) => logs.push(`${functionName}: ${line}`), ...props,
  });
  return {
    service,
    clock,
    logs,
    put: async (code: string, more: Partial<FunctionConfiguration> = {}) => {
      const codeDirectory = mkdtempSync(path.join(directory, 'code-'));
      writeFileSync(path.join(codeDirectory, 'index.js'), code);
      await service.put({
        functionName: 'f',
        functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:f',
        runtime: 'nodejs24.x',
        handler: 'index.handler',
        codeDirectory,
        environment: {},
        timeoutSeconds: 30,
        memorySize: 128,
        ...more,
      });
      return codeDirectory;
    },
    invoke: async (event: unknown = {}, name = 'f') => {
      const { payload, functionError } = await clock.run(service.invoke(name, JSON.stringify(event)));
      return { result: JSON.parse(payload), functionError };
    },
    close: async () => {
      await service.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Whether a process is there. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Looks again and again. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) { await new Promise(resolve => setTimeout(resolve, 20)); }
}
