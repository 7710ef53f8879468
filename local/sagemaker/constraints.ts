import {
  CompilationJobStatus, Framework, ListCompilationJobsSortBy, SortOrder, TargetDevice, TargetPlatformAccelerator, TargetPlatformArch,
  TargetPlatformOs,
} from '@aws-sdk/client-sagemaker';

/**
 * The constraints on a value in SageMaker's service model, beyond its type. The AWS SDK for JavaScript has the types and the
 * enums, but not the patterns, lengths and ranges, so these are here. `npm run test:moto` compares every line with
 * AWS's model in botocore.
 */
export interface Constraint {
  /** Lower bound: length of a string, number of items, or value of a number. */
  readonly min?: number;
  /** Upper bound: length of a string, number of items, or value of a number. */
  readonly max?: number;
  /** Regular expression that the whole string must match. AWS's model has it unanchored, but the service anchors it. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Constraint on each item of a list. */
  readonly items?: Constraint;
}

const jobName: Constraint = { min: 1, max: 63, pattern: '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}' };
const s3Uri: Constraint = { min: 0, max: 1024, pattern: '(https|s3)://([^/]+)/?(.*)' };
const vpcId: Constraint = { min: 0, max: 32, pattern: '[-0-9a-zA-Z]+' };
const tagText = '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)';
const tagKey: Constraint = { min: 1, max: 128, pattern: tagText };
const tags: Constraint = { min: 0, max: 50 };
const resourceArn: Constraint = { min: 0, max: 256, pattern: 'arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+' };
const nextToken: Constraint = { min: 0, max: 8192, pattern: '.*' };

/** Constraints by structure and member, both spelled as in the API. */
export const CONSTRAINTS: Readonly<Record<string, Constraint>> = {
  'CreateCompilationJobRequest.CompilationJobName': jobName,
  'CreateCompilationJobRequest.RoleArn': { min: 20, max: 2048, pattern: 'arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+' },
  'CreateCompilationJobRequest.ModelPackageVersionArn': {
    min: 1, max: 2048, pattern: 'arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]{9,16}:[0-9]{12}:model-package/[\\S]{1,2048}',
  },
  'CreateCompilationJobRequest.Tags': tags,
  'InputConfig.S3Uri': s3Uri,
  'InputConfig.DataInputConfig': { min: 1, max: 16384, pattern: '[\\S\\s]+' },
  'InputConfig.Framework': { enum: Object.values(Framework) },
  'InputConfig.FrameworkVersion': { min: 3, max: 10, pattern: '[0-9]\\.[A-Za-z0-9.]+' },
  'OutputConfig.S3OutputLocation': s3Uri,
  'OutputConfig.TargetDevice': { enum: Object.values(TargetDevice) },
  'OutputConfig.CompilerOptions': { min: 3, max: 1024, pattern: '.*' },
  'OutputConfig.KmsKeyId': { min: 0, max: 2048, pattern: '[a-zA-Z0-9:/_-]*' },
  'TargetPlatform.Os': { enum: Object.values(TargetPlatformOs) },
  'TargetPlatform.Arch': { enum: Object.values(TargetPlatformArch) },
  'TargetPlatform.Accelerator': { enum: Object.values(TargetPlatformAccelerator) },
  'NeoVpcConfig.SecurityGroupIds': { min: 1, max: 5, items: vpcId },
  'NeoVpcConfig.Subnets': { min: 1, max: 16, items: vpcId },
  'StoppingCondition.MaxRuntimeInSeconds': { min: 1 },
  'StoppingCondition.MaxWaitTimeInSeconds': { min: 1 },
  'StoppingCondition.MaxPendingTimeInSeconds': { min: 1800, max: 2419200 },
  'Tag.Key': tagKey,
  'Tag.Value': { min: 0, max: 256, pattern: tagText },
  'DescribeCompilationJobRequest.CompilationJobName': jobName,
  'StopCompilationJobRequest.CompilationJobName': jobName,
  'DeleteCompilationJobRequest.CompilationJobName': jobName,
  'ListCompilationJobsRequest.NextToken': nextToken,
  'ListCompilationJobsRequest.MaxResults': { min: 1, max: 100 },
  'ListCompilationJobsRequest.NameContains': { min: 0, max: 63, pattern: '[a-zA-Z0-9\\-]+' },
  'ListCompilationJobsRequest.StatusEquals': { enum: Object.values(CompilationJobStatus) },
  'ListCompilationJobsRequest.SortBy': { enum: Object.values(ListCompilationJobsSortBy) },
  'ListCompilationJobsRequest.SortOrder': { enum: Object.values(SortOrder) },
  'ListTagsInput.ResourceArn': resourceArn,
  'ListTagsInput.NextToken': nextToken,
  'ListTagsInput.MaxResults': { min: 50 },
  'AddTagsInput.ResourceArn': resourceArn,
  'AddTagsInput.Tags': tags,
  'DeleteTagsInput.ResourceArn': resourceArn,
  'DeleteTagsInput.TagKeys': { min: 1, max: 50, items: tagKey },
};
