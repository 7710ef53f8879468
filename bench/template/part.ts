import { App, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, Provider } from 'aws-cdk-lib/custom-resources';
import { table, type Result } from '../harness/result';
import { byLibrary } from '../synth/by-library';

const WAYS = {
  'library': byLibrary,
  'a provider per job': providerPerJob,
  'AwsCustomResource (does not wait)': awsCustomResource,
};

interface Size { readonly resources: number; readonly functions: number; readonly bytes: number }

/** Measures what one more job adds to a template. */
export function growth(): Result {
  const each = Object.entries(WAYS).map(([name, build]) => {
    const [one, eleven] = [1, 11].map(jobs => sizeOf(build, jobs));
    const rise = (measure: keyof Size) => (eleven[measure] - one[measure]) / 10;
    return { name, resources: rise('resources'), functions: rise('functions'), bytes: rise('bytes') };
  });
  const [library] = each;
  return {
    text: table(['each further job', 'resources', 'functions', 'bytes of the template'], each.map(({ name, resources, functions, bytes }) => [name, resources, functions, bytes.toFixed(0)])),
    figures: {
      'resources of a further job': { value: library.resources, most: 1, kind: 'counted' },
      'functions of a further job': { value: library.functions, most: 0, kind: 'counted' },
      'bytes of a further job': { value: Math.round(library.bytes), most: 2_500, kind: 'counted' },
    },
  };
}

function sizeOf(build: (stack: Stack, jobs: number) => void, jobs: number): Size {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Models');
  build(stack, jobs);
  const template = (stack.node.root as App).synth().getStackByName(stack.stackName).template;
  const types = Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type);
  return { resources: types.length, functions: types.filter(type => type === 'AWS::Lambda::Function').length, bytes: JSON.stringify(template).length };
}

/** Many examples create a provider where they use it. */
function providerPerJob(stack: Stack, jobs: number): void {
  for (let i = 0; i < jobs; i++) {
    const handler = (name: string) => new lambda.Function(stack, `${name}${i}`, {
      code: lambda.Code.fromInline(`exports.${name} = async () => {}`), handler: `index.${name}`, runtime: lambda.Runtime.NODEJS_24_X,
    });
    const provider = new Provider(stack, `Provider${i}`, {
      onEventHandler: handler('onEvent'), isCompleteHandler: handler('isComplete'), queryInterval: Duration.seconds(5), totalTimeout: Duration.hours(1),
    });
    new CustomResource(stack, `Job${i}`, { serviceToken: provider.serviceToken, properties: request(i) });
  }
}

function awsCustomResource(stack: Stack, jobs: number): void {
  for (let i = 0; i < jobs; i++) {
    const call = (action: string, parameters: object) => ({ service: 'SageMaker', action, parameters, physicalResourceId: PhysicalResourceId.of(`job-${i}`) });
    new AwsCustomResource(stack, `Job${i}`, {
      onCreate: call('createCompilationJob', request(i)),
      onDelete: call('stopCompilationJob', { CompilationJobName: `job-${i}` }),
      policy: AwsCustomResourcePolicy.fromStatements([
        new iam.PolicyStatement({ actions: ['sagemaker:CreateCompilationJob', 'sagemaker:StopCompilationJob', 'iam:PassRole'], resources: ['*'] }),
      ]),
      installLatestAwsSdk: false,
    });
  }
}

function request(i: number): Record<string, unknown> {
  return {
    CompilationJobName: `job-${i}`,
    RoleArn: 'arn:aws:iam::111122223333:role/neo',
    InputConfig: { S3Uri: `s3://models/${i}.tar.gz`, DataInputConfig: '{"input0":[1,3,224,224]}', Framework: 'PYTORCH', FrameworkVersion: '1.13' },
    OutputConfig: { S3OutputLocation: 's3://models/neo', TargetDevice: 'ml_c5' },
    VpcConfig: { Subnets: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] },
    StoppingCondition: { MaxRuntimeInSeconds: 900 },
  };
}
