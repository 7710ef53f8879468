/**
 * What S3 names like a general purpose bucket, by the reserved suffixes of names and by the services and resources of ARNs.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
const KINDS: { readonly kind: string; readonly name: RegExp; readonly arn: RegExp }[] = [
  { kind: 'a directory bucket or an access point of one (S3 Express One Zone)', name: /--x-s3$|--xa-s3$/, arn: /^arn:[^:]*:s3express:/ },
  { kind: 'an access point of S3 on Outposts, or a bucket there', name: /--op-s3$/, arn: /^arn:[^:]*:s3-outposts:/ },
  { kind: 'an S3 Object Lambda access point', name: /--ol-s3$/, arn: /^arn:[^:]*:s3-object-lambda:/ },
  { kind: 'an S3 multi-Region access point', name: /\.mrap$/, arn: /^arn:[^:]*:s3::[^:]*:accesspoint[/:]/ },
  { kind: 'an S3 access point', name: /-s3alias$/, arn: /^arn:[^:]*:s3:[^:]*:[^:]*:accesspoint[/:]/ },
  { kind: 'an S3 table bucket', name: /--table-s3$/, arn: /^arn:[^:]*:s3tables:/ },
  { kind: 'an S3 vector bucket', name: /(?!)/, arn: /^arn:[^:]*:s3vectors:/ },
];

/**
 * What a bucket is instead of a general purpose bucket, such as `an S3 access point`; undefined if its name and ARN are those of a
 * general purpose bucket, as far as they are known: tokens match nothing here.
 */
export function otherThanBucket(bucketArn: unknown, bucketName: unknown): string | undefined {
  return KINDS.find(({ name, arn }) => arn.test(String(bucketArn)) || name.test(String(bucketName)))?.kind;
}
