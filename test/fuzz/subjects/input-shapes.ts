import { jsonTexts, loosened, useShape } from './request-parts';
import { NeoCoreMlInputType, NeoCoreMlShape, NeoDataInputShape, type NeoCoreMlInput } from '../../../src';
import { subject } from '../subject';
import { any, bad, good, lists, listTokens, maps, notOf, numbers, numberTokens, oneOf, optional, required, texts, textTokens, wholeNumbers } from '../values';

const dimensions = lists(oneOf(wholeNumbers(1, Number.MAX_SAFE_INTEGER), numberTokens(), notOf('number')), { least: 1, reach: 10 });
const shapes = oneOf(dimensions, listTokens('any'), notOf('array'));
// Where each shape is as likely wrong as right, few lists of them are right.
const listsOfShapes = oneOf(lists(shapes, { least: 1 }), good(['two images', () => [[1, 3, 224, 224], [1, 3, 64, 64]]]));
const inputNames = texts(text => text.length > 5_000 ? 'any' : 'good');

export const SHAPE_MAP = subject<{ shapes: { [name: string]: number[] } }>({
  name: 'NeoDataInputShape.fromMap',
  weight: 50,
  share: 60,
  base: () => ({ shapes: { input0: [1, 3, 224, 224] } }),
  values: {
    // Names may be whole numbers, whose order would be lost; a map without an input is none.
    shapes: required(maps(inputNames, shapes).map(loosened), maps(inputNames, good(['an image', () => [1, 3, 224, 224]])).map(loosened), notOf('object')),
  },
  make: (world, scope, { shapes: map }) => { useShape(world, NeoDataInputShape.fromMap(map).toJson(scope)); },
  calls: { shapes: /shape|input/ },
});

export const SHAPE_LIST = subject<{ shapes: number[][] }>({
  name: 'NeoDataInputShape.fromList',
  weight: 30,
  share: 60,
  base: () => ({ shapes: [[1, 3, 224, 224]] }),
  values: { shapes: required(listsOfShapes.map(loosened), notOf('array')) },
  make: (world, scope, { shapes: list }) => { useShape(world, NeoDataInputShape.fromList(list).toJson(scope)); },
  calls: { shapes: /shape/ },
});

const JSON_TEXTS = ['{"input0":[1,3,224,224]}', '[[1,3,224,224]]', '{"a":[1],"b":[2,3]}', '{}', '[]', '[1,3]', '{"a":[]}', '{"a":[null]}', '{"a":[-1]}', '{"a":[1.5]}', '{"a":[1e400]}', '{"a":{"shape":[1,"1..10"]}}', '{"a":{"shape":["1..x"]}}',
  '{"a":{"shape":[[1],[2]],"type":"Image"}}', '{"2":[1],"1":[1]}', 'null', '5', '"text"', "{'a':[1]}", '{"a":[1]', '{"a":[1],}', '\ufeff{"a":[1]}', '{"__proto__":[1]}', `{"a":[${'1,'.repeat(10_000)}1]}`, ' { "a" : [ 1 , 2 ] } ', '{"a":[1],"a":[2]}', '{"\u2028":[1]}'];

export const SHAPE_JSON = subject<{ json: string }>({
  name: 'NeoDataInputShape.fromJson',
  weight: 50,
  share: 60,
  base: () => ({ json: '{"input0":[1,3,224,224]}' }),
  values: { json: required(jsonTexts(...JSON_TEXTS)) },
  make: (world, scope, { json }) => { useShape(world, NeoDataInputShape.fromJson(json).toJson(scope), true); },
  calls: { json: /shape|input/ },
});

const ranges = lists(oneOf(wholeNumbers(1, Number.MAX_SAFE_INTEGER), any(...['1..10', '2..1', '0..4', '1..', 'a..b', '1...3', '1..1', '1..99999999999999999999'].map((text): [string, () => string] => [text, () => text])), notOf('number', 'string')), { least: 1 });

/** A list as arguments; what is no list is no shape. */
const spread = (make: (...args: any[]) => unknown) => (list: any) => Array.isArray(list) ? make(...list) : list;

export const CORE_ML = subject<NeoCoreMlInput & { name: string }>({
  name: 'NeoDataInputShape.fromCoreMlInputs, fromCoreMlInputList, NeoCoreMlShape',
  weight: 35,
  share: 60,
  base: () => ({ name: 'input', shape: NeoCoreMlShape.fixed(1, 224, 224, 3) }),
  values: {
    name: inputNames,
    shape: required(
      shapes.map(value => value.map(shown => `fixed(${shown})`, spread(NeoCoreMlShape.fixed))),
      ranges.map(value => value.map(shown => `range(${shown})`, spread(NeoCoreMlShape.range))),
      lists(shapes, { least: 1 }).map(value => value.map(shown => `enumerated(${shown})`, spread((...given) => NeoCoreMlShape.enumerated(...given.map(shape => Array.isArray(shape) ? NeoCoreMlShape.fixed(...shape) : shape))))).map(loosened),
      bad(['a list', () => [1, 3]], ['an object', () => ({ shape: [1] })]),
      notOf(),
    ),
    defaultShape: optional(shapes.map(value => value.map(shown => `fixed(${shown})`, spread(NeoCoreMlShape.fixed))), notOf()),
    type: optional(good(['IMAGE', () => NeoCoreMlInputType.IMAGE], ['TENSOR', () => NeoCoreMlInputType.TENSOR]), textTokens('any'), any(['image', () => 'image']), notOf('string')),
    bias: optional(lists(oneOf(numbers(number => Number.isFinite(number) ? 'good' : 'bad'), numberTokens(), notOf('number'))), notOf('array')),
    scale: optional(numbers(number => Number.isFinite(number) ? 'good' : 'bad'), numberTokens(), notOf('number')),
  },
  make: (world, scope, { name, ...input }) => {
    useShape(world, NeoDataInputShape.fromCoreMlInputs({ [name]: input }).toJson(scope));
    useShape(world, NeoDataInputShape.fromCoreMlInputList([input]).toJson(scope));
  },
  calls: { name: /input/, defaultShape: /default_?[sS]hape|shape of input|data input shape|dimensions/, shape: /shape|dimensions/, bias: /bias|data input shape/, scale: /scale|data input shape/, type: /type|data input shape/ },
});


