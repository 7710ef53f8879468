/** A file that ends before its own structure does. */
export class UnexpectedEnd extends Error {
  constructor() { super('it ends in the middle'); }
}

/** A file that is broken: no program reads it. The message completes the sentence "NAME is broken: …". */
export class FormatError extends Error {}

/** A file that this library cannot read, although a framework may. The message completes the sentence "NAME could not be read: …". */
export class UnsupportedFormat extends Error {}

/** The part of the archive that the check reads has ended, and the file goes on. */
export class BeyondLimit extends Error {
  constructor() { super('it lies beyond the part of the archive that is read'); }
}

/**
 * What may be looked at in one archive: a field of a message or a header costs 1, as does every 16 bytes of text that is kept. Real models need some ten
 * thousand; what is made to keep a reader busy, or to fill the memory, ends here.
 */
const MAX_STEPS = 4_000_000;

/** Nothing that a reader looks at in one piece is longer, so that a length field cannot make it allocate more. */
const MAX_PIECE = 64 * 1024 * 1024;

/**
 * Reads a stream from its beginning to its end, without ever having more than a piece of it in memory.
 */
export class ByteReader {
  private chunk: Buffer = Buffer.alloc(0);
  private offset = 0;
  /** Bytes that were read or skipped. */
  public position = 0;
  /** Whether the stream itself, not what it holds, ended or failed before this reader's end. */
  public isStreamBroken = false;

  /**
   * @param next the next chunk, undefined at the end
   * @param length after which the reader ends, whatever follows in the stream
   * @param budget steps that are left, of the whole archive
   */
  constructor(private readonly next: () => Buffer | undefined, public readonly length = Infinity, private readonly budget = { steps: MAX_STEPS }) {}

  /** Counts what is looked at; fails when it is more than any model has. */
  public spend(steps: number): void {
    this.budget.steps -= steps;
    if (this.budget.steps < 0) { throw new FormatError('it has more parts than any model'); }
  }

  /** Bytes that are left, infinite when only the stream knows. */
  public get remaining(): number {
    return this.length - this.position;
  }

  /** The next bytes; fails when there are fewer. */
  public read(count: number): Buffer {
    const bytes = this.readUpTo(count);
    if (bytes.length < count) { throw new UnexpectedEnd(); }
    return bytes;
  }

  /** The next bytes, fewer at the end. */
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

  /** Passes over bytes; fails when there are fewer. */
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

  /** Whether nothing follows. */
  public get isAtEnd(): boolean {
    return this.remaining < 1 || !this.fill();
  }

  /** A reader of the next bytes alone. What it leaves is passed over by `finish`. */
  public part(length: number): ByteReader {
    return new ByteReader(() => {
      if (!this.fill()) { return undefined; }
      const rest = this.chunk.subarray(this.offset);
      this.position += rest.length;
      this.offset = this.chunk.length;
      return rest;
    }, length, this.budget);
  }

  /** A reader of bytes that were read before. */
  public over(bytes: Buffer): ByteReader {
    const chunks = [bytes];
    return new ByteReader(() => chunks.pop(), bytes.length, this.budget);
  }

  /** Goes on behind a part: what the part took of the chunk beyond its own end is given back. */
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

/** An input as the model's file tells it. */
export interface ModelInput {
  /** Undefined where the format has no names. */
  readonly name?: string;
  /** Other names under which the framework knows it. */
  readonly aliases?: readonly string[];
  /** Sizes, undefined where the file leaves one open; the whole undefined where it tells none. */
  readonly dimensions?: readonly (number | undefined)[];
  /** Sizes in another order, where both may be meant. */
  readonly alternative?: readonly (number | undefined)[];
}

/** What a file of a framework tells, as far as it can be read. */
export interface ModelFile {
  /** The inputs; undefined where the format or the reader does not tell. */
  readonly inputs?: readonly ModelInput[];
  /** Release of the framework that wrote it, or the oldest that can have, and what tells so. */
  readonly writtenBy?: { readonly version: string; readonly orNewer?: boolean; readonly because: string };
  /** Why it is not a model of the framework at all: what it is instead. */
  readonly notAModel?: string;
  /** Why AWS documents that it is not compiled, although it is a model of the framework: what it is. */
  readonly notSupported?: string;
  /** Weights that lie in other files, by their paths as the file has them. */
  readonly externalData?: readonly string[];
  /** Why AWS documents another layout of the file. */
  readonly layout?: string;
  /** Why nothing is known about it, although a framework may read it. */
  readonly unreadable?: string;
  /** Of MXNet's symbol: variables, of which the parameters are not inputs. */
  readonly variables?: readonly ModelInput[];
  /** Of MXNet's parameters: their names. */
  readonly parameters?: readonly string[];
  /** Of TensorFlow: whether it is a SavedModel. */
  readonly isSavedModel?: boolean;
  /** Of a SavedModel: whether it has no signature with inputs. */
  readonly hasNoSignature?: boolean;
}
