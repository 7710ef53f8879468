import { existsSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';

export const ROOT = join(__dirname, '..', '..');

/** Folders with Markdown pages; API.md is generated and not among them. */
const FOLDERS = ['docs', 'examples', 'local', 'bench', 'test', '.github'];

/** Every Markdown page that is written by hand. */
export function allPages(): MarkdownPage[] {
  const within = (folder: string) => existsSync(join(ROOT, folder))
    ? readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name))
    : [];
  return [...readdirSync(ROOT), ...FOLDERS.flatMap(within)]
    .filter(path => path.endsWith('.md') && path !== 'API.md' && !/(^|\/)(node_modules|cdk\.out|\.venv)\//.test(path))
    .sort()
    .map(path => MarkdownPage.read(path));
}

export interface CodeBlock {
  /** What follows the three backticks, such as `ts nofixture`. */
  readonly language: string;
  readonly code: string;
  /** Line of the first line of code, from 1. */
  readonly line: number;
}

/** A row of a table that has more or fewer cells than its head. */
export interface UnevenRow {
  readonly line: number;
  readonly cells: number;
  readonly expected: number;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

/** A Markdown file, as far as the tests of the documentation read it: fenced code, links, and headings with GitHub's anchors. */
export class MarkdownPage {
  public static read(path: string): MarkdownPage {
    return new MarkdownPage(path, readFileSync(join(ROOT, path), 'utf8'));
  }

  public readonly blocks: readonly CodeBlock[];
  public readonly links: readonly Link[];
  public readonly anchors: ReadonlySet<string>;

  /** The text with the lines of code blocks empty, so that line numbers stay. */
  private readonly prose: readonly string[];

  constructor(public readonly path: string, text: string) {
    const lines = text.split('\n');
    const prose = [...lines];
    const blocks: CodeBlock[] = [];
    for (let i = 0; i < lines.length; i++) {
      const fence = /^( *)(`{3,})(.*)$/.exec(lines[i]);
      if (!fence) { continue; }
      const start = i;
      for (i++; i < lines.length && lines[i].trim() !== fence[2]; i++) { /* to the end of the block */ }
      if (i === lines.length) { throw new Error(`${path}:${start + 1}: code block without an end`); }
      blocks.push({ language: fence[3].trim(), code: lines.slice(start + 1, i).join('\n'), line: start + 2 });
      prose.fill('', start, i + 1);
    }
    this.prose = prose;
    this.blocks = blocks;
    this.links = this.findLinks();
    this.anchors = this.findAnchors();
  }

  /** The text without code blocks. */
  public get text(): string { return this.prose.join('\n'); }

  /** Rows that GitHub, npm and Construct Hub would cut or pad, or take the whole table for plain text. */
  public get unevenRows(): UnevenRow[] {
    const cells = this.prose.map(line => line.startsWith('|') ? line.replace(/\\\||`[^`]*`/g, '').split('|').length - 2 : 0);
    let expected = 0;
    return cells.flatMap((count, index) => {
      if (cells[index - 1] === 0 || index === 0) { expected = count; }
      return count > 0 && count !== expected ? [{ line: index + 1, cells: count, expected }] : [];
    });
  }

  private findLinks(): Link[] {
    return this.prose.flatMap((text, index) => {
      const withoutCode = text.replace(/`[^`]*`/g, code => '`'.repeat(code.length));
      return [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g), ...withoutCode.matchAll(/(?:src|href)="([^"]+)"/g), ...withoutCode.matchAll(/^\[[^\]]+\]: (\S+)/g)]
        .map(([, target]) => ({ target, line: index + 1 }));
    });
  }

  private findAnchors(): Set<string> {
    const anchors = new Set<string>();
    for (const line of this.prose) {
      const heading = /^#{1,6} (.*)$/.exec(line);
      if (heading) {
        const slug = slugOf(heading[1]);
        let name = slug;
        for (let n = 1; anchors.has(name); n++) { name = `${slug}-${n}`; }
        anchors.add(name);
      }
      for (const [, id] of line.matchAll(/<a (?:id|name)="([^"]+)"/g)) { anchors.add(id); }
    }
    return anchors;
  }
}

/** GitHub's anchor of a heading. */
function slugOf(heading: string): string {
  return heading
    .replace(/<[^>]+>/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim().toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replace(/ /g, '-');
}
