import { Module } from 'module';

/**
 * Preloaded into an example: whatever imports aws-cdk-lib or constructs gets those of NEWEST_CDK, a folder with node_modules.
 */
const modules = Module as unknown as { _resolveFilename: (request: string, parent: unknown, isMain: boolean, options?: object) => string };
const resolve = modules._resolveFilename;

modules._resolveFilename = (request, parent, isMain, options) => /^(aws-cdk-lib|constructs)(\/|$)/.test(request)
  ? resolve(request, parent, isMain, { ...options, paths: [process.env.NEWEST_CDK!] })
  : resolve(request, parent, isMain, options);
