/**
 * Writes the table of what the README's first example creates, from the example itself. A test compares what is committed.
 *
 *     npx projen docs:readme
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { synthesize, type Template } from './synthesize';
import { main as commandLine } from '../src/preflight/cli';

const ROOT = join(__dirname, '..');
export const README = join(ROOT, 'README.md');

/** The resource types that a row of the table counts. A type without a row is an error, so that nothing is left out. */
const ROWS: readonly { readonly what: string; readonly cost: string; readonly types: RegExp }[] = [
  {
    what: 'VPC, isolated subnets, route tables, S3 gateway endpoint, security group',
    cost: 'no charge',
    types: /^AWS::EC2::(VPC|Subnet|RouteTable|SubnetRouteTableAssociation|VPCEndpoint|SecurityGroup|SecurityGroupEgress)$/,
  },
  { what: 'your bucket and its policy', cost: 'storage and requests', types: /^AWS::S3::/ },
  { what: 'IAM roles and policies', cost: 'no charge', types: /^AWS::IAM::/ },
  { what: 'Lambda functions', cost: 'calls: about seven a minute while a job runs', types: /^AWS::Lambda::Function$/ },
  { what: 'Step Functions state machine, which waits for jobs', cost: 'state transitions: about 20 a minute while a job runs', types: /^AWS::StepFunctions::/ },
  { what: 'VPC flow log and log groups', cost: 'log storage', types: /^(AWS::Logs::|AWS::EC2::FlowLog$)/ },
  { what: 'the compilation job', cost: 'see SageMaker\'s price list', types: /^Custom::SageMakerNeoCompilationJob$/ },
  { what: 'helpers of CloudFormation: other custom resources and wait condition handles', cost: 'no charge', types: /^(Custom::|AWS::CloudFormation::WaitConditionHandle$)/ },
];

/** Runs the README's first example unchanged, with the model that the README creates and the feature flags that `cdk init` sets. */
export function synthesizeFirstExample(): Template {
  const folder = mkdtempSync(join(tmpdir(), 'neo-readme-'));
  try {
    commandLine(['sample', join(folder, 'model.tar.gz')], () => undefined);
    const [, code] = /```ts nofixture\n([^]*?)```/.exec(readFileSync(README, 'utf8'))!;
    writeFileSync(join(folder, 'app.ts'), code.replace('\'cdk-sagemaker-neo\'', JSON.stringify(join(ROOT, 'src'))));
    return synthesize('app.ts', folder, flags).Models;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The README with its generated part as it should be. */
export function renderReadme(readme: string, template = synthesizeFirstExample()): string {
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  const rowOf = (type: string) => ROWS.find(row => row.types.test(type));
  const unknown = types.filter(type => !rowOf(type));
  if (unknown.length > 0) { throw new Error(`docs/generate-readme.ts has no row for ${unknown.join(', ')}`); }
  const rows = ROWS.map(row => ({ ...row, count: types.filter(type => rowOf(type) === row).length })).filter(({ count }) => count > 0);
  const table = [
    '| Resources | What | What AWS charges for |', '|---|---|---|',
    ...rows.map(({ count, what, cost }) => `| ${count} | ${what} | ${cost} |`),
    `| ${types.length} | in all | nothing by the hour |`,
  ].join('\n');
  return readme.replace(/(<!-- resources: .*? -->)[^]*?(<!-- \/resources -->)/, (_all, start, end) => `${start}\n${table}\n${end}`);
}

if (require.main === module) { writeFileSync(README, renderReadme(readFileSync(README, 'utf8'))); }
