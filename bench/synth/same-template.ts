import { createHash } from 'crypto';

type Json = any;

/**
 * Compares two templates regardless of logical ids. Each id is replaced by a digest of its resource, in which ids are replaced
 * in the same way, until this distinguishes no more resources.
 *
 * @returns the differences; empty if there are none
 */
export function differences(one: Json, other: Json): string[] {
  const [a, b] = [canonical(one), canonical(other)];
  return [
    ...without(a, b).map(text => `only in the first: ${text}`),
    ...without(b, a).map(text => `only in the second: ${text}`),
  ];
}

/** Renders each part of a template as text. */
function canonical({ Resources, ...rest }: Json): string[] {
  let digests = new Map(Object.entries<Json>(Resources).map(([id, { Type }]) => [id, Type as string]));
  for (let kinds = 0, before = -1; kinds !== before; before = kinds, kinds = new Set(digests.values()).size) {
    digests = new Map(Object.entries(Resources).map(([id, resource]) => [id, digest(renamed(resource, digests))]));
  }
  return [...Object.values(Resources).map(resource => JSON.stringify(renamed(resource, digests))), JSON.stringify(renamed(rest, digests))].sort();
}

function renamed(value: Json, names: Map<string, string>): Json {
  if (typeof value === 'string') { return names.get(value) ?? value; }
  if (Array.isArray(value)) { return value.map(item => renamed(item, names)); }
  if (typeof value !== 'object' || value === null) { return value; }
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, child]) => {
    const inside = renamed(child, names);
    return [key, Array.isArray(inside) ? sameList(key, inside) : inside];
  }));
}

/** CloudFormation accepts dependencies in any order. IAM treats a list of one resource like the resource. */
function sameList(key: string, list: Json[]): Json {
  if (key === 'DependsOn') { return [...list].sort(); }
  return key === 'Resource' && list.length === 1 ? list[0] : list;
}

function without(texts: string[], others: string[]): string[] {
  const left = [...others];
  return texts.filter(text => {
    const at = left.indexOf(text);
    if (at >= 0) { left.splice(at, 1); }
    return at < 0;
  });
}

const digest = (value: Json): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
