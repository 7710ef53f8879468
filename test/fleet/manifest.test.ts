import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { C5, fleetStack, LocalFleet } from './fleet-harness';
import { always } from '../../local/sagemaker';
import * as neo from '../../src';
import { SEED } from '../random-seed';

const etag = (content: string) => createHash('md5').update(content).digest('hex');
const stacks = Object.fromEntries(Object.values(neo.NeoManifestFormat).map(format => [format, fleetStack((_, models) => ({
  models: neo.NeoFleetModels.fromManifest(models, 'manifest', format, { framework: neo.NeoFramework.XGBOOST }), targets: [C5],
})).stack]));

/** Runs a fleet over a manifest, with the models x and y in the bucket. */
async function run(format: neo.NeoManifestFormat, body: (bucket: string) => string) {
  const local = new LocalFleet(stacks[format], { plan: always({ startingMs: 1, compilingMs: 1 }) });
  ['x', 'y'].forEach(name => local.place(`${name}.tar.gz`));
  local.place('manifest', body(local.bucket('Models')));
  const execution = await local.run({ toleratedFailurePercentage: 100 });
  expect(execution.failure).toBeUndefined();
  const { succeeded, failed } = local.results(execution);
  return { local, succeeded, failed, causes: failed.map(({ Cause }) => Cause) };
}
const json = (rows: (bucket: string) => unknown) => run(neo.NeoManifestFormat.JSON, bucket => JSON.stringify(rows(bucket)));
const x = (bucket: string) => ({ s3Uri: `s3://${bucket}/x.tar.gz` });

describe('a row fails alone, in words', () => {
  test.each<[string, object | string | number | null, RegExp]>([
    ['a member in snake case', { framework_version: '1.3' }, /member that is not known: "framework_version"; did you mean frameworkVersion\?/],
    ['a member with a typo', { framwork: 'XGBOOST' }, /"framwork"; did you mean framework\?/],
    ['target_device', { target_device: 'ml_c5' }, /did you mean targetDevice\?/],
    ['a member of our own', { skip: true }, /not known: "skip"/],
    ['a member that is called Row', { Row: {}, Digest: 'x' }, /not known: "Row"/],
    ['a member that is called Invalid', { Invalid: 'x' }, /not known: "Invalid"/],
    ['a name with spaces round it', { ' etag ': 'x' }, /not known: " etag "; did you mean etag\?/],
    ['a name in quotation marks', { '"etag"': 'x' }, /not known: ""etag""; did you mean etag\?/],
    ['a value without a name', { '': 'x' }, /the row has a value without a name: x/],
    ['a member twice, once with a byte order mark', { '\uFEFFs3Uri': 's3://models/y.tar.gz' }, /the row has a member twice: s3Uri/],
    ['a number as etag', { etag: 12 }, /etag must be a string; got: 12/],
    ['a number as frameworkVersion', { frameworkVersion: 2.9 }, /frameworkVersion must be a string; got: 2.9/],
    ['a list as s3Uri', { s3Uri: ['a', 'b'] }, /s3Uri must be a string/],
    ['a number as dataInputConfig', { dataInputConfig: 3 }, /dataInputConfig must be JSON; got: 3/],
    ['false as compilerOptions', { targetDevice: 'rasp4b', compilerOptions: false }, /compilerOptions must be JSON; got: false/],
    ['an etag that disagrees', { etag: etag('another') }, /the row has the etag .*, but the object at s3:.* has/],
    ['a bucket that is not of the models', { s3Uri: 's3://theirs/x.tar.gz' }, /s3Uri must be in a bucket of modelBuckets/],
    ['a directory bucket', { s3Uri: 's3://models--use1-az4--x-s3/x.tar.gz' }, /s3Uri must name a general purpose bucket, .*; got: s3:\/\/models--use1-az4--x-s3/],
    ['an access point by its alias', { s3Uri: 's3://models-abcdefg-s3alias/x.tar.gz' }, /s3Uri must name a general purpose bucket/],
    ['an access point', { s3Uri: 's3://arn:aws:s3:us-east-1:111122223333:accesspoint/models/x.tar.gz' }, /s3Uri must name a general purpose bucket/],
    ['a multi-Region access point', { s3Uri: 's3://arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap/x.tar.gz' }, /s3Uri must name a general purpose bucket/],
    ['an Object Lambda access point', { s3Uri: 's3://models-abcdefg--ol-s3/x.tar.gz' }, /s3Uri must name a general purpose bucket/],
    ['an access point on Outposts', { s3Uri: 's3://models-abcdefg--op-s3/x.tar.gz' }, /s3Uri must name a general purpose bucket/],
    ['a bucket with such letters, but of no model', { s3Uri: 's3://my-s3alias-models/x.tar.gz' }, /s3Uri must be in a bucket of modelBuckets/],
    ['no archive', { s3Uri: 's3://models/x.zip' }, /s3Uri must be s3:\/\/bucket\/key.tar.gz; got: s3:\/\/models\/x.zip/],
    ['a framework that is none', { framework: 'xgboost' }, /framework must be one of .*XGBOOST.*; got: xgboost/],
    ['a model and a package', { modelPackageVersionArn: 'arn:aws:sagemaker:us-east-1:111122223333:model-package/p/1' }, /excludes s3Uri/],
    ['a package that is no ARN', { s3Uri: '', modelPackageVersionArn: 'p/1' }, /modelPackageVersionArn must be an ARN; got: p\/1/],
  ])('%s', async (_, member, cause) => {
    const { succeeded, causes } = await json(bucket => [{ s3Uri: `s3://${bucket}/y.tar.gz` }, { ...x(bucket), ...member as object }]);
    expect(succeeded).toHaveLength(1);
    expect(causes).toEqual([expect.stringMatching(cause)]);
  });

  test.each([null, 'text', 7, [1, 2], [], [{}]])('%j', async row => {
    const { succeeded, causes } = await json(bucket => [x(bucket), row]);
    expect(succeeded).toHaveLength(1);
    expect(causes).toEqual([expect.stringMatching(/a row must be an object/)]);
  });
});

