import * as fs from 'fs';

/** Everything that is asset or metadata is made equal; the order of keys stays as it is. */
function comparable(template: string): string {
  const withoutMetadata = JSON.parse(template, (key, value) => key === 'Metadata' ? undefined : value);
  return JSON.stringify(withoutMetadata, undefined, 1).replace(/\b[0-9a-f]{64}\b/g, '<asset>');
}

/**
 * The first line in which two templates differ, asset hashes and metadata aside.
 *
 * @returns nothing when they are equal
 */
export function firstDifference(expected: string, actual: string): string | undefined {
  const [wanted, found] = [expected, actual].map(text => comparable(text).split('\n'));
  // A comma more is only what follows it, which differs itself.
  const same = (index: number): boolean => wanted[index]?.replace(/,$/, '') === found[index]?.replace(/,$/, '');
  const line = Array.from({ length: Math.max(wanted.length, found.length) }, (_, index) => index).find(index => !same(index));
  if (line === undefined) { return undefined; }
  return [
    `line ${line + 1}, below ${keysAbove(wanted, line).join(' / ') || 'the top'}:`,
    ...wanted.slice(Math.max(0, line - 2), line).map(context => `    ${context}`),
    `  - ${around(wanted[line] ?? '(the end)', found[line] ?? '')}`,
    `  + ${around(found[line] ?? '(the end)', wanted[line] ?? '')}`,
  ].join('\n');
}

/** The part of a line where it begins to differ from another: a state machine's definition is one line of thousands of characters. */
function around(line: string, other: string): string {
  if (line.length <= 160) { return line; }
  const at = [...line].findIndex((character, index) => character !== other[index]);
  const [from, to] = [Math.max(0, at - 70), at + 70];
  return `${from > 0 ? '…' : ''}${line.slice(from, to)}${to < line.length ? '…' : ''}`;
}

/** Names of the objects that a line is in; JSON of one space per level says so by its indentation. */
function keysAbove(lines: string[], line: number): string[] {
  const keys: string[] = [];
  let depth = indentation(lines[line] ?? '');
  for (let above = line - 1; above > 0 && depth > 1; above--) {
    if (indentation(lines[above]) >= depth) { continue; }
    depth = indentation(lines[above]);
    const key = /^\s*"([^"]+)":/.exec(lines[above]);
    if (key) { keys.unshift(key[1]); }
  }
  return keys;
}

const indentation = (line: string): number => line.length - line.trimStart().length;

/**
 * The template in a cloud assembly of one stack.
 */
export function templateIn(outdir: string): string {
  const files = fs.existsSync(outdir) ? fs.readdirSync(outdir).filter(file => file.endsWith('.template.json')) : [];
  if (files.length !== 1) { throw new Error(`one template expected in ${outdir}; got: ${files.length}`); }
  return fs.readFileSync(`${outdir}/${files[0]}`, 'utf8');
}
