import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Beginning of the console's URLs in the Region of a construct. In an environment-agnostic stack, that of the commercial Regions.
 */
export function consoleOf(scope: IConstruct): string {
  const { region } = Stack.of(scope);
  const known = Token.isUnresolved(region) ? '' : region;
  const host = known.startsWith('cn-') ? 'console.amazonaws.cn' : known.startsWith('us-gov-') ? 'console.amazonaws-us-gov.com' : 'console.aws.amazon.com';
  return `https://${region}.${host}`;
}
