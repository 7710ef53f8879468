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
      `This page lists ${rows.length} requests, of which ${allowed} are allowed. Each decision considers all synthesized policies that apply to the request: identity and trust policies, and the`,
      'policies of VPC endpoints, buckets, queues and keys. `test/iam/decisions.test.ts` checks by simulation that the policies decide each request as this page says,',
      '`test/iam/coverage.test.ts` that each policy allows at least one request and denies at least one, and `test/iam/mutations.test.ts` that decisions change when a',
      'policy is weakened. The simulation is not AWS: it includes neither service control policies nor behavior that AWS does not document.',
    ].join('\n'),
    [
      'The permissions of jobs have two sources. AWS documents the EC2 actions that a job in a VPC needs',
      '([Neo in a VPC](https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html)). The actions for S3, CloudWatch Logs and metrics are inferred from what a job reads',
      'and writes, and could not be verified without an AWS account.',
    ].join('\n'),
    [
      'The requests refer to four stacks. *This* stack has a bucket with a customer-managed key and `autoDeleteObjects`, an exempt uploader, and three jobs: one with',
      '`deleteArtifacts`, whose compiled model a device reads from outside, one with a model asset, and one with a fixed name. The *other* stack is identical. The *closed*',
      'stack has `privateControlPlane`. The fourth stack has two fleets and a state machine with a task. The *first function* is `onEvent`, and the *handler* is `isComplete`.',
      'An *administrator* may do everything in the account, a *developer* everything in S3, SageMaker, EC2, Lambda and Step Functions.',
      'The *foreign bucket* belongs to another account and allows every request of every principal.',
    ].join('\n'),
    '"Denied by" lists every policy that denies the request on its own: if there are two, the request is denied even if one of them is missing. *key* means that the principal may not use the KMS key, so S3 cannot decrypt or encrypt the object.',
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
