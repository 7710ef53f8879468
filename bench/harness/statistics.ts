import type { Sample } from './sampling';
import { seededRandom } from '../../local/sagemaker/random';

type Values = readonly number[];

/** The middle of a number of values, and how far they spread. */
export interface Summary {
  readonly median: number;
  /** First and third quartile: half of all values lie between. */
  readonly quartiles: readonly [number, number];
}

export interface Ratio {
  readonly ratio: number;
  /** 95 % of the ratios of resampled medians lie between (bootstrap). */
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

/** Of the medians. */
export function ratioOf(values: Values, base: Values): Ratio {
  return bootstrapped([values, base], ([a, b]) => quantile(a, 0.5) / quantile(b, 0.5));
}

/** Of what each further step costs: the rise of the medians from few steps to many, against that of the base. */
export function slopeRatio(few: Values, many: Values, baseFew: Values, baseMany: Values): Ratio {
  const rise = (from: Values, to: Values) => quantile(to, 0.5) - quantile(from, 0.5);
  return bootstrapped([few, many, baseFew, baseMany], ([a, b, c, d]) => rise(a, b) / rise(c, d));
}

function bootstrapped(groups: readonly Values[], statistic: (groups: readonly Values[]) => number): Ratio {
  // The same numbers in each run: figures differ by the measurement alone.
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
