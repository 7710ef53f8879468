import { FormatError, type ByteReader } from '../byte-reader';

/** Far above what any message of a model has outside of its weights. */
const MAX_FIELDS = 5_000_000;

/** Wire types. */
const VARINT = 0, FIXED64 = 1, LENGTH = 2, FIXED32 = 5;

export interface Field {
  readonly number: number;
  /** Of a number. */
  readonly value?: number;
  /** Of a message, text or bytes. */
  readonly content?: ByteReader;
}

/**
 * Reads the fields of a protobuf message as a stream: a model's weights lie before its inputs, and libraries want the whole message in memory.
 */
export function readMessage(bytes: ByteReader, visit: (field: Field) => void): void {
  for (let count = 0; !bytes.isAtEnd; count++) {
    if (count > MAX_FIELDS) { throw new FormatError('it has too many fields'); }
    const key = readVarint(bytes);
    const number = Math.floor(key / 8);
    if (number === 0) { throw new FormatError('it is no protobuf message'); }
    switch (key % 8) {
      case VARINT: visit({ number, value: readVarint(bytes) }); break;
      case FIXED64: bytes.skip(8); break;
      case FIXED32: bytes.skip(4); break;
      case LENGTH: {
        const length = readVarint(bytes);
        if (length < 0 || length > bytes.remaining) { throw new FormatError('a field of the protobuf message is longer than the message'); }
        const content = bytes.part(length);
        visit({ number, content });
        bytes.finish(content);
        break;
      }
      default: throw new FormatError('it is no protobuf message');
    }
  }
}

/** Names in models are short; more is no name. */
export function readText(content: ByteReader | undefined): string {
  if (!content) { return ''; }
  if (content.remaining > 4096) { return ''; }
  return content.read(content.remaining).toString('utf8');
}

/** Numbers of 64 bits; negative ones come as ten bytes. */
function readVarint(bytes: ByteReader): number {
  let value = 0n, factor = 1n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes.readByte();
    if (i === 0 && byte < 0x80) { return byte; }
    value += BigInt(byte % 0x80) * factor;
    factor *= 0x80n;
    if (byte < 0x80) { return Number(BigInt.asIntN(64, value)); }
  }
  throw new FormatError('it is no protobuf message');
}
