import { Aws } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

/** What `sfn.DistributedMap` cannot say, or says only under a feature flag of the user's app. */
export interface ExtraMapFields {
  readonly ItemReader?: object;
  readonly ItemBatcher?: object;
  readonly ResultWriter?: object;
  /** A number, or JSONata that gives one. */
  readonly ToleratedFailurePercentage?: number | string;
}

/** A Distributed Map in JSONata. Permissions for its reader and writer are its user's business. */
export class DistributedMap extends sfn.DistributedMap {
  constructor(scope: Construct, id: string, props: sfn.DistributedMapJsonataProps, private readonly extra: ExtraMapFields) {
    super(scope, id, { ...props, queryLanguage: sfn.QueryLanguage.JSONATA });
  }

  public toStateJson(stateMachineQueryLanguage?: sfn.QueryLanguage): object {
    return { ...super.toStateJson(stateMachineQueryLanguage), ...this.extra };
  }
}

/** Read the rows of a file, or the objects below a prefix. */
export function itemReader(action: 'getObject' | 'listObjectsV2', args: object, config?: object): object {
  return {
    Resource: s3Integration(action),
    ...config && { ReaderConfig: config },
    Arguments: args,
  };
}

/** Write one file per outcome, and a manifest that lists the files. */
export function resultWriter(bucket: s3.IBucket, prefix: string, config: object): object {
  return {
    Resource: s3Integration('putObject'),
    Arguments: { Bucket: bucket.bucketName, Prefix: prefix },
    WriterConfig: config,
  };
}

function s3Integration(action: string): string {
  return `arn:${Aws.PARTITION}:states:::s3:${action}`;
}
