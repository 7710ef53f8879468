import type { ResourceRecord } from './resource-record';
import { ApiError } from '../aws/json-protocol';
import { queryApi, XmlContent } from '../aws/query-protocol';

/** As much of a stack as is told. */
export interface DescribedStack {
  readonly id: string;
  readonly name: string;
  readonly resources: readonly Pick<ResourceRecord, 'logicalId' | 'physicalId' | 'type' | 'status'>[];
}

/** What functions ask of CloudFormation while a deployment runs. */
export const cloudFormationApi = (find: (stackNameOrId: string) => DescribedStack | undefined, now: () => number) => queryApi({
  dialect: 'query',
  operations: {
    DescribeStackResource: ({ parameters: { StackName, LogicalResourceId } }): Record<string, XmlContent> => {
      const stack = find(StackName);
      if (!stack) { throw new ApiError('ValidationError', `Stack '${StackName}' does not exist`); }
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
