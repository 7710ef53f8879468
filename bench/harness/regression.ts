import * as fs from 'fs';
import * as path from 'path';
import { table, type Figure } from './result';

const FILE = path.join(__dirname, '..', 'ratios.json');

/** Of a measured figure, few samples on a busy machine tell no more. */
const BAND = 1.25;

interface Verdict { readonly text: string; readonly broken: boolean }

/** Against what was promised. */
export function promises(figures: Readonly<Record<string, Figure>>): Verdict {
  return judge(figures, ({ most }) => most);
}

/** Against what was measured when it was last looked at: nothing may have become worse by more than the noise. */
export function compare(figures: Readonly<Record<string, Figure>>): Verdict {
  const committed: Record<string, number> = JSON.parse(fs.readFileSync(FILE, 'utf8'));
  const missing = Object.keys(figures).filter(name => committed[name] === undefined);
  if (missing.length > 0) { throw new Error(`bench/ratios.json has no ${missing.join(', ')}: run "npm run bench -- --write" on a quiet machine`); }
  return judge(figures, ({ isExact }, name) => isExact ? committed[name] : committed[name] * BAND);
}

export function write(figures: Readonly<Record<string, Figure>>): void {
  const before = fs.existsSync(FILE) ? JSON.parse(fs.readFileSync(FILE, 'utf8')) : {};
  const now = Object.fromEntries(Object.entries(figures).map(([name, { value }]) => [name, Number(value.toFixed(3))]));
  fs.writeFileSync(FILE, `${JSON.stringify({ ...before, ...now }, undefined, 2)}\n`);
}

function judge(figures: Readonly<Record<string, Figure>>, limitOf: (figure: Figure, name: string) => number): Verdict {
  const judged = Object.entries(figures).map(([name, figure]) => ({ name, value: figure.value, limit: limitOf(figure, name) }));
  // The committed figures have three digits.
  const isBroken = ({ value, limit }: { value: number; limit: number }) => Number(value.toFixed(3)) > Number(limit.toFixed(3));
  const short = (value: number) => `${Number(value.toFixed(3))}`;
  return {
    text: table(['', 'found', 'at most', ''], judged.map(one => [one.name, short(one.value), short(one.limit), isBroken(one) ? 'MORE' : 'ok'])),
    broken: judged.some(isBroken),
  };
}
