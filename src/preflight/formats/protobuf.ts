import { FormatError, type ByteReader } from '../byte-reader';

const MAX_TEXT = 4096;
/** The steps of the budget that storing an input costs. */
export const INPUT_COST = 20;

/** Wire types. */
const VARINT = 0, FIXED64 = 1, LENGTH = 2, FIXED32 = 5;

export interface Field {
  /** The value of a number. It is undefined for a message, text or bytes. */
  readonly value?: number;
  /** The content of a message, text or bytes. It is empty for a number. */
  readonly content: ByteReader;
}

/** Functions for the fields of a message by their numbers, and for those of the messages in a field. The other fields are skipped. */
export interface Visitors {
  readonly [number: number]: ((field: Field) => void) | Visitors;
}

/**
 * Reads the fields of a protobuf message as a stream, because a model's weights come before its inputs, and libraries need the whole message in
 * memory.
 */
export function readMessage(bytes: ByteReader, visitors: Visitors): void {
  while (!bytes.isAtEnd) {
    bytes.spend(1);
    const key = readVarint(bytes);
    const number = Math.floor(key / 8);
    if (number === 0) { throw new FormatError('it is no protobuf message'); }
    const visitor = visitors[number];
    switch (key % 8) {
      case VARINT: {
        const value = readVarint(bytes);
        if (typeof visitor === 'function') { visitor({ value, content: bytes.part(0) }); }
        break;
      }
      case FIXED64: bytes.skip(8); break;
      case FIXED32: bytes.skip(4); break;
      case LENGTH: {
        const length = readVarint(bytes);
        if (length < 0 || length > bytes.remaining) { throw new FormatError('a field of the protobuf message is longer than the message'); }
        const content = bytes.part(length);
        if (typeof visitor === 'function') { visitor({ content }); } else if (visitor) { readMessage(content, visitor); }
        bytes.finish(content);
        break;
      }
      default: throw new FormatError('it is no protobuf message');
    }
  }
}

/** Reads a name. It is empty if the text is too long for a name. */
export function readText({ content }: Field): string {
  if (content.remaining > MAX_TEXT) { return ''; }
  content.spend(content.remaining / 16);
  return content.read(content.remaining).toString('utf8');
}

/** Reads a dimension of a shape, a message with the size in field 1. The size is undefined if it is open. */
export function readSize({ content }: Field): number | undefined {
  let size: number | undefined;
  readMessage(content, { 1: ({ value }) => { size = value; } });
  return size !== undefined && size > 0 ? size : undefined;
}

/** Reads a number of 64 bits. A negative number, which has ten bytes, is rounded, so that the result may also be 0. */
function readVarint(bytes: ByteReader): number {
  let value = 0, factor = 1;
  for (let i = 0; i < 10; i++) {
    const byte = bytes.readByte();
    value += (byte % 0x80) * factor;
    if (byte < 0x80) { return i === 9 ? value - 2 ** 64 : value; }
    factor *= 0x80;
  }
  throw new FormatError('it is no protobuf message');
}
