import type * as sdk from '@aws-sdk/client-sagemaker';
import {
  AddTagsInput$, CreateCompilationJobRequest$, DeleteCompilationJobRequest$, DeleteTagsInput$, DescribeCompilationJobRequest$,
  ListCompilationJobsRequest$, ListTagsInput$, StopCompilationJobRequest$,
} from '@aws-sdk/client-sagemaker';
import { Schema } from './schema';

/** The operations of the stand-in, with the AWS SDK's types of their inputs and outputs. */
export interface NeoOperations {
  CreateCompilationJob: { input: sdk.CreateCompilationJobRequest; output: sdk.CreateCompilationJobResponse };
  DescribeCompilationJob: { input: sdk.DescribeCompilationJobRequest; output: sdk.DescribeCompilationJobResponse };
  StopCompilationJob: { input: sdk.StopCompilationJobRequest; output: {} };
  DeleteCompilationJob: { input: sdk.DeleteCompilationJobRequest; output: {} };
  ListCompilationJobs: { input: sdk.ListCompilationJobsRequest; output: sdk.ListCompilationJobsResponse };
  ListTags: { input: sdk.ListTagsInput; output: sdk.ListTagsOutput };
  AddTags: { input: sdk.AddTagsInput; output: sdk.AddTagsOutput };
  DeleteTags: { input: sdk.DeleteTagsInput; output: {} };
}

export type NeoOperation = keyof NeoOperations;

/** The AWS SDK's schema of each operation's input: members, their types, and which are required. */
export const INPUT_SCHEMAS: Record<NeoOperation, Schema> = {
  CreateCompilationJob: CreateCompilationJobRequest$,
  DescribeCompilationJob: DescribeCompilationJobRequest$,
  StopCompilationJob: StopCompilationJobRequest$,
  DeleteCompilationJob: DeleteCompilationJobRequest$,
  ListCompilationJobs: ListCompilationJobsRequest$,
  ListTags: ListTagsInput$,
  AddTags: AddTagsInput$,
  DeleteTags: DeleteTagsInput$,
};

export const NEO_OPERATIONS = Object.keys(INPUT_SCHEMAS) as NeoOperation[];

export function isNeoOperation(name: string): name is NeoOperation {
  return Object.hasOwn(INPUT_SCHEMAS, name);
}
