/**
 * What jsii-rosetta does not check of the documentation: that the public API is documented completely, as the assembly has it, and that the snippets of
 * the other pages compile, and that those of README and docstrings translate. Run after jsii and jsii-rosetta:
 *
 *     npm run check:readme
 */
import { readFileSync } from 'fs';
import { join } from 'path';
import { allPages, ROOT } from './markdown';
import { documentationGaps, type Assembly } from './public-api';
import { snippetErrors } from './snippets';
import { faultsOf, LANGUAGES, translatedSnippets } from './translations';

const assembly = JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8')) as Assembly;
// Pages for users; jsii-rosetta compiles the README.
const pages = allPages().filter(({ path }) => /^(docs|examples)\//.test(path));

const snippets = translatedSnippets();
const faults = snippets.flatMap(({ name, sources }) => LANGUAGES.flatMap(language => faultsOf(language, sources[language]).map(fault => `${name} in ${language}: ${fault}`)));

const findings = [...documentationGaps(assembly), ...snippetErrors(pages), ...faults];
for (const finding of findings) { console.error(finding); }
if (findings.length > 0) {
  console.error(`${findings.length} findings: API docs are in src/**/*.ts, what snippets may use without saying so is in rosetta/default.ts-fixture`);
  process.exitCode = 1;
} else {
  console.log(`${Object.keys(assembly.types ?? {}).length} public types documented completely, the snippets of ${pages.length} pages compile, ${snippets.length} snippets have no known fault in ${LANGUAGES.join(', ')}`);
}
