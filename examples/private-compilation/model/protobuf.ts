/**
 * The part of protobuf's wire format that an ONNX file needs.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export type Field = Buffer;

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

export function integer(field: number, value: number): Field {
  return Buffer.concat([tag(field, VARINT), varint(value)]);
}

export function text(field: number, value: string): Field {
  return bytes(field, Buffer.from(value));
}

export function message(field: number, ...content: Field[]): Field {
  return bytes(field, Buffer.concat(content));
}

export function float(field: number, value: number): Field {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return Buffer.concat([tag(field, FIXED_32), buffer]);
}

/** Writes repeated floats in packed form, as ONNX stores tensors. */
export function floats(field: number, values: readonly number[]): Field {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => buffer.writeFloatLE(value, index * 4));
  return bytes(field, buffer);
}

export function bytes(field: number, value: Buffer): Field {
  return Buffer.concat([tag(field, LENGTH_DELIMITED), varint(value.length), value]);
}

const tag = (field: number, wireType: number) => varint(field * 8 + wireType);

/** Each byte has seven bits, lowest first. The eighth bit is set if more bytes follow. */
function varint(value: number): Buffer {
  const result: number[] = [];
  let rest = value;
  while (rest >= 128) {
    result.push(rest % 128 + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...result, rest]);
}
