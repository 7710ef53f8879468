/**
 * Every example as it is, synthesized once and looked at from all sides: what it is there to show (contents/), and that it is as clean as users are told to be.
 */
import { readFileSync } from 'fs';
import { join } from 'path';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Example, exampleNames, EXAMPLES } from './example-apps';
import { LocalCloud, VirtualClock } from '../../local';
import { RUNNABLE } from '../../local/demo/options';
import { always, FrontEnd, NeoService } from '../../local/sagemaker';
import { evaluate } from '../../src/privacy-validation/report/privacy-report';
import { TemplateSet } from '../../src/privacy-validation/template/template-set';
import { EXPLAINED, isExplainedBy } from '../nag/explained';
import { acknowledgements, findings, unexplained } from '../nag/findings';
import { brokenRules } from '../privacy-validation/private-app';

/** Warnings that an example's README explains. */
const WARNINGS: { readonly [name: string]: readonly string[] } = {
  languages: ['modelNotUploaded'],
};

const names = exampleNames();
const index = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');

// What validations print at the synthesis.
jest.spyOn(console, 'error').mockImplementation();

test('there is one for each scenario', () => {
  expect(names).toEqual(expect.arrayContaining(['private-compilation', 'existing-vpc', 'hardened', 'many-jobs', 'edge-device', 'endpoint', 'pipeline-stage']));
});

const explained = new Set<typeof EXPLAINED[number]>();

describe.each(names)('examples/%s', name => {
  const example = Example.load(name);
  const found = findings(example.app);
  EXPLAINED.filter(explanation => found.some(finding => isExplainedBy(explanation, finding))).forEach(explanation => explained.add(explanation));

  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a file for each example, or this fails
  describe('shows', () => { require(`./contents/${name}`).contents(example); });

  test('is made of the classes that cdk-nag knows, which has no unexplained finding', () => {
    expect(example.app.node.findAll().filter(construct => construct instanceof iam.CfnPolicy).length).toBeGreaterThan(3);
    expect(unexplained(found)).toEqual([]);
  });

  test('inherits acknowledgements from the library, each with its reason', () => {
    const acknowledged = acknowledgements(example.app);
    expect(acknowledged.length).toBeGreaterThan(20);
    for (const [, reason] of acknowledged) { expect(reason).toMatch(/^\S.{20,}\.$/); }
  });

  if (name === 'hardened') {
    test('has no finding of cdk-nag at all', () => { expect(found).toEqual([]); });
  }

  test('breaks no rule of privacy', () => {
    const report = evaluate(TemplateSet.fromFiles(example.stacks.map(({ templateFullPath }) => templateFullPath)), [], 'test');
    expect(report.networks.length).toBeGreaterThan(0);
    expect(brokenRules(report)).toEqual([]);
  });

  test('warns of nothing else than its README explains', () => {
    expect([...new Set(example.warningIds)]).toEqual(WARNINGS[name] ?? []);
  });

  // The first one is run by test/local/demo.test.ts.
  if (RUNNABLE.slice(1).includes(name)) {
    test('is deployed and deleted by the local run', async () => {
      const clock = new VirtualClock();
      const service = new NeoService({ now: clock.now, plan: always({ startingMs: 40_000, compilingMs: 110_000 }), modelsMustExist: true });
      const cloud = new LocalCloud({ assembly: example.assembly, clock, sagemaker: new FrontEnd(service, { clock }) });
      const stackNames = example.stacks.map(({ stackName }) => stackName);
      try {
        for (const stackName of stackNames) {
          const { status, failures } = await cloud.deploy(stackName);
          expect({ stackName, status, failures }).toEqual({ stackName, status: 'CREATE_COMPLETE', failures: [] });
        }
        expect(service.records().map(({ status }) => status)).toEqual(service.records().map(() => 'COMPLETED'));
        for (const stackName of stackNames.reverse()) { expect((await cloud.destroy(stackName)).status).toBe('DELETE_COMPLETE'); }
        expect(service.records().filter(({ deletedAt }) => deletedAt === undefined)).toEqual([]);
      } finally {
        await cloud.close();
      }
    });
  }

  test('has a page, and is listed', () => {
    expect(readFileSync(join(EXAMPLES, name, 'README.md'), 'utf8')).toMatch(/^# \S/);
    expect(index).toContain(`](${name})`);
  });
});

test('no explanation of a finding has outlived it', () => {
  expect(EXPLAINED.filter(explanation => !explained.has(explanation))).toEqual([]);
});
