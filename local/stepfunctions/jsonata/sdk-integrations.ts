import { TaskCall } from './environment';
import { StatesError } from './errors';
import { ArtifactStore, etag, FrontEnd } from '../../sagemaker';

/** The errors in SageMaker's model. All others arrive under one name. */
const MODELLED = ['ResourceInUse', 'ResourceLimitExceeded', 'ResourceNotFound'];

/** AWS SDK integrations of SageMaker against the stand-in, and those of S3 against its artifacts. */
export function sdkIntegrations(frontEnd: FrontEnd, more: Readonly<Record<string, (args: any) => unknown>> = {}): TaskCall {
  return async (resource, args) => {
    const [, service, action] = /:::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)$/.exec(resource) ?? [];
    if (`${service}:${action}` in more) { return more[`${service}:${action}`](args); }
    switch (service) {
      case 'sagemaker': return callSageMaker(frontEnd, action, args);
      case 's3': return callS3(frontEnd.service.artifacts, frontEnd.service.now, action, args);
      default: throw new Error(`no integration for ${resource}`);
    }
  };
}

async function callSageMaker(frontEnd: FrontEnd, action: string, args: any): Promise<unknown> {
  let response;
  try {
    response = await frontEnd.respond({
      method: 'POST',
      path: '/',
      query: {},
      headers: { 'x-amz-target': `SageMaker.${action[0].toUpperCase()}${action.slice(1)}` },
      body: JSON.stringify(args),
    });
  } catch (err) {
    // The connection broke. It is unknown whether the call took effect.
    throw new StatesError('SageMaker.SdkClientException', (err as Error).message);
  }
  const answer = JSON.parse(String(response.body) || '{}');
  if (response.statusCode >= 400) {
    const name: string = answer.__type;
    throw new StatesError(`SageMaker.${MODELLED.includes(name) ? `${name}Exception` : 'SageMakerException'}`,
      `${answer.message} (Service: SageMaker, Status Code: ${response.statusCode})`);
  }
  return withDates(answer);
}

/** Step Functions writes times as strings. */
function withDates(answer: any): any {
  for (const [key, value] of Object.entries(answer)) {
    if (key.endsWith('Time') && typeof value === 'number') { answer[key] = new Date(value * 1_000).toISOString(); }
  }
  return answer;
}

function callS3(store: ArtifactStore, now: () => number, action: string, args: any): unknown {
  switch (action) {
    case 'getObject': {
      const object = store.get(args.Bucket, args.Key);
      if (!object) { throw new StatesError('S3.NoSuchKeyException', `The specified key does not exist: s3://${args.Bucket}/${args.Key}`); }
      return { Body: Buffer.from(object.body).toString(), ETag: etag(object.body) };
    }
    case 'putObject':
      store.put(args.Bucket, args.Key, Buffer.from(args.Body), now());
      return {};
    case 'listObjectsV2': {
      const { MaxKeys: most = 1_000, ContinuationToken: after = '' } = args;
      const objects = store.list(args.Bucket, args.Prefix).filter(({ key }) => key > after);
      const page = objects.slice(0, most);
      return {
        ...page.length > 0 && {
          Contents: page.map(({ key, body, lastModified }) => ({
            Key: key, ETag: etag(body), Size: body.length, LastModified: new Date(lastModified).toISOString(), StorageClass: 'STANDARD',
          })),
        },
        KeyCount: page.length,
        ...page.length < objects.length && { NextContinuationToken: page[page.length - 1].key },
      };
    }
    default: throw new Error(`no integration for s3:${action}`);
  }
}
