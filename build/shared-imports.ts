/**
 * Lets the files of lib share their imports of aws-cdk-lib and constructs, after the compiler. Node.js looks a package's name up anew for each file that
 * requires it, and in a package with as many exports as aws-cdk-lib that takes a fifth of a millisecond: together a third of the time that loading the
 * library takes (bench/README.md). Part of `npx projen compile`.
 */
import * as fs from 'fs';
import * as path from 'path';

const LIB = path.join(__dirname, '..', 'lib');
const SHARED = path.join(LIB, 'peers.js');
/** As the compiler writes it, or as this program did: the compiler leaves alone what did not change. */
const REQUIRED = /require\("(?:[./]+peers"\)\[")?((?:aws-cdk-lib|constructs)(?:\/[^"]+)?)"[)\]]/g;

const files = fs.readdirSync(LIB, { recursive: true, encoding: 'utf8' }).map(file => path.join(LIB, file)).filter(file => file.endsWith('.js') && file !== SHARED);
const names = new Set<string>();
for (const file of files) {
  const relative = path.relative(path.dirname(file), SHARED).replace(/\\/g, '/').replace(/^(?!\.)/, './').replace(/\.js$/, '');
  const before = fs.readFileSync(file, 'utf8');
  const after = before.replace(REQUIRED, (_, name: string) => {
    names.add(name);
    return `require("${relative}")["${name}"]`;
  });
  if (after !== before) { fs.writeFileSync(file, after); }
}

fs.writeFileSync(SHARED, `"use strict";
function share(name, load) {
  Object.defineProperty(exports, name, { configurable: true, get() {
    const value = load();
    Object.defineProperty(exports, name, { value });
    return value;
  } });
}
${[...names].sort().map(name => `share("${name}", () => require("${name}"));`).join('\n')}
`);
