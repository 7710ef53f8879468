import * as fc from 'fast-check';
import { isUnknown, isUnreadable, parseJson } from '../../src/privacy-validation/template/canonical';
import { TemplateSet } from '../../src/privacy-validation/template/template-set';
import '../random-seed';

const set = TemplateSet.of({
  Parameters: { Given: { Type: 'String' } },
  Mappings: { Sizes: { small: { cidr: '10.0.0.0/24' }, large: { cidr: '10.0.0.0/16' } } },
  Resources: { Vpc: { Type: 'AWS::EC2::VPC' }, Bucket: { Type: 'AWS::S3::Bucket' } },
});
const values = (value: any) => set.values(value, set.templates[0]);

test.each<[string, any, string[]]>([
  ['a string', 'vpc-1', ['vpc-1']],
  ['a boolean', false, ['false']],
  ['nothing', { Ref: 'AWS::NoValue' }, []],
  ['Ref', { Ref: 'Vpc' }, ['${Template#Vpc}']],
  ['GetAtt as a list', { 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, ['${Template#Vpc.CidrBlock}']],
  ['GetAtt as a string', { 'Fn::GetAtt': 'Vpc.CidrBlock' }, ['${Template#Vpc.CidrBlock}']],
  ['the ARN of a bucket', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, ['arn:${AWS.Partition}:s3:::${Template#Bucket}']],
  ['the same, joined', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', { Ref: 'Bucket' }]] }, ['arn:${AWS.Partition}:s3:::${Template#Bucket}']],
  ['the same, substituted', { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}' }, ['arn:${AWS.Partition}:s3:::${Template#Bucket}']],
  ['Sub with variables', { 'Fn::Sub': ['${A}-${!B}', { A: { Ref: 'Vpc' } }] }, ['${Template#Vpc}-${B}']],
  ['If', { 'Fn::If': ['C', 'a', { 'Fn::If': ['D', 'b', { Ref: 'AWS::NoValue' }] }] }, ['a', 'b']],
  ['a part of Join that is nothing', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::NoValue' }, 'b']] }, ['a-b']],
  ['an item of a list that is nothing', ['a', { Ref: 'AWS::NoValue' }], ['a']],
  ['If within Join', { 'Fn::Join': ['-', ['x', { 'Fn::If': ['C', 'a', 'b'] }]] }, ['x-a', 'x-b']],
  ['Join of an empty list', { 'Fn::Join': ['-', []] }, ['']],
  ['Join of nothing', { 'Fn::Join': ['-', { Ref: 'AWS::NoValue' }] }, []],
  ['Join of a split', { 'Fn::Join': ['+', { 'Fn::Split': ['-', 'a-b'] }] }, ['a+b']],
  ['Join of a list that is an attribute', { 'Fn::Join': ['-', { 'Fn::GetAtt': ['Vpc', 'CidrBlockAssociations'] }] }, ['${Template#Vpc.CidrBlockAssociations}']],
  ['Select of a list', { 'Fn::Select': [1, ['a', { Ref: 'Vpc' }]] }, ['${Template#Vpc}']],
  ['Select of a split', { 'Fn::Select': ['0', { 'Fn::Split': ['/', { 'Fn::Join': ['/', ['a', 'b']] }] }] }, ['a']],
  ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'cidr'] }, ['10.0.0.0/24']],
  ['FindInMap by something unknown', { 'Fn::FindInMap': ['Sizes', { Ref: 'Given' }, 'cidr'] }, ['10.0.0.0/24', '10.0.0.0/16']],
])('%s', (_name, value, expected) => {
  expect(values(value)).toEqual(expected);
});

test.each<[string, any]>([
  ['a parameter', { Ref: 'Given' }],
  ['a parameter within Join', { 'Fn::Join': ['', ['a', { Ref: 'Given' }]] }],
  ['an import from elsewhere', { 'Fn::ImportValue': 'OtherApp' }],
  ['Select of a parameter', { 'Fn::Select': [0, { Ref: 'Given' }] }],
  ['Split of a parameter', { 'Fn::Select': [0, { 'Fn::Split': [',', { Ref: 'Given' }] }] }],
  ['FindInMap without the map', { 'Fn::FindInMap': ['None', 'a', 'b'] }],
  ['an unknown function', { 'Fn::Future': 'x' }],
])('is unknown: %s', (_name, value) => {
  expect(values(value).map(text => isUnknown(text))).toEqual([true]);
});

test('one condition is the same throughout a value', () => {
  expect(values({ 'Fn::Join': ['', Array.from({ length: 8 }, () => ({ 'Fn::If': ['C', '0', '1'] }))] })).toEqual(['00000000', '11111111']);
});

test('of too many combinations, each branch is tried, and the rest is unreadable', () => {
  const found = values({ 'Fn::Join': ['', Array.from({ length: 8 }, (_, index) => ({ 'Fn::If': [`C${index}`, '0', '1'] }))] });
  for (let index = 0; index < 8; index++) { expect(found.some(text => text[index] === '1')).toBe(true); }
  expect(found.filter(text => isUnreadable(text))).toHaveLength(1);
});

test.each([
  ['{"a": "${T#X}"}', { a: '${T#X}' }],
  ['{"a": ${T#X.Y}, "b": [1, ${?T p}]}', { a: '${T#X.Y}', b: [1, '${?T p}'] }],
  ['{"a": "say \\"${T#X}\\""}', { a: 'say "${T#X}"' }],
  ['${?T all}', '${?T all}'],
  ['{"a"', undefined],
])('JSON with references is read: %s', (text, expected) => {
  expect(parseJson(text)).toEqual(expected);
});

test('no value makes it throw, and the same value gives the same strings', () => {
  const intrinsic = fc.letrec(tie => ({
    value: fc.oneof({ maxDepth: 4 }, fc.string(), fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('call')),
    list: fc.array(tie('value'), { maxLength: 4 }),
    call: fc.tuple(fc.constantFrom('Ref', 'Fn::Join', 'Fn::Sub', 'Fn::Select', 'Fn::Split', 'Fn::If', 'Fn::GetAtt', 'Fn::FindInMap', 'Fn::ImportValue', 'Fn::GetStackOutput', 'Fn::ToJsonString', 'Other'), tie('value'))
      .map(([name, argument]) => ({ [name]: argument })),
  })).value;
  fc.assert(fc.property(intrinsic, value => {
    expect(values(value)).toEqual(values(JSON.parse(JSON.stringify(value))));
  }), { numRuns: 2000 });
});
