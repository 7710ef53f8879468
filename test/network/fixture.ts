import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { NeoPrivateCompilationVpc, type NeoPrivateCompilationVpcProps } from '../../src';

/** Context of an app without copies of its assets: a function of `BucketDeployment` has 21 MB. */
export const NO_COPIES = { 'aws:cdk:disable-asset-staging': true };

export const newApp = () => new App({ context: NO_COPIES });

export const newStack = (props?: StackProps, id = 'Stack') => new Stack(newApp(), id, props);

/** A stack with one bucket and one network. */
export function network(props: Partial<NeoPrivateCompilationVpcProps> = {}, stack = newStack()) {
  const bucket = (stack.node.tryFindChild('Bucket') as s3.Bucket | undefined) ?? new s3.Bucket(stack, 'Bucket');
  const privateVpc = new NeoPrivateCompilationVpc(stack, 'Neo', { buckets: [bucket], ...props });
  return { stack, bucket, privateVpc };
}

export const templateOf = (stack: Stack) => Template.fromStack(stack);

/** Properties of the only resource of a type. */
export function only(template: Template, type: string): any {
  const found = Object.values(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0].Properties;
}

/** Statements of a policy document by Sid. */
export function bySid(document: any, sid: string): any {
  const found = document.Statement.filter((statement: any) => statement.Sid === sid);
  expect(found).toHaveLength(1);
  return found[0];
}

/** Texts of the warnings, each with its acknowledgeable id at the end. */
export const warnings = (stack: Stack): string[] => Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data));

/** Their ids, without the library's prefix. */
export const warningIds = (stack: Stack): string[] => warnings(stack).map(text => /\[ack: cdk-sagemaker-neo:(\w+)\]$/.exec(text)?.[1] ?? text).sort();
