import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Where to warn at the end of synthesis: below the construct, as CDK forgets an acknowledgement on a construct when the warning comes to the same
 * construct later.
 */
export function lateWarnings({ node }: IConstruct): Annotations {
  return Annotations.of(node.defaultChild ?? node.children[node.children.length - 1]);
}
