/** No program can read the file. The message completes the sentence "NAME is broken: …". */
export class FormatError extends Error {}

/** This library cannot read the file, although a framework may. The message completes the sentence "NAME could not be read: …". */
export class UnsupportedFormat extends Error {}

/** A limit ends the reading of the archive. The message is the part that was read. */
export class BeyondLimit extends Error {}

/** The message of an error for a file that ends before its structure is complete. */
export const CUT_OFF = 'it ends in the middle';

/**
 * The budget of an archive. A field of a message or a header costs 1, and so do every 16 bytes of stored text. Real models need about ten
 * thousand. Hostile files that would keep the reader busy or fill the memory exceed it.
 */
const MAX_STEPS = 4_000_000;

/** The maximum number of bytes that are read at once, so that a length field cannot cause a larger allocation. */
const MAX_PIECE = 64 * 1024 * 1024;

/**
 * Reads a stream from beginning to end, with only one chunk of it in memory.
 */
export class ByteReader {
  private chunk: Buffer = Buffer.alloc(0);
  private offset = 0;
  /** The number of bytes that have been read or skipped. */
  public position = 0;
  /** Whether the stream itself, rather than its content, ended or failed before this reader's end, or reached the limit. */
  public isStreamBroken = false;

  /**
   * @param next the next chunk, undefined at the end
   * @param length the number of bytes after which the reader ends, even if the stream continues
   * @param budget the remaining steps of the whole archive
   */
  constructor(private readonly next: () => Buffer | undefined, public readonly length = Infinity, private readonly budget = { steps: MAX_STEPS }) {}

  /** Takes steps from the budget. It fails if there are more than any model needs. */
  public spend(steps: number): void {
    this.budget.steps -= steps;
    if (this.budget.steps < 0) { throw new FormatError('it has more parts than any model'); }
  }

  /** The number of remaining bytes. It is infinite if the length is unknown. */
  public get remaining(): number {
    return this.length - this.position;
  }

  /** Returns the next bytes. It fails if there are fewer. */
  public read(count: number): Buffer {
    const bytes = this.readUpTo(count);
    if (bytes.length < count) { throw new FormatError(CUT_OFF); }
    return bytes;
  }

  /** Returns the next bytes, or fewer at the end. */
  public readUpTo(count: number): Buffer {
    const wanted = Math.min(count, this.remaining);
    if (wanted > MAX_PIECE) { throw new FormatError(`a part of it has ${wanted} bytes, more than the ${MAX_PIECE} that are read at once`); }
    const parts: Buffer[] = [];
    let missing = wanted;
    while (missing > 0 && this.fill()) {
      const part = this.chunk.subarray(this.offset, this.offset + missing);
      parts.push(part);
      this.offset += part.length;
      missing -= part.length;
    }
    this.position += wanted - missing;
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  }

  public readByte(): number {
    if (this.remaining < 1 || !this.fill()) { throw new FormatError(CUT_OFF); }
    this.position++;
    return this.chunk[this.offset++];
  }

  /** Skips bytes. It fails if there are fewer. */
  public skip(count: number): void {
    if (count > this.remaining) { throw new FormatError(CUT_OFF); }
    let missing = count;
    while (missing > 0) {
      if (!this.fill()) { throw new FormatError(CUT_OFF); }
      const step = Math.min(missing, this.chunk.length - this.offset);
      this.offset += step;
      missing -= step;
    }
    this.position += count;
  }

  public get isAtEnd(): boolean {
    return this.remaining < 1 || !this.fill();
  }

  /** Returns a reader of the next bytes only. After using it, call `finish`. */
  public part(length: number): ByteReader {
    return new ByteReader(() => {
      if (!this.fill()) { return undefined; }
      const rest = this.chunk.subarray(this.offset);
      this.position += rest.length;
      this.offset = this.chunk.length;
      return rest;
    }, length, this.budget);
  }

  /** Returns a reader of bytes that were read before. */
  public over(bytes: Buffer): ByteReader {
    const chunks = [bytes];
    return new ByteReader(() => chunks.pop(), bytes.length, this.budget);
  }

  /** Skips the rest of a part, and takes back what the part has not used of its last chunk. */
  public finish(part: ByteReader): void {
    if (part.remaining > 0) { part.skip(part.remaining); }
    const unread = part.chunk.subarray(part.offset);
    if (unread.length > 0) {
      this.chunk = unread;
      this.offset = 0;
      this.position -= unread.length;
    }
  }

  private fill(): boolean {
    while (this.offset >= this.chunk.length) {
      this.isStreamBroken = true;
      const chunk = this.next();
      if (!chunk) { return false; }
      this.isStreamBroken = false;
      this.chunk = chunk;
      this.offset = 0;
    }
    return true;
  }
}

/** An input according to the model's file. */
export interface ModelInput {
  /** Undefined if the format has no names. */
  readonly name?: string;
  /** Other names of the input in the framework. */
  readonly aliases?: readonly string[];
  /** The sizes. A size is undefined if the file does not fix it. All are undefined if the file has none. */
  readonly dimensions?: readonly (number | undefined)[];
  /** The sizes in another order, if both orders are possible. */
  readonly alternative?: readonly (number | undefined)[];
}

/** The facts in a framework's file, as far as it can be read. */
export interface ModelFile {
  /** The inputs. Undefined if the format does not contain them, or the reader does not read them. */
  readonly inputs?: readonly ModelInput[];
  /** The release of the framework that wrote the file, or the oldest that can have written it, with the evidence. */
  readonly writtenBy?: { readonly version: string; readonly orNewer?: boolean; readonly because: string };
  /** A description of the file if it is not a model of the framework. */
  readonly notAModel?: string;
  /** The kind of the model if AWS documents that this kind cannot be compiled. */
  readonly notSupported?: string;
  /** The paths of other files with weights, as written in the file. */
  readonly externalData?: readonly string[];
  /** The evidence if the layout of the file differs from the one that AWS documents. */
  readonly layout?: string;
  /** The reason if the file cannot be read here, although a framework may read it. */
  readonly unreadable?: string;
  /** The variables of an MXNet symbol. Those that are parameters are not inputs. */
  readonly variables?: readonly ModelInput[];
  /** The names of MXNet parameters. */
  readonly parameters?: readonly string[];
  /** Whether the file is a SavedModel of TensorFlow. */
  readonly isSavedModel?: boolean;
  /** Whether a SavedModel has no signature with inputs. */
  readonly hasNoSignature?: boolean;
}
