import { StateDefinition } from './definition';
import { Environment } from './environment';
import { StatesError } from './errors';
import { Bindings, evaluate, MAX_PAYLOAD } from './expressions';

/**
 * The maximum size of an item in a file, in bytes.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 */
const MAX_ITEM = 8 * 1024 * 1024;

/** Reads the items of a Distributed Map: from its reader, from Items, or from the state's input. Items of a JSON object have a key. */
export async function readItems(state: StateDefinition, bindings: Bindings, environment: Environment): Promise<{ Key?: string; Value: unknown }[]> {
  const dataset = await readDataset(state, bindings, environment);
  return Array.isArray(dataset) ? dataset.map(Value => ({ Value })) : Object.entries(dataset).map(([Key, Value]) => ({ Key, Value }));
}

async function readDataset(state: StateDefinition, bindings: Bindings, environment: Environment): Promise<unknown[] | object> {
  const { ItemReader: reader } = state;
  if (!reader) {
    return state.Items === undefined ? (bindings.states as any).input : evaluate(state.Items, bindings, 'Items');
  }
  const args = await evaluate(reader.Arguments, bindings, 'ItemReader/Arguments');
  // The optimized integration differs from the SDK's only in the response.
  const resource = reader.Resource.replace(':::s3:', ':::aws-sdk:s3:');
  try {
    if (resource.endsWith(':listObjectsV2')) { return await listAll(resource, args, environment); }
    const { Body } = await environment.call(resource, args) as { Body: string };
    const dataset = parse(Body, reader.ReaderConfig ?? {});
    Object.values(dataset).forEach(requireReadable);
    return dataset;
  } catch (err) {
    if (err instanceof StatesError && err.error === 'States.ItemReaderFailed') { throw err; }
    throw err instanceof StatesError || err instanceof SyntaxError ? new StatesError('States.ItemReaderFailed', err.message) : err;
  }
}

async function listAll(resource: string, args: object, environment: Environment): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let token: string | undefined; ;) {
    const page = await environment.call(resource, { ...args, ContinuationToken: token }) as any;
    // Step Functions spells ETag in its own way here.
    items.push(...(page.Contents ?? []).map(({ ETag, ...object }: any) => ({ Etag: ETag, ...object })));
    if (!page.NextContinuationToken) { return items; }
    token = page.NextContinuationToken;
  }
}

function requireReadable(item: unknown): void {
  const json = JSON.stringify(item);
  if (json.length * 3 > MAX_ITEM && Buffer.byteLength(json) > MAX_ITEM) {
    throw new StatesError('States.ItemReaderFailed', `an item has ${Buffer.byteLength(json)} bytes, more than 8 MB`);
  }
}

function parse(body: string, config: Readonly<Record<string, unknown>>): unknown[] | object {
  // AWS does not document what becomes of it, and JSON does not allow it (RFC 8259).
  if (config.InputType !== 'CSV' && body.startsWith('\uFEFF')) {
    throw new StatesError('States.ItemReaderFailed', `a file of ${config.InputType} begins with a byte order mark`);
  }
  switch (config.InputType) {
    case 'JSON': {
      const dataset: unknown = JSON.parse(body);
      if (typeof dataset !== 'object' || dataset === null) { throw new StatesError('States.ItemReaderFailed', 'the JSON is neither an array nor an object'); }
      return dataset;
    }
    case 'JSONL': return body.split('\n').filter(line => line.trim() !== '').map(line => JSON.parse(line));
    case 'CSV': {
      const [header, ...rows] = csv(body);
      return rows.map(row => Object.fromEntries(header.map((column, i) => [column, row[i] ?? ''])));
    }
    default: throw new StatesError('States.ItemReaderFailed', `no reader for InputType ${config.InputType}`);
  }
}

/**
 * Parses CSV as AWS documents it (read on 2026-11-28). Fields in double quotes may contain commas and line ends, and a doubled quote is a quote, in
 * fields without quotes, too. A backslash escapes a backslash, a double quote or the delimiter, and is removed before any other character. A row may
 * be shorter than the header, and fields beyond the header are omitted.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html
 */
function csv(text: string): string[][] {
  const rows: string[][] = [['']];
  let isQuoted = false;
  // A doubled quote at the beginning of a field is an empty field in quotes.
  let isBeginning = true;
  const append = (character: string) => {
    const row = rows[rows.length - 1];
    row[row.length - 1] += character;
  };
  for (let i = 0; i < text.length; i++) {
    const [character, next] = [text[i], text[i + 1]];
    const begins = isBeginning;
    isBeginning = false;
    if (character === '\\') {
      if (next === '\\' || next === '"' || next === ',') {
        append(next);
        i++;
      }
    } else if (character === '"') {
      if (next === '"' && (isQuoted || !begins)) {
        append('"');
        i++;
      } else {
        isQuoted = !isQuoted;
      }
    } else if (isQuoted) {
      append(character);
    } else if (character === ',') {
      rows[rows.length - 1].push('');
      isBeginning = true;
    } else if (character === '\n' || (character === '\r' && next === '\n')) {
      if (character === '\r') { i++; }
      rows.push(['']);
      isBeginning = true;
    } else {
      append(character);
    }
  }
  return rows.filter(row => row.length > 1 || row[0] !== '');
}

/** Returns the inputs of the child workflows. */
export async function batches(state: StateDefinition, items: readonly unknown[], bindings: Bindings): Promise<readonly unknown[]> {
  const { ItemBatcher: batcher } = state;
  if (!batcher) { return items; }
  // "the interpreter processes as many items it can process up to 256 KiB"
  const { MaxItemsPerBatch = Infinity, MaxInputBytesPerBatch = MAX_PAYLOAD } = batcher;
  const input = batcher.BatchInput === undefined ? {} : { BatchInput: await evaluate(batcher.BatchInput, bindings, 'BatchInput') };
  const result: { Items: unknown[] }[] = [];
  let bytes = 0;
  const own = Buffer.byteLength(JSON.stringify({ ...input, Items: [] }));
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (own + size > MaxInputBytesPerBatch) {
      // AWS does not document what it does.
      throw new StatesError('States.DataLimitExceeded', `an item has ${size} bytes, more than its batch may have beside BatchInput: ${MaxInputBytesPerBatch - own}`);
    }
    const last = result[result.length - 1];
    if (last && last.Items.length < MaxItemsPerBatch && bytes + size <= MaxInputBytesPerBatch) {
      last.Items.push(item);
      bytes += size;
    } else {
      result.push({ ...input, Items: [item] });
      bytes = size + own;
    }
  }
  return result;
}
