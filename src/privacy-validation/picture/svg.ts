/** Colors by their meaning, for a light background. The contrast of text is at least 4.5. */
export const COLOR = {
  ink: '#16212e',
  soft: '#52606d',
  line: '#cbd5e0',
  paper: '#ffffff',
  ground: '#f6f8fb',
  vpc: '#5b3fa8',
  vpcFill: '#f8f6fe',
  subnet: '#0f6d7c',
  subnetFill: '#e9f6f8',
  bucket: '#2f6b1f',
  bucketFill: '#f0f7ec',
  service: '#a34a00',
  serviceFill: '#fdf3ea',
  allowed: '#15803d',
  open: '#c81e1e',
  openFill: '#fdecec',
  accepted: '#8a4b00',
  acceptedFill: '#fdf0d5',
  unknown: '#23408e',
  unknownFill: '#e8eefc',
} as const;

const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';

interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** The width at which the text is cut. */
  readonly width?: number;
}

interface BoxStyle {
  readonly fill?: string;
  readonly stroke?: string;
  readonly dashed?: boolean;
  readonly radius?: number;
  readonly thick?: number;
}

export function escape(value: string): string {
  // XML 1.0 cannot represent most control characters.
  // eslint-disable-next-line no-control-regex
  return value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

export function text(x: number, y: number, value: string, style: TextStyle = {}): string {
  const { size = 13, bold, fill = COLOR.ink, anchor, width } = style;
  const shown = width === undefined ? value : fit(value, width, size, bold);
  const title = shown === value ? '' : `<title>${escape(value)}</title>`;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}"${bold ? ' font-weight="600"' : ''} fill="${fill}"`
    + `${anchor ? ` text-anchor="${anchor}"` : ''}>${title}${escape(shown)}</text>`;
}

export function box(x: number, y: number, width: number, height: number, style: BoxStyle = {}): string {
  const { fill = COLOR.paper, stroke = COLOR.line, dashed, radius = 8, thick = 1.5 } = style;
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}" fill="${fill}" stroke="${stroke}"`
    + ` stroke-width="${thick}"${dashed ? ' stroke-dasharray="6 4"' : ''}/>`;
}

/** Draws an arrow of horizontal and vertical segments. */
export function arrow(points: [number, number][], kind: 'allowed' | 'open' | 'control'): string {
  const color = { allowed: COLOR.allowed, open: COLOR.open, control: COLOR.service }[kind];
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join(' ');
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2.5" stroke-linejoin="round"${kind === 'control' ? ' stroke-dasharray="7 5"' : ''}`
    + ` marker-end="url(#${kind})"/>`;
}

/** Renders a whole picture. Screen readers read the title and the description. */
export function svg(width: number, height: number, title: string, description: string, content: string[]): string {
  const marker = (id: string, color: string) => `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" `
    + `markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" fill="${color}"/></marker>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${round(height)}" width="${width}" height="${round(height)}" role="img" `
      + `aria-labelledby="picture-title picture-description" font-family="${FONT}">`,
    `<title id="picture-title">${escape(title)}</title>`,
    `<desc id="picture-description">${escape(description)}</desc>`,
    `<defs>${marker('allowed', COLOR.allowed)}${marker('open', COLOR.open)}${marker('control', COLOR.service)}</defs>`,
    `<rect width="${width}" height="${round(height)}" fill="${COLOR.ground}"/>`,
    ...content,
    '</svg>',
    '',
  ].join('\n');
}

/** Cuts a text in the middle, because both ends of a path are informative. */
export function fit(value: string, width: number, size = 13, bold = false): string {
  const room = width / (size * (bold ? 1.1 : 1));
  if (widthOf(value) <= room) { return value; }
  let head = '';
  let tail = '';
  for (let taken = 0; taken < value.length; taken++) {
    const next = taken % 2 === 0 ? head + value[head.length] : value[value.length - tail.length - 1] + tail;
    if (widthOf(taken % 2 === 0 ? next + tail : head + next) + 1 > room) { break; }
    if (taken % 2 === 0) { head = next; } else { tail = next; }
  }
  return `${head}…${tail}`;
}

/** Widths in hundredths of an em, from DejaVu Sans, the widest font that a reader is likely to have. */
const WIDTHS: [characters: string, width: number][] = [
  ['ijlIJ\'|', 29], [' .,;:!-/()[]ft', 36], ['r', 41], ['sz', 53], ['c', 55], ['kvxyLFT', 60], ['wW%', 92], ['mM@…', 98], ['AVXYKZCRSB', 69], ['→←<>#&~+=', 84],
  ['DGHNOQU', 78],
];

function widthOf(value: string): number {
  return [...value].reduce((sum, character) => sum + (WIDTHS.find(([characters]) => characters.includes(character))?.[1] ?? 64), 0) / 100;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The state of a part of the picture: as it should be, open, open but accepted, or not visible in the templates. */
export type State = 'good' | 'open' | 'accepted' | 'unknown';

export const STATE_COLOR: { readonly [state in State]: string } = {
  good: COLOR.allowed, open: COLOR.open, accepted: COLOR.accepted, unknown: COLOR.unknown,
};

export const STATE_FILL: { readonly [state in State]: string } = {
  good: COLOR.paper, open: COLOR.openFill, accepted: COLOR.acceptedFill, unknown: COLOR.unknownFill,
};

export const WORST_FIRST: readonly State[] = ['open', 'unknown', 'accepted', 'good'];

export function worstState(states: State[]): State {
  return WORST_FIRST.find(state => states.includes(state)) ?? 'good';
}

/** Draws a check mark, a cross, a bar (accepted) or a question mark as a path, because not every font has these characters. */
export function mark(x: number, y: number, state: State): string {
  const path = {
    good: 'l3.5 4 l6.5 -8',
    open: 'm1 -4 l8 8 m0 -8 l-8 8',
    accepted: 'm0 -3 h10 m-10 6 h10',
    unknown: 'm2 -3 c0 -4 7 -4 7 0 c0 3 -3.5 2 -3.5 5 m0 2.5 v1.5',
  }[state];
  return `<path d="M${round(x)} ${round(y)} ${path}" fill="none" stroke="${STATE_COLOR[state]}" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** Draws a line with a cross in the middle, which means that there is no connection. */
export function blocked(x: number, from: number, to: number): string {
  const middle = (from + to) / 2;
  return `<path d="M${round(x)} ${round(from)} V${round(to)}" stroke="#9aa5b1" stroke-width="1.5" stroke-dasharray="3 4" fill="none"/>`
    + `<path d="M${round(x - 5)} ${round(middle - 5)} l10 10 m0 -10 l-10 10" stroke="${COLOR.soft}" stroke-width="2.2" stroke-linecap="round" fill="none"/>`;
}

/** Joins words into lines with a maximum length. A longer word has a line of its own. */
export function wrap(words: string[], separator: string, maxLength: number): string[] {
  return words.reduce<string[]>((lines, word) => {
    const last = lines[lines.length - 1];
    const joined = `${last}${separator}${word}`;
    return last !== undefined && joined.length <= maxLength ? [...lines.slice(0, -1), joined] : [...lines, word];
  }, []);
}
