import { readFileSync } from 'fs';
import { renderTargetsPage, TARGETS_PAGE } from '../../docs/generate-targets';

test('docs/targets.md is what the table says (if not: npx projen docs:targets)', () => {
  expect(readFileSync(TARGETS_PAGE, 'utf8')).toBe(renderTargetsPage());
});
