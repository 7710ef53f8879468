import { CfnCondition, Fn } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { HOSTILE, NOT_HOSTILE } from './hostile';
import { newApp, PrivateStack, reportOf } from './private-app';
import { ANYWHERE, PRODUCTION, raw } from './template-changes';
import { evaluate } from '../../src/privacy-validation/report/privacy-report';
import { TemplateSet } from '../../src/privacy-validation/template/template-set';

test.each(HOSTILE)('%s says "%s": %s', (rule, verdict, _how, open) => {
  const app = newApp({ context: { 'aws:cdk:enable-asset-metadata': true } });
  const stack = new PrivateStack(app);
  new CfnCondition(stack, PRODUCTION, { expression: Fn.conditionEquals(Fn.ref('AWS::Region'), 'us-east-1') });
  open(stack);
  expect(reportOf(app).rules.find(({ id }) => id === rule)).toMatchObject({ status: verdict });
});

test('a group that the app does not make is watched for rules that the app adds', () => {
  const app = newApp();
  const stack = new PrivateStack(app, 'Private', {}, scope => ({
    vpc: new ec2.Vpc(scope, 'Vpc', { maxAzs: 1, subnetConfiguration: [{ name: 'Neo', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] }),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(scope, 'Brought', 'sg-1')],
  }));
  raw(stack, 'AWS::EC2::SecurityGroupEgress', { GroupId: 'sg-1', IpProtocol: '-1', CidrIp: ANYWHERE });
  expect(reportOf(app).rules.find(({ id }) => id === 'OutboundOnlyToS3AndSubnets')).toMatchObject({ status: 'fail' });
});

test.each(['Fn::Transform', 'Fn::ForEach::Routes'])('resources that %s makes are not visible', name => {
  const templates = TemplateSet.of({ Resources: { [name]: name === 'Fn::Transform' ? { Name: 'AWS::Include' } : ['Name', ['a'], {}] } });
  expect(evaluate(templates, [], 'test').rules.find(({ id }) => id === 'TemplatesVisible')).toMatchObject({ status: 'unknown' });
});

describe('not taken for hostile', () => {
  test.each(NOT_HOSTILE)('%s', (_what, change) => {
    const app = newApp();
    const stack = new PrivateStack(app);
    new CfnCondition(stack, PRODUCTION, { expression: Fn.conditionEquals(Fn.ref('AWS::Region'), 'us-east-1') });
    change(stack);
    const { rules } = reportOf(app);
    expect(rules.filter(({ status }) => status === 'fail' || status === 'unknown')).toEqual([]);
  });
});
