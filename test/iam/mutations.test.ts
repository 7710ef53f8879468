import { Cloud } from './cloud';
import { THEMES } from './requests';
import { synthesize, type Templates } from './stacks';

const ROWS = THEMES.flatMap(({ rows }) => rows);
const SOUND = synthesize();

/** The policy documents of a template, wherever they are. */
const documentsOf = (template: any) => Object.values<any>(template.Resources)
  .flatMap(({ Properties }) => [Properties?.PolicyDocument, Properties?.AssumeRolePolicyDocument, Properties?.KeyPolicy])
  .filter(document => document !== undefined);

/** The only statement like this of a template; `spoil` alters it, or returns false for it to be taken away. */
function statement(template: any, isWanted: (of: any) => boolean, spoil: (of: any) => false | void) {
  const found = documentsOf(template).flatMap(document => document.Statement.filter(isWanted).map((of: any) => ({ document, of })));
  expect(found).toHaveLength(1);
  const [{ document, of }] = found;
  if (spoil(of) === false) { document.Statement.splice(document.Statement.indexOf(of), 1); }
}

const bySid = (sid: string) => ({ Sid }: any) => Sid === sid;
const withoutConditions = (of: any) => { delete of.Condition; };
const onEverything = (of: any) => { of.Resource = '*'; };
/** Some action on some resource, by parts of their names. */
const ofFleet = (action: string, resource: string) => ({ Action, Resource }: any) =>
  [Action].flat().some(name => name?.startsWith(action)) && JSON.stringify(Resource)?.includes(resource);
const away = () => false as const;
const jobTrust = ({ Principal, Action }: any) => Action === 'sts:AssumeRole' && Principal.Service === 'sagemaker.amazonaws.com';

