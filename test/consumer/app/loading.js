// Which of the library's files are loaded: by its import, and by what an app with one job uses.
const path = require('path');

const library = require('cdk-sagemaker-neo');

const root = path.dirname(require.resolve('cdk-sagemaker-neo/package.json'));
const loaded = () => Object.keys(require.cache).filter(file => file.startsWith(root + path.sep)).map(file => path.relative(root, file)).sort();
const byImport = loaded();
const used = ['NeoPrivateCompilationVpc', 'NeoCompilationJob', 'NeoModel', 'NeoFramework', 'NeoTarget', 'NeoDataInputShape'].filter(name => library[name]);
console.log(JSON.stringify({ byImport, used, byOneJob: loaded() }));
