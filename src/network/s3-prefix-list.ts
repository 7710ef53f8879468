import { Aws, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import {
  acknowledge, acknowledgeWildcards, CDK_FUNCTION_REASONS, CUSTOM_RESOURCE_FUNCTION_REASONS, INLINE_POLICY_REASONS, inPacks,
} from '../util/acknowledge';

const PREFIX_LIST_ID = 'PrefixLists.0.PrefixListId';

/**
 * The prefix list with the addresses of S3 in the stack's Region. Its ID differs per Region and is documented nowhere, so it has to be
 * found out: at synthesis where the environment is known (the answer is kept in cdk.context.json), else by the deployment.
 */
export function findS3PrefixList(scope: Construct): ec2.IPrefixList {
  const { account, region } = Stack.of(scope);
  return Token.isUnresolved(account) || Token.isUnresolved(region)
    ? atDeployment(Stack.of(scope))
    : ec2.PrefixList.fromLookup(scope, 'S3PrefixList', { prefixListName: `com.amazonaws.${region}.s3` });
}

/**
 * One custom resource per stack, whatever the number of networks in it.
 */
function atDeployment(stack: Stack): ec2.IPrefixList {
  const id = 'NeoS3PrefixList';
  const existing = stack.node.tryFindChild(id) as AwsCustomResource | undefined;
  const lookup = existing ?? new AwsCustomResource(stack, id, {
    resourceType: 'Custom::NeoS3PrefixList',
    // Runs for a create too. Nothing is made, so there is nothing to delete.
    onUpdate: {
      service: 'EC2',
      action: 'describeManagedPrefixLists',
      parameters: { Filters: [{ Name: 'prefix-list-name', Values: [`com.amazonaws.${Aws.REGION}.s3`] }] },
      outputPaths: [PREFIX_LIST_ID],
      physicalResourceId: PhysicalResourceId.fromResponse(PREFIX_LIST_ID),
    },
    policy: AwsCustomResourcePolicy.fromStatements([
      // The action takes no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
      new iam.PolicyStatement({ actions: ['ec2:DescribeManagedPrefixLists'], resources: ['*'] }),
    ]),
    // The SDK of the runtime will do; installing another one would need a path to the internet.
    installLatestAwsSdk: false,
  });
  if (!existing) { explainFindings(lookup); }
  return (stack.node.tryFindChild(`${id}Import`) as ec2.IPrefixList | undefined)
    ?? ec2.PrefixList.fromPrefixListId(stack, `${id}Import`, lookup.getResponseField(PREFIX_LIST_ID));
}

/**
 * With `s3PrefixList`, or in a stack whose environment is known, there is neither function nor finding.
 */
function explainFindings(lookup: AwsCustomResource) {
  acknowledge(lookup, INLINE_POLICY_REASONS);
  acknowledgeWildcards(lookup, { 'ec2:DescribeManagedPrefixLists': 'The action takes no resource.' });
  // CDK's function for all resources of this kind in the stack.
  const cdkFunction = Stack.of(lookup).node.findChild(`AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replace(/-/g, '')}`);
  acknowledge(cdkFunction, {
    ...CDK_FUNCTION_REASONS,
    ...CUSTOM_RESOURCE_FUNCTION_REASONS,
    ...inPacks('LambdaInsideVPC', 'It looks up what the VPC\'s rules need, so it runs before there is a VPC. It calls one API of AWS that changes nothing.'),
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]': 'The role is made by aws-cdk-lib.',
  });
}