test('one etag in two rows gives no model the artifact of the other', async () => {
  const { succeeded, failed } = await json(bucket => ['x', 'y'].map(name => ({ s3Uri: `s3://${bucket}/${name}.tar.gz`, etag: `"${etag('x.tar.gz')}"` })));
  expect(succeeded.map(({ Digest }) => Digest)).toEqual([etag('x.tar.gz')]);
  expect(failed).toHaveLength(1);
});

test('what is empty or null counts as absent', async () => {
  const { succeeded, failed } = await json(bucket => [{ ...x(bucket), etag: null, framework: '', compilerOptions: null }]);
  expect([succeeded.length, failed.length]).toEqual([1, 0]);
});

test('a JSON object of rows is read like an array', async () => {
  const { succeeded } = await json(bucket => ({ first: x(bucket), second: { s3Uri: `s3://${bucket}/y.tar.gz` } }));
  expect(succeeded).toHaveLength(2);
});

test('CSV: a byte order mark, backslashes as AWS reads them, short rows', async () => {
  const { local, succeeded, causes } = await run(neo.NeoManifestFormat.CSV, bucket => '\uFEFFs3Uri,dataInputConfig,etag\r\n'
    + `s3://${bucket}/x.tar.gz,"{\\"data\\":[1\\,3]}",\r\ns3://${bucket}/y.tar.gz,{""data"":[1\\,4]}\r\n`);
  expect(causes).toEqual([]);
  expect(succeeded).toHaveLength(2);
  expect(local.records().map(({ request }) => request.InputConfig!.DataInputConfig).sort()).toEqual(['{"data":[1,3]}', '{"data":[1,4]}']);
});

test('a row that is larger than Step Functions hands on fails alone', async () => {
  const { stack } = fleetStack((_, models) => ({
    models: neo.NeoFleetModels.fromManifest(models, 'manifest', neo.NeoManifestFormat.JSON, { framework: neo.NeoFramework.XGBOOST }),
    targets: Array.from({ length: 12 }, (_target, i) => ({ target: neo.NeoTarget.ML_C5, compilerOptions: neo.NeoCompilerOptions.of({ mattr: [`+o${i}`] }) })),
  }));
  const local = new LocalFleet(stack, { plan: always({ startingMs: 1, compilingMs: 1 }) });
  local.place('x.tar.gz');
  const bucket = local.bucket('Models');
  local.place('manifest', JSON.stringify([x(bucket), { ...x(bucket), dataInputConfig: { ['ü'.repeat(12_000)]: [1] } }]));
  const { succeeded, failed } = local.results(await local.run({ toleratedFailurePercentage: 100 }));
  expect(succeeded).toHaveLength(12);
  expect(failed.map(({ Cause }) => Cause)).toEqual([expect.stringMatching(/the row and its targets have \d+ bytes/)]);
});

test.each<[string, string, string]>([
  ['a trailing comma', 's3Uri,etag,\n', '%s,,\n'],
  ['a trailing comma in the header alone', 's3Uri,etag,\n', '%s,\n'],
  ['several columns without a name', ',s3Uri,,\n', ',%s,,\n'],
  ['names in quotation marks', '"s3Uri","etag"\n', '"%s",""\n'],
  ['a byte order mark before quotation marks', '\uFEFF"s3Uri","etag"\n', '"%s",""\n'],
  ['CRLF', 's3Uri,framework\r\n', '%s,XGBOOST\r\n'],
])('CSV: %s', async (_, header, row) => {
  const { succeeded, causes } = await run(neo.NeoManifestFormat.CSV, bucket => header + ['x', 'y'].map(name => row.replace('%s', `s3://${bucket}/${name}.tar.gz`)).join(''));
  expect(causes).toEqual([]);
  expect(succeeded).toHaveLength(2);
});

test('a carriage return that a reader leaves at the end of a line does not count', async () => {
  const { succeeded, causes } = await json(bucket => [{ '\uFEFF"s3Uri"': `s3://${bucket}/x.tar.gz`, 'etag\r': `${etag('x.tar.gz')}\r` }]);
  expect(causes).toEqual([]);
  expect(succeeded).toHaveLength(1);
});

