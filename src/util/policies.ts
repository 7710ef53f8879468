import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct, IConstruct } from 'constructs';

/**
 * Policy statements as JSON for a person to copy: references as `${LogicalId}`, as in Fn::Sub.
 */
export function readable(scope: IConstruct, ...statements: iam.PolicyStatement[]): string {
  const resolved = Stack.of(scope).resolve(statements.map(statement => statement.toStatementJson()));
  return JSON.stringify(readableValue(resolved.length === 1 ? resolved[0] : resolved));
}

/**
 * A resolved value, with its references as in Fn::Sub. What a text cannot show otherwise is in it as JSON.
 */
export function readableValue(value: any): any {
  if (Array.isArray(value)) { return value.map(readableValue); }
  if (typeof value !== 'object' || value === null) { return value; }
  const [[key, argument] = ['', undefined], ...more] = Object.entries<any>(value);
  if (more.length === 0) {
    if (key === 'Ref') { return `\${${argument}}`; }
    if (key === 'Fn::GetAtt') { return `\${${[argument].flat().map(readableText).join('.')}}`; }
    if (key === 'Fn::ImportValue') { return `\${${readableText(argument)}}`; }
    if (key === 'Fn::Join' && Array.isArray(argument?.[1])) { return argument[1].map(readableText).join(argument[0]); }
    if (key === 'Fn::Sub') { return substituted(argument); }
  }
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, readableValue(child)]));
}

function readableText(value: unknown): string {
  const text = readableValue(value);
  return typeof text === 'object' ? JSON.stringify(text) : String(text);
}

/** Variables of a substitution that has a map of its own, by their values; all others are references already. */
function substituted(argument: unknown): string {
  const [template, variables = {}] = [argument].flat() as [string, Record<string, unknown>?];
  return template.replace(/\$\{([^!}][^}]*)\}/g, (reference, name) => name in variables ? readableText(variables[name]) : reference);
}

/**
 * Let CloudWatch Logs use a key, which its own policy must allow: for the log groups of this account and Region only. The key cannot
 * name a group that is made with the key.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function allowCloudWatchLogs(scope: Construct, encryptionKey: kms.IKey) {
  const stack = Stack.of(scope);
  const statement = new iam.PolicyStatement({
    sid: 'CloudWatchLogs',
    // Regional, and with the suffix of the partition: amazonaws.com.cn in China.
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
    actions: ['kms:Decrypt', 'kms:Describe*', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
          service: 'logs', resource: 'log-group', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      },
    },
  });
  if (!encryptionKey.addToResourcePolicy(statement, true).statementAdded) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:logKeyPolicy', `the policy of encryptionKey (${encryptionKey.node.path}) cannot be `
      + `changed or read here; CloudWatch Logs can use the key only if its policy has: ${readable(scope, statement)}`);
  }
}
