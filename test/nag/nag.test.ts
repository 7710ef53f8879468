import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';
import { acknowledgements, findings as findingsIn, unexplained, type Finding } from './findings';
import { NeoFleetModels, NeoFramework } from '../../src';
import { compilation } from '../compilation-job/fixture';
import { MarkdownPage } from '../docs/markdown';
import { C5, fleetStack } from '../fleet/fleet-harness';
import { network } from '../network/fixture';

/** What the three packs find. */
function findings(app: App): Finding[] {
  app.synth();
  return findingsIn(app);
}

describe('the library', () => {
  test.each([false, true])('is explained with all that jobs can have, privateControlPlane: %s', privateControlPlane => {
    const app = new App();
    compilation({ deleteArtifacts: true, compilationJobName: 'fixed' }, network({ privateControlPlane }, new Stack(app, 'Stack')));
    expect(unexplained(findings(app))).toEqual([]);
  });

  test('is explained with policies that the CDK has minimized', () => {
    const app = new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': true } });
    compilation({ deleteArtifacts: true }, network({ privateControlPlane: true }, new Stack(app, 'Stack')));
    expect(unexplained(findings(app))).toEqual([]);
  });

  test('is explained with a fleet', () => {
    const { stack } = fleetStack((_, models) => ({ models: NeoFleetModels.fromPrefix(models, 'models/', { framework: NeoFramework.XGBOOST }), targets: [C5] }));
    expect(unexplained(findings(stack.node.root as App))).toEqual([]);
  });

  test('explains the helper of a fleet that has no options, too', () => {
    const { stack } = fleetStack((_, models) => ({ models: NeoFleetModels.fromPrefix(models, 'models/', { framework: NeoFramework.XGBOOST }), targets: [C5] }));
    expect(findings(stack.node.root as App).filter(({ rule }) => rule === 'AwsSolutions-SF1').map(({ path }) => path)).toEqual(['Stack/Fleet/StateMachine/Resource']);
  });

  test('gives a reason for each acknowledgement', () => {
    const app = new App();
    compilation({ deleteArtifacts: true }, network({ privateControlPlane: true }, new Stack(app, 'Stack')));
    app.synth();
    const acknowledged = acknowledgements(app);
    expect(acknowledged.length).toBeGreaterThan(20);
    for (const [, reason] of acknowledged) { expect(reason).toMatch(/^\S.{20,}\.$/); }
  });

  test('does not acknowledge what a user adds to its roles', () => {
    const app = new App();
    const { privateVpc } = compilation({}, network({}, new Stack(app, 'Stack')));
    privateVpc.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['sqs:SendMessage*'], resources: ['*'] }));
    expect(unexplained(findings(app)).map(({ rule }) => rule).sort()).toEqual(['AwsSolutions-IAM5[Action::sqs:SendMessage*]', 'AwsSolutions-IAM5[Resource::*]']);
  });

  test('does not acknowledge what the user can change', () => {
    const app = new App();
    compilation({}, network({}, new Stack(app, 'Stack')));
    const rules = new Set(findings(app).map(({ rule }) => rule));
    expect(rules).toContain('NIST.800.53.R5-CloudWatchLogGroupEncrypted');
    expect(rules).toContain('HIPAA.Security-LambdaInsideVPC');
    expect(rules).toContain('AwsSolutions-S1');
  });
});

describe('docs/cdk-nag.md', () => {
  const page = MarkdownPage.read('docs/cdk-nag.md').text;
  const section = page.split('## Findings that remain')[1];

  test('names the version of cdk-nag that is installed', () => {
    expect(page).toContain(`cdk-nag ${jest.requireActual('cdk-nag/package.json').version} `);
  });

  test('lists all that the NIST and Serverless packs find in a job and a fleet', () => {
    const job = new App();
    compilation({ deleteArtifacts: true }, network({}, new Stack(job, 'Stack')));
    const { stack } = fleetStack();
    const rules = [job, stack.node.root as App].flatMap(app => {
      app.synth();
      const packs = [new NIST80053R5Checks(app), new ServerlessChecks(app)];
      return packs.flatMap(pack => pack.validateScope(app).violations.map(({ ruleName }) => ruleName));
    });
    const listed = [...section.matchAll(/`((?:NIST\.800\.53\.R5|Serverless)-\w+)(\u2026?)`/g)].map(([, name, more]) => ({ name, isPrefix: more !== '' }));
    const isListed = (rule: string) => listed.some(({ name, isPrefix }) => isPrefix ? rule.startsWith(name) : rule === name);
    expect(rules.length).toBeGreaterThan(listed.length);
    expect(rules.filter(rule => !isListed(rule))).toEqual([]);
    expect(listed.filter(({ name, isPrefix }) => !rules.some(rule => isPrefix ? rule.startsWith(name) : rule === name))).toEqual([]);
  });
});
