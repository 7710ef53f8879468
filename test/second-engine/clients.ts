import { execFile } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { promisify } from 'util';
import { ACCOUNT, installEngine, REGION } from './engine';
import { pythonEnvironment, type PythonEnvironment } from './python';
import { always, byName, FrontEnd, NeoService, startHttpServer } from '../../local/sagemaker';

/** AWS's own clients: the program, and the environment that it runs in. The engine's has boto3 and the AWS CLI. */
const CLIENTS: Record<string, () => Promise<PythonEnvironment>> = {
  'boto3_and_cli.py': installEngine,
  'sdk2.py': async () => pythonEnvironment('sdk2'),
  'sdk3.py': async () => pythonEnvironment('sdk3'),
};

/** Start to install what the clients need; most of it is waiting for the network. */
export async function installClients(): Promise<PythonEnvironment[]> {
  return Promise.all(Object.values(CLIENTS).map(async install => install()));
}

/** Run every client against a stand-in for SageMaker of its own. */
export async function tryClients(): Promise<void> {
  await Promise.all(Object.entries(CLIENTS).map(async ([program, install]) => tryClient(program, await install())));
}

async function tryClient(program: string, { folder, python }: PythonEnvironment): Promise<void> {
  const service = new NeoService({ account: ACCOUNT, region: REGION, plan: byName([[/stopped/, { compilingMs: 600_000, stoppingMs: 300 }]], always({ startingMs: 300, compilingMs: 700 })) });
  const server = await startHttpServer(new FrontEnd(service));
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-client-'));
  try {
    // The service is asked for by nothing but this variable, as AWS documents it.
    const env = {
      PATH: `${path.join(folder, 'bin')}${path.delimiter}${process.env.PATH}`,
      HOME: home,
      AWS_ENDPOINT_URL_SAGEMAKER: server.url,
      AWS_ACCESS_KEY_ID: ACCOUNT,
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: REGION,
      PYTHONDONTWRITEBYTECODE: '1',
    };
    await promisify(execFile)(python, [path.join(__dirname, 'clients', program)], { env });
    const vpcless = service.records().filter(({ request }) => request.VpcConfig === undefined).map(({ name }) => name);
    if (service.records().length === 0 || vpcless.length > 0) { throw new Error(`${program}: jobs without VpcConfig: ${vpcless.join(', ')}`); }
  } finally {
    await server.close();
    fs.rmSync(home, { recursive: true, force: true });
  }
}
