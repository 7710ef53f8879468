import type { Measurement } from './fleet-measurement';

/**
 * Assumptions: AWS's public list prices for us-east-1 as known at this date, in US dollars, without free tiers. Look them up before you rely on them.
 */
export const PRICES = {
  asOf: 'us-east-1, assumed 2025',
  /** Step Functions, Standard: a state transition. */
  transition: 25 / 1e6,
  /** Step Functions, Express: a request. The charge for its duration is too small to show in these digits. */
  expressRequest: 1 / 1e6,
  /** S3: PUT or LIST. */
  s3Put: 5 / 1e6,
  /** S3: GET. */
  s3Get: 0.4 / 1e6,
};

export interface Cost {
  readonly what: string;
  readonly quantity: number;
  readonly price: string;
  readonly dollars: number;
}

/** The charges of Step Functions and S3 for an execution, without SageMaker's charges for the jobs. */
export function costs({ transitions, expressRuns, s3Puts, s3Gets }: Measurement): Cost[] {
  const cost = (what: string, quantity: number, price: number): Cost => ({ what, quantity, price: `${price * 1e6} per million`, dollars: quantity * price });
  return [
    cost('state transitions (Standard)', transitions, PRICES.transition),
    cost('Express workflows', expressRuns, PRICES.expressRequest),
    cost('S3 PUT and LIST', s3Puts, PRICES.s3Put),
    cost('S3 GET', s3Gets, PRICES.s3Get),
  ];
}

export const total = (list: Cost[]): number => list.reduce((sum, { dollars }) => sum + dollars, 0);
