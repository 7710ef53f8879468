/** One process: measures the check of an archive. */
import { NeoDataInputShape, NeoFramework } from '../../src';
import { checkArchive } from '../../src/preflight/preflight';

const [archive] = process.argv.slice(2);
const request = { framework: NeoFramework.ONNX, dataInputShape: NeoDataInputShape.of('image', 1, 3, 32, 32) };
const memory = process.memoryUsage().rss;
const cpuBefore = process.cpuUsage();
const began = performance.now();
const { errors, warnings } = checkArchive(archive, request);
const time = performance.now() - began;
const { user, system } = process.cpuUsage(cpuBefore);
if (errors.length > 0) { throw new Error(errors.join()); }
// In kilobytes.
const most = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ time, cpu: (user + system) / 1_000, memory: (most - memory) / 2 ** 20, warnings: warnings.length }));
