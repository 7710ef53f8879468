import { isDeepStrictEqual } from 'node:util';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { Fact, FACTS, Subject } from './facts';
import { botocoreModelFile, installMoto, startMoto } from './moto-server';
import { compareWithServiceModel } from './service-model';
import { SimulatedClock } from '../clock';
import { FrontEnd } from '../front-end';
import { startHttpServer } from '../http-server';
import { NeoService } from '../service';

/**
 * A second opinion on the stand-in: compares the constraints with AWS's service model, and the responses with moto, an independent simulation of
 * SageMaker. Run it with `npm run test:moto`. It needs Python and, the first time, the network.
 */
async function main(): Promise<number> {
  console.log('installing moto, if it is not there (local/out/moto-venv) …');
  installMoto();
  return compareModel() + await compareFacts();
}

function compareModel(): number {
  const { compared, differences } = compareWithServiceModel(botocoreModelFile());
  differences.forEach(difference => console.log(`DIFFERS  ${difference}`));
  console.log(`AWS's service model: ${compared} members compared, ${differences.length} differences`);
  return differences.length;
}

async function compareFacts(): Promise<number> {
  const clock = new SimulatedClock(Date.now());
  const ours = await startHttpServer(new FrontEnd(new NeoService({ account: '123456789012', now: clock.now })));
  const moto = await startMoto();
  try {
    let unexpected = 0;
    for (const fact of FACTS) {
      const [here, there] = [
        await outcome(fact, { client: clientOf(ours.url), finishJobs: () => clock.advance(10_000) }),
        // moto's jobs have completed when they are created.
        await outcome(fact, { client: clientOf(moto.url), finishJobs: () => {} }),
      ];
      const verdict = judge(fact, isDeepStrictEqual(here, there));
      console.log(`${verdict.padEnd(16)} ${fact.name}${fact.differs ? ` (${fact.differs})` : ''}`);
      if (verdict === 'DIFFERS' || verdict === 'NO LONGER SO') {
        unexpected++;
        console.log(`  here: ${JSON.stringify(here)}\n  moto: ${JSON.stringify(there)}`);
      }
    }
    const known = FACTS.filter(fact => fact.differs).length;
    console.log(`moto: ${FACTS.length} facts compared, ${known} known differences, ${unexpected} unexpected`);
    return unexpected;
  } finally {
    await Promise.all([ours.close(), moto.close()]);
  }
}

/** A known difference that is gone must be removed from the list, or the list would hide a new one. */
function judge(fact: Fact, same: boolean): 'agrees' | 'known difference' | 'DIFFERS' | 'NO LONGER SO' {
  if (fact.differs) {
    return same ? 'NO LONGER SO' : 'known difference';
  }
  return same ? 'agrees' : 'DIFFERS';
}

const clientOf = (endpoint: string) => new SageMakerClient({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
});

async function outcome(fact: Fact, subject: Subject): Promise<unknown> {
  try {
    return await fact.ask(subject);
  } catch (err) {
    return { unexpected: String(err) };
  } finally {
    subject.client.destroy();
  }
}

main().then(
  findings => process.exitCode = findings === 0 ? 0 : 1,
  err => {
    console.error(err instanceof Error ? err.message : err);
    process.exitCode = 2;
  },
);
