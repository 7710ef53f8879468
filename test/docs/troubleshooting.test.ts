import { readFileSync } from 'fs';
import { join } from 'path';
import { ROOT } from './markdown';
import { errorMessages, stateMachineErrors, warningIds } from './messages';
import { PRIVACY_RULES } from '../../src/privacy-validation/report/privacy-report';

const PAGE = readFileSync(join(ROOT, 'docs', 'troubleshooting.md'), 'utf8');

/** The code in the first cells of a section's tables. */
function entries(...sections: string[]): string[] {
  return sections.flatMap(section => {
    const [, text] = PAGE.split(`\n## ${section}\n`);
    if (text === undefined) { throw new Error(`docs/troubleshooting.md has no section ${section}`); }
    return text.split(/\n## /)[0].split('\n').flatMap(line => [...(/^\|([^|]*)\|/.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, code]) => code));
  });
}

/**
 * Whether a message can begin with what the page says, `…` being whatever is filled in. The page must name at least eight known characters, the
 * last one among them.
 */
function begins(documented: string, message: string, known = 0, isKnown = false): boolean {
  if (documented === '') { return known >= 8 && isKnown; }
  if (message.startsWith('…')) {
    return begins(documented, message.slice(1), known, isKnown) || begins(documented.slice(1), message, known, false);
  }
  return documented[0] === message[0] && begins(documented.slice(1), message.slice(1), known + 1, true);
}

test('every error message is in docs/troubleshooting.md, and everything there is an error message', () => {
  const documented = entries('Errors at synthesis', 'Errors while deploying');
  const messages = errorMessages();

  expect(messages.length).toBeGreaterThan(100);
  expect(messages.filter(({ text }) => !documented.some(start => begins(start, text))).map(({ text, where }) => `${where}: ${text}`)).toEqual([]);
  expect(documented.filter(start => !messages.some(({ text }) => begins(start, text)))).toEqual([]);
  expect(documented.filter((start, index) => documented.indexOf(start) !== index)).toEqual([]);
});

test.each([
  ['Warnings', warningIds()],
  ['Findings of NeoPrivacyValidation', PRIVACY_RULES.map(({ id }) => id)],
  ['Errors of state machines', stateMachineErrors()],
])('%s: each has an entry in docs/troubleshooting.md, and no other', (section, ids) => {
  expect(ids.length).toBeGreaterThan(3);
  expect(entries(section).sort()).toEqual([...ids].sort());
});

test.each([
  ['tags', 'tags must be at most …', false],
  ['tags must', 'tags must be at most …', true],
  ['CreateCompilationJob was refused', '… was refused: …', true],
  ['anything else that is long', '… was refused: …', false],
  ['shape of input … must', 'shape of input … has the dimension …', false],
])('an entry %j explains the message %j: %j', (documented, message, expected) => {
  expect(begins(documented, message)).toBe(expected);
});
