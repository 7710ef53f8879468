import { existsSync, readFileSync } from 'fs';
import { join } from 'path';
import { gunzipSync } from 'zlib';
import { ROOT } from './markdown';

export const LANGUAGES = ['csharp', 'python', 'java', 'go'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A snippet of the README or of a docstring, as jsii-rosetta translates it and Construct Hub shows it. */
export interface TranslatedSnippet {
  /** Where it is. */
  readonly name: string;
  readonly sources: Readonly<Record<Language, string>>;
  /** What the reader sees in TypeScript. */
  readonly original: string;
  /** Fully qualified names of types and members in it, those of structs too. */
  readonly names: readonly string[];
}

interface Tablet {
  readonly snippets: Record<string, {
    readonly location: { readonly api: { readonly fqn?: string }; readonly field?: { readonly line?: number } };
    readonly translations: Record<string, { readonly source: string }>;
    readonly fqnsReferenced: readonly string[];
  }>;
}

/** What `npm run translate` has written. */
export function translatedSnippets(): TranslatedSnippet[] {
  const file = join(ROOT, '.jsii.tabl.json.gz');
  if (!existsSync(file)) { throw new Error(`${file} is missing: run npm run translate`); }
  const { snippets } = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Tablet;
  return Object.values(snippets).map(({ location: { api, field }, translations, fqnsReferenced }) => ({
    name: api.fqn ?? `README.md, line ${field?.line}`,
    sources: Object.fromEntries(LANGUAGES.map(language => [language, translations[language].source])) as Record<Language, string>,
    original: translations.$.source,
    names: fqnsReferenced,
  }));
}

interface Kind {
  readonly languages: readonly Language[];
  readonly pattern: RegExp;
  readonly fault: string;
}

/** What compilers refuse, by the text alone. */
const KINDS: readonly Kind[] = [
  {
    languages: ['csharp'],
    pattern: /\bint\[\]|Dictionary<string, int>|new \[\] \{ -?\d+(, -?\d+)* \}/,
    fault: 'whole numbers become int, and C# converts no int[] to double[]: take plain arguments',
  },
  {
    languages: ['go'],
    pattern: /\[\]\*f64\b/,
    fault: 'Go has no type f64: take plain arguments',
  },
  {
    languages: ['csharp', 'python', 'java', 'go'],
    pattern: /(?<![\w.])\w+Property(?=( \w+)?( = | ?[({]|\.builder\b))/,
    fault: 'a nested struct has lost its outer class: leave it out',
  },
  {
    languages: ['csharp', 'java'],
    pattern: /\bnew Struct\b|^Object \w+ =/m,
    fault: 'its type is unknown to jsii-rosetta',
  },
  {
    languages: ['python'],
    pattern: /\b\w+=\[+-?\d/,
    fault: 'the key of a map has become a keyword: take plain arguments',
  },
  {
    languages: ['python'],
    pattern: /\[\{"": /,
    fault: 'a struct in a list has become a dictionary: declare it as a constant of its type',
  },
  {
    languages: ['go'],
    pattern: /_\*\w/,
    fault: 'jsii-rosetta puts an asterisk into the name of a method: assign its result to a constant first',
  },
];

/**
 * Look for translations that cannot compile. This needs no compiler of the language.
 *
 * @returns a sentence per fault
 */
export function faultsOf(language: Language, source: string): string[] {
  const code = withoutStrings(source);
  return [
    ...KINDS.filter(({ languages }) => languages.includes(language)).flatMap(({ pattern, fault }) => {
      const [found] = pattern.exec(code) ?? [];
      return found === undefined ? [] : [`"${found}": ${fault}`];
    }),
    ...language === 'csharp' ? mixedArrays(source) : [],
    ...language === 'python' ? [] : statementsOf(code, language).filter(isBare(language)).map(each => `"${each}" is an expression, and no statement: assign it`),
  ];
}

/** Every string becomes an empty one, and every comment nothing. */
const withoutStrings = (source: string): string => source.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/(^|\s)(\/\/|# ).*/g, '$1');

/** `new [] { "1..10", 224 }` has no best type. */
function mixedArrays(source: string): string[] {
  return [...source.matchAll(/new \[\] \{ ([^{}]*) \}/g)].flatMap(([array, elements]) => {
    const kinds = new Set(elements.split(', ').map(element => /^"/.test(element) ? 'string' : /^-?[\d.]+$/.test(element) ? 'number' : /^(true|false)$/.test(element) ? 'bool' : 'other'));
    return kinds.size > 1 ? [`"${array}": C# finds no type for an array of ${[...kinds].join(' and ')}: take plain arguments`] : [];
  });
}

/** Statements at the outermost level; Go ends them with the line. */
function statementsOf(code: string, language: Language): string[] {
  const statements: string[] = [];
  let [depth, statement] = [0, ''];
  for (const character of code) {
    if ('([{'.includes(character)) { depth++; }
    if (')]}'.includes(character)) { depth--; }
    if (depth === 0 && character === (language === 'go' ? '\n' : ';')) {
      statements.push(statement.trim());
      statement = '';
    } else {
      statement += character;
    }
  }
  return [...statements, statement.trim()].filter(each => each !== '');
}

/** It assigns nothing, declares nothing, and is no call and no construction. */
const isBare = (language: Language) => (statement: string): boolean =>
  !/^(using|import|var) /.test(statement) && !/^[\w.<>]+ \w+$/.test(statement) && !/ :?= /.test(statement)
  && !(/\)$/.test(statement) || language === 'csharp' && /^new [^]*\}$/.test(statement));
