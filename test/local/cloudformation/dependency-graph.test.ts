import * as fc from 'fast-check';
import { dependencyGraph, references, reversed, walk } from '../../../local/cloudformation/dependency-graph';
import '../../random-seed';

const yes = () => true;
const resource = (Properties: Record<string, unknown>, DependsOn?: string | string[]) => ({ Type: 'Custom::Thing', Properties, DependsOn });

test('dependencies are what DependsOn, Ref, Fn::GetAtt and Fn::Sub name', () => {
  const graph = dependencyGraph({
    A: resource({}),
    B: resource({ deep: [{ value: { Ref: 'A' } }], region: { Ref: 'AWS::Region' }, parameter: { Ref: 'P' } }),
    C: resource({ value: { 'Fn::GetAtt': ['B', 'Arn'] }, text: { 'Fn::GetAtt': 'A.Arn' } }),
    D: resource({ value: { 'Fn::Sub': ['${A}${!B}${Own}${B.Arn}', { Own: { Ref: 'C' } }] } }),
    E: resource({}, ['A', 'D']),
    F: resource({ value: { 'Fn::If': ['On', { Ref: 'A' }, { Ref: 'B' }] } }, 'E'),
  }, yes, { P: {} });
  expect(Object.fromEntries([...graph].map(([id, before]) => [id, [...before].sort()]))).toEqual({
    A: [], B: ['A'], C: ['A', 'B'], D: ['A', 'B', 'C'], E: ['A', 'D'], F: ['A', 'E'],
  });
});

test('the branch of Fn::If that is not taken does not count', () => {
  expect([...references({ 'Fn::If': ['Off', { Ref: 'A' }, { Ref: 'B' }] }, () => false)]).toEqual(['B']);
});

test.each<[string, Parameters<typeof dependencyGraph>[0], RegExp]>([
  ['a cycle', { A: resource({ x: { Ref: 'B' } }), B: resource({}, 'C'), C: resource({ x: { 'Fn::Sub': '${A.Arn}' } }) }, /circular dependency between resources: A -> B -> C -> A/],
  ['itself', { A: resource({ x: { Ref: 'A' } }) }, /A -> A/],
  ['DependsOn what is not there', { A: resource({}, 'B') }, /A depends on B, which is not a resource/],
  ['a reference to what is not there', { A: resource({ x: { Ref: 'B' } }) }, /A refers to B, which is neither/],
])('fails: %s', (_, resources, message) => {
  expect(() => dependencyGraph(resources, yes)).toThrow(message);
});

/** Random graphs without cycles: each node depends on some of those before it. */
const graphs = fc.integer({ min: 1, max: 12 }).chain(size => fc.tuple(...Array.from({ length: size }, (_, index) =>
  fc.subarray(Array.from({ length: index }, (__, other) => `n${other}`)))))
  .map(dependencies => new Map(dependencies.map((before, index) => [`n${index}`, new Set(before)])));

test('a walk visits every node once, after all it depends on', async () => {
  await fc.assert(fc.asyncProperty(graphs, async graph => {
    const done = new Set<string>();
    const result = await walk(graph, graph.keys(), async id => {
      expect([...graph.get(id)!].every(before => done.has(before))).toBe(true);
      await Promise.resolve();
      expect(done.has(id)).toBe(false);
      done.add(id);
      return true;
    });
    expect(result).toEqual(new Set(graph.keys()));
    expect(done.size).toBe(graph.size);
  }));
});

test('what depends on a failed node is not visited, all else is', async () => {
  await fc.assert(fc.asyncProperty(graphs, fc.nat(), async (graph, pick) => {
    const bad = [...graph.keys()][pick % graph.size];
    const after = (id: string): boolean => id === bad || [...graph.get(id)!].some(after);
    const result = await walk(graph, graph.keys(), async id => id !== bad);
    expect(result).toEqual(new Set([...graph.keys()].filter(id => !after(id))));
  }));
});

test('reversing twice gives the same graph', () => {
  fc.assert(fc.property(graphs, graph => {
    expect(reversed(reversed(graph))).toEqual(graph);
  }));
});

test('independent nodes are visited at the same time', async () => {
  let running = 0;
  let most = 0;
  await walk(new Map([['a', new Set<string>()], ['b', new Set<string>()], ['c', new Set(['a'])]]), ['a', 'b', 'c'], async () => {
    most = Math.max(most, ++running);
    await new Promise(resolve => setImmediate(resolve));
    running--;
    return true;
  });
  expect(most).toBe(2);
});
