/**
 * Reads the schemas of AWS SDK clients, such as `CreateCompilationJobRequest$`. A schema has the members of a
 * structure, their types, and which are required. It has no patterns, lengths, ranges and enums
 * (see constraints.ts).
 */
export type Schema = any; // The SDK's type for it is in a package that we do not depend on. Only this file reads it.

const LIST = 1;
const STRUCTURES = [3, -3];
const NUMERIC = 1;
const BOOLEAN = 2;
const LIST_OF = 64;

export interface StructureShape {
  readonly kind: 'structure';
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly required: boolean; readonly schema: Schema }[];
}

export type Shape = StructureShape
  | { readonly kind: 'list'; readonly member: Schema }
  | { readonly kind: 'string' | 'number' | 'boolean' | 'timestamp' };

const cache = new Map<Schema, Shape>();

/** A parsed schema. */
export function shapeOf(reference: Schema): Shape {
  let shape = cache.get(reference);
  if (!shape) {
    shape = read(typeof reference === 'function' ? reference() : reference);
    cache.set(reference, shape);
  }
  return shape;
}

function read(schema: Schema): Shape {
  if (Array.isArray(schema)) {
    if (STRUCTURES.includes(schema[0])) {
      const [, , name, , memberNames, memberSchemas, requiredCount = 0] = schema;
      return {
        kind: 'structure',
        name,
        // The SDK lists the required members first, with their number.
        members: memberNames.map((member: string, i: number) => ({ name: member, required: i < requiredCount, schema: memberSchemas[i] })),
      };
    }
    if (schema[0] === LIST) {
      return { kind: 'list', member: schema[4] };
    }
  }
  if (typeof schema === 'number') {
    if (schema >= LIST_OF && schema < 2 * LIST_OF) {
      return { kind: 'list', member: schema - LIST_OF };
    }
    switch (schema) {
      case 0: return { kind: 'string' };
      case NUMERIC: return { kind: 'number' };
      case BOOLEAN: return { kind: 'boolean' };
      case 4: case 5: case 6: case 7: return { kind: 'timestamp' };
    }
  }
  throw new Error(`no reader for this schema of the AWS SDK: ${JSON.stringify(schema)}`);
}
