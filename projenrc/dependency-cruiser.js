/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle-of-files', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-cycle-of-folders', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
  ],
  options: {
    tsConfig: { fileName: 'test/tsconfig.json' },
    // An import of a type is a dependency for the reader, too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
