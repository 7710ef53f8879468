/** A file that ends before its own structure does. */
export class UnexpectedEnd extends Error {
  constructor() { super('it ends in the middle'); }
}

/** A broken file, which no program can read. The message completes the sentence "NAME is broken: …". */
export class FormatError extends Error {}

/** A file that this library cannot read, although a framework may. The message completes the sentence "NAME could not be read: …". */
export class UnsupportedFormat extends Error {}

/** The part of the archive that the check reads has ended before the file. */
export class BeyondLimit extends Error {
  constructor() { super('it lies beyond the part of the archive that is read'); }
}

/**
 * The budget of an archive: a field of a message or a header costs 1, and so do every 16 bytes of stored text. Real models need about ten
 * thousand. Files that are made to keep a reader busy, or to fill the memory, exceed it.
 */
const MAX_STEPS = 4_000_000;

/** The maximum length of a piece that a reader takes at once, so that a length field cannot make it allocate more. */
const MAX_PIECE = 64 * 1024 * 1024;

/**
 * Reads a stream from beginning to end, with only a piece of it in memory.
 */
export class ByteReader {
  private chunk: Buffer = Buffer.alloc(0);
  private offset = 0;
  /** The number of bytes that were read or skipped. */
  public position = 0;
  /** Whether the stream itself, rather than its content, ended or failed before this reader's end. */
  public isStreamBroken = false;

  /**
   * @param next the next chunk, undefined at the end
   * @param length the number of bytes after which the reader ends, even if the stream continues
   * @param budget the remaining steps of the whole archive
   */
  constructor(private readonly next: () => Buffer | undefined, public readonly length = Infinity, private readonly budget = { steps: MAX_STEPS }) {}

  /** Counts a step. Fails if there are more than any model needs. */
  public spend(steps: number): void {
    this.budget.steps -= steps;
    if (this.budget.steps < 0) { throw new FormatError('it has more parts than any model'); }
  }

  /** The remaining bytes; infinite if only the stream knows. */
  public get remaining(): number {
    return this.length - this.position;
  }

  /** Returns the next bytes. Fails if there are fewer. */
  public read(count: number): Buffer {
    const bytes = this.readUpTo(count);
    if (bytes.length < count) { throw new UnexpectedEnd(); }
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
    if (this.remaining < 1 || !this.fill()) { throw new UnexpectedEnd(); }
    this.position++;
    return this.chunk[this.offset++];
  }

  /** Skips bytes. Fails if there are fewer. */
  public skip(count: number): void {
    if (count > this.remaining) { throw new UnexpectedEnd(); }
    let missing = count;
    while (missing > 0) {
      if (!this.fill()) { throw new UnexpectedEnd(); }
      const step = Math.min(missing, this.chunk.length - this.offset);
      this.offset += step;
      missing -= step;
    }
    this.position += count;
  }

  /** Whether the end is reached. */
  public get isAtEnd(): boolean {
    return this.remaining < 1 || !this.fill();
  }

  /** Returns a reader of the next bytes only. `finish` skips what it leaves. */
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

  /** Continues after a part, which returns the rest of its last chunk. */
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
  /** Other names that the framework has for it. */
  readonly aliases?: readonly string[];
  /** Sizes; undefined for those that the file leaves open, and undefined as a whole if it has none. */
  readonly dimensions?: readonly (number | undefined)[];
  /** Sizes in another order, if both are possible. */
  readonly alternative?: readonly (number | undefined)[];
}

/** The facts in a framework's file, as far as it can be read. */
export interface ModelFile {
  /** The inputs; undefined if the format does not have them, or the reader does not read them. */
  readonly inputs?: readonly ModelInput[];
  /** The release of the framework that wrote the file, or the oldest that can have written it, and the evidence. */
  readonly writtenBy?: { readonly version: string; readonly orNewer?: boolean; readonly because: string };
  /** What the file is instead of a model of the framework. */
  readonly notAModel?: string;
  /** What kind of model it is, if AWS documents that this kind cannot be compiled. */
  readonly notSupported?: string;
  /** The paths of other files with weights, as the file has them. */
  readonly externalData?: readonly string[];
  /** Why the layout of the file differs from the one that AWS documents. */
  readonly layout?: string;
  /** Why nothing is known about the file, although a framework may read it. */
  readonly unreadable?: string;
  /** For an MXNet symbol: its variables. Those that are parameters are not inputs. */
  readonly variables?: readonly ModelInput[];
  /** For MXNet parameters: their names. */
  readonly parameters?: readonly string[];
  /** For TensorFlow: whether it is a SavedModel. */
  readonly isSavedModel?: boolean;
  /** For a SavedModel: whether it has no signature with inputs. */
  readonly hasNoSignature?: boolean;
}
