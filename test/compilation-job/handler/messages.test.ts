import type { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';
import * as fc from 'fast-check';
import { createRequestOf } from '../../../src/compilation-job/handler/identity';
import { JobFailure, logsLink, refusal, summarizeRequest, truncated } from '../../../src/compilation-job/handler/outcome';
import { properties } from '../protocol/world';
import '../../random-seed';

const error = (name: string, message = '', more: object = {}) => Object.assign(new Error(message), { name, ...more });
const request = { StackId: 'stack', LogicalResourceId: 'Job', RequestId: 'request' };

describe('words', () => {
  const job: CreateCompilationJobRequest = createRequestOf('resnet', request, properties());

  test('cut text fits in bytes of JSON, ends in dots, and is as long as can be', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 3, max: 200 }), (text, limit) => {
      const cut = truncated(text, limit);
      const bytes = (s: string) => Buffer.byteLength(JSON.stringify(s)) - 2;
      expect(bytes(cut)).toBeLessThanOrEqual(limit);
      if (bytes(text) <= limit) { expect(cut).toBe(text); } else {
        expect(cut.endsWith('...')).toBe(true);
        expect(text.startsWith(cut.slice(0, -3))).toBe(true);
        const [next] = [...text.slice(cut.length - 3)];
        expect(bytes(cut) + bytes(next)).toBeGreaterThan(limit);
      }
    }));
  });

  test('text of exactly the limit is not cut', () => {
    expect(truncated('abcdefghij', 10)).toBe('abcdefghij');
    expect(truncated('abcdefghijk', 10)).toBe('abcdefg...');
  });

  test.each([
    ['aws', 'us-east-1', 'us-east-1.console.aws.amazon.com'],
    ['aws-cn', 'cn-north-1', 'cn-north-1.console.amazonaws.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'us-gov-west-1.console.amazonaws-us-gov.com'],
  ])('the log of a job in %s', (partition, region, host) => {
    expect(logsLink(`arn:${partition}:sagemaker:${region}:111122223333:compilation-job/resnet`))
      .toBe(`https://${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FCompilationJobs/log-events/resnet`);
  });

  test('a request summarized in one line', () => {
    expect(summarizeRequest(job)).toBe('job: resnet, model: s3://models/resnet.tar.gz, framework: PYTORCH 1.13, target: ml_c5, output: s3://models/neo/resnet, '
      + 'role: arn:aws:iam::111122223333:role/neo-execution, subnets: subnet-0123456789abcdef0, securityGroups: sg-0123456789abcdef0');
    expect(summarizeRequest({
      CompilationJobName: 'resnet',
      RoleArn: 'role',
      ModelPackageVersionArn: 'package',
      StoppingCondition: {},
      VpcConfig: { Subnets: ['a', 'b'], SecurityGroupIds: ['c', 'd'] },
      OutputConfig: { S3OutputLocation: 's3://o', TargetPlatform: { Os: 'LINUX', Arch: 'ARM64', Accelerator: 'MALI' } },
    })).toBe('job: resnet, model: package, target: LINUX ARM64 MALI, output: s3://o, role: role, subnets: a b, securityGroups: c d');
    expect(summarizeRequest({ RoleArn: 'role' } as any)).toBe('role: role');
    expect(summarizeRequest({ RoleArn: 'role', VpcConfig: {} } as any)).toBe('role: role');
  });

  /** Messages that AWS is known to send, without what they name. */
  const ROLE = 'arn:aws:iam::111122223333:role/neo';
  const VERSION_FIELD = 'Unsupported framework version field for target. Framework version is supported for Target Platform configuration and only part of target devices.';
  test.each([
    ['AccessDeniedException', 'User: arn:aws:sts::111122223333:assumed-role/a/b is not authorized to perform: sagemaker:CreateCompilationJob', 'look for an IAM permissions boundary'],
    ['ValidationException', `Could not assume role ${ROLE}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`, 'let sagemaker.amazonaws.com assume the role'],
    ['ValidationException', `SageMaker was unable to assume the role '${ROLE}'`, 'let sagemaker.amazonaws.com assume the role'],
    ['ValidationException', 'SageMaker is unable to perform: sts:AssumeRole on the role. Check if you have a trust relationship', 'let sagemaker.amazonaws.com assume the role'],
    ['ValidationException', 'S3 object does not exist. Bucket: models, Key: resnet.tar.gz', 'check that the archive exists'],
    ['ValidationException', 'No S3 objects found under S3 URL "s3://models/resnet.tar.gz" given in input data source.', 'check that the archive exists'],
    ['ValidationException', VERSION_FIELD, 'name the framework without a version'],
    ['ValidationException', 'Unsupported framework version 9.9', 'choose a framework version'],
    ['ValidationException', 'Framework version 1.4 is not supported for target ml_c5', 'choose a framework version'],
  ])('%s "%s" is refused with advice', (name, message, advice) => {
    const words = refusal(error(name, message), job);
    expect(words).toContain(`CreateCompilationJob was refused: ${name}: ${message} (job: resnet`);
    expect(words).toContain(`). What to do: ${advice}`);
  });

  test.each([
    // It names trust, permissions and Region, and says what to do.
    `Could not access model data at s3://models/resnet.tar.gz. Please ensure that the role "${ROLE}" exists and that its trust relationship policy allows the action "sts:AssumeRole" for `
      + 'the service principal "sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the object is located in us-east-1.',
    'The KMS key of the S3 bucket is disabled',
    'role must have ec2:DescribeSubnets',
    'FrameworkVersion must not be given for target coreml',
    'the key input0 is unknown',
    'something else',
  ])('"%s" is refused with no advice: wrong advice is worse', message => {
    expect(refusal(error('ValidationException', message), job)).toMatch(/\(job: resnet.*\)\.$/);
  });

  test('a failure has at most 2,400 bytes', () => {
    const failure = new JobFailure('x'.repeat(3_000));
    expect([failure.name, failure.message.length]).toEqual(['JobFailure', 2_400]);
  });
});
