import { INPUT_SCHEMAS, NeoOperation, NeoOperations } from './api';
import { AwsError, serializationException } from './errors';
import { Schema, shapeOf } from './schema';

/** AWS JSON 1.1: the body is the input or output, times are seconds since the epoch. */
export const JSON_CONTENT_TYPE = 'application/x-amz-json-1.1';

/** @throws AwsError SerializationException if the body is not JSON or a member has the wrong type */
export function decodeInput<O extends NeoOperation>(operation: O, body: string): NeoOperations[O]['input'] {
  let json: unknown;
  try {
    json = JSON.parse(body || '{}');
  } catch {
    throw serializationException('the body is not JSON');
  }
  return decode(json, INPUT_SCHEMAS[operation], operation);
}

/** Ignores unknown members, like the service. Null means absent. */
function decode(value: unknown, schema: Schema, path: string): any {
  if (value === undefined || value === null) {
    return undefined;
  }
  const shape = shapeOf(schema);
  switch (shape.kind) {
    case 'structure': {
      const given = expect(value, isRecord(value), 'structure', path) as Record<string, unknown>;
      const members = shape.members.map(member => [member.name, decode(given[member.name], member.schema, `${path}.${member.name}`)]);
      return Object.fromEntries(members.filter(([, decoded]) => decoded !== undefined));
    }
    case 'list':
      return (expect(value, Array.isArray(value), 'list', path) as unknown[]).map((item, i) =>
        expect(decode(item, shape.member, `${path}[${i}]`), item !== null, 'value', `${path}[${i}]`));
    case 'timestamp':
      return new Date(expect(value, typeof value === 'number', 'timestamp', path) as number * 1_000);
    case 'number':
      return expect(value, Number.isInteger(value), 'integer', path);
    default:
      return expect(value, typeof value === shape.kind, shape.kind, path);
  }
}

const isRecord = (value: unknown) => typeof value === 'object' && !Array.isArray(value);

function expect(value: unknown, holds: boolean, kind: string, path: string): unknown {
  if (!holds) {
    throw serializationException(`${path}: ${JSON.stringify(value)} can not be converted to ${kind}`);
  }
  return value;
}

export function encodeOutput(output: object): string {
  return JSON.stringify(output, function (this: any, key, value) {
    // JSON.stringify has converted a Date to a string before it calls this function.
    return this[key] instanceof Date ? this[key].getTime() / 1_000 : value;
  });
}

export function encodeError(error: AwsError): string {
  // Modeled errors have the member "Message", other errors have "message". The clients read both.
  return JSON.stringify({ __type: error.name, message: error.message, Message: error.message });
}
