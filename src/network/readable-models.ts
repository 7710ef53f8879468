import { Lazy } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';

/**
 * An endpoint policy has 20,480 characters at most, and the policies of a role hold about as much. More objects of one bucket than
 * this are named by the ending that all models have.
 */
const MOST_KEYS_PER_BUCKET = 30;
const ALL_MODELS = '*.tar.gz';

/**
 * What it takes to read objects.
 */
export interface ReadStatements {
  readonly objects: iam.PolicyStatement;
  readonly locations: iam.PolicyStatement;
  readonly listings: iam.PolicyStatement;
}

/**
 * Models in any number of buckets. Three statements, rendered at synthesis, let all of them be read.
 */
export class ReadableModels {
  private readonly keysByBucket = new Map<string, Set<string>>();

  public get isEmpty(): boolean {
    return this.keysByBucket.size === 0;
  }

  /**
   * @returns whether it was not there before
   */
  public add(bucketArn: string, key: string): boolean {
    const keys = this.keysByBucket.get(bucketArn) ?? new Set();
    this.keysByBucket.set(bucketArn, keys);
    const isNew = !keys.has(key);
    keys.add(key);
    return isNew;
  }

  public statements(make: (props: iam.PolicyStatementProps) => iam.PolicyStatement): ReadStatements {
    const buckets = Lazy.list({ produce: () => [...this.keysByBucket.keys()] });
    return {
      objects: make({ actions: ['s3:GetObject'], resources: Lazy.list({ produce: () => this.patterns().map(([arn, key]) => `${arn}/${key}`) }) }),
      locations: make({ actions: ['s3:GetBucketLocation'], resources: buckets }),
      // Only listings that look for these keys: nothing else of a shared bucket shows.
      listings: make({
        actions: ['s3:ListBucket'],
        resources: buckets,
        conditions: { StringLike: { 's3:prefix': Lazy.any({ produce: () => [...new Set(this.patterns().map(([, key]) => key))] }) } },
      }),
    };
  }

  private patterns(): [string, string][] {
    return [...this.keysByBucket].flatMap(([arn, keys]) => {
      const named = keys.size > MOST_KEYS_PER_BUCKET ? [ALL_MODELS] : [...keys];
      return named.map(key => [arn, key] as [string, string]);
    });
  }
}
