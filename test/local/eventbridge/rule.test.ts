import { matchesPattern, targetInput } from '../../../local/eventbridge/rule';

const event = { source: 'aws.s3', detail: { bucket: { name: 'b' }, object: { key: 'models/a*b "c".tar.gz', size: 3 } } };
const key = (matcher: any) => ({ source: ['aws.s3'], detail: { object: { key: [matcher] } } });

test.each<[any, boolean]>([
  [{ source: ['aws.s3'] }, true],
  [{ source: ['aws.ec2', 'aws.s3'], detail: { bucket: { name: ['b'] } } }, true],
  [{ source: ['aws.ec2'] }, false],
  [{ detail: { missing: ['x'] } }, false],
  [{ missing: { deep: ['x'] } }, false],
  [key({ prefix: 'models/' }), true],
  [key({ prefix: 'other/' }), false],
  [key({ wildcard: 'models/*.tar.gz' }), true],
  [key({ wildcard: 'models/*.zip' }), false],
  [key({ wildcard: 'models/a\\*b*' }), true],
  [key({ wildcard: 'models/\\*' }), false],
  // A dot is a dot.
  [key({ wildcard: 'models/*.tar?gz' }), false],
])('the pattern %j: %s', (pattern, expected) => {
  expect(matchesPattern(pattern, event)).toBe(expected);
});

test('a target gets its template with values as JSON', () => {
  expect(targetInput({ InputPathsMap: { k: '$.detail.object.key', s: '$.detail.object.size' }, InputTemplate: '{"key":<k>,"n":[<s>,1]}' }, event))
    .toEqual({ key: 'models/a*b "c".tar.gz', n: [3, 1] });
});
