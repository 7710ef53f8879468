import type { Sample } from './sampling';
import { seededRandom } from '../../local/sagemaker/random';

type Values = readonly number[];

/** The median of values, and their spread. */
export interface Summary {
  readonly median: number;
  /** The first and third quartiles. */
  readonly quartiles: readonly [number, number];
}

export interface Ratio {
  readonly ratio: number;
  /** The 95 % bootstrap interval of the ratio of medians. */
  readonly interval: readonly [number, number];
}

export function summary(values: Values): Summary {
  return { median: quantile(values, 0.5), quartiles: [quantile(values, 0.25), quantile(values, 0.75)] };
}

export function measured(samples: readonly Sample[], measure: string): number[] {
  return samples.map(sample => {
    if (!Number.isFinite(sample[measure])) { throw new Error(`a sample has no ${measure}: ${JSON.stringify(sample)}`); }
    return sample[measure];
  });
}

/** The ratio of the medians. */
export function ratioOf(values: Values, base: Values): Ratio {
  return bootstrapped([values, base], ([a, b]) => quantile(a, 0.5) / quantile(b, 0.5));
}

/** The ratio of the costs of each further step: how much the medians rise from few steps to many, relative to the base. */
export function slopeRatio(few: Values, many: Values, baseFew: Values, baseMany: Values): Ratio {
  const rise = (from: Values, to: Values) => quantile(to, 0.5) - quantile(from, 0.5);
  return bootstrapped([few, many, baseFew, baseMany], ([a, b, c, d]) => rise(a, b) / rise(c, d));
}

function bootstrapped(groups: readonly Values[], statistic: (groups: readonly Values[]) => number): Ratio {
  // The numbers are the same in each run, so figures differ only by the measurement.
  const random = seededRandom(1);
  const resampled = Array.from({ length: 2_000 }, () => statistic(groups.map(group => group.map(() => group[Math.floor(random() * group.length)]))));
  return { ratio: statistic(groups), interval: [quantile(resampled, 0.025), quantile(resampled, 0.975)] };
}

function quantile(values: Values, q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  return sorted[below] + (position - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}
