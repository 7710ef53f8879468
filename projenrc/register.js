// Programs of this repository run from source: types are checked by `npm run typecheck`.
require('ts-node').register({ transpileOnly: true, project: require('path').join(__dirname, '..', 'test', 'tsconfig.json') });
