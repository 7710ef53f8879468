import type { Ratio, Summary } from './statistics';

/** The result of a part of the benchmark. */
export interface Result {
  /** Tables and sentences, as Markdown. */
  readonly text: string;
  /** Figures that must not grow, by name. They are compared with bench/ratios.json. */
  readonly figures: Readonly<Record<string, Figure>>;
}

export interface Figure {
  readonly value: number;
  /** The promised upper bound. */
  readonly most: number;
  /**
   * How the figure is compared with an earlier one. A count is the same on each machine. A ratio varies. A time on another machine
   * cannot be compared, so only the promised bound applies.
   */
  readonly kind: 'counted' | 'ratio' | 'time';
  /** The same figure in CPU time, which comparisons of few samples on a busy machine use. */
  readonly steady?: number;
}

/** Renders a Markdown table with aligned columns. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, 3, ...rows.map(row => String(row[i]).length)));
  const padded = (cell: string | number, i: number) => i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]);
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(padded).join(' | ')} |`;
  return [line(header), line(widths.map((width, i) => i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)), ...rows.map(line)].join('\n');
}

/** Renders the median and the quartiles. */
export function spread({ median, quartiles: [low, high] }: Summary, digits = 0): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

export function ratioText({ ratio, interval: [low, high] }: Ratio): string {
  return `${ratio.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}
