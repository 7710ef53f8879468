import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { network, newStack, templateOf, warningIds, warnings } from './fixture';

const ARN = 'arn:aws:iam::111122223333:role/neo';
const TRUST = new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': '111122223333' } } });
const policies = (stack: Stack) => Object.values(templateOf(stack).findResources('AWS::IAM::Policy')).map(({ Properties }) => Properties);

describe('a role', () => {
  test('of the app is given what jobs need, and no other is made', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Role', { assumedBy: TRUST });
    const { privateVpc } = network({ role }, stack);
    expect(privateVpc.role).toBe(role);
    const [policy] = policies(stack).filter(({ Roles }) => Roles[0].Ref === stack.resolve(role.roleName).Ref);
    const sids = policy.PolicyDocument.Statement.map(({ Sid }: any) => Sid.replace(/[0-9a-f]{8}$/, ''));
    expect(sids).toEqual(['UseObjects', 'DescribeNetwork', 'PlaceInterfaces', 'CreateInterfaces', 'UseInterfaces', 'UseBuckets', 'WriteLogs', 'WriteMetrics']);
    expect(Object.keys(templateOf(stack).findResources('AWS::IAM::Role')).filter(id => id.startsWith('NeoRole'))).toEqual([]);
    expect(warningIds(stack)).toEqual([]);
  });

  test('that is imported and mutable likewise, but its trust cannot be checked', () => {
    const stack = newStack();
    network({ role: iam.Role.fromRoleArn(stack, 'Role', ARN) }, stack);
    expect(policies(stack).filter(({ Roles }) => Roles[0] === 'neo')).toHaveLength(1);
    expect(warningIds(stack)).toEqual(['roleTrustNotChecked']);
  });

  test.each<[string, (stack: Stack) => iam.IRole, string[]]>([
    ['imported as immutable', stack => iam.Role.fromRoleArn(stack, 'Role', ARN, { mutable: false }), ['roleTrustNotChecked']],
    ['of the app without policy updates', stack => new iam.Role(stack, 'Role', { roleName: 'neo', assumedBy: TRUST }).withoutPolicyUpdates(), []],
  ])('%s gets a warning with the statements it needs', (_, role, others) => {
    const stack = newStack({ env: { account: '111122223333', region: 'eu-west-1' } });
    network({ role: role(stack) }, stack);
    expect(policies(stack).filter(({ Roles }) => Roles[0] === 'neo')).toEqual([]);
    expect(warningIds(stack)).toEqual(['roleNotManaged', ...others]);
    const text = warnings(stack).find(warning => warning.includes('roleNotManaged'))!;
    for (const action of ['ec2:CreateNetworkInterface', 's3:GetObject', 'logs:PutLogEvents', 'cloudwatch:PutMetricData']) { expect(text).toContain(action); }
    expect(text).not.toContain('Token[');
  });

  test('fails: of another account, as it could not be passed', () => {
    const stack = newStack({ env: { account: '111122223333' } });
    expect(() => network({ role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/neo') }, stack))
      .toThrow(/role must be in the account of the stack, 111122223333.*Stack\/Role in 444455556666/);
  });

  test('that anyone could have Neo assume is warned of', () => {
    const stack = newStack();
    network({ role: new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') }) }, stack);
    expect(warningIds(stack)).toEqual(['roleTrustUnconditional']);
  });

  describe('that does not trust SageMaker', () => {
    const untrusting = () => {
      const stack = newStack();
      const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
      network({ role }, stack);
      return { stack, role };
    };

    test('fails synthesis', () => {
      expect(() => (untrusting().stack.node.root as App).synth()).toThrow(/role must trust sagemaker.amazonaws.com.*Stack\/Role/);
    });

    test('unless it does in the end', () => {
      const { stack, role } = untrusting();
      role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({ actions: ['sts:AssumeRole'], principals: [TRUST] }));
      expect(() => (stack.node.root as App).synth()).not.toThrow();
    });
  });
});
