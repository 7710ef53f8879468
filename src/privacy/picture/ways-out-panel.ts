import { arrow, blocked, box, COLOUR, text } from './svg';
import { nameOf } from '../names';
import { type Opening, WAYS_OUT } from '../ways-out';

const CHIP = { x: 32, gap: 8, height: 62, width: 126 };
const WIDTH = WAYS_OUT.length * (CHIP.width + CHIP.gap) - CHIP.gap;
export const WAYS_OUT_HEIGHT = 208;

/** Every way that a VPC can be joined to something else: absent in grey, present in red. */
export function waysOutPanel(openings: Opening[], top: number): string[] {
  const chipTop = top + 40;
  const barTop = chipTop + CHIP.height + 40;
  return [
    ...WAYS_OUT.flatMap((way, index) => {
      const x = CHIP.x + index * (CHIP.width + CHIP.gap);
      const found = openings.filter(opening => opening.way === way);
      const middle = x + CHIP.width / 2;
      const open = found.length > 0;
      const fill = open ? COLOUR.open : COLOUR.soft;
      const words = lines(open ? way : `no ${way}`);
      const all = open ? [...words, found.length > 1 ? `${found.length} resources` : nameOf(found[0].resource)] : words;
      const first = chipTop + CHIP.height / 2 + 5 - (all.length - 1) * 8;
      return [
        box(x, chipTop, CHIP.width, CHIP.height, { dashed: !open, fill: open ? COLOUR.openFill : COLOUR.paper, stroke: open ? COLOUR.open : '#9aa5b1', thick: open ? 2 : 1.2 }),
        ...all.map((line, row) => text(middle, first + row * 16, line, { size: 12.5, fill, anchor: 'middle', bold: open && row < words.length, width: CHIP.width - 10 })),
        open ? arrow([[middle, top + 2], [middle, chipTop - 3]], 'open') : blocked(middle, top + 4, chipTop - 4),
        open ? arrow([[middle, chipTop + CHIP.height + 2], [middle, barTop - 3]], 'open') : blocked(middle, chipTop + CHIP.height + 4, barTop - 4),
      ];
    }),
    box(CHIP.x, barTop, WIDTH, 40, { fill: openings.length ? COLOUR.openFill : '#eef1f5', stroke: openings.length ? COLOUR.open : '#9aa5b1', radius: 20 }),
    text(CHIP.x + WIDTH / 2, barTop + 25, 'The internet, other VPCs and other networks', { size: 14, bold: true, anchor: 'middle', fill: openings.length ? COLOUR.open : COLOUR.soft }),
  ];
}

/** Two lines of about equal length. */
function lines(words: string): string[] {
  const all = words.split(' ');
  if (words.length <= 16) { return [words]; }
  const cut = all.findIndex((_, index) => all.slice(0, index + 1).join(' ').length >= words.length / 2 - 1) + 1;
  return [all.slice(0, cut).join(' '), all.slice(cut).join(' ')].filter(line => line !== '');
}
