import { execFile } from 'child_process';
import { promisify } from 'util';

/** What one process measured, by name of the measure. */
export type Sample = Readonly<Record<string, number>>;

/** One of the things that are compared. */
export interface Variant {
  readonly name: string;
  /** Program and arguments; the last line that it prints is a Sample in JSON. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A fresh process per sample, and the variants in turn, in alternating order: whatever else the machine does in between, and whatever the first of a
 * round leaves behind in a cache, all variants get alike.
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
    // The validation of newer versions of aws-cdk-lib takes seconds, for everybody alike.
    env: { ...process.env, CDK_VALIDATION: 'false', NODE_OPTIONS: '', ...env },
  });
  return JSON.parse(stdout.trim().split('\n').pop()!);
}
