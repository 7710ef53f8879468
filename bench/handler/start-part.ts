import * as fs from 'fs';
import * as path from 'path';
import { gzipSync } from 'zlib';
import { LocalServer } from '../../local/aws/server';
import { cloudFormationApi, type DescribedStack } from '../../local/cloudformation/cloudformation-api';
import { FrontEnd, NeoService, startHttpServer } from '../../local/sagemaker';
import { properties } from '../../test/compilation-job/protocol/world';
import { built, ROOT } from '../harness/build';
import { NODE_24 } from '../harness/machine';
import { spread, table, type Result } from '../harness/result';
import { interleaved } from '../harness/sampling';
import { measured, summary } from '../harness/statistics';

const ENTRY = '../src/compilation-job/handler/compilation-job.lambda';
const PUBLISHED = path.join(ROOT, 'assets', 'compilation-job', 'handler', 'compilation-job.lambda', 'index.js');
const INSIDE = path.join(ROOT, '.cache', 'bench', 'handler', 'inside.js');
const STACK: DescribedStack = {
  id: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Models/1',
  name: 'Models',
  status: 'CREATE_IN_PROGRESS',
  resources: [{ logicalId: 'Job', type: 'Custom::SageMakerNeoCompilationJob', status: 'CREATE_IN_PROGRESS' }],
};
const MEASURES = {
  start: 'process until the first answer, ms',
  init: 'of that: loading the bundle, ms',
  firstEvent: 'first request, ms',
  firstLook: 'first check of the job, ms',
  look: 'each further check, ms',
  memory: 'memory, MiB',
};

/** Measures the handler on the runtime that it declares: with the runtime's SDK, as published, and with the SDK in the bundle. */
export async function starting(samples: number): Promise<Result> {
  const bundles = {
    outside: PUBLISHED,
    inside: await built(ENTRY, { packages: 'bundle', minify: true, target: 'node24', outfile: INSIDE }),
  };
  const program = await built('handler/start');
  // The job never ends, because most calls are checks of a running job.
  const cloudFormation = await LocalServer.start({ cloudformation: cloudFormationApi(() => STACK, Date.now) });
  const server = await startHttpServer(new FrontEnd(new NeoService({ plan: () => ({ compilingMs: 3_600_000 }) })));
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: server.url,
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url('cloudformation'),
    NODE_PATH: path.join(ROOT, 'node_modules'),
    NEO_REQUEST: JSON.stringify({
      RequestType: 'Create',
      RequestId: '1',
      StackId: STACK.id,
      LogicalResourceId: 'Job',
      ResourceProperties: properties({ WaitForCompletion: 'true' }),
    }),
  };
  try {
    const found = await interleaved(Object.entries(bundles).map(([name, bundle]) => ({ name, command: [NODE_24, program, bundle], env })), samples);
    const size = (file: string) => [fs.statSync(file).size, gzipSync(fs.readFileSync(file)).length].map(bytes => (bytes / 1_000).toFixed(1));
    const outside = size(bundles.outside);
    const inside = size(bundles.inside);
    return {
      text: table(['', 'SDK of the runtime (as published)', 'SDK inside'], [
        ['bundle, kB', outside[0], inside[0]],
        ['compressed, kB', outside[1], inside[1]],
        ...Object.entries(MEASURES).map(([measure, title]) =>
          [title, ...Object.keys(bundles).map(name => spread(summary(measured(found.get(name)!, measure)), 1))]),
      ]),
      figures: { 'bytes of the handler\'s bundle': { value: fs.statSync(bundles.outside).size, most: 40_000, kind: 'counted' } },
    };
  } finally {
    await Promise.all([server.close(), cloudFormation.close()]);
  }
}
