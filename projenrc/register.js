// Programs of this repository run from source: types are checked by `npm run typecheck`.
// ts-node's loader would leave a folder in the temporary directory.
process.env.DISABLE_V8_COMPILE_CACHE = '1';
require('ts-node').register({ transpileOnly: true, project: require('path').join(__dirname, '..', 'test', 'tsconfig.json') });
