import { Stack } from 'aws-cdk-lib';
import { archive, compilation, OPTIONS } from './fixture';
import { NeoCompilationJob, NeoModel } from '../../src';
import { network, templateOf } from '../private-compilation-vpc/fixture';

/** CloudFormation takes 500 resources and one megabyte per template. */
const MAX_TEMPLATE_BYTES = 1_000_000;

function stackWith(jobs: number, model?: (i: number) => NeoModel): Stack {
  const fixture = network();
  for (let i = 0; i < jobs; i++) { compilation(model ? { model: model(i) } : {}, fixture, `Job${i}`); }
  return fixture.stack;
}

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

test('one job too many says so before CloudFormation does, and what to use instead', () => {
  expect(() => templateOf(stackWith(480))).toThrow(/stack Stack has \d+ resources, 480 of them Neo compilation jobs, but CloudFormation takes 500.*NeoCompilationFleet/);
});
