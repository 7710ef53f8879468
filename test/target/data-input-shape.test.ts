import { CfnParameter, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { NeoCoreMlInputType, NeoCoreMlShape, NeoDataInputShape } from '../../src';
import '../random-seed';

const stack = new Stack();
const parameter = new CfnParameter(stack, 'Batch', { type: 'Number' });
const json = (shape: NeoDataInputShape) => shape.toJson(stack);

describe('forms', () => {
  test('map', () => {
    expect(json(NeoDataInputShape.fromMap({ var1: [1, 1, 28, 28], var2: [1, 10] }))).toBe('{"var1":[1,1,28,28],"var2":[1,10]}');
  });

  test('arguments, an input at a time', () => {
    const image = NeoDataInputShape.of('image', 1, 3, 224, 224);
    expect(json(image.withInput('mask', 1, 128))).toBe('{"image":[1,3,224,224],"mask":[1,128]}');
    expect(json(image)).toBe('{"image":[1,3,224,224]}');
    expect(json(NeoDataInputShape.fromMap({ a: [1] }).withInput('b', 2))).toBe('{"a":[1],"b":[2]}');
    expect(json(NeoDataInputShape.of('__proto__', 1))).toBe('{"__proto__":[1]}');
  });

  test('list', () => {
    expect(json(NeoDataInputShape.fromList([[1, 3, 224, 224], [1, 10]]))).toBe('[[1,3,224,224],[1,10]]');
  });

  test('text, without white space between its parts but with that inside names', () => {
    expect(json(NeoDataInputShape.fromJson('{ "my input" : [ 1,\n 3 ] ,\t"a\\"  b": [1] }'))).toBe('{"my input":[1,3],"a\\"  b":[1]}');
  });

  test('text keeps the order of keys that JavaScript would move', () => {
    expect(json(NeoDataInputShape.fromJson('{"input.1": [1, 3], "0": [1, 10]}'))).toBe('{"input.1":[1,3],"0":[1,10]}');
  });

  test('Core ML, by name and without', () => {
    expect(json(NeoDataInputShape.fromCoreMlInputs({
      a: { shape: NeoCoreMlShape.fixed(1, 224, 224, 3) },
      b: { shape: NeoCoreMlShape.range('1..10', 224, 224, 3), defaultShape: NeoCoreMlShape.fixed(1, 224, 224, 3), type: NeoCoreMlInputType.TENSOR },
    }))).toBe('{"a":{"shape":[1,224,224,3]},"b":{"shape":["1..10",224,224,3],"default_shape":[1,224,224,3],"type":"Tensor"}}');
    expect(json(NeoDataInputShape.fromCoreMlInputList([{
      shape: NeoCoreMlShape.enumerated(NeoCoreMlShape.fixed(1, 3, 224, 224), NeoCoreMlShape.fixed(1, 3, 160, 160)),
      type: NeoCoreMlInputType.IMAGE,
      bias: [-1, -1, -1],
      scale: 0.0078,
    }]))).toBe('[{"shape":[[1,3,224,224],[1,3,160,160]],"type":"Image","bias":[-1,-1,-1],"scale":0.0078}]');
  });

  test.each([
    '{"input_1": {"shape": [1,224,224,3]}}',
    '{"input_1": {"shape": ["1..10", 224, 224, 3], "default_shape": [1, 224, 224, 3]}}',
    '{"input_1": {"shape": [[1,224,224,3], [1,160,160,3]], "default_shape": [1,224,224,3], "type": "Image", "bias": [-1,-1,-1], "scale": 0.007843137255}}',
    '[{"shape": [[1,3,224,224], [1,3,160,160]], "default_shape": [1,3,224,224]}]',
    '{"input_tensor:0": [1, 224, 224, 3]}',
  ])('takes the text of AWS\'s documentation: %s', (text) => {
    expect(JSON.parse(json(NeoDataInputShape.fromJson(text)))).toEqual(JSON.parse(text));
  });

  test.each([
    ["{'data': [1,3,1024,1024]}", '{"data":[1,3,1024,1024]}'],
    ["{'b': [1, 2], '0': [3]}", '{"b":[1,2],"0":[3]}'],
    ['{"it\'s": [1]}', '{"it\'s":[1]}'],
  ])('takes the single quotes of AWS\'s examples of requests: %s', (text, expected) => {
    expect(json(NeoDataInputShape.fromJson(text))).toBe(expected);
  });

  test('later changes of the arguments do not matter', () => {
    const shapes = { input0: [1, 3] };
    const shape = NeoDataInputShape.fromMap(shapes);
    shapes.input0[0] = -1;
    expect(json(shape)).toBe('{"input0":[1,3]}');
  });
});

describe('tokens', () => {
  const resolved = (shape: NeoDataInputShape) => stack.resolve(json(shape));

  test('as a dimension', () => {
    expect(resolved(NeoDataInputShape.fromMap({ input0: [parameter.valueAsNumber, 3] })))
      .toEqual({ 'Fn::Join': ['', ['{"input0":[', { Ref: 'Batch' }, ',3]}']] });
  });

  test('as a name', () => {
    expect(resolved(NeoDataInputShape.fromMap({ [Lazy.string({ produce: () => 'late' })]: [1, 3] }))).toBe('{"late":[1,3]}');
  });

  test('as a shape, a whole map, a whole text, a Core ML input', () => {
    const value = Lazy.any({ produce: () => ({ late: [1, 2] }) });
    expect(resolved(NeoDataInputShape.fromMap(value as any))).toBe('{"late":[1,2]}');
    expect(resolved(NeoDataInputShape.fromList(value as any))).toBe('{"late":[1,2]}');
    expect(resolved(NeoDataInputShape.fromCoreMlInputList(value as any))).toBe('{"late":[1,2]}');
    expect(resolved(NeoDataInputShape.of('a', parameter.valueAsNumber).withInput('b', 2))).toEqual({ 'Fn::Join': ['', ['{"a":[', { Ref: 'Batch' }, '],"b":[2]}']] });
    expect(resolved(NeoDataInputShape.fromMap({ a: Lazy.any({ produce: () => [4] }) as any }))).toBe('{"a":[4]}');
    expect(resolved(NeoDataInputShape.fromJson(Token.asString({ Ref: 'P' })))).toEqual({ Ref: 'P' });
    expect(resolved(NeoDataInputShape.fromCoreMlInputs({ a: { shape: NeoCoreMlShape.fixed(parameter.valueAsNumber) } })))
      .toEqual({ 'Fn::Join': ['', ['{"a":{"shape":[', { Ref: 'Batch' }, ']}}']] });
  });
});

describe('errors', () => {
  test.each([null, undefined, 0, -1, 1.5, NaN, Infinity, '3', '', true, [1], {}])('fails: dimension %p', (dimension: any) => {
    for (const make of [
      () => NeoDataInputShape.fromMap({ input0: [1, dimension] }),
      () => NeoDataInputShape.fromList([[1, dimension]]),
      () => NeoDataInputShape.fromCoreMlInputs({ input0: { shape: NeoCoreMlShape.fixed(1, dimension) } }),
      () => NeoDataInputShape.fromCoreMlInputs({ input0: { shape: NeoCoreMlShape.fixed(1), defaultShape: NeoCoreMlShape.fixed(dimension as any) } }),
    ]) {
      expect(make).toThrow(/(Neo compiles for fixed sizes|range in the shape|must be separate arguments|dimensions of a fixed shape).*got: /);
    }
  });

  test('fails: a hole in a list is a dimension without size', () => {
    // eslint-disable-next-line no-sparse-arrays
    expect(() => NeoDataInputShape.fromMap({ input0: [1, , 3] as number[] })).toThrow('has the dimension undefined');
  });

  test('fails: null in a text', () => {
    expect(() => NeoDataInputShape.fromJson('{"input0":[null,3,224,224]}'))
      .toThrow('shape of input "input0" has the dimension null: Neo compiles for fixed sizes');
  });

  test.each(['10..1', '0..3', '1..', '..2', '1-10', 'a..b', '1..10..20'])('fails: range %p', (range) => {
    expect(() => NeoDataInputShape.fromCoreMlInputs({ a: { shape: NeoCoreMlShape.range(range, 3) } })).toThrow(/range in the shape.*'1\.\.10'/);
  });

  test('fails: a range outside Core ML\'s form', () => {
    expect(() => NeoDataInputShape.fromJson('{"a":["1..10",3]}')).toThrow('has the dimension "1..10"');
  });

  test.each([
    ['no input', () => NeoDataInputShape.fromMap({}), /at least one input/],
    ['no shape', () => NeoDataInputShape.fromList([]), /at least one input/],
    ['no dimension', () => NeoDataInputShape.fromMap({ a: [] }), /at least one dimension/],
    ['a list that is no list of lists', () => NeoDataInputShape.fromList([1, 3, 224, 224] as any), /a list of shapes is \[\[1,3,224,224\]\]/],
    ['a list as a map', () => NeoDataInputShape.fromMap([[1]] as any), /use NeoDataInputShape\.fromList/],
    ['a map as a list', () => NeoDataInputShape.fromList({ a: [1] } as any), /use NeoDataInputShape\.fromMap/],
    ['a map as a text', () => NeoDataInputShape.fromJson({ a: [1] } as any), /use NeoDataInputShape\.of/],
    ['a number as an input', () => NeoDataInputShape.fromMap({ a: 5 as any }), /shape of input "a" must be a list of dimensions/],
    ['both kinds of quotes', () => NeoDataInputShape.fromJson('{\'input0\':[1],"input1":[1]}'), /not valid JSON.*double quotes.*got: "\{'input0/],
    ['a broken text in single quotes', () => NeoDataInputShape.fromJson("{'input0':[1"), /not valid JSON/],
    ['an escaped quote in single quotes', () => NeoDataInputShape.fromJson("{'it\\'s':[1]}"), /not valid JSON/],
    ['a size in single quotes', () => NeoDataInputShape.fromJson("{'input0':['1']}"), /has the dimension "1"/],
    ['Python\'s None', () => NeoDataInputShape.fromJson('{"input0":[None,3]}'), /not valid JSON/],
    ['a scalar as JSON', () => NeoDataInputShape.fromJson('5'), /must be a map of shapes by input name or a list/],
    ['an empty text', () => NeoDataInputShape.fromJson(''), /not valid JSON/],
    ['Core ML without shape', () => NeoDataInputShape.fromCoreMlInputs({ a: {} as any }), /shape must be given; got: undefined/],
    ['a choice of Core ML shapes that is one shape', () => NeoCoreMlShape.enumerated(1 as any), /^shapes must each be a fixed shape.*; got: 1$/],
    ['a choice of choices', () => NeoCoreMlShape.enumerated(NeoCoreMlShape.enumerated(NeoCoreMlShape.fixed(1))), /^shapes must each be a fixed shape.*; got: \[\[1\]\]$/],
    ['a list of Core ML dimensions', () => NeoCoreMlShape.range(['1..10', 3] as any), /separate arguments, such as NeoCoreMlShape\.range.*got: \["1\.\.10",3\]$/],
    ['a range in a fixed Core ML shape', () => NeoCoreMlShape.fixed('1..10' as any, 3), /^dimensions of a fixed shape must be integers.*NeoCoreMlShape\.range; got: "1\.\.10"$/],
    ['a list of dimensions', () => NeoDataInputShape.of('a', [1, 3] as any), /dimensions must be separate arguments.*got: \[1,3\]$/],
    ['no name', () => NeoDataInputShape.of(undefined as any, 1), /inputName must be the name.*got: undefined$/],
    ['dimensions alone', () => NeoDataInputShape.of(1 as any, 3), /inputName must be the name.*got: 1$/],
    ['a name without dimensions', () => NeoDataInputShape.of('a'), /at least one dimension/],
    ['the same name twice', () => NeoDataInputShape.of('a', 1).withInput('a', 2), /inputName must differ.*got: "a" twice/],
    ['another input for shapes without names', () => NeoDataInputShape.fromList([[1]]).withInput('a', 2), /withInput needs inputs with names.*got: \[\[1\]\]/],
    ['another input for JSON', () => NeoDataInputShape.fromJson('{"a":[1]}').withInput('b', 2), /withInput needs inputs with names/],
    ['an integer as the name of a second input', () => NeoDataInputShape.of('a', 1).withInput('0', 2), /is an integer.*fromJson/],
    ['Core ML with a bad scale', () => NeoDataInputShape.fromCoreMlInputs({ a: { shape: NeoCoreMlShape.fixed(1), scale: NaN } }), /strings, numbers/],
  ])('fails: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test.each([{ a: [1], 0: [2] }, { 1: [1], 2: [2] }])('fails: an order that JavaScript loses: %j', (shapes: any) => {
    expect(() => NeoDataInputShape.fromMap(shapes)).toThrow(/is an integer.*NeoDataInputShape\.fromJson/);
  });

  test.each([{ 0: [1] }, { 'a': [1], '01': [2] }, { '-1': [1], '1.5': [2] }])('an order that it keeps: %j', (shapes: any) => {
    expect(JSON.parse(json(NeoDataInputShape.fromMap(shapes)))).toEqual(shapes);
  });

  test('fails for more than 16384 characters', () => {
    const name = (length: number) => ({ ['x'.repeat(length - '{"":[1]}'.length)]: [1] });
    expect(json(NeoDataInputShape.fromMap(name(16384)))).toHaveLength(16384);
    expect(() => json(NeoDataInputShape.fromMap(name(16385)))).toThrow('1 to 16384 characters as compact JSON; got 16385');
    expect(() => NeoDataInputShape.fromJson(JSON.stringify(name(16385)))).toThrow('got 16385');
  });
});

describe('properties', () => {
  const shape = fc.array(fc.integer({ min: 1, max: 4096 }), { minLength: 1, maxLength: 5 });
  const name = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/^\d+$/.test(text) && text !== '__proto__');
  const shapes = fc.dictionary(name, shape, { minKeys: 1, maxKeys: 5, noNullPrototype: true });

  test('a map comes back from its JSON, in its order', () => {
    fc.assert(fc.property(shapes, (map) => {
      const back = JSON.parse(json(NeoDataInputShape.fromMap(map)));
      expect(back).toEqual(map);
      expect(Object.keys(back)).toEqual(Object.keys(map));
    }));
  });

  test('a text means the same before and after, however it is indented', () => {
    fc.assert(fc.property(shapes, fc.integer({ min: 0, max: 4 }), (map, indent) => {
      expect(json(NeoDataInputShape.fromJson(JSON.stringify(map, null, indent)))).toBe(JSON.stringify(map));
    }));
  });

  test('whatever it is given, it answers with a message of its own or takes it', () => {
    const anything = fc.oneof(fc.anything(), fc.json(), fc.array(fc.array(fc.anything())), fc.dictionary(fc.string(), fc.anything()));
    fc.assert(fc.property(anything, (value: any) => {
      for (const make of [NeoDataInputShape.fromMap, NeoDataInputShape.fromList, NeoDataInputShape.fromJson, NeoDataInputShape.fromCoreMlInputs,
        NeoDataInputShape.fromCoreMlInputList, NeoCoreMlShape.fixed]) {
        try {
          (make as (v: unknown) => unknown)(value);
        } catch (e) {
          expect((e as Error).name).toBe('NeoValidationError');
        }
      }
    }), { numRuns: 500 });
  });
});
