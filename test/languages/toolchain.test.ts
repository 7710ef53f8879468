import { missing, TOOLS } from './toolchain';

const saying = (text: string, least: string) => ({ command: process.execPath, args: ['-e', `console.log(${JSON.stringify(text)})`], least, from: 'somewhere' });

test.each([
  ['go version go1.26.8 linux/amd64', '1.25'],
  ['go version go1.25 linux/amd64', '1.25'],
  ['javac 17.0.15', '17'],
  ['Apache Maven 4', '3.8'],
  ['\u001b[1mApache Maven 3.8.7\u001b[m', '3.8'],
])('%s will do where %s is asked for', (text, least) => { expect(missing([saying(text, least)])).toEqual([]); });

test.each([
  ['go version go1.9.7 linux/amd64', '1.25', '1.9.7'],
  ['javac 11.0.2', '17', '11.0.2'],
  ['Apache Maven 3', '3.8', '3'],
])('%s is too old where %s is asked for', (text, least, version) => {
  expect(missing([saying(text, least)])).toEqual([`${process.execPath} ${version} is too old. It comes with somewhere`]);
});

test('a command that is not there, fails or has no version is told with where to get it', () => {
  const absent = { ...TOOLS.java, command: 'no-such-javac' };
  const failing = { ...saying('17', '17'), args: ['-e', 'console.log(17); process.exit(1)'] };

  expect(missing([absent, failing, saying('hello', '17')])).toEqual([
    `no-such-javac is missing or does not work. It comes with ${TOOLS.java.from}`,
    `${process.execPath} is missing or does not work. It comes with somewhere`,
    `${process.execPath} is missing or does not work. It comes with somewhere`,
  ]);
});
