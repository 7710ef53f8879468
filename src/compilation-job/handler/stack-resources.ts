import { CloudFormationClient, DescribeStackResourceCommand, type CloudFormationClientConfig } from '@aws-sdk/client-cloudformation';

/** What CloudFormation says of a stack. A file of its own: its client is loaded only where a job is about to be made. */
export class StackResources {
  private readonly client: CloudFormationClient;

  constructor(config: CloudFormationClientConfig) {
    this.client = new CloudFormationClient(config);
  }

  /** For example `CREATE_IN_PROGRESS`. */
  public async status(stackId: string, logicalResourceId: string): Promise<string | undefined> {
    const question = new DescribeStackResourceCommand({ StackName: stackId, LogicalResourceId: logicalResourceId });
    return (await this.client.send(question)).StackResourceDetail?.ResourceStatus;
  }
}
