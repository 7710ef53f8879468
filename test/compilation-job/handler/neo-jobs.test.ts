import { artifactOf, isInProgress, NeoJobs } from '../../../src/compilation-job/handler/neo-jobs';

/** Answers with these pages, one a call, and keeps what was asked. */
function jobs(...pages: object[]): { jobs: NeoJobs; asked: any[] } {
  const asked: any[] = [];
  const send = async (command: any) => {
    asked.push(command.input);
    return pages[asked.length - 1];
  };
  return { jobs: new NeoJobs({ sagemaker: { send } as any, artifacts: { delete: jest.fn() }, now: () => 0, log: () => {} }), asked };
}

const JOB = { CompilationJobName: 'resnet', CompilationJobArn: 'arn:resnet' } as any;

test.each([
  ['s3://bucket/a/b.tar.gz', { bucket: 'bucket', key: 'a/b.tar.gz' }],
  ['s3://bucket', undefined],
  ['https://bucket/key', undefined],
  ['see s3://bucket/key', undefined],
  ['s3://bucket/key\nor so', undefined],
  [undefined, undefined],
])('the artifact at %s', (uri, expected) => expect(artifactOf({ ModelArtifacts: { S3ModelArtifacts: uri } } as any)).toEqual(expected));

test('a job that wrote none has no artifact', () => { expect(artifactOf({} as any)).toBeUndefined(); });

test.each([
  ['STARTING', true], ['INPROGRESS', true], ['STOPPING', true], ['COMPLETED', false], ['FAILED', false], ['STOPPED', false], [undefined, false],
] as const)('%s: in progress is %s', (status, expected) => { expect(isInProgress({ CompilationJobStatus: status })).toBe(expected); });

describe('a list', () => {
  const page = (names: string[], NextToken?: string) => ({ CompilationJobSummaries: names.map(name => ({ CompilationJobName: name, CompilationJobStatus: 'INPROGRESS' })), NextToken });

  test('has all pages, and of "contains" what begins like that', async () => {
    const { jobs: neo, asked } = jobs(page(['a-1', 'not-a-2'], 'more'), page(['a-3'], 'and more'), { NextToken: undefined });
    expect((await neo.list('a-')).map(job => job.CompilationJobName)).toEqual(['a-1', 'a-3']);
    const wanted = { NameContains: 'a-', SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 100 };
    expect(asked).toEqual([{ ...wanted, NextToken: undefined }, { ...wanted, NextToken: 'more' }, { ...wanted, NextToken: 'and more' }]);
  });

  test('of what is in progress leaves out what ended', async () => {
    const { jobs: neo } = jobs({ CompilationJobSummaries: [{ CompilationJobName: 'a-1', CompilationJobStatus: 'FAILED' }, { CompilationJobName: 'a-2', CompilationJobStatus: 'STOPPING' }] });
    expect(await neo.listInProgress('a-')).toEqual(['a-2']);
  });
});

describe('tags', () => {
  test('have all pages; one without a value is empty', async () => {
    const { jobs: neo, asked } = jobs({ Tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }], NextToken: 'more' }, { NextToken: 'and more' }, { Tags: [{ Key: 'c', Value: '3' }] });
    expect([...await neo.tags(JOB)]).toEqual([['a', '1'], ['b', ''], ['c', '3']]);
    expect(asked.map(({ NextToken }) => NextToken)).toEqual([undefined, 'more', 'and more']);
  });

  test('of a job that vanished meanwhile are none', async () => {
    const gone = { send: async () => { throw Object.assign(new Error('gone'), { name: 'ResourceNotFound' }); } } as any;
    expect([...await new NeoJobs({ sagemaker: gone, artifacts: { delete: jest.fn() }, now: () => 0, log: () => {} }).tags(JOB)]).toEqual([]);
  });
});
