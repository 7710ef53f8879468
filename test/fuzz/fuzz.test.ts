import { CASES, fuzz, type Tried } from './run';
import { SUBJECTS } from './subjects';
import * as library from '../../src';
import { SEED } from '../random-seed';

/**
 * Whatever is passed to whatever is public ends in a valid template, or in an error that names the prop; never in a TypeError. A failure prints
 * the seed: `NEO_SEED=… npx jest test/fuzz` repeats it, `NEO_CASES=100000` looks further.
 */
const WEIGHTS = SUBJECTS.reduce((sum, { weight }) => sum + weight, 0);
const results: Tried[] = [];

beforeAll(() => {
  // CDK prints what validations find.
  for (const method of ['error', 'warn', 'log'] as const) { jest.spyOn(console, method).mockImplementation(() => {}); }
});

afterAll(() => {
  const sum = (of: keyof Tried) => results.reduce((total, tried) => total + tried[of], 0);
  process.stdout.write(`fuzz: ${sum('cases')} cases, ${sum('taken')} of them synthesized, NEO_SEED=${SEED}\n`);
});

test.each(SUBJECTS)('$name', of => {
  const tried = fuzz(of, Math.ceil(CASES * of.weight / WEIGHTS));
  results.push(tried);
  // Else the refusals prove nothing.
  expect(tried.taken / tried.cases).toBeGreaterThan(0.05);
});

test('there are at least 5,000 cases', () => {
  expect(results).toHaveLength(SUBJECTS.length);
  expect(results.reduce((total, { cases }) => total + cases, 0)).toBeGreaterThanOrEqual(Math.max(5_000, CASES));
});

test('every public class is tried', () => {
  const classes = Object.entries(library).filter(([, exported]) => typeof exported === 'function').map(([name]) => name).filter(name => name.startsWith('Neo'));
  expect(classes.length).toBeGreaterThan(20);
  const tried = SUBJECTS.map(({ name }) => name).join();
  expect(classes.filter(name => !new RegExp(`\\b${name}\\b`).test(tried))).toEqual([]);
});
