import { type App, CfnCondition, Fn, Stack } from 'aws-cdk-lib';
import { brokenRules, newApp, PrivateStack, reportOf } from './private-app';
import { PRODUCTION } from './template-changes';
import type { NeoAcceptedFinding } from '../../src/privacy-validation/report/privacy-report';

export const OWN_ACCOUNT = '111122223333';

/** How references across stacks are written. */
export const REFERENCES = ['strong', 'weak', 'both'] as const;

export type ReferenceStrength = typeof REFERENCES[number];

/** Something that opens a network, and the nearest thing that does not. Both may use a second stack. */
export interface Pair {
  /** The issue that the pair is about. */
  readonly name: string;
  readonly rule: string;
  /** What the rule says of the hostile one; `fail` unless it is about something outside of the app. */
  readonly verdict?: 'fail' | 'unknown';
  readonly hostile: (stack: PrivateStack, other: Stack) => void;
  readonly harmless: (stack: PrivateStack, other: Stack) => void;
  /** The network that both are in; one of this app only, by default. */
  readonly network?: ConstructorParameters<typeof PrivateStack>[3];
  /** Whether the stacks know their account and Region. */
  readonly hasEnv?: boolean;
  /** The organization that the app says it belongs to. */
  readonly organizationId?: string;
  /** Findings that are accepted on both sides. */
  readonly accepted?: NeoAcceptedFinding[];
  /** What the rule says of the harmless one: nothing but passes, by default. */
  readonly next?: 'unknown' | 'accepted';
  /** Another rule that cannot look at everything of the harmless one. */
  readonly unseenBy?: string;
}

/** The kinds of references that can matter to a pair: every one where a side takes the second stack, else any. */
export function referencesOf({ hostile, harmless }: Pair): readonly ReferenceStrength[] {
  return Math.max(hostile.length, harmless.length) > 1 ? REFERENCES : ['weak'];
}

/** An app with a private network, a stack beside it, and the change. */
export function appOf(change: Pair['hostile'], strength: ReferenceStrength = 'weak', { network, hasEnv }: Pick<Pair, 'network' | 'hasEnv'> = {}): App {
  const app = newApp({ context: { '@aws-cdk/core:defaultCrossStackReferences': strength, 'aws:cdk:enable-asset-metadata': true, 'aws:cdk:enable-path-metadata': true } });
  const props = hasEnv ? { env: { account: OWN_ACCOUNT, region: 'us-east-1' } } : {};
  const stack = new PrivateStack(app, 'Private', props, network);
  const other = new Stack(app, 'Other', props);
  for (const one of [stack, other]) { new CfnCondition(one, PRODUCTION, { expression: Fn.conditionEquals(Fn.ref('AWS::Region'), 'us-east-1') }); }
  change(stack, other);
  return app;
}

/** What the validation says wrongly of a pair: the hostile side must fail, or not be visible, and the harmless one pass, with no other rule broken. */
export function wronglyJudged({ rule, name, verdict = 'fail', hostile, harmless, accepted, next, unseenBy, organizationId, ...app }: Pair, strength: ReferenceStrength): string[] {
  const [seen, beside] = [hostile, harmless].map(change => reportOf(appOf(change, strength, app), accepted, { organizationId }));
  const statusOf = ({ rules }: typeof seen) => rules.find(({ id }) => id === rule)!.status;
  const unseen = beside.rules.filter(({ id, status }) => status === 'unknown' && id !== unseenBy);
  const allowed = next === undefined ? ['pass', 'not applicable'] : [next];
  return [
    ...statusOf(seen) === verdict ? [] : [`${rule}, ${strength}: "${name}" must be ${verdict}; got: ${statusOf(seen)}`],
    ...allowed.includes(statusOf(beside)) ? [] : [`${rule}, ${strength}: what is next to "${name}" must be ${allowed[0]}; got: ${statusOf(beside)}`],
    ...next === undefined && unseen.length > 0 && !app.network ? [`${strength}: what is next to "${name}" must be visible`] : [],
    ...brokenRules(beside).filter(id => id !== rule).map(id => `${id}, ${strength}: what is next to "${name}" must break no rule`),
  ];
}
