import { arrow, blocked, box, COLOUR, mark, text } from './svg';
import { VPC } from './vpc-panel';
import { nameOf } from '../network/names';
import { type Opening, WAYS_OUT } from '../network/ways-out';

const CHIP = { gap: 6, height: 70 };
const CHIP_WIDTH = (VPC.width - (WAYS_OUT.length - 1) * CHIP.gap) / WAYS_OUT.length;
const LIST = { x: 940, width: 410, most: 6 };
export const WAYS_OUT_HEIGHT = 210;

/** Every way that a VPC can be joined to something else: absent in grey, present in red. */
export function waysOutPanel(openings: Opening[], top: number): string[] {
  const chipTop = top + 38;
  const barTop = chipTop + CHIP.height + 38;
  const closed = openings.length === 0;
  return [
    ...WAYS_OUT.flatMap((way, index) => chip(way, index, openings.some(opening => opening.way === way), top, chipTop, barTop)),
    box(VPC.x, barTop, VPC.width, 40, { fill: closed ? '#eef1f5' : COLOUR.openFill, stroke: closed ? '#9aa5b1' : COLOUR.open, radius: 20 }),
    text(VPC.x + VPC.width / 2, barTop + 25, 'The internet, other VPCs and other networks', { size: 14, bold: true, anchor: 'middle', fill: closed ? COLOUR.soft : COLOUR.open }),
    ...list(openings, chipTop),
  ];
}

function chip(way: string, index: number, open: boolean, top: number, chipTop: number, barTop: number): string[] {
  const x = VPC.x + index * (CHIP_WIDTH + CHIP.gap);
  const middle = x + CHIP_WIDTH / 2;
  const words = lines(open ? way : `no ${way}`);
  const first = chipTop + CHIP.height / 2 + 4.5 - (words.length - 1) * 7.5;
  return [
    box(x, chipTop, CHIP_WIDTH, CHIP.height, { dashed: !open, fill: open ? COLOUR.openFill : COLOUR.paper, stroke: open ? COLOUR.open : '#9aa5b1', thick: open ? 2 : 1.2 }),
    ...words.map((line, row) => text(middle, first + row * 15, line, { size: 12, bold: open, fill: open ? COLOUR.open : COLOUR.soft, anchor: 'middle', width: CHIP_WIDTH - 4 })),
    ...open
      ? [arrow([[middle, top + 2], [middle, chipTop - 3]], 'open'), arrow([[middle, chipTop + CHIP.height + 2], [middle, barTop - 3]], 'open')]
      : [blocked(middle, top + 4, chipTop - 4), blocked(middle, chipTop + CHIP.height + 4, barTop - 4)],
  ];
}

/** What opens the network, by name, where the chips have no room for it. */
function list(openings: Opening[], top: number): string[] {
  if (openings.length === 0) {
    return [
      mark(LIST.x, top + 16, true),
      text(LIST.x + 20, top + 20, `${WAYS_OUT.length} kinds of ways out, none of them in this template`, { fill: COLOUR.soft, width: LIST.width - 20 }),
    ];
  }
  const shown = openings.slice(0, LIST.most);
  const more = openings.length - shown.length;
  return [
    ...shown.flatMap(({ way, resource }, index) => [
      mark(LIST.x, top + 12 + index * 20, false),
      text(LIST.x + 20, top + 16 + index * 20, `${way}: ${nameOf(resource)}`, { fill: COLOUR.open, width: LIST.width - 20 }),
    ]),
    ...more > 0 ? [text(LIST.x + 20, top + 16 + shown.length * 20, `and ${more} more`, { fill: COLOUR.open })] : [],
  ];
}

/** One word a line, short ones together. */
function lines(words: string): string[] {
  return words.split(' ').reduce<string[]>((all, word) => {
    const last = all[all.length - 1];
    return last !== undefined && last.length + word.length < 10 ? [...all.slice(0, -1), `${last} ${word}`] : [...all, word];
  }, []);
}
