import { queryApi } from '../../../local/aws/query-protocol';
import { LocalServer } from '../../../local/aws/server';
import { StackResources } from '../../../src/compilation-job/handler/dependencies';

const asked: object[] = [];
let details: { [name: string]: { ResourceStatus: string; PhysicalResourceId: string } };
let server: LocalServer;

beforeAll(async () => {
  const DescribeStackResource = ({ parameters: { StackName, LogicalResourceId } }: { parameters: Readonly<Record<string, string>> }) => {
    asked.push({ StackName, LogicalResourceId });
    return { StackResourceDetail: details[LogicalResourceId] };
  };
  server = await LocalServer.start({ cloudformation: queryApi({ dialect: 'query', operations: { DescribeStackResource } }) });
});
afterAll(() => server.close());

const resources = () => new StackResources({
  region: 'us-east-1', endpoint: server.url('cloudformation'), credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

test('what CloudFormation does with a resource', async () => {
  details = { Job: { ResourceStatus: 'CREATE_IN_PROGRESS', PhysicalResourceId: 'resnet' } };
  expect(await resources().describe('arn:stack', 'Job')).toEqual({ status: 'CREATE_IN_PROGRESS', physicalId: 'resnet' });
  expect(asked).toEqual([{ StackName: 'arn:stack', LogicalResourceId: 'Job' }]);
});

test('nothing that it tells', async () => {
  details = {};
  expect(await resources().describe('arn:stack', 'Job')).toEqual({});
});
