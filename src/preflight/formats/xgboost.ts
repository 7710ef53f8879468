import type { ByteReader } from '../byte-reader';
import type { ModelFile } from '../model-file';

const MAX_HEAD = 4 * 1024 * 1024;

/**
 * XGBoost's own binary begins with numbers, its JSON with a brace, UBJSON with a brace and a length; a pickle is none of them. JSON and UBJSON tell the
 * version near their end, UBJSON is written since 1.6.
 */
export function readXgboost(bytes: ByteReader): ModelFile {
  const size = bytes.remaining;
  const head = bytes.readUpTo(16);
  if (head.length === 0) { return { notAModel: 'an empty file' }; }
  if (head[0] === 0x80 && head[1] <= 5) { return { unreadable: 'it is a pickle of Python, which Neo may not load' }; }
  if (head[0] !== 0x7b) { return {}; }
  if (head[1] === 0x4c || head[1] === 0x69 || head[1] === 0x6c) { return { writtenBy: { version: '1.6', because: 'it is UBJSON' } }; }
  if (size > MAX_HEAD) { bytes.skip(size - MAX_HEAD - head.length); }
  const [, major, minor] = /"version"\s*:\s*\[\s*([0-9]+)\s*,\s*([0-9]+)/.exec(bytes.read(bytes.remaining).toString('latin1')) ?? [];
  return major === undefined ? {} : { writtenBy: { version: `${major}.${minor}`, because: 'it says so' } };
}
