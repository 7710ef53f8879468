import * as s3 from 'aws-cdk-lib/aws-s3';
import { fuzz } from './run';
import type { Subject } from './subject';
import { COMPILATION_JOB } from './subjects/compilation-job';
import { BUCKET_MODEL } from './subjects/models';
import { CREATE_JSONATA } from './subjects/state-machines';
import * as jsonata from '../../src/stepfunctions-tasks/execution-model';
import * as json from '../../src/target/json';
import * as environment from '../../src/util/environment';
import { NeoValidationError } from '../../src/util/errors';
import * as propTypes from '../../src/util/prop-types';
import * as objectKeys from '../../src/util/s3-names';

afterEach(() => { jest.restoreAllMocks(); });

/** A subject of which only some props are changed, so that it is found soon. */
const only = (of: Subject, ...props: string[]): Subject => ({ ...of, values: Object.fromEntries(props.map(prop => [prop, of.values[prop]])) });

/** What is found when a part of the library is spoilt. */
function findingOf(of: Subject): { readonly found: string; readonly report: string } {
  try {
    fuzz(of, 200, 7);
  } catch (error) {
    return { found: ((error as Error).cause as Error).message, report: (error as Error).message };
  }
  return { found: 'nothing', report: '' };
}

/** A model in a bucket that the network does not open as a whole. */
const ELSEWHERE: Subject = { ...BUCKET_MODEL, base: (world, scope) => ({ ...BUCKET_MODEL.base(world, scope), bucket: s3.Bucket.fromBucketName(scope, 'Elsewhere', 'elsewhere') }) };
/** A job whose name only the execution knows. */
const NAMED_LATER: Subject = { ...CREATE_JSONATA, base: (world, scope) => ({ ...CREATE_JSONATA.base(world, scope), compilationJobName: '{% $states.input.name %}' }) };
const TIMES = only(COMPILATION_JOB, 'maxRuntime', 'maxPendingTime', 'timeout');
const OF_TIMES = 'NeoCompilationJob with (maxRuntime|maxPendingTime|timeout): Duration';

const SPOILT: [what: string, spoil: () => void, of: Subject, found: RegExp][] = [
  ['types are not looked at', () => jest.spyOn(propTypes, 'requireTypes').mockImplementation(() => {}), COMPILATION_JOB,
    /^(throws a raw error|is taken, and should be refused)/],
  ['times are not looked at', () => jest.spyOn(propTypes, 'wholeSeconds').mockReturnValue(undefined), TIMES,
    new RegExp(`^(is taken, and should be refused|is refused without the name of the prop): ${OF_TIMES}`)],
  ['an error does not say which prop is wrong', () => jest.spyOn(propTypes, 'wholeSeconds').mockImplementation(() => { throw new NeoValidationError('wrong'); }), TIMES,
    new RegExp(`^(is refused without the name of the prop|is refused, and should be taken): ${OF_TIMES}`)],
  ['an error comes from the runtime', () => jest.spyOn(propTypes, 'wholeSeconds').mockImplementation(() => { throw new RangeError('timeout'); }), TIMES,
    new RegExp(`^throws a raw error: ${OF_TIMES}`)],
  ['keys are not looked at', () => jest.spyOn(objectKeys, 'requireKey').mockImplementation(() => {}), only(COMPILATION_JOB, 'outputPrefix'),
    /^is taken, and should be refused: NeoCompilationJob with outputPrefix: /],
  ['Regions are not looked at', () => jest.spyOn(environment, 'requireSameRegion').mockImplementation(() => {}), only(COMPILATION_JOB, 'outputEncryptionKey'),
    /^is taken, and should be refused: NeoCompilationJob with outputEncryptionKey: a key of another Region/],
  ['an object is written as a text', () => jest.spyOn(json, 'toCompactJson').mockImplementation((_scope, value) => String(value)), only(COMPILATION_JOB, 'compilerOptions'),
    /^the template is not valid: .* is \[object Object\]/],
  ['a request is not as the API takes it', () => jest.spyOn(json, 'toCompactJson').mockReturnValue('{}'), only(COMPILATION_JOB, 'compilerOptions'),
    /^the template is not valid: .*'outputConfig\.compilerOptions' failed to satisfy constraint: Member must have length greater than or equal to 3/],
  ['keys are in policies as they are', () => jest.spyOn(objectKeys, 'inPolicy').mockImplementation(key => key), only(ELSEWHERE, 'objectKey'),
    /^the template is not valid: .*IAM takes no such character/],
  ['texts break out of JSONata', () => jest.spyOn(jsonata, 'jsonataString').mockImplementation(text => `'${text}'`), only(NAMED_LATER, 'outputPrefix'),
    /^the template is not valid: .*no JSONata/],
];

test.each(SPOILT)('it shows when %s', (_, spoil, of, found) => {
  spoil();
  const finding = findingOf(of);
  expect(finding.found).toMatch(found);
  // A case, its props and their values; and what repeats it.
  expect(finding.found).toMatch(/ with \w+: [^\n]* \((good|bad|any)\)/);
  expect(finding.report).toMatch(/seed: \d+, path: /);
});

test('nothing shows when nothing is spoilt', () => {
  expect(findingOf(TIMES).found).toBe('nothing');
});
