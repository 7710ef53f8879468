import type { Ratio, Summary } from './statistics';

/** What a part of the benchmark found. */
export interface Result {
  /** Tables and sentences, as Markdown. */
  readonly text: string;
  /** What must not grow, by name; compared with bench/ratios.json. */
  readonly figures: Readonly<Record<string, Figure>>;
}

export interface Figure {
  readonly value: number;
  /** What was promised. */
  readonly most: number;
  /**
   * How it is compared with what was measured before: a figure that is counted is the same on each machine, one that is a ratio varies, and a time
   * says nothing of another machine, where the promise is all that can be compared with.
   */
  readonly kind: 'counted' | 'ratio' | 'time';
  /** The same figure in CPU time: what few samples on a busy machine are compared by. */
  readonly steady?: number;
}

/** A table in Markdown that is also one to the eye. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, 3, ...rows.map(row => String(row[i]).length)));
  const padded = (cell: string | number, i: number) => i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]);
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(padded).join(' | ')} |`;
  return [line(header), line(widths.map((width, i) => i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)), ...rows.map(line)].join('\n');
}

/** The median, and between which values half of all samples lie. */
export function spread({ median, quartiles: [low, high] }: Summary, digits = 0): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

export function ratioText({ ratio, interval: [low, high] }: Ratio): string {
  return `${ratio.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}
