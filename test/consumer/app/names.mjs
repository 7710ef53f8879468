// The names that an ECMAScript module can import.
import { NeoCompilationJob } from 'cdk-sagemaker-neo';
import * as library from 'cdk-sagemaker-neo';

if (typeof NeoCompilationJob !== 'function') { throw new Error('NeoCompilationJob is no class'); }
console.log(JSON.stringify(Object.keys(library).filter(name => /^[A-Z]/.test(name)).sort()));
