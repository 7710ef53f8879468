// Prints the PATH of all tasks: commands of the lock file, then the user's PATH. Tasks run on the user's Node.js. Where that is too old, which npm says at
// `npm ci`, they run on the one of the lock file.
const { existsSync } = require('node:fs');
const path = require('node:path');

const LEAST = 22;
const LOCKED = 24;
const root = path.join(__dirname, '..');
const [platform, executable] = process.platform === 'win32' ? ['win', 'node.exe'] : [process.platform, 'node'];
const entries = [path.join(root, 'node_modules', '.bin'), ...process.env.PATH.split(path.delimiter)];

if (Number(process.versions.node.split('.')[0]) < LEAST) {
  const packages = path.join(root, 'local', 'lambda', 'node-runtimes', 'node_modules');
  const locked = ['', 'bin-'].map(infix => path.join(packages, `node-${infix}${platform}-${process.arch}`, 'bin')).find(folder => existsSync(path.join(folder, executable)));
  if (!locked) {
    console.error(`Node.js ${process.version} is too old: take ${LEAST}, ${LOCKED} or 26`);
    process.exit(1);
  }
  entries.splice(1, 0, locked);
}
console.log(entries.filter((entry, index) => entries.indexOf(entry) === index).join(path.delimiter));
