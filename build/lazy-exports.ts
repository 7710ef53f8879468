/**
 * Rewrites lib/index.js after the compiler has run, so that a name of the library is loaded when it is first used, as in aws-cdk-lib: an app that
 * compiles one model need not load fleets, monitoring and validation. The names come from the jsii assembly, so that nothing else is public in
 * JavaScript either. This is part of `npx projen compile`.
 */
import * as fs from 'fs';
import * as path from 'path';

const ROOT = path.join(__dirname, '..');

interface Type {
  readonly name: string;
  readonly kind: 'class' | 'enum' | 'interface';
  /** The source file and the name, such as `src/target/target:NeoTarget`. */
  readonly symbolId: string;
}

const assembly: { types: Record<string, Type> } = JSON.parse(fs.readFileSync(path.join(ROOT, '.jsii'), 'utf8'));
const moduleOf = new Map(Object.values(assembly.types)
  // Interfaces do not exist at run time.
  .filter(({ kind }) => kind !== 'interface')
  .map(({ name, symbolId }) => [name, symbolId.replace(/^src\/(.+):.+$/, './$1')]));

fs.writeFileSync(path.join(ROOT, 'lib', 'index.js'), `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
// These lines are for "import { ... }" in ECMAScript modules: Node.js finds the names of a CommonJS module in its text.
${[...moduleOf.keys()].map(name => `exports.${name} = void 0;`).join('\n')}
function lazy(name, load) {
  const descriptor = { enumerable: true, configurable: true };
  Object.defineProperty(exports, name, { ...descriptor, get() {
    const value = load()[name];
    Object.defineProperty(exports, name, { ...descriptor, value });
    return value;
  } });
}
${[...moduleOf].map(([name, module]) => `lazy("${name}", () => require("${module}"));`).join('\n')}
`);
