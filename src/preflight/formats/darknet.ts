import type { ByteReader } from '../byte-reader';
import type { ModelFile } from '../model-file';

const MAX_CONFIG = 4 * 1024 * 1024;

/** The `[net]` section of a `.cfg` tells the size of the image; the input's name is always `data` in TVM's importer, and AWS documents none. */
export function readDarknetConfig(bytes: ByteReader): ModelFile {
  if (bytes.remaining > MAX_CONFIG) { return { notAModel: 'a file too large for a configuration' }; }
  const text = bytes.read(bytes.remaining).toString('utf8');
  const net = /^\s*\[net(?:work)?\]([^[]*)/m.exec(text)?.[1];
  if (net === undefined) { return { notAModel: 'a file without a [net] section' }; }
  const size = (name: string) => {
    const value = Number(new RegExp(`^\\s*${name}\\s*=\\s*([0-9]+)\\s*$`, 'm').exec(net)?.[1]);
    return value > 0 ? value : undefined;
  };
  return { inputs: [{ dimensions: [undefined, size('channels'), size('height'), size('width')] }] };
}

/** Major, minor, revision, and counters before the numbers. */
export function readDarknetWeights(bytes: ByteReader): ModelFile {
  if (bytes.remaining < 16) { return { notAModel: 'a file too short for weights' }; }
  const major = bytes.read(4).readInt32LE();
  return major >= 0 && major < 10 ? {} : { notAModel: 'a file that DarkNet did not make' };
}
