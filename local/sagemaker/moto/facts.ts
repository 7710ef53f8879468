import {
  AddTagsCommand, CreateCompilationJobCommand, CreateCompilationJobRequest, DeleteCompilationJobCommand, DeleteTagsCommand,
  DescribeCompilationJobCommand, ListCompilationJobsCommand, ListCompilationJobsRequest, ListTagsCommand, SageMakerClient,
  StopCompilationJobCommand, Tag,
} from '@aws-sdk/client-sagemaker';

/** A compared service: its SDK client, and a way to let its jobs complete. */
export interface Subject {
  readonly client: SageMakerClient;
  readonly finishJobs: () => void;
}

/** A question to both services. Each fact uses its own job names. */
export interface Fact {
  readonly name: string;
  readonly ask: (subject: Subject) => Promise<unknown>;
  /** Why the two are known to differ. Without a reason they must agree, and with one they must differ. */
  readonly differs?: string;
}

const NO_VALIDATION = 'moto checks no pattern, range, enum or rule of the target';
const AT_ONCE = 'moto completes a job as it is created';

const arn = (name: string) => `arn:aws:sagemaker:us-east-1:123456789012:compilation-job/${name}`;

function request(name: string, changes: Partial<CreateCompilationJobRequest> = {}): CreateCompilationJobRequest {
  return {
    CompilationJobName: name,
    RoleArn: 'arn:aws:iam::123456789012:role/neo',
    InputConfig: { S3Uri: 's3://models/model.tar.gz', Framework: 'PYTORCH', FrameworkVersion: '1.13', DataInputConfig: '{"input0":[1,3,224,224]}' },
    OutputConfig: { S3OutputLocation: 's3://artifacts/out', TargetDevice: 'ml_c5' },
    StoppingCondition: { MaxRuntimeInSeconds: 900 },
    VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
    ...changes,
  };
}

const create = ({ client }: Subject, name: string, changes?: Partial<CreateCompilationJobRequest>) =>
  client.send(new CreateCompilationJobCommand(request(name, changes)));
const describe = ({ client }: Subject, name: string) => client.send(new DescribeCompilationJobCommand({ CompilationJobName: name }));
const remove = ({ client }: Subject, name: string) => client.send(new DeleteCompilationJobCommand({ CompilationJobName: name }));
const list = ({ client }: Subject, query: ListCompilationJobsRequest) => client.send(new ListCompilationJobsCommand(query));
const listTags = async ({ client }: Subject, name: string) => (await client.send(new ListTagsCommand({ ResourceArn: arn(name) }))).Tags;
const addTags = ({ client }: Subject, name: string, Tags: Tag[]) => client.send(new AddTagsCommand({ ResourceArn: arn(name), Tags }));

async function finished(subject: Subject, name: string, changes?: Partial<CreateCompilationJobRequest>) {
  await create(subject, name, changes);
  subject.finishJobs();
  return describe(subject, name);
}

/** The error's name and message, or a note that there was none. */
async function error(attempt: Promise<unknown>): Promise<{ name: string; message: string } | string> {
  return attempt.then(() => 'no error', err => ({ name: err.name, message: err.message }));
}
const errorName = async (attempt: Promise<unknown>) => {
  const seen = await error(attempt);
  return typeof seen === 'string' ? seen : seen.name;
};

const members = (answer: object) => Object.keys(answer).filter(name => name !== '$metadata').sort();

async function jobs(subject: Subject, prefix: string): Promise<void> {
  for (const name of ['b', 'a', 'c']) {
    await create(subject, `${prefix}-${name}`);
    subject.finishJobs();
  }
}

const names = async (answer: ReturnType<typeof list>) => (await answer).CompilationJobSummaries!.map(job => job.CompilationJobName);