const MUTANTS: [what: string, spoil: (templates: Templates) => void, flips: { [sentence: string]: string }][] = [
  ['the bucket\'s Deny is removed', ({ Models }) => statement(Models, bySid('OnlyThroughNeoEndpoint'), away), {
    'the job role reads the model from outside': 'allowed',
    'the job role writes through another endpoint': 'allowed',
    'an administrator lists the bucket from outside': 'allowed',
    'an administrator reads an old version from outside': 'allowed',
    'a developer without the key reads the model from outside': 'key',
    'the handler reads the model': 'identity + key',
  }],
  ['the bucket\'s Deny does not cover listings', ({ Models }) => statement(Models, bySid('OnlyThroughNeoEndpoint'), of => { of.Action = of.Action.filter((action: string) => action !== 's3:ListBucket'); }), {
    'the job role lists from outside': 'allowed',
    'an administrator lists the bucket from outside': 'allowed',
  }],
  ['the bucket\'s Deny names the other endpoint', ({ Models }) => statement(Models, bySid('OnlyThroughNeoEndpoint'), of => { of.Condition.StringNotEquals['aws:SourceVpce'] = 'vpce-00000000000000000'; }), {
    'a job reads its model': 'bucket',
    'the job role reads the model through another endpoint': 'allowed',
  }],
  ['every principal is exempt from the bucket\'s Deny', ({ Models }) => statement(Models, bySid('OnlyThroughNeoEndpoint'), of => { of.Condition.ArnNotLike['aws:PrincipalArn'] = '*'; }), {
    'the job role reads the model from outside': 'allowed',
    'an administrator reads the model from outside': 'allowed',
  }],
  ['no principal is exempt from the bucket\'s Deny', ({ Models }) => statement(Models, bySid('OnlyThroughNeoEndpoint'), of => { delete of.Condition.ArnNotLike; }), {
    'the exempt uploader writes a model': 'bucket',
    'the device reads its compiled model': 'bucket',
  }],
  ['the bucket\'s Deny denies everything', ({ Models }) => statement(Models, bySid('OnlyThroughNeoEndpoint'), of => { of.Action = 's3:*'; }), {
    'CloudFormation writes the bucket policy': 'bucket',
    'CloudFormation deletes the bucket': 'bucket',
    'autoDeleteObjects finds all versions': 'bucket + identity',
    'the handler deletes a compiled model': 'bucket',
  }],
  ['the bucket accepts requests without TLS', ({ Models }) => statement(Models, ({ Condition }) => Condition?.Bool?.['aws:SecureTransport'] === 'false', away), {
    'a job reads its model without TLS': 'allowed',
    'the exempt uploader writes without TLS': 'allowed',
  }],
  ['the endpoint lets everything through', ({ Models }) => { statement(Models, bySid('NeoBuckets'), away); statement(Models, bySid('NeoObjects'), of => { withoutConditions(of); onEverything(of); of.Action = '*'; }); }, {
    'an administrator copies the model to a foreign bucket': 'allowed',
    'foreign credentials write to a bucket of their own account': 'allowed',
    'foreign credentials list a bucket of their own account': 'allowed',
    'a job copies the model to a foreign bucket': 'identity',
    'an administrator deletes the model through the endpoint': 'allowed',
  }],
  ['the endpoint lets objects of every bucket through', ({ Models }) => statement(Models, bySid('NeoObjects'), onEverything), {
    'an administrator copies the model to a foreign bucket': 'allowed',
    'an administrator copies the model to an unrelated bucket': 'allowed',
    'a job copies the model to a foreign bucket': 'identity',
  }],
  ['the endpoint lets principals of every account through', ({ Models }) => statement(Models, bySid('NeoObjects'), withoutConditions), {
    'foreign credentials read the model': 'bucket + key',
    'foreign credentials write into the bucket': 'bucket + key',
  }],
  ['the endpoint lets nothing through', ({ Models }) => statement(Models, bySid('NeoObjects'), away), {
    'a job reads its model': 'endpoint',
    'a job writes the compiled model': 'endpoint',
  }],
  ['the job role trusts SageMaker for any account', ({ Models }) => statement(Models, jobTrust, withoutConditions), {
    'SageMaker assumes the job role for another account': 'allowed',
    'SageMaker assumes the job role for a training job': 'allowed',
    'SageMaker assumes the job role without a source ARN': 'allowed',
  }],
  ['the trust policy of the job role checks no ARN', ({ Models }) => statement(Models, jobTrust, of => { delete of.Condition.ArnLike; }), {
    'SageMaker assumes the job role for a training job': 'allowed',
    'SageMaker assumes the job role in another Region': 'allowed',
  }],
  ['the trust policy of the job role checks no account', ({ Models }) => statement(Models, jobTrust, of => { delete of.Condition.StringEquals; }), {
    'SageMaker assumes the job role for another account that names our job': 'allowed',
    'SageMaker assumes the job role without a source account': 'allowed',
  }],
  ['the handler may pass the role to any service', ({ Models }) => statement(Models, bySid('PassExecutionRole'), withoutConditions), {
    'the handler passes the job role to EC2': 'allowed',
    'the handler passes the job role to an unnamed service': 'allowed',
  }],
  ['the handler may pass any role', ({ Models }) => statement(Models, bySid('PassExecutionRole'), onEverything), {
    'the handler passes an administrator\'s role to SageMaker': 'allowed',
    'the handler passes the other stack\'s job role to SageMaker': 'allowed',
  }],
  ['the handler may end every job', ({ Models }) => statement(Models, bySid('EndOwnJobs'), withoutConditions), {
    'the handler on the other stack\'s job: stop': 'allowed',
    'the handler on a job started by hand: delete': 'allowed',
    'the handler on a job started by hand: add tags': 'allowed',
  }],
  ['the handler may make jobs under every name', ({ Models }) => statement(Models, bySid('MakeJobs'), onEverything), {
    'the handler creates a job under the other stack\'s name': 'allowed',
    'the handler on a job started by hand: add tags': 'allowed',
  }],
  ['the handler may delete everything in the bucket', ({ Models }) => statement(Models, bySid('DeleteArtifacts'), onEverything), {
    'the handler deletes the model': 'allowed',
    'the handler deletes the other stack\'s object': 'allowed',
  }],
  ['a job may place interfaces anywhere', ({ Models }) => statement(Models, bySid('PlaceInterfaces'), onEverything), {
    'a job places an interface in a foreign subnet': 'allowed',
    'a job moves its interface to a foreign group': 'allowed',
  }],
  ['a job may use every interface', ({ Models }) => statement(Models, bySid('UseInterfaces'), withoutConditions), {
    'a job on an interface of another resource: DeleteNetworkInterface': 'allowed',
    'a job changes an interface of another resource': 'allowed',
  }],
  ['every principal may use the key', ({ Models }) => statement(Models, ({ Action, Principal }) => Action === 'kms:*' && Principal, of => { of.Principal = { AWS: '*' }; }), {
    'another account decrypts': 'allowed',
    'another account reads the model': 'bucket',
    'the other stack\'s job decrypts': 'allowed',
  }],
  ['CloudWatch Logs may use the key for any account', ({ Models }) => statement(Models, bySid('CloudWatchLogs'), withoutConditions), {
    'CloudWatch Logs encrypts another account\'s logs': 'allowed',
  }],
  ['code of a closed function may do what Lambda may', ({ Closed }) => documentsOf(Closed).forEach(document => { document.Statement = document.Statement.filter(({ Sid }: any) => Sid !== 'NotTheCode'); }), {
    'the code of the closed handler places an interface': 'allowed',
    'the code of the closed handler deletes an interface': 'allowed',
  }],
  ['a fleet may list the whole bucket', ({ Fleets }) => statement(Fleets, ({ Action, Condition }) => Action === 's3:ListBucket' && Condition?.StringLike?.['s3:prefix'] === 'uploads/*', withoutConditions), {
    'the fleet lists another prefix': 'allowed',
    'the fleet lists the whole bucket': 'allowed',
  }],
  ['a fleet may read what it lists', ({ Fleets }) => statement(Fleets, ofFleet('s3:ListMultipartUploadParts', 'FleetResults'), onEverything), {
    'the fleet reads a model': 'allowed',
    'the fleet replaces a model': 'allowed',
    'the fleet reads the results of another fleet': 'allowed',
    'the fleet writes elsewhere in its bucket': 'allowed',
  }],
  ['a fleet may start jobs of every name', ({ Fleets }) => statement(Fleets, ofFleet('sagemaker:CreateCompilationJob', 'fleets-fleet-'), onEverything), {
    'the fleet on another fleet\'s job: Create': 'allowed',
    'the fleet on another fleet\'s job: AddTags': 'allowed',
    'the fleet creates a job under an arbitrary name': 'allowed',
  }],
  ['fleets and tasks may pass the role of their jobs to any service', ({ Fleets }) => documentsOf(Fleets).flatMap(({ Statement }) => Statement).filter(({ Action }: any) => Action === 'iam:PassRole').forEach(withoutConditions), {
    'the fleet passes the job role to EC2': 'allowed',
    'a task\'s state machine passes the job role to Lambda': 'allowed',
  }],
  ['the stopper may stop every job', ({ Fleets }) => statement(Fleets, ofFleet('sagemaker:StopCompilationJob', 'fleets-fleet-'), onEverything), {
    'the stopper stops another fleet\'s job': 'allowed',
    'the stopper stops a job started by hand': 'allowed',
  }],
  ['a task may touch every job', ({ Fleets }) => documentsOf(Fleets).flatMap(({ Statement }) => Statement).filter(ofFleet('sagemaker:', 'nightly-')).forEach(onEverything), {
    'a task\'s state machine on another job: Create': 'allowed',
    'a task\'s state machine on another job: Stop': 'allowed',
  }],
  ['the fleet is not exempt from the bucket\'s Deny', ({ Fleets }) => statement(Fleets, bySid('OnlyThroughNeoEndpoint'), of => { delete of.Condition.ArnNotLike; }), {
    'the fleet looks up the digest of a model': 'bucket',
    'the manifest fleet reads its manifest': 'bucket',
  }],
  ['the jobs of a closed network reach what its functions reach', ({ Closed }) => {
    const [jobs, functions] = [/^NeoS3Endpoint/, /^NeoControlPlaneS3Endpoint/].map(id => Object.entries<any>(Closed.Resources).find(([name]) => id.test(name))![1].Properties.PolicyDocument);
    jobs.Statement.push(...functions.Statement);
  }, {
    'a job sends a response to CloudFormation': 'allowed',
    'a compiled model is deleted through the jobs\' endpoint': 'allowed',
  }],
  ['a closed network allows reading responses', ({ Closed }) => statement(Closed, bySid('CloudFormationAnswer'), of => { of.Action = ['s3:PutObject', 's3:GetObject']; }), {
    'the response to CloudFormation is read': 'allowed',
  }],
];

test.each(MUTANTS)('decisions change when %s', async (_what, spoil, flips) => {
  const templates = structuredClone(SOUND);
  spoil(templates);
  const cloud = new Cloud(templates);
  const decisions: { [sentence: string]: string } = {};
  for (const sentence of Object.keys(flips)) {
    const row = ROWS.find(([of]) => of === sentence)!;
    decisions[sentence] = [await cloud.decide(row)].flat().join(' + ');
    expect(row[5]).not.toBe(decisions[sentence]);
  }
  expect(decisions).toEqual(flips);
});
