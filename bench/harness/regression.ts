import * as fs from 'fs';
import * as path from 'path';
import { table, type Figure } from './result';

const FILE = path.join(__dirname, '..', 'ratios.json');

/** Returns the limit for a ratio. Few samples on a busy machine are not more precise, and a ratio near zero is not comparable between machines. */
const withBand = (ratio: number) => Math.max(ratio * 1.25, ratio + 0.1);

type Figures = Readonly<Record<string, Figure>>;

interface Verdict { readonly text: string; readonly broken: boolean }

/** Compares the figures with the promised bounds. */
export function promises(figures: Figures): Verdict {
  return judge(figures, ({ value }) => value, ({ most }) => most);
}

/** Compares the figures with the committed ones: none may be worse by more than the noise. */
export function compare(figures: Figures): Verdict {
  const committed: Record<string, number> = JSON.parse(fs.readFileSync(FILE, 'utf8'));
  const missing = Object.entries(figures).filter(([name, { kind }]) => kind !== 'time' && committed[name] === undefined).map(([name]) => name);
  if (missing.length > 0) { throw new Error(`bench/ratios.json has no ${missing.join(', ')}: run "npm run bench -- --write" on a quiet machine`); }
  const limits = {
    counted: (_: Figure, name: string) => committed[name],
    ratio: (_: Figure, name: string) => withBand(committed[name]),
    time: ({ most }: Figure) => most,
  };
  return judge(figures, steadyValue, (figure, name) => limits[figure.kind](figure, name));
}

export function write(figures: Figures): void {
  const before = fs.existsSync(FILE) ? JSON.parse(fs.readFileSync(FILE, 'utf8')) : {};
  const now = Object.fromEntries(Object.entries(figures).filter(([, { kind }]) => kind !== 'time')
    .map(([name, figure]) => [name, Number(steadyValue(figure).toFixed(3))]));
  fs.writeFileSync(FILE, `${JSON.stringify({ ...before, ...now }, undefined, 2)}\n`);
}

const steadyValue = ({ value, steady = value }: Figure) => steady;

function judge(figures: Figures, valueOf: (figure: Figure) => number, limitOf: (figure: Figure, name: string) => number): Verdict {
  const judged = Object.entries(figures).map(([name, figure]) => ({ name, value: valueOf(figure), limit: limitOf(figure, name) }));
  // The committed figures have three digits.
  const isBroken = ({ value, limit }: { value: number; limit: number }) => Number(value.toFixed(3)) > Number(limit.toFixed(3));
  const short = (value: number) => `${Number(value.toFixed(3))}`;
  return {
    text: table(['', 'found', 'at most', ''], judged.map(one => [one.name, short(one.value), short(one.limit), isBroken(one) ? 'MORE' : 'ok'])),
    broken: judged.some(isBroken),
  };
}
