import * as fs from 'fs';
import { BeyondLimit, ByteReader, FormatError } from './byte-reader';
import type { ModelFile } from './byte-reader';
import { readDarknetConfig, readDarknetWeights, readParameters, readSymbol, readXgboost } from './formats/darknet-mxnet-xgboost';
import { readKeras } from './formats/keras';
import { readOnnx } from './formats/onnx';
import { readPyTorch } from './formats/pytorch';
import { readFrozenGraph, readSavedModel, readTflite } from './formats/tensorflow';
import { inflate } from './inflate';
import { readTar, type TarEntry } from './tar';

/** What of an archive is read at most. */
export const LIMITS = {
  /** Unpacked bytes: two seconds at what zlib does. */
  bytes: 512 * 1024 * 1024,
  entries: 20_000,
  /** Files of models that are looked into. */
  models: 20,
};

/** What an archive has in it, as far as it was read. */
export interface ArchiveContents {
  readonly entries: readonly TarEntry[];
  /** What the files tell that a framework made, by path. */
  readonly models: ReadonlyMap<string, ModelFile>;
  /** Why only its beginning was read. */
  readonly partial?: string;
  /** Why it is no archive that can be unpacked. */
  readonly broken?: string;
}

/** Readers by the end of a file's name. */
const READERS: readonly [RegExp, (content: ByteReader) => ModelFile][] = [
  [/\.onnx$/, readOnnx],
  [/\.(pt|pth)$/, readPyTorch],
  [/\.tflite$/, readTflite],
  [/\.(h5|hdf5)$/, readKeras],
  [/\.json$/, readSymbol],
  [/\.params$/, readParameters],
  [/\.cfg$/, readDarknetConfig],
  [/\.weights$/, readDarknetWeights],
  [/(^|\/)saved_model\.pb$/, readSavedModel],
  [/(^|\/)(?!keras_metadata|fingerprint)[^/]*\.pb$/, readFrozenGraph],
  [/(\.model|(^|\/)xgboost-model)$/, readXgboost],
];

const cache = new Map<string, ArchiveContents>();
const MAX_CACHED = 200;

/** Reads an archive, once for as long as the file does not change. */
export function readArchive(path: string): ArchiveContents {
  const real = fs.realpathSync(path);
  const { size, mtimeMs, ino } = fs.statSync(real);
  const key = `${real}:${ino}:${size}:${mtimeMs}`;
  const known = cache.get(key) ?? read(real);
  if (cache.size >= MAX_CACHED) { cache.clear(); }
  cache.set(key, known);
  return known;
}

function read(path: string): ArchiveContents {
  const entries: TarEntry[] = [];
  const models = new Map<string, ModelFile>();
  let source: ReturnType<typeof inflate> | undefined;
  try {
    source = inflate(path, LIMITS.bytes);
    readTar(new ByteReader(source.next), (entry, content) => {
      if (entries.length >= LIMITS.entries) { throw new TooManyEntries(); }
      entries.push(entry);
      const reader = READERS.find(([name]) => name.test(entry.path))?.[1];
      if (reader && entry.type === 'file' && !isAppleDouble(entry.path) && models.size < LIMITS.models) { models.set(entry.path, readModel(content, reader)); }
    });
    return { entries, models };
  } catch (error) {
    if (error instanceof BeyondLimit) { return { entries, models, partial: `its first ${LIMITS.bytes / 1024 / 1024} MiB (unpacked)` }; }
    if (error instanceof TooManyEntries) { return { entries, models, partial: `its first ${LIMITS.entries} entries` }; }
    return { entries, models, broken: (error as Error).message };
  } finally {
    source?.close();
  }
}

class TooManyEntries extends Error {}

/** Reads one file of a model. What is wrong with it is told, and is no reason to stop reading the archive, unless that itself ends. */
function readModel(content: ByteReader, reader: (content: ByteReader) => ModelFile): ModelFile {
  try {
    return reader(content);
  } catch (error) {
    if (error instanceof BeyondLimit || content.isStreamBroken) { throw error; }
    return { unreadable: error instanceof FormatError ? error.message : 'it is broken or cut off' };
  }
}

/** macOS keeps attributes of FILE in ._FILE, and its tar packs both. */
export function isAppleDouble(path: string): boolean {
  return /(^|\/)\._[^/]*$/.test(path) || /(^|\/)__MACOSX(\/|$)/.test(path);
}
