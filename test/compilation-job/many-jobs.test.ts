import { Stack } from 'aws-cdk-lib';
import { archive, compilation, OPTIONS } from './fixture';
import { NeoCompilationJob, NeoModel } from '../../src';
import { network, templateOf } from '../network/fixture';

/** CloudFormation takes 500 resources and one megabyte per template. */
const MAX_TEMPLATE_BYTES = 1_000_000;

function stackWith(jobs: number, model?: (i: number) => NeoModel): Stack {
  const fixture = network();
  for (let i = 0; i < jobs; i++) { compilation(model ? { model: model(i) } : {}, fixture, `Job${i}`); }
  return fixture.stack;
}

test('each further job is one resource, and it is the job: no function, role or policy', () => {
  const types = (jobs: number) => Object.values<{ Type: string }>(templateOf(stackWith(jobs)).toJSON().Resources).map(({ Type }) => Type);
  const [one, ten] = [types(1), types(10)];
  const count = (all: string[], type: string) => all.filter(other => other === type).length;
  const more = [...new Set(ten)].filter(type => count(ten, type) !== count(one, type));
  expect(more).toEqual([NeoCompilationJob.RESOURCE_TYPE]);
  expect(ten.length - one.length).toBe(9);
});

test('400 jobs fit one stack', () => {
  const template = templateOf(stackWith(400));
  template.resourceCountIs(NeoCompilationJob.RESOURCE_TYPE, 400);
  expect(Object.keys(template.toJSON().Resources).length).toBeLessThanOrEqual(500);
  expect(JSON.stringify(template.toJSON()).length).toBeLessThan(MAX_TEMPLATE_BYTES);
});

test('400 jobs of 400 local models fit as well: policies stay within their limits', () => {
  const template = templateOf(stackWith(400, i => NeoModel.fromAsset(archive('m.tar.gz', `model ${i}`), OPTIONS)));
  const [endpoint] = Object.values(template.findResources('AWS::EC2::VPCEndpoint'));
  expect(JSON.stringify(endpoint.Properties.PolicyDocument).length).toBeLessThan(20_480);
  for (const policy of [...Object.values(template.findResources('AWS::IAM::Policy')), ...Object.values(template.findResources('AWS::IAM::ManagedPolicy'))]) {
    expect(JSON.stringify(policy.Properties.PolicyDocument).length).toBeLessThan(10_240);
  }
  expect(Object.keys(template.toJSON().Resources).length).toBeLessThanOrEqual(500);
  expect(JSON.stringify(template.toJSON()).length).toBeLessThan(MAX_TEMPLATE_BYTES);
});

test('fails for one job too many before CloudFormation does', () => {
  const resources = (jobs: number) => Object.keys(templateOf(stackWith(jobs)).toJSON().Resources).length;
  // Each further job is one resource more.
  const most = 500 - resources(1) + 1;
  expect(resources(most)).toBe(500);
  expect(() => resources(most + 1)).toThrow(new RegExp(`501 is greater than allowed maximum of 500: .*Custom::SageMakerNeoCompilationJob \\(${most + 1}\\)`));
});