describe('fails as a whole, in words, where Step Functions cannot read the manifest', () => {
  const row = (bucket: string) => JSON.stringify(x(bucket));
  const { CSV, JSON: asJson, JSONL } = neo.NeoManifestFormat;

  test.each<[string, neo.NeoManifestFormat, (bucket: string) => string, RegExp]>([
    ['JSON with a byte order mark', asJson, bucket => `\uFEFF[${row(bucket)}]`, /the manifest s3:\/\/\S+\/manifest must be readable JSON, without a byte order mark .*; got: .*byte order mark/],
    ['JSON Lines with a byte order mark', JSONL, bucket => `\uFEFF${row(bucket)}\n`, /must be readable JSONL, .*; got: .*byte order mark/],
    ['JSON that is none', asJson, () => '[{]', /must be readable JSON/],
    ['JSON that is a string', asJson, () => '"s3Uri"', /neither an array nor an object/],
    ['a row of more than 8 MB', CSV, bucket => `s3Uri,etag\ns3://${bucket}/x.tar.gz,${'e'.repeat(8.1 * 1024 * 1024)}\n`, /a row of more than 8 MB; got: an item has \d+ bytes/],
  ])('%s', async (_, format, body, cause) => {
    const local = new LocalFleet(stacks[format]);
    local.place('x.tar.gz');
    local.place('manifest', body(local.bucket('Models')));
    const { failure } = await local.run();
    expect(failure?.error).toBe('NeoFleetManifestInvalid');
    expect(failure?.cause).toMatch(cause);
    expect(local.records()).toEqual([]);
  });
});

describe('a row of any size', () => {
  const targets = Array.from({ length: 20 }, (_target, i) => ({ target: neo.NeoTarget.ML_C5, compilerOptions: neo.NeoCompilerOptions.of({ mattr: [`+o${i}`] }) }));
  const { stack } = fleetStack((_, models) => ({ models: neo.NeoFleetModels.fromManifest(models, 'manifest', neo.NeoManifestFormat.JSON, { framework: neo.NeoFramework.XGBOOST }), targets }));
  const shape = (bytes: number) => ({ dataInputConfig: { ['n'.repeat(bytes)]: [1] } });

  test.each<[string, object, number, RegExp | undefined]>([
    ['11 KB for 20 targets are compiled', shape(11_000), 20, undefined],
    ['16 KB, which the API takes, are compiled for a target of their own', { ...shape(16_300), targetDevice: 'rasp4b' }, 1, undefined],
    ['16 KB for 20 targets fail alone', shape(16_300), 0, /the row and its targets have \d+ bytes, of which Step Functions passes on 245760/],
    ['65 KiB fail alone', shape(65 * 1024), 0, /a row may have 65536 bytes as JSON; got: 6\d+/],
    ['300 KB fail alone', shape(300_000), 0, /a row may have 65536 bytes as JSON; got: 300\d+/],
    ['bytes count, not characters', { dataInputConfig: { ['ü'.repeat(40_000)]: [1] } }, 0, /a row may have 65536 bytes as JSON; got: 80\d+/],
    ['7 MB fail alone', shape(7_000_000), 0, /a row may have 65536 bytes as JSON; got: 7\d+/],
  ])('%s', async (_, members, compiled, cause) => {
    const local = new LocalFleet(stack, { plan: always({ startingMs: 1, compilingMs: 1 }), quota: undefined });
    ['x', 'y'].forEach(name => local.place(`${name}.tar.gz`));
    const bucket = local.bucket('Models');
    // Rows that come together with it must not go with it.
    const y = { s3Uri: `s3://${bucket}/y.tar.gz`, targetDevice: 'rasp4b' };
    local.place('manifest', JSON.stringify([y, { ...x(bucket), ...members }, y]));
    const { succeeded, failed } = local.results(await local.run({ toleratedFailurePercentage: 100 }));
    expect(succeeded).toHaveLength(2 + compiled);
    expect(failed.map(({ Cause }) => Cause)).toEqual(cause ? [expect.stringMatching(cause)] : []);
  });
});

const SEQUENCES = Number(process.env.NEO_SEQUENCES ?? 4);

test('no row, whatever it is, keeps another from being compiled', async () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.json().map(text => JSON.parse(text)), fc.constantFrom('{% $x %}', '$states', "'", '\\'));
  const name = fc.oneof(fc.constantFrom('s3Uri', 'etag', 'framework', 'targetDevice', 'compilerOptions', 'modelPackageVersionArn', '__proto__', '\uFEFF', ''), fc.string());
  const row = fc.oneof({ weight: 4, arbitrary: fc.dictionary(name, value, { maxKeys: 5 }) }, value);
  await fc.assert(fc.asyncProperty(fc.array(row, { minLength: 20, maxLength: 20 }), async rows => {
    const { succeeded } = await json(bucket => [...rows, x(bucket)]);
    expect(succeeded.map(({ Model }) => Model)).toContainEqual(expect.stringMatching(/\/x\.tar\.gz$/));
  }), { numRuns: SEQUENCES, seed: SEED });
}, 120_000 + 20_000 * SEQUENCES);
