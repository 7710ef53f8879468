import { CloudFormationClient, DescribeStackResourceCommand, DescribeStacksCommand, type CloudFormationClientConfig } from '@aws-sdk/client-cloudformation';

export interface StackResource {
  readonly status?: string;
  readonly physicalId?: string;
}

/** Reads the status of a stack and its resources. This is a separate file, so that its client is loaded only when it is needed. */
export class StackResources {
  private readonly client: CloudFormationClient;

  constructor(config: CloudFormationClientConfig) {
    this.client = new CloudFormationClient(config);
  }

  /** @returns the status, such as `CREATE_IN_PROGRESS`, and the physical id */
  public async describe(stackId: string, logicalResourceId: string): Promise<StackResource> {
    const question = new DescribeStackResourceCommand({ StackName: stackId, LogicalResourceId: logicalResourceId });
    const { StackResourceDetail } = await this.client.send(question);
    return { status: StackResourceDetail?.ResourceStatus, physicalId: StackResourceDetail?.PhysicalResourceId };
  }

  /** @returns the status, such as `UPDATE_ROLLBACK_IN_PROGRESS` */
  public async stackStatus(stackId: string): Promise<string | undefined> {
    const { Stacks } = await this.client.send(new DescribeStacksCommand({ StackName: stackId }));
    return Stacks?.[0]?.StackStatus;
  }
}
