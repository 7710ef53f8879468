/**
 * Step Functions passes on at most this many bytes.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const MAX_PAYLOAD = 256 * 1024;

/** A row of a manifest may have this many bytes, so that it fits beside the fleet's targets. The API takes about 20 KiB of what a row can say. */
export const MAX_ROW = MAX_PAYLOAD / 4;

/** JSONata: the size of a value as JSON, in bytes of UTF-8. */
export const BYTES_IN_JSONATA = "function($value) { $length($replace($replace($string($value), /[\\x80-\\u07FF]/, 'xx'), /[^\\x00-\\x7F]/, 'xxx')) }";

/** The size of a value as JSON, in bytes. */
export function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
