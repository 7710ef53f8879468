import type { ResourceRecord } from '../cloudformation/resource-record';

/** Returns one line for each type of resource, with the number of resources, and as many ids as fit. */
export function resourceLines(resources: readonly ResourceRecord[]): string[] {
  const types = new Map<string, string[]>();
  for (const { type, physicalId } of resources) {
    types.set(type, [...types.get(type) ?? [], physicalId ?? '']);
  }
  return [...types].sort().map(([type, ids]) => {
    const shown = ids.slice(0, 2).join(', ');
    return `  ${String(ids.length).padStart(3)}  ${type.padEnd(40)} ${ids.length > 2 ? `${shown}, …` : shown}`;
  });
}

export function valueLines(values: Readonly<Record<string, string>>): string[] {
  const width = Math.max(...Object.keys(values).map(name => name.length));
  return Object.entries(values).map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}
