import { isRecord } from '../../util/prop-types';
import type { ByteReader, ModelFile, ModelInput } from '../byte-reader';

const SIGNATURE = '\x89HDF\r\n\x1a\n';
/** The beginnings of a model's JSON in all versions of Keras. */
const CONFIG = '{"class_name": ';
const CONFIG_KERAS_3 = '{"module": "keras';
const MAX_CONFIG = 8 * 1024 * 1024;
const STEP = 1024 * 1024;

const VERSION_ATTRIBUTE = 'keras_version';
/** Matches the value of the attribute, which follows directly or in the heap of strings. */
const VERSION = /\0(([0-9]{1,2}\.[0-9]{1,2})\.[0-9]{1,3}[-+.a-z0-9]{0,16})\0/;
/**
 * The distance from the definition within which a version counts, in bytes. Keras writes its attributes at the beginning of the file or of a block.
 */
const NEIGHBORHOOD = 64 * 1024;

/**
 * Reads a model of Keras in an HDF5 file. Keras writes the model's definition as one JSON string. The reader searches for it, because libraries for
 * HDF5 need the whole file in memory.
 */
export function readKeras(bytes: ByteReader): ModelFile {
  if (bytes.readUpTo(8).toString('latin1') !== SIGNATURE) { return { notAModel: 'a file that is no HDF5' }; }
  let window = Buffer.alloc(0);
  let hasAttribute = false;
  while (!bytes.isAtEnd) {
    window = Buffer.concat([window.subarray(-NEIGHBORHOOD), bytes.readUpTo(STEP)]);
    hasAttribute ||= window.includes('model_config');
    const start = [CONFIG, CONFIG_KERAS_3].map(beginning => window.indexOf(beginning)).filter(at => at >= 0).sort((a, b) => a - b)[0];
    if (start === undefined) { continue; }
    const text = readJson(window.subarray(start), bytes);
    bytes.spend((text?.length ?? 0) / 16);
    const config = text === undefined ? undefined : parse(text);
    const isChannelsFirst = text?.includes('"data_format": "channels_first"') ?? false;
    return {
      ...(config ? { inputs: inputsOf(config, isChannelsFirst) } : {}),
      ...(isChannelsFirst ? { layout: 'its layers have data_format="channels_first"' } : {}),
      writtenBy: versionOf(text ?? '', window.toString('latin1', Math.max(0, start - NEIGHBORHOOD), start + NEIGHBORHOOD)),
    };
  }
  return hasAttribute ? {} : { notAModel: 'weights without the definition of the model, as save_weights makes it' };
}

function versionOf(definition: string, neighborhood: string): ModelFile['writtenBy'] {
  const attribute = neighborhood.indexOf(VERSION_ATTRIBUTE);
  const [, version, release] = attribute < 0 ? [] : VERSION.exec(neighborhood.slice(attribute)) ?? [];
  if (release !== undefined) { return { version: release, because: `its keras_version is ${version}` }; }
  return definition.includes(CONFIG_KERAS_3) ? { version: '3.0', orNewer: true, because: 'its definition names the module keras of Keras 3' } : undefined;
}

/** Returns the text from a brace to its closing brace. */
function readJson(beginning: Buffer, bytes: ByteReader): string | undefined {
  let depth = 0;
  let inText = false;
  const parts = [beginning];
  for (let total = 0; total < MAX_CONFIG; total += STEP) {
    const part = parts[parts.length - 1];
    for (let i = 0; i < part.length; i++) {
      const byte = part[i];
      if (inText) {
        if (byte === 0x5c) { i++; } else if (byte === 0x22) { inText = false; }
      } else if (byte === 0x22) {
        inText = true;
      } else if (byte === 0x7b) {
        depth++;
      } else if (byte === 0x7d && --depth === 0) {
        return Buffer.concat([...parts.slice(0, -1), part.subarray(0, i + 1)]).toString('utf8');
      }
    }
    if (bytes.isAtEnd) { return undefined; }
    parts.push(bytes.readUpTo(STEP));
  }
  return undefined;
}

function parse(text: string): Record<string, any> | undefined {
  try {
    const value = JSON.parse(text);
    return isRecord(value) ? value as Record<string, any> : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the inputs, which are layers of the class InputLayer. In a Sequential model, the first layer may contain the shape instead. */
function inputsOf(model: Record<string, any>, isChannelsFirst: boolean): ModelInput[] | undefined {
  const dimensionsOf = (shape: unknown[]) => isChannelsFirst ? { dimensions: toSizes(shape) } : inRequest(toSizes(shape));
  const layers: unknown = Array.isArray(model.config) ? model.config : model.config?.layers;
  if (!Array.isArray(layers)) { return undefined; }
  const shapeOf = (layer: any) => layer?.config?.batch_input_shape ?? layer?.config?.batch_shape;
  const isNamed = (layer: any) => Array.isArray(shapeOf(layer)) && typeof layer.config.name === 'string';
  const isInput = (layer: any) => isRecord(layer) && layer.class_name === 'InputLayer' && isNamed(layer);
  const found = layers.filter(isInput).map((layer: any): ModelInput => ({ name: layer.config.name, ...dimensionsOf(shapeOf(layer)) }));
  if (found.length > 0) { return found; }
  const first = layers[0];
  return isNamed(first) ? [{ name: `${first.config.name}_input`, ...dimensionsOf(shapeOf(first)) }] : undefined;
}

type Sizes = (number | undefined)[];

function toSizes(shape: unknown[]): Sizes {
  return shape.map(size => typeof size === 'number' && size > 0 ? size : undefined);
}

/**
 * Returns the shape for a request, which is channel-first, while the artifact is channel-last. AWS documents this for images. For sequences and
 * volumes, both orders are possible.
 */
function inRequest(sizes: Sizes): Pick<ModelInput, 'dimensions' | 'alternative'> {
  if (sizes.length < 3) { return { dimensions: sizes }; }
  const [batch, ...others] = sizes;
  const channelsFirst = [batch, others[others.length - 1], ...others.slice(0, -1)];
  return sizes.length === 4 ? { dimensions: channelsFirst } : { dimensions: sizes, alternative: channelsFirst };
}
