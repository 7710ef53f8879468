import { readFileSync } from 'fs';
import { IAM_DECISIONS_PAGE, renderIamDecisionsPage } from '../../docs/generate-iam-decisions';

test('docs/iam-decisions.md is what the table says (if not: npx projen docs:iam-decisions)', () => {
  expect(readFileSync(IAM_DECISIONS_PAGE, 'utf8')).toBe(renderIamDecisionsPage());
});
