import * as neo from '../src';
test('the framework and its version are kept', () => {
  expect(neo.NeoFramework.of('PYTORCH', '1.13').version).toBe('1.13');
});