export const FACTS: readonly Fact[] = [
  { name: 'create: the answer', ask: async s => members(await create(s, 'create')) },
  { name: 'create: the ARN', ask: async s => (await create(s, 'create-arn')).CompilationJobArn },
  { name: 'create: a name twice, error', ask: async s => [await create(s, 'twice'), await errorName(create(s, 'twice'))][1] },
  {
    name: 'create: a name twice, words',
    ask: async s => [await create(s, 'twice-words'), await error(create(s, 'twice-words'))][1],
    differs: 'ours follow AWS\'s words for training jobs',
  },
  { name: 'create: neither InputConfig nor model package', ask: s => errorName(create(s, 'neither', { InputConfig: undefined })) },
  {
    name: 'create: both InputConfig and model package',
    ask: s => errorName(create(s, 'both', { ModelPackageVersionArn: 'arn:aws:sagemaker:us-east-1:123456789012:model-package/group/1' })),
  },
  { name: 'create: a bad name', ask: s => errorName(create(s, 'a_b')), differs: NO_VALIDATION },
  { name: 'create: no target', ask: s => errorName(create(s, 'no-target', { OutputConfig: { S3OutputLocation: 's3://b' } })), differs: NO_VALIDATION },
  { name: 'create: the status afterwards', ask: async s => [await create(s, 'status'), (await describe(s, 'status')).CompilationJobStatus][1], differs: AT_ONCE },

  { name: 'describe: a finished job\'s status', ask: async s => (await finished(s, 'finished')).CompilationJobStatus },
  {
    name: 'describe: members of a finished job',
    ask: async s => members(await finished(s, 'members')).filter(name => name !== 'DerivedInformation'),
  },
  {
    name: 'describe: derived information where the request had all',
    ask: async s => (await finished(s, 'derived')).DerivedInformation,
    differs: 'moto answers a placeholder for every job',
  },
  {
    name: 'describe: what the request said',
    ask: async s => {
      const { RoleArn, InputConfig, OutputConfig, StoppingCondition, VpcConfig, CompilationJobName, CompilationJobArn } = await finished(s, 'echo');
      return { RoleArn, InputConfig, OutputConfig, StoppingCondition, VpcConfig, CompilationJobName, CompilationJobArn };
    },
  },
  { name: 'describe: the failure reason of a success', ask: async s => (await finished(s, 'reason')).FailureReason },
  {
    name: 'describe: kinds of the times',
    ask: async s => {
      const job = await finished(s, 'times');
      return [job.CreationTime, job.LastModifiedTime, job.CompilationStartTime, job.CompilationEndTime].map(time => time instanceof Date);
    },
  },
  { name: 'describe: length of the digest', ask: async s => (await finished(s, 'digest')).ModelDigests!.ArtifactDigest!.length },
  {
    name: 'describe: the artifact',
    ask: async s => (await finished(s, 'artifact')).ModelArtifacts,
    differs: 'moto answers the location alone, Neo names a file below it',
  },
  {
    name: 'describe: an image for an edge device',
    ask: async s => (await finished(s, 'edge', { OutputConfig: { S3OutputLocation: 's3://b', TargetDevice: 'rasp4b' } })).InferenceImage,
    differs: 'moto answers the word InferenceImage for every target; AWS documents an image for cloud targets only',
  },
  { name: 'describe: a job that is not there', ask: s => error(describe(s, 'none')) },
  {
    name: 'stop: a finished job',
    ask: async s => [await finished(s, 'stop'), await errorName(s.client.send(new StopCompilationJobCommand({ CompilationJobName: 'stop' })))][1],
    differs: 'moto does not serve StopCompilationJob',
  },
  { name: 'delete: the answer', ask: async s => [await finished(s, 'delete'), members(await remove(s, 'delete'))][1] },
  { name: 'delete: gone afterwards', ask: async s => [await finished(s, 'gone'), await remove(s, 'gone'), await error(describe(s, 'gone'))][2] },
  { name: 'delete: a job that is not there', ask: s => error(remove(s, 'none')) },
  { name: 'delete: a job just created', ask: async s => [await create(s, 'early'), await errorName(remove(s, 'early'))][1], differs: AT_ONCE },

  { name: 'list: members of a summary', ask: async s => [await finished(s, 'summary'), members((await list(s, { NameContains: 'summary' })).CompilationJobSummaries![0])][1] },
  { name: 'list: order unless asked', ask: async s => [await jobs(s, 'order'), await names(list(s, { NameContains: 'order' }))][1] },
  { name: 'list: by name, descending', ask: async s => [await jobs(s, 'desc'), await names(list(s, { NameContains: 'desc', SortBy: 'Name', SortOrder: 'Descending' }))][1] },
  { name: 'list: by status', ask: async s => [await jobs(s, 'done'), (await names(list(s, { NameContains: 'done', StatusEquals: 'COMPLETED' }))).sort()][1] },
  { name: 'list: nothing found', ask: s => names(list(s, { NameContains: 'nothing' })) },
  {
    name: 'list: two pages',
    ask: async s => {
      await jobs(s, 'page');
      const first = await list(s, { NameContains: 'page', SortBy: 'Name', MaxResults: 2 });
      const second = await list(s, { NameContains: 'page', SortBy: 'Name', MaxResults: 2, NextToken: first.NextToken });
      return [first, second].map(page => [page.CompilationJobSummaries!.map(job => job.CompilationJobName), typeof page.NextToken]);
    },
  },

  { name: 'tags: of the request', ask: async s => [await create(s, 'tags', { Tags: [{ Key: 'a', Value: '1' }] }), await listTags(s, 'tags')][1] },
  {
    name: 'tags: added and deleted',
    ask: async s => {
      await create(s, 'add', { Tags: [{ Key: 'a', Value: '1' }] });
      const added = (await addTags(s, 'add', [{ Key: 'b', Value: '2' }])).Tags;
      await s.client.send(new DeleteTagsCommand({ ResourceArn: arn('add'), TagKeys: ['a'] }));
      return [added, await listTags(s, 'add')];
    },
  },
  {
    name: 'tags: added twice',
    ask: async s => {
      await create(s, 'overwrite', { Tags: [{ Key: 'a', Value: '1' }] });
      await addTags(s, 'overwrite', [{ Key: 'a', Value: '2' }]);
      return listTags(s, 'overwrite');
    },
    differs: 'moto keeps both; AWS documents that AddTags overwrites',
  },
  { name: 'tags: of a job that is not there', ask: s => errorName(listTags(s, 'none')), differs: 'moto breaks with an internal error' },
];
