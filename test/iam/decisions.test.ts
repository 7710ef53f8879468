import { Cloud } from './cloud';
import { THEMES } from './requests';
import type { Row } from './row';
import { synthesize } from './stacks';

const cloud = new Cloud(synthesize());

describe.each(THEMES)('$title', ({ rows }) => {
  test.each<Row>(rows)('%s', async (...row) => {
    const decision = await cloud.decide(row as Row);
    expect(decision === 'allowed' ? decision : decision.join(' + ')).toBe(row[5]);
  });
});

test('each request is asked once, and there are enough of them', () => {
  const rows = THEMES.flatMap(theme => theme.rows);
  expect(new Set(rows.map(([sentence]) => sentence)).size).toBe(rows.length);
  expect(new Set(rows.map(([, ...request]) => JSON.stringify([...request.slice(0, 4), request[6]]))).size).toBe(rows.length);
  expect(rows.length).toBeGreaterThanOrEqual(150);
});
