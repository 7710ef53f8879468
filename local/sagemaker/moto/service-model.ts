import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { INPUT_SCHEMAS, NEO_OPERATIONS } from '../api';
import { Constraint, CONSTRAINTS } from '../constraints';
import { Schema, shapeOf } from '../schema';

/** The used part of AWS's service model (service-2.json). */
interface ServiceModel {
  readonly operations: Record<string, { readonly input: { readonly shape: string } }>;
  readonly shapes: Record<string, ModelShape>;
}

interface ModelShape {
  readonly type: string;
  readonly required?: string[];
  readonly members?: Record<string, { readonly shape: string }>;
  readonly member?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: string[];
}

export interface ModelComparison {
  /** The number of compared members. */
  readonly compared: number;
  /** The differences of the stand-in or the SDK. */
  readonly differences: string[];
}

/** Compares the constraint table and the SDK's required members with AWS's model in botocore. */
export function compareWithServiceModel(file: string): ModelComparison {
  const model = JSON.parse(gunzipSync(readFileSync(file)).toString()) as ServiceModel;
  const differences: string[] = [];
  const seen = new Set<string>();
  for (const operation of NEO_OPERATIONS) {
    compareStructure(model, model.operations[operation].input.shape, INPUT_SCHEMAS[operation], seen, differences);
  }
  const unknown = Object.keys(CONSTRAINTS).filter(key => !seen.has(key)).map(key => `${key}: not in AWS's model`);
  return { compared: seen.size, differences: [...differences, ...unknown] };
}

function compareStructure(model: ServiceModel, name: string, schema: Schema, seen: Set<string>, differences: string[]): void {
  const shape = shapeOf(schema);
  const modelled = model.shapes[name];
  if (shape.kind !== 'structure' || modelled.type !== 'structure') {
    differences.push(`${name}: ${modelled.type} in AWS's model, ${shape.kind} in the SDK`);
    return;
  }
  expectSame(differences, `${name}: members`, shape.members.map(member => member.name).sort(), Object.keys(modelled.members!).sort());
  expectSame(differences, `${name}: required`, shape.members.filter(member => member.required).map(member => member.name).sort(),
    [...modelled.required ?? []].sort());

  for (const member of shape.members) {
    const key = `${name}.${member.name}`;
    const memberShape = modelled.members?.[member.name]?.shape;
    if (memberShape === undefined || seen.has(key)) {
      continue;
    }
    seen.add(key);
    const inner = shapeOf(member.schema);
    if (inner.kind === 'structure') {
      compareStructure(model, memberShape, member.schema, seen, differences);
      continue;
    }
    expectSame(differences, key, normal(CONSTRAINTS[key]), fromModel(model, memberShape));
    if (inner.kind === 'list' && shapeOf(inner.member).kind === 'structure') {
      compareStructure(model, model.shapes[memberShape].member!.shape, inner.member, seen, differences);
    }
  }
}

function fromModel(model: ServiceModel, name: string): Constraint {
  const shape = model.shapes[name];
  const item = shape.member && model.shapes[shape.member.shape].type !== 'structure' ? fromModel(model, shape.member.shape) : undefined;
  return normal({ min: shape.min, max: shape.max, pattern: shape.pattern, enum: shape.enum, items: item });
}

/** The same members in the same order, and only those that are there. */
function normal({ min, max, pattern, enum: values, items }: Constraint = {}): Constraint {
  const constraint = { min, max, pattern, enum: values && [...values].sort(), items: items && normal(items) };
  return Object.fromEntries(Object.entries(constraint).filter(([, value]) => value !== undefined));
}

function expectSame(differences: string[], what: string, ours: unknown, theirs: unknown): void {
  if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
    differences.push(`${what}: ${JSON.stringify(ours)} here, ${JSON.stringify(theirs)} in AWS's model`);
  }
}
