import { createHash } from 'node:crypto';
import { ArtifactStore, StoredObject } from './artifact-store';
import { textOf } from './bytes';
import { AwsError } from './errors';
import { PlainRequest, PlainResponse } from './plain-request';

/** An operation of S3, parsed from a request. `run` executes it. */
export interface S3Call {
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly run: () => PlainResponse;
}

/** Parses the operation of a path-style request. */
export function readS3Request(request: PlainRequest, store: ArtifactStore, now: () => number): S3Call {
  const [bucket, ...rest] = request.path.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  const { query } = request;
  const call = (operation: string, input: Record<string, unknown>, run: () => PlainResponse): S3Call =>
    ({ operation, input: { Bucket: bucket, ...input }, run });

  switch (`${request.method} ${key ? 'object' : 'bucket'}`) {
    case 'GET bucket':
      return call('ListObjectsV2', { Prefix: query.prefix }, () => list(bucket, query, store));
    case 'POST bucket': {
      const keys = [...textOf(request.body).matchAll(/<Key>(.*?)<\/Key>/gs)].map(match => unescape(match[1]));
      return call('DeleteObjects', { Keys: keys }, () => {
        keys.forEach(each => store.delete(bucket, each));
        return xml('DeleteResult', keys.map(each => `<Deleted>${tag('Key', each)}</Deleted>`).join(''));
      });
    }
    case 'DELETE object':
      return call('DeleteObject', { Key: key }, () => {
        store.delete(bucket, key);
        return { statusCode: 204, headers: {}, body: '' };
      });
    case 'HEAD object':
      return call('HeadObject', { Key: key }, () => ({ ...object(store.get(bucket, key)), body: '' }));
    case 'GET object':
      return call('GetObject', { Key: key }, () => object(store.get(bucket, key)));
    case 'PUT object':
      return call('PutObject', { Key: key }, () => {
        const body = Buffer.from(request.body);
        store.put(bucket, key, body, now());
        return { statusCode: 200, headers: { etag: etag(body) }, body: '' };
      });
    default:
      return call('Unknown', {}, () => {
        throw new AwsError('NotImplemented', `the stand-in does not serve ${request.method} ${request.path}`, 501);
      });
  }
}

export function encodeS3Error(error: AwsError): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error>${tag('Code', error.name)}${tag('Message', error.message)}</Error>`;
}

function list(bucket: string, query: PlainRequest['query'], store: ArtifactStore): PlainResponse {
  const { 'prefix': prefix = '', 'continuation-token': token, 'start-after': startAfter, 'max-keys': maxKeys = '1000' } = query;
  const after = token === undefined ? startAfter : Buffer.from(token, 'base64url').toString();
  const all = store.list(bucket, prefix);
  const first = after === undefined ? 0 : all.findIndex(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
  const rest = first < 0 ? [] : all.slice(first);
  const page = rest.slice(0, Number(maxKeys));
  const truncated = page.length < rest.length;
  return xml('ListBucketResult', [
    tag('Name', bucket), tag('Prefix', prefix), tag('KeyCount', page.length), tag('MaxKeys', maxKeys), tag('IsTruncated', truncated),
    truncated ? tag('NextContinuationToken', Buffer.from(page[page.length - 1].key).toString('base64url')) : '',
    ...page.map(({ key, body, lastModified }) =>
      `<Contents>${tag('Key', key)}${tag('Size', body.length)}${tag('ETag', etag(body))}${tag('LastModified', new Date(lastModified).toISOString())}</Contents>`),
  ].join(''));
}

function object(found: StoredObject | undefined): PlainResponse {
  if (!found) {
    throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  }
  const headers = {
    'content-length': String(found.body.length),
    'etag': etag(found.body),
    'last-modified': new Date(found.lastModified).toUTCString(),
  };
  return { statusCode: 200, headers, body: found.body };
}

const xml = (root: string, content: string): PlainResponse => ({
  statusCode: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`,
});

/** Returns the ETag of an object, in quotes as in S3. */
export const etag = (body: Uint8Array): string => `"${createHash('md5').update(body).digest('hex')}"`;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

const tag = (name: string, content: string | number | boolean): string =>
  `<${name}>${String(content).replace(/[&<>"']/g, character => ENTITIES[character])}</${name}>`;

function unescape(content: string): string {
  return content
    .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))
    .replace(/&(lt|gt|quot|apos|amp);/g, entity => Object.keys(ENTITIES).find(character => ENTITIES[character] === entity)!);
}
