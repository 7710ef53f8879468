// Loaded into the processes of a busy run: a worker of jest in which nothing is open says so. Node.js emits `beforeExit` only then; giving back the memory comes after it.
const { appendFileSync } = require('node:fs');

if (process.env.NEO_WORKER_EXITS && process.env.JEST_WORKER_ID && /[\\/]jest-worker[\\/]/.test(process.argv[1])) {
  const note = what => appendFileSync(process.env.NEO_WORKER_EXITS, `${process.pid} ${what}\n`);
  note('started');
  process.once('beforeExit', () => note('has nothing open'));
}
