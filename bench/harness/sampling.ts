import { execFile } from 'child_process';
import { promisify } from 'util';

/** The measurements of one process, by name. */
export type Sample = Readonly<Record<string, number>>;

/** One of the compared programs. */
export interface Variant {
  readonly name: string;
  /** Program and arguments. The last line of its output is a Sample in JSON. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a fresh process per sample, with the variants in alternating order, so that other work of the machine and the state of its caches affect all
 * variants equally.
 */
export async function interleaved(variants: readonly Variant[], samples: number, warmUps = 1): Promise<Map<string, Sample[]>> {
  const results = new Map(variants.map(({ name }) => [name, [] as Sample[]]));
  for (let round = -warmUps; round < samples; round++) {
    const order = round % 2 === 0 ? variants : [...variants].reverse();
    for (const variant of order) {
      const sample = await run(variant);
      if (round >= 0) { results.get(variant.name)!.push(sample); }
    }
  }
  return results;
}

async function run({ command: [program, ...args], env }: Variant): Promise<Sample> {
  const { stdout } = await promisify(execFile)(program, args, {
    maxBuffer: 2 ** 26,
    // The validation of newer versions of aws-cdk-lib takes seconds, the same for all variants.
    env: { ...process.env, CDK_VALIDATION: 'false', NODE_OPTIONS: '', ...env },
  });
  return JSON.parse(stdout.trim().split('\n').pop()!);
}
