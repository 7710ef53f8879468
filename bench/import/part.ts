import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { ROOT } from '../harness/build';
import { ratioText, spread, table, type Result } from '../harness/result';
import { interleaved, type Variant } from '../harness/sampling';
import { measured, ratioOf, summary } from '../harness/statistics';

const USED = ['NeoPrivateCompilationVpc', 'NeoCompilationJob', 'NeoModel', 'NeoFramework', 'NeoTarget', 'NeoDataInputShape'];

/**
 * Compares the import of the package with the import of the aws-cdk-lib modules that it uses: first the import alone, and then with the use of names,
 * which loads the files behind them.
 */
export async function importing(samples: number): Promise<Result> {
  const library = path.join(ROOT, 'lib');
  const modules = modulesOf(library).map(name => path.join(ROOT, 'node_modules', name));
  const use = `const m=require(${JSON.stringify(library)});${USED.map(name => `m.${name}`).join(';')}`;
  const variants = [
    variant('library', `require(${JSON.stringify(library)})`),
    variant('modules', modules.map(module => `require(${JSON.stringify(module)})`).join(';')),
    variant('used', use),
    variant('usedModules', filesLoadedBy(use).filter(file => file.includes('node_modules')).map(file => `require(${JSON.stringify(file)})`).join(';')),
  ];
  const found = await interleaved(variants, samples);
  const values = (name: string, measure: string) => measured(found.get(name)!, measure);
  const row = (title: string, name: string, measure: string) => [title, spread(summary(values(name, measure)), 1), summary(values(name, 'files')).median];
  const ratio = ratioOf(values('library', 'cpu'), values('modules', 'cpu'));
  return {
    text: [
      table(['', 'ms of CPU', 'files loaded'], [
        row('`require(\'cdk-sagemaker-neo\')`', 'library', 'cpu'),
        row(`the ${modules.length} modules of aws-cdk-lib and constructs that it uses`, 'modules', 'cpu'),
        row('the library, and the names that an app with one job uses', 'used', 'cpu'),
        row('the files of aws-cdk-lib and constructs that those load, by themselves', 'usedModules', 'cpu'),
      ]),
      `Ratio of the first two: ${ratioText(ratio)}.`,
    ].join('\n\n'),
    figures: {
      'import': { value: ratio.ratio, most: 1.05, kind: 'ratio' },
      'files loaded by the import': { value: summary(values('library', 'files')).median, most: 1, kind: 'counted' },
    },
  };
}

function filesLoadedBy(code: string): string[] {
  return JSON.parse(execFileSync(process.execPath, ['-e', `${code};console.log(JSON.stringify(Object.keys(require.cache)))`], { encoding: 'utf8' }));
}

/** All modules that the library's files import. */
function modulesOf(library: string): string[] {
  const names = fs.readdirSync(library, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.js'))
    .flatMap(file => [...fs.readFileSync(path.join(library, file), 'utf8').matchAll(/require\("((?:aws-cdk-lib|constructs)[^"]*)"\)/g)].map(([, name]) => name));
  return [...new Set(names)].sort();
}

function variant(name: string, code: string): Variant {
  const program = `const before=process.cpuUsage();${code};const {user,system}=process.cpuUsage(before);`
    + 'console.log(JSON.stringify({cpu:(user+system)/1000,files:Object.keys(require.cache).length}))';
  return { name, command: [process.execPath, '-e', program] };
}
