import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { policiesOf } from './policies';
import { CHECKOV, checkov, PARLIAMENT, parliamentPython, ROOT, run } from './tools';

interface Accepted { readonly rule: string; readonly where?: RegExp; readonly because: string }

interface Finding { readonly rule: string; readonly at: string; readonly detail: string }

/** What checkov finds in the examples, and why it stays. */
const CHECKOV_ACCEPTED: Accepted[] = [
  { rule: 'CKV_AWS_18', because: 'the buckets are the examples\', and an access log needs another bucket, whose choice is the user\'s' },
  { rule: 'CKV_AWS_21', because: 'models and artifacts can be made again, and a noncurrent version would keep a model that was deleted' },
  { rule: 'CKV_AWS_27', because: 'the queue is encrypted with SSE-SQS, which Amazon SQS turns on by default; it holds keys of objects, no models' },
  { rule: 'CKV_AWS_111', where: /\/Pipeline\.template/, because: 'CDK Pipelines writes this policy' },
  { rule: 'CKV_AWS_115', because: 'reserved concurrency takes from the account\'s own, which is 10 in a new one' },
  { rule: 'CKV_AWS_116', because: 'CloudFormation waits for the answer and reports the failure; an event that was not handled must not be handled later' },
  { rule: 'CKV_AWS_117', because: 'the functions see no model; privateControlPlane puts them into the VPC' },
  { rule: 'CKV_AWS_158', because: 'CloudWatch Logs encrypts every group; the group holds addresses and names, no models, and encryptionKey adds a key' },
  { rule: 'CKV_AWS_173', because: 'the variables hold ARNs and names, no secrets' },
];

/** What parliament finds in the policies of the examples, and why it stays. */
const PARLIAMENT_ACCEPTED: Accepted[] = [
  { rule: 'MALFORMED', where: /AssumeRolePolicyDocument.*neither Resource nor NotResource/, because: 'a trust policy has no Resource; parliament expects one of every policy' },
  { rule: 'RESOURCE_MISMATCH', where: /ec2:\w+NetworkInterface|ec2:\w*PrivateIpAddresses/, because: 'each of the types of resource that the action needs has a statement with its own conditions, and parliament reads statements alone' },
  { rule: 'RESOURCE_MISMATCH', where: /states:(DescribeExecution|ListExecutions)|s3:GetObjectAttributes/, because: 'the action takes any one of several types of resource' },
  { rule: 'RESOURCE_MISMATCH', where: /EdgeDevice.*ssm:DescribeParameters/, because: 'CDK\'s grantRead of a parameter writes it so; the action then allows nothing' },
  { rule: 'UNKNOWN_ACTION', where: /AWS::IoT::Policy.*iot:AssumeRoleWithCertificate/, because: 'it is an action of policies of AWS IoT, for its credentials provider, not of IAM' },
  { rule: 'RESOURCE_STAR', where: /^Pipeline\//, because: 'CDK Pipelines writes these policies' },
  { rule: 'RESOURCE_STAR', where: /AWS::KMS::Key\/KeyPolicy/, because: 'in a key policy * is the key itself' },
  { rule: 'UNKNOWN_CONDITION_FOR_ACTION', where: /kms:EncryptionContext/, because: 'the statement is AWS\'s own for CloudWatch Logs, with kms:Encrypt* and the like' },
  { rule: 'MISMATCHED_TYPE', where: /AWS::KMS::Key\/KeyPolicy/, because: 'AWS\'s own statement for CloudWatch Logs compares the encryption context with ArnLike' },
];

/** Judge the examples' templates and policies with linters that others wrote. @returns what is neither fixed nor accepted, and what is accepted in vain */
export function judge(templates: string[]): string[] {
  return [
    ...unexplained('checkov', CHECKOV, checkovFindings(templates), CHECKOV_ACCEPTED),
    ...unexplained('parliament', PARLIAMENT, parliamentFindings(templates), PARLIAMENT_ACCEPTED),
  ];
}

function unexplained(tool: string, version: string, findings: Finding[], accepted: Accepted[]): string[] {
  const isAccepted = (finding: Finding, { rule, where }: Accepted) => finding.rule === rule && (where?.test(`${finding.at} ${finding.detail}`) ?? true);
  const open = findings.filter(finding => !accepted.some(acceptance => isAccepted(finding, acceptance)));
  const idle = accepted.filter(acceptance => !findings.some(finding => isAccepted(finding, acceptance)));
  console.log(`${tool} ${version}: ${findings.length} findings, ${findings.length - open.length} of them accepted for ${accepted.length} reasons`);
  return [
    ...open.map(({ rule, at, detail }) => `${tool} ${rule} ${at}: ${detail}`),
    ...idle.map(({ rule, where }) => `${tool} ${rule}${where ? ` (${where.source})` : ''} is accepted but not found: remove it from ${path.basename(__filename)}`),
  ];
}

function checkovFindings(templates: string[]): Finding[] {
  const { stdout, stderr } = run(checkov(), [
    '--framework', 'cloudformation', '--output', 'json', '--compact', '--quiet', '--soft-fail', '--skip-download', ...templates.flatMap(file => ['--file', file]),
  ]);
  const answer = JSON.parse(stdout);
  const reports = Array.isArray(answer) ? answer : [answer];
  if (!reports.every(({ results, summary }) => summary?.parsing_errors === 0 && Array.isArray(results?.failed_checks))) { throw new Error(`checkov failed:\n${stdout}\n${stderr}`); }
  return reports.flatMap(({ results }) => results.failed_checks).map((check: any) => ({
    rule: check.check_id, at: `${path.relative(ROOT, check.file_abs_path)} ${check.resource}`, detail: check.check_name,
  }));
}

function parliamentFindings(templates: string[]): Finding[] {
  const policies = templates.flatMap(file => policiesOf(file, JSON.parse(fs.readFileSync(file, 'utf8'))));
  // A check that finds nothing in a wrong policy proves nothing.
  const wrong = { at: 'wrong', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObjekt', Resource: '*' }] } };
  const { status, stdout, stderr } = spawnSync(parliamentPython(), [path.join(__dirname, 'lint_policies.py')], {
    input: JSON.stringify([wrong, ...policies]), encoding: 'utf8', maxBuffer: 2 ** 28,
  });
  if (status !== 0) { throw new Error(`parliament failed:\n${stdout}\n${stderr}`); }
  const findings: { at: string; issue: string; detail: string }[] = JSON.parse(stdout);
  if (!findings.some(({ at }) => at === 'wrong')) { throw new Error('parliament does not find a wrong action'); }
  return findings.filter(({ at }) => at !== 'wrong').map(({ at, issue, detail }) => ({ rule: issue, at, detail }));
}
