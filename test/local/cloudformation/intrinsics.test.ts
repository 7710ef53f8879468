import { Evaluation } from '../../../local/cloudformation/evaluation';
import { stringified } from '../../../local/cloudformation/stringify';
import type { Template } from '../../../local/cloudformation/template';

const TEMPLATE: Template = {
  Parameters: {
    Text: { Type: 'String', Default: 'text' },
    Count: { Type: 'Number', Default: 3 },
    List: { Type: 'CommaDelimitedList', Default: 'a, b' },
    Stored: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/stored' },
    Unset: { Type: 'String' },
  },
  Mappings: { Sizes: { 'eu-west-1': { small: 's1', list: ['x', 'y'] } } },
  Conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'Text' }, 'text'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Three: { 'Fn::Equals': [{ Ref: 'Count' }, 3] },
    Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'Three' }] },
    Neither: { 'Fn::Or': [{ Condition: 'No' }, { 'Fn::Not': [{ Condition: 'Three' }] }] },
  },
  Resources: { Thing: { Type: 'Custom::Thing' }, Off: { Type: 'Custom::Thing', Condition: 'No' } },
};

const evaluation = (template = TEMPLATE, parameters?: Record<string, string>) => new Evaluation({
  stack: { account: '111122223333', region: 'eu-west-1', stackName: 'S', stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/S/1' },
  template,
  parameters,
  ssmParameters: { '/stored': 'kept', '/secret/path': 'word' },
  exports: new Map([['Other:Name', 'shared']]),
  stackOutputs: name => name === 'Other' ? { Name: 'weak' } : undefined,
  resource: id => id === 'Thing' ? { ref: 'thing-1', attribute: name => ({ Arn: 'arn:thing', List: ['p', 'q'] } as Record<string, unknown>)[name] } : undefined,
});

test.each<[unknown, unknown]>([
  ['plain', 'plain'],
  [{ a: [1, true, null] }, { a: [1, true, null] }],
  [{ Ref: 'Text' }, 'text'],
  [{ Ref: 'Count' }, '3'],
  [{ Ref: 'List' }, ['a', 'b']],
  [{ Ref: 'Stored' }, 'kept'],
  [{ Ref: 'Thing' }, 'thing-1'],
  [{ Ref: 'AWS::Region' }, 'eu-west-1'],
  [{ Ref: 'AWS::AccountId' }, '111122223333'],
  [{ Ref: 'AWS::Partition' }, 'aws'],
  [{ Ref: 'AWS::StackName' }, 'S'],
  [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
  [{ keep: 1, drop: { Ref: 'AWS::NoValue' }, list: [1, { Ref: 'AWS::NoValue' }] }, { keep: 1, list: [1] }],
  [{ 'Fn::GetAtt': ['Thing', 'Arn'] }, 'arn:thing'],
  [{ 'Fn::GetAtt': 'Thing.Arn' }, 'arn:thing'],
  [{ 'Fn::Sub': '${Text}-${AWS::Region}-${Thing}-${Thing.Arn}-${!Text}-$' }, 'text-eu-west-1-thing-1-arn:thing-${Text}-$'],
  [{ 'Fn::Sub': ['${Own}-${Text}', { Own: { Ref: 'Thing' } }] }, 'thing-1-text'],
  [{ 'Fn::Join': ['/', ['a', { Ref: 'Text' }, 7]] }, 'a/text/7'],
  [{ 'Fn::Join': [',', { 'Fn::GetAtt': ['Thing', 'List'] }] }, 'p,q'],
  [{ 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
  [{ 'Fn::Select': [0, { 'Fn::Split': ['-', { Ref: 'Thing' }] }] }, 'thing'],
  [{ 'Fn::Split': ['/', 'a/b/c'] }, ['a', 'b', 'c']],
  [{ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 's1'],
  [{ 'Fn::FindInMap': ['Sizes', 'eu-west-1', 'list'] }, ['x', 'y']],
  [{ 'Fn::Base64': { Ref: 'Text' } }, 'dGV4dA=='],
  [{ 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
  [{ 'Fn::GetAZs': 'us-east-1' }, ['us-east-1a', 'us-east-1b', 'us-east-1c']],
  [{ 'Fn::Cidr': ['10.0.0.0/16', 3, '8'] }, ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']],
  [{ 'Fn::Select': [1, { 'Fn::Cidr': ['10.0.255.0/24', 2, 7] }] }, '10.0.255.128/25'],
  [{ 'Fn::If': ['Yes', 'yes', 'no'] }, 'yes'],
  [{ 'Fn::If': ['No', { Ref: 'Nowhere' }, 'only the branch taken is looked at'] }, 'only the branch taken is looked at'],
  [{ 'Fn::If': ['Both', 1, 2] }, 1],
  [{ 'Fn::If': ['Neither', 1, 2] }, 2],
  [{ a: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] } }, {}],
  [{ 'Fn::ImportValue': 'Other:Name' }, 'shared'],
  [{ 'Fn::GetStackOutput': { StackName: { 'Fn::Join': ['', ['Ot', 'her']] }, OutputName: 'Name' } }, 'weak'],
  [{ 'Fn::ToJsonString': { a: { Ref: 'Text' } } }, '{"a":"text"}'],
  [{ 'Fn::Length': { Ref: 'List' } }, 2],
  ['{{resolve:ssm:/secret/path:1}}!', 'word!'],
])('%j is %j', (value, expected) => {
  expect(evaluation().resolve(value)).toEqual(expected);
});

test.each<[unknown, RegExp]>([
  [{ Ref: 'Nowhere' }, /Nowhere is neither a resource nor a parameter/],
  [{ Ref: 'Off' }, /Off is referred to, but it is not created/],
  [{ Ref: 'Unset' }, /parameter Unset has no value and no default/],
  [{ 'Fn::GetAtt': ['Thing'] }, /takes \[logical id, attribute\], got: \["Thing"\]/],
  [{ 'Fn::Select': [2, ['a', 'b']] }, /nonexistent value at index 2/],
  [{ 'Fn::Join': ['-', 'text'] }, /Fn::Join takes a list, got: "text"/],
  [{ 'Fn::Join': ['-', [{ 'Fn::GetAtt': ['Thing', 'List'] }]] }, /Fn::Join takes strings, got: \["p","q"\]/],
  [{ 'Fn::FindInMap': ['Sizes', 'mars-1', 'small'] }, /no value at Sizes.mars-1.small/],
  [{ 'Fn::If': ['Unknown', 1, 2] }, /condition Unknown is not in the template/],
  [{ 'Fn::ImportValue': 'Gone' }, /no export named Gone found/],
  [{ 'Fn::GetStackOutput': { StackName: 'Other', OutputName: 'Gone' } }, /no output Gone of a stack Other found/],
  [{ 'Fn::GetStackOutput': { StackName: 'Gone', OutputName: 'Name' } }, /no output Name of a stack Gone found/],
  [{ 'Fn::Cidr': ['10.0.0.0/28', 4, 8] }, /does not hold 4 blocks of \/24/],
  [{ 'Fn::Cidr': ['fd00::/56', 1, 8] }, /takes an IPv4 block/],
  [{ 'Fn::Transform': {} }, /Fn::Transform is not supported/],
  ['{{resolve:secretsmanager:s}}', /only ssm is known/],
  ['{{resolve:ssm:/not/there}}', /SSM parameter \/not\/there is not known/],
])('fails: %j', (value, message) => {
  expect(() => evaluation().resolve(value)).toThrow(message);
});

test('given parameters come before defaults', () => {
  expect(evaluation(TEMPLATE, { Text: 'other', Unset: 'set' }).resolve([{ Ref: 'Text' }, { Ref: 'Unset' }, { 'Fn::If': ['Yes', 1, 2] }])).toEqual(['other', 'set', 2]);
});

test('resources whose condition does not hold are not in the stack', () => {
  expect(Object.keys(evaluation().resources())).toEqual(['Thing']);
});

test('fails for a condition that is made of anything but conditions', () => {
  expect(() => evaluation({ ...TEMPLATE, Conditions: { Yes: 'true' } }).condition('Yes')).toThrow(/a condition is made of/);
});

test('custom resources get strings, however deep', () => {
  expect(stringified({ a: true, b: 1.5, c: [{ d: false, e: 0 }, null, 'x'] })).toEqual({ a: 'true', b: '1.5', c: [{ d: 'false', e: '0' }, null, 'x'] });
});
