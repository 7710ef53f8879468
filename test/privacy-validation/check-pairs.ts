/**
 * Prints the pairs that are not judged as they should be, and fails when there are any. For another aws-cdk-lib than that of the tests: check:templates runs it
 * with the newest one.
 */
import { readFileSync } from 'fs';
import { referencesOf, wronglyJudged } from './pair';
import { PAIRS } from './pairs';

const { version } = JSON.parse(readFileSync(require.resolve('aws-cdk-lib/package.json'), 'utf8'));
const wrong = PAIRS.flatMap(pair => referencesOf(pair).flatMap(strength => wronglyJudged(pair, strength)));
console.log([...wrong, `${PAIRS.length} pairs of stacks for the privacy validation, aws-cdk-lib ${version}: ${wrong.length} judged wrongly`].join('\n'));
process.exitCode = wrong.length > 0 ? 1 : 0;
