import * as fs from 'fs';
import { BeyondLimit, ByteReader, CUT_OFF, FormatError, UnsupportedFormat } from './byte-reader';
import type { ModelFile } from './byte-reader';
import { readDarknetConfig, readDarknetWeights, readParameters, readSymbol, readXgboost } from './formats/darknet-mxnet-xgboost';
import { readKeras } from './formats/keras';
import { readOnnx } from './formats/onnx';
import { readPyTorch } from './formats/pytorch';
import { readFrozenGraph, readSavedModel, readTflite } from './formats/tensorflow';
import { gunzip } from './gunzip';
import { isTar, readTar, TAR_BLOCK, type TarEntry } from './tar';

/** Limits on the part of an archive that is read. */
export const LIMITS = {
  /** Unpacked bytes, which take zlib about two seconds. */
  bytes: 512 * 1024 * 1024,
  entries: 20_000,
  /** The maximum number of files of each kind that are read. */
  models: 20,
};

/** The contents of an archive, as far as it was read. */
export interface ArchiveContents {
  /** Its members. Of several members with the same path, only the last one counts, as in unpacking. */
  readonly entries: readonly TarEntry[];
  /** The facts in the framework's files, by path. */
  readonly models: ReadonlyMap<string, ModelFile>;
  /** A description of the part that was read, if it is not the whole archive. */
  readonly partial?: string;
  /** The reason if the file cannot be unpacked. */
  readonly broken?: string;
}

type Reader = (content: ByteReader) => ModelFile;

/** The readers, each with a pattern for the paths of its files. */
const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/\.onnx$/, readOnnx],
  [/\.(pt|pth)$/, readPyTorch],
  [/\.tflite$/, readTflite],
  [/\.(h5|hdf5)$/, readKeras],
  [/-symbol\.json$/, readSymbol],
  [/\.json$/, readSymbol],
  [/\.params$/, readParameters],
  [/\.cfg$/, readDarknetConfig],
  [/\.weights$/, readDarknetWeights],
  [/(^|\/)saved_model\.pb$/, readSavedModel],
  [/(^|\/)(?!keras_metadata|fingerprint)[^/]*\.pb$/, readFrozenGraph],
  [/\.pbtxt$/, () => ({})],
  [/(\.model|(^|\/)xgboost-model)$/, readXgboost],
];

/** Files up to this many bytes are read at once, to find pointers of Git LFS. */
const SMALL = 1024;

const cache = new Map<string, ArchiveContents>();

/** Reads an archive. An archive that has not changed is read only once. */
export function readArchive(path: string): ArchiveContents {
  const real = fs.realpathSync(path);
  const { size, mtimeMs, ino } = fs.statSync(real);
  const key = `${real}:${ino}:${size}:${mtimeMs}`;
  const contents = cache.get(key) ?? read(real);
  cache.set(key, contents);
  return contents;
}

function read(path: string): ArchiveContents {
  const entries = new Map<string, TarEntry>();
  const models = new Map<string, ModelFile>();
  const readOf = new Map<RegExp, number>();
  const broken = archiveProblem(path);
  if (broken !== undefined) { return { entries: [], models, broken }; }
  let visited = 0;
  const chunks = gunzip(path, LIMITS.bytes);
  try {
    readTar(new ByteReader(() => chunks.next().value), (entry, content) => {
      if (++visited > LIMITS.entries) { throw new BeyondLimit(`its first ${LIMITS.entries} entries`); }
      entries.set(entry.path, entry);
      const [kind, reader] = READERS.find(([name]) => name.test(entry.path)) ?? [];
      if (!kind || !reader || entry.type !== 'file' || isAppleDouble(entry.path)) { return; }
      const count = (readOf.get(kind) ?? 0) + 1;
      readOf.set(kind, count);
      if (count <= LIMITS.models) { models.set(entry.path, entry.isSparse ? SPARSE : readModel(content, reader)); }
    });
    // The checksum of gzip comes after the end of the tar archive.
    while (chunks.next().value) { /* unpacked, but not needed */ }
    return { entries: [...entries.values()], models };
  } catch (error) {
    const contents = { entries: [...entries.values()], models };
    const { message } = error as Error;
    return error instanceof BeyondLimit ? { ...contents, partial: message } : { ...contents, broken: message };
  } finally {
    chunks.return(undefined);
  }
}

const SPARSE: ModelFile = { unreadable: 'tar left out the holes in it: pack it without "--sparse"' };

/** Reads one file of a model. An error in the file does not prevent reading the rest of the archive, but the end of the archive does. */
function readModel(content: ByteReader, reader: Reader): ModelFile {
  try {
    if (content.length === 0) { return { notAModel: 'an empty file' }; }
    if (content.length > SMALL) { return reader(content); }
    const whole = content.read(content.length);
    return isLfsPointer(whole) ? { notAModel: LFS_POINTER } : reader(content.over(whole));
  } catch (error) {
    if (content.isStreamBroken) { throw error; }
    if (error instanceof UnsupportedFormat) { return { unreadable: error.message }; }
    return { notAModel: `a broken file: ${error instanceof FormatError ? error.message : CUT_OFF}` };
  }
}

/** The text that Git checks out instead of a large file if Git LFS is not set up. */
const LFS_POINTER = 'a pointer of Git LFS, run "git lfs pull"';

function isLfsPointer(content: Buffer): boolean {
  return content.toString('latin1').startsWith('version https://git-lfs');
}

/**
 * Checks the beginning of a file that should be a tar archive compressed with gzip. Models are large, so the rest is not read.
 *
 * @returns the error, undefined if there is none
 */
export function archiveProblem(path: string): string | undefined {
  const beginning = readBeginning(path);
  if (beginning.length === 0) { return 'an empty file'; }
  if (isLfsPointer(beginning)) { return LFS_POINTER; }
  if (isTar(beginning)) { return 'a tar archive that is not compressed'; }
  const chunks = gunzip(path, Infinity);
  try {
    return isTar(new ByteReader(() => chunks.next().value).readUpTo(TAR_BLOCK)) ? undefined : 'a compressed file that is no tar archive';
  } catch {
    return 'a file that gzip did not make';
  } finally {
    chunks.return(undefined);
  }
}

function readBeginning(path: string): Buffer {
  const file = fs.openSync(path, 'r');
  try {
    const beginning = Buffer.alloc(TAR_BLOCK);
    return beginning.subarray(0, fs.readSync(file, beginning));
  } finally {
    fs.closeSync(file);
  }
}

/** macOS stores attributes of FILE in ._FILE, and its tar packs both. */
export function isAppleDouble(path: string): boolean {
  return /(^|\/)\._[^/]*$/.test(path) || /(^|\/)__MACOSX(\/|$)/.test(path);
}
