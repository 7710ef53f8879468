import { readFileSync } from 'fs';
import { NETWORK_PICTURE, PRIVACY_PAGE, renderExamplePicture, renderPrivacyPage } from '../../docs/generate-privacy';
import { PRIVACY_RULES } from '../../src/privacy-validation/report/privacy-report';

test('docs/privacy.md has the rules as they are: else run `npx projen docs:privacy`', () => {
  const page = readFileSync(PRIVACY_PAGE, 'utf8');
  expect(page).toEqual(renderPrivacyPage(page));
  expect(PRIVACY_RULES.filter(({ id }) => !page.includes(`| \`${id}\` |`))).toEqual([]);
});

test('docs/network.svg is the example\'s network: else run `npx projen docs:privacy`', () => {
  expect(readFileSync(NETWORK_PICTURE, 'utf8')).toEqual(renderExamplePicture());
});
