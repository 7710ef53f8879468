import { createHash } from 'node:crypto';
import { Random, uuid } from '../sagemaker';

/** The account and Region of a stack in a local run. */
export interface Environment {
  readonly account: string;
  readonly region: string;
}

export interface StackIdentity extends Environment {
  readonly stackName: string;
  readonly stackId: string;
}

export function newStackIdentity(stackName: string, environment: Environment, random: Random): StackIdentity {
  const { account, region } = environment;
  return { account, region, stackName, stackId: `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/${uuid(random)}` };
}

export function pseudoParameters(stack: StackIdentity): Readonly<Record<string, string | readonly string[] | undefined>> {
  return {
    'AWS::AccountId': stack.account,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': undefined,
    'AWS::Partition': 'aws',
    'AWS::Region': stack.region,
    'AWS::StackId': stack.stackId,
    'AWS::StackName': stack.stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
}

export const hexDigest = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

/** Random letters and digits, as CloudFormation appends them to names. */
export const suffix = (text: string, length = 12): string => {
  const bytes = createHash('sha256').update(text).digest();
  return Array.from({ length }, (_, index) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'[bytes[index] % 36]).join('');
};
