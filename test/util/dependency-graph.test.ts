import { DependencyGraph } from './dependency-graph';

const graph = new DependencyGraph({
  Resources: {
    A: { DependsOn: 'B', Properties: { Sub: { 'Fn::Sub': '${C.Arn}-${!D}-${AWS::Region}' } } },
    B: { DependsOn: ['E'], Properties: { Nested: [{ Ref: 'F' }, { Ref: 'Parameter' }] } },
    C: { Properties: { Attribute: { 'Fn::GetAtt': ['G', 'Arn'] }, Text: { 'Fn::GetAtt': 'H.Arn' } } },
    D: {},
    E: { Properties: { Sub: { 'Fn::Sub': ['${mine}${F}', { mine: { Ref: 'H' } }] } } },
    F: {},
    G: {},
    H: {},
    mine: {},
    X: { Properties: { Ref: { Ref: 'Y' } } },
    Y: { DependsOn: ['X'] },
  },
});

test('direct dependencies', () => {
  expect(graph.direct('A').sort()).toEqual(['B', 'C']);
  expect(graph.direct('B').sort()).toEqual(['E', 'F']);
  expect(graph.direct('C').sort()).toEqual(['G', 'H']);
  expect(graph.direct('E').sort()).toEqual(['F', 'H']);
  expect(() => graph.direct('none')).toThrow('no resource none');
});

test('closure', () => {
  expect([...graph.closure('A')].sort()).toEqual(['B', 'C', 'E', 'F', 'G', 'H']);
  expect(graph.dependsOn('A', 'H')).toBe(true);
  expect(graph.dependsOn('A', 'D')).toBe(false);
});

test('cycles', () => {
  expect(graph.cycles()).toEqual(['X', 'Y']);
});
