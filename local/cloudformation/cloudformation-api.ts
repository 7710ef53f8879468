import type { ResourceRecord } from './resource-record';
import { ApiError } from '../aws/json-protocol';
import { queryApi, XmlContent } from '../aws/query-protocol';

/** The part of a stack that this API returns. */
export interface DescribedStack {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly resources: readonly Pick<ResourceRecord, 'logicalId' | 'physicalId' | 'type' | 'status'>[];
}

/** The API of CloudFormation that functions call during a deployment. */
export const cloudFormationApi = (find: (stackNameOrId: string) => DescribedStack | undefined, now: () => number) => queryApi({
  dialect: 'query',
  operations: {
    DescribeStacks: ({ parameters: { StackName } }): Record<string, XmlContent> => {
      const { id, name, status } = existing(find, StackName);
      return { Stacks: [{ StackName: name, StackId: id, StackStatus: status, CreationTime: new Date(now()).toISOString() }] };
    },
    DescribeStackResource: ({ parameters: { StackName, LogicalResourceId } }): Record<string, XmlContent> => {
      const stack = existing(find, StackName);
      const resource = stack.resources.find(({ logicalId }) => logicalId === LogicalResourceId);
      if (!resource) { throw new ApiError('ValidationError', `Resource ${LogicalResourceId} does not exist for stack ${StackName}`); }
      return {
        StackResourceDetail: {
          StackName: stack.name,
          StackId: stack.id,
          LogicalResourceId,
          PhysicalResourceId: resource.physicalId ?? '',
          ResourceType: resource.type,
          LastUpdatedTimestamp: new Date(now()).toISOString(),
          ResourceStatus: resource.status,
        },
      };
    },
  },
});

/** @throws ApiError */
function existing(find: (stackNameOrId: string) => DescribedStack | undefined, stackNameOrId: string): DescribedStack {
  const stack = find(stackNameOrId);
  if (!stack) { throw new ApiError('ValidationError', `Stack '${stackNameOrId}' does not exist`); }
  return stack;
}
