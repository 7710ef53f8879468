import { writeFileSync } from 'fs';
import { join } from 'path';
import { THEMES } from '../test/iam/requests';
import type { Row } from '../test/iam/row';

export const IAM_DECISIONS_PAGE = join(__dirname, 'iam-decisions.md');

/** docs/iam-decisions.md, from the table that test/iam/decisions.test.ts checks against the synthesized policies. */
export function renderIamDecisionsPage(): string {
  const rows = THEMES.flatMap(theme => theme.rows);
  const allowed = rows.filter(([, , , , , decision]) => decision === 'allowed').length;
  return [
    '<!-- Made by docs/generate-iam-decisions.ts from test/iam/requests; do not edit. -->',
    '# Who may do what',
    [
      `${rows.length} requests, ${allowed} of them allowed, each decided over all policies that have a say: identity, trust, VPC endpoint, bucket and key policies,`,
      'as synthesized. The decisions below are what this library promises; `test/iam/decisions.test.ts` compares them with what the policies say, by',
      'simulation, `test/iam/coverage.test.ts` that each policy lets one of them through and stops one, and `test/iam/mutations.test.ts` that the table',
      'notices when a policy is spoilt. A simulation is not AWS: it knows neither service control policies nor what AWS does not document.',
    ].join('\n'),
    [
      'What a job itself does in its VPC rests on two grounds. AWS documents the EC2 actions that its role needs',
      '([Neo in a VPC](https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html)). The actions for S3, CloudWatch Logs and metrics are inferred from what a job reads',
      'and writes, and could not be verified without an AWS account.',
    ].join('\n'),
    [
      'The ordinary stack has a bucket with a customer-managed key and `autoDeleteObjects`, an exempt uploader, one job with `deleteArtifacts`',
      'whose result a device reads from outside, one with a model asset, and one with a fixed name. A second one is just like it; a third ("closed")',
      'has `privateControlPlane`, a fourth two fleets and a state machine with a task.',
      '*Administrator* may do everything in the account, *developer* everything in S3, SageMaker, EC2, Lambda and Step Functions.',
      'The foreign bucket belongs to another account and admits every request of every principal.',
    ].join('\n'),
    '"Denied by" lists every policy that stops the request on its own: with two of them, one may fail. *key* means that S3 cannot decrypt or encrypt the object for the principal.',
    ...THEMES.flatMap(({ title, rows: of }) => [`## ${title}`, table(of)]),
  ].join('\n\n') + '\n';
}

function table(rows: Row[]): string {
  return [
    '| request | action | on | through | decision | because |',
    '|---|---|---|---|---|---|',
    ...rows.map(([sentence, , action, object, path, decision, because]) =>
      `| ${sentence} | \`${action}\` | ${[object].flat().join(', ')} | ${path} | ${decision === 'allowed' ? '**allowed**' : `denied by ${decision}`} | ${because} |`),
  ].join('\n');
}

if (require.main === module) {
  writeFileSync(IAM_DECISIONS_PAGE, renderIamDecisionsPage());
}
