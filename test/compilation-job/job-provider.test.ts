import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { createRequire } from 'node:module';
import { join } from 'path';
import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { compilation } from './fixture';
import { nodeRuntime } from '../../local/lambda/runtimes';
import { network, newStack, templateOf } from '../network/fixture';

// It has no types of its own.
const validate: (definition: object) => { isValid: boolean; errors: object[] } = createRequire(__filename)('asl-validator');

describe('one provider per stack', () => {
  test('serves any number of jobs: each further one costs exactly one resource', () => {
    const count = (jobs: number) => {
      const fixture = network();
      for (let i = 0; i < jobs; i++) { compilation({}, fixture, `Job${i}`); }
      return Object.keys(templateOf(fixture.stack).toJSON().Resources).length;
    };
    expect(count(12) - count(1)).toBe(11);
  });

  test('is not shared between stacks or apps', () => {
    const [one, two] = [compilation(), compilation()];
    for (const { stack } of [one, two]) { templateOf(stack).resourceCountIs('AWS::StepFunctions::StateMachine', 1); }
  });

  test('runs the bundled handler on the pinned runtime', () => {
    const functions = Object.values(templateOf(compilation().stack).findResources('AWS::Lambda::Function')).map(f => f.Properties);
    const ours = functions.filter(f => /^index\.(onEvent|isComplete)$/.test(f.Handler));
    expect(ours.map(f => f.Runtime)).toEqual(['nodejs24.x', 'nodejs24.x']);
  });

  const runtimesIn = (region: string) => {
    const { stack } = compilation({}, network({}, newStack({ env: { region } })));
    const functions = Object.values(templateOf(stack).findResources('AWS::Lambda::Function')).map(f => f.Properties);
    return { runtimes: functions.filter(f => /^index\.(onEvent|isComplete)$/.test(f.Handler)).map(f => f.Runtime), chosen: lambda.determineLatestNodeRuntime(stack).name };
  };

  test.each(['us-east-1', 'eu-central-2', 'cn-north-1', 'cn-northwest-1'])('runs on Node.js 24 in %s, where AWS Lambda has it', region => {
    expect(runtimesIn(region).runtimes).toEqual(['nodejs24.x', 'nodejs24.x']);
  });

  test.each(['us-gov-west-1', 'us-iso-east-1', 'eusc-de-east-1', 'eu-isoe-west-1', 'xx-new-1'])('runs on the runtime that CDK chooses in %s', region => {
    const { runtimes, chosen } = runtimesIn(region);
    expect(runtimes).toEqual([chosen, chosen]);
  });

  test.each(['22', '24'])('runs on Node.js %s: the bundle has no syntax that it does not know', major => {
    const bundle = join(__dirname, '..', '..', 'assets', 'compilation-job', 'handler', 'compilation-job.lambda', 'index.js');
    execFileSync(nodeRuntime(`nodejs${major}.x`).executable, ['--check', bundle], { stdio: 'pipe' });
    expect(readFileSync(bundle, 'utf8')).toContain('isComplete');
  });

  test('has a waiter that is valid, and repeats what was throttled as long as CloudFormation waits', () => {
    const [machine] = Object.values(templateOf(compilation().stack).findResources('AWS::StepFunctions::StateMachine'));
    const definition = JSON.parse(machine.Properties.DefinitionString['Fn::Join'][1]
      .map((part: any) => typeof part === 'string' ? part : part.Ref === 'AWS::Partition' ? 'aws' : 'arn:aws:lambda:us-east-1:111122223333:function:handler').join(''));
    expect(validate(definition)).toMatchObject({ isValid: true });
    for (const state of ['Proceed', 'Answer']) {
      const [throttled, any] = definition.States[state].Retry;
      expect(throttled.ErrorEquals).toContain('Lambda.TooManyRequestsException');
      // With full jitter, half of the longest wait on average.
      expect(throttled.MaxAttempts * throttled.MaxDelaySeconds / 2).toBeGreaterThan(3_400);
      expect(any).toMatchObject({ ErrorEquals: ['States.ALL'], MaxAttempts: 12 });
    }
  });
});

describe('permissions of the handler', () => {
  const statements = (fixture: { stack: Stack }) => Object.values(templateOf(fixture.stack).findResources('AWS::IAM::Policy'))
    .flatMap(policy => policy.Properties.PolicyDocument.Statement) as any[];
  const statement = (fixture: { stack: Stack }, sid: string) => statements(fixture).find(one => one.Sid === sid);

  test('make jobs under the stack\'s own names only', () => {
    const { Action, Resource } = statement(compilation(), 'MakeJobs');
    expect(Action).toEqual(['sagemaker:CreateCompilationJob', 'sagemaker:DescribeCompilationJob', 'sagemaker:AddTags', 'sagemaker:ListTags']);
    expect(JSON.stringify(Resource)).toMatch(/:compilation-job\/Stack-[0-9a-f]{6}-\*"/);
  });

  test('a fixed name is added', () => {
    expect(JSON.stringify(statement(compilation({ compilationJobName: 'resnet-for-c5' }), 'MakeJobs').Resource)).toContain(':compilation-job/resnet-for-c5');
  });

  test('end only jobs that carry the stack\'s tag', () => {
    const { Action, Condition } = statement(compilation(), 'EndOwnJobs');
    expect(Action).toContain('sagemaker:DeleteCompilationJob');
    expect(Condition.StringEquals['aws:ResourceTag/cdk-sagemaker-neo:stack']).toMatch(/^Stack-[0-9a-f]{6}$/);
  });

  test('pass the jobs\' roles to SageMaker, and to no other service', () => {
    const { stack, privateVpc } = compilation();
    expect(statement({ stack }, 'PassExecutionRole')).toMatchObject({
      Resource: stack.resolve([privateVpc.role.roleArn]),
      Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    });
  });

  test('delete artifacts only when asked to, and only those of the job', () => {
    expect(statement(compilation(), 'DeleteArtifacts')).toBeUndefined();
    const { Action, Resource } = statement(compilation({ deleteArtifacts: true, outputPrefix: 'out' }), 'DeleteArtifacts');
    expect(Action).toBe('s3:DeleteObject');
    expect(JSON.stringify(Resource)).toMatch(/\/out\/Stack-[0-9a-f]{6}-Job-\*\/\*"/);
  });

  test('reach `*` with one action, which takes no resource, and with no managed policy', () => {
    const { stack } = compilation();
    const provider = Object.entries(templateOf(stack).findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('cdksagemakerneo'));
    const onAll = provider.flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement).filter((one: any) => one.Resource === '*');
    expect(onAll.map((one: any) => one.Action)).toEqual(['sagemaker:ListCompilationJobs']);
    for (const role of Object.values(templateOf(stack).findResources('AWS::IAM::Role'))) {
      if (JSON.stringify(role.Properties.Description ?? '').match(/Neo compilation jobs|requests of CloudFormation/)) {
        expect(role.Properties.ManagedPolicyArns).toBeUndefined();
      }
    }
  });
});
