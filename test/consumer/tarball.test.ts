import { faultOfReadme, faultsOf } from './tarball';

const good = {
  size: 250_000,
  unpackedSize: 1_300_000,
  files: [
    'package.json', 'README.md', 'LICENSE', 'THIRD-PARTY-NOTICES', '.jsii', 'lib/index.js', 'lib/index.d.ts', 'lib/target/target.js',
    'assets/compilation-job/handler/compilation-job.lambda/index.js', 'assets/build/gunzip/index.js',
  ],
};

test('a tarball of what is needed has no fault', () => { expect(faultsOf(good)).toEqual([]); });

test.each([
  'src/index.ts', 'lib/index.ts', 'lib/index.js.map', 'test/a.test.ts', 'lib/compilation-job/handler/handler.js', '.npmrc', 'tsconfig.json', '.projenrc.ts', 'assets/secret.pem', 'API.md', 'node_modules/x/index.js',
])('%s is not published', file => {
  expect(faultsOf({ ...good, files: [...good.files, file] })).toEqual([`${file} must not be published`]);
});

test.each(good.files.filter(file => !file.includes('target')))('%s must be there', file => {
  expect(faultsOf({ ...good, files: good.files.filter(other => other !== file) })).toEqual([`${file} is missing`]);
});

test('it does not grow unnoticed', () => {
  expect(faultsOf({ ...good, size: 500_000, unpackedSize: 3_000_000 })).toEqual([
    'it has 500000 bytes, more than 480000', 'it has 3000000 bytes when installed, more than 2300000',
  ]);
});

test('README says its size, within 10 %', () => {
  expect(faultOfReadme(261_000, 'The npm package is 260 kB')).toBeUndefined();
  expect(faultOfReadme(261_000, 'The npm package is 0.26 MB')).toBeUndefined();
  expect(faultOfReadme(261_000, 'The npm package is 200 kB')).toMatch(/it has 261 kB/);
  expect(faultOfReadme(261_000, 'small')).toMatch(/must say/);
});
