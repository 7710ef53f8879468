/** The matchers in event patterns that the library's rules use. */
type Matcher = string | { readonly prefix: string } | { readonly wildcard: string };

/** An event pattern, whose leaves are lists of matchers. */
interface Pattern {
  readonly [member: string]: readonly Matcher[] | Pattern;
}

/** The properties of a synthesized rule, all references replaced. */
export interface RuleProperties {
  readonly EventPattern: Pattern;
  readonly Targets: readonly {
    readonly Arn: string;
    readonly InputTransformer: { readonly InputPathsMap: Readonly<Record<string, string>>; readonly InputTemplate: string };
  }[];
}

/** Whether EventBridge sends an event to the targets of a rule. */
export function matchesPattern(pattern: Pattern, event: any): boolean {
  return Object.entries(pattern).every(([member, wanted]) => {
    const value = event?.[member];
    return Array.isArray(wanted) ? wanted.some(matcher => matchesValue(matcher, value)) : matchesPattern(wanted as Pattern, value);
  });
}

function matchesValue(matcher: Matcher, value: unknown): boolean {
  if (typeof value !== 'string') { return false; }
  if (typeof matcher === 'string') { return value === matcher; }
  if ('prefix' in matcher) { return value.startsWith(matcher.prefix); }
  // A backslash escapes an asterisk or a backslash.
  const source = matcher.wildcard.replace(/\\([*\\])|\*|[^*\\]+/g, (text, escaped) => text === '*' ? '.*' : (escaped ?? text).replace(/[^\w]/g, '\\$&'));
  return new RegExp(`^${source}$`, 's').test(value);
}

/** Returns the input of a target: its template with the values of paths filled in, each as JSON. */
export function targetInput({ InputPathsMap, InputTemplate }: RuleProperties['Targets'][number]['InputTransformer'], event: any): unknown {
  return JSON.parse(InputTemplate.replace(/<([^>]+)>/g, (_, name) => {
    const path = InputPathsMap[name].split('.').slice(1);
    return JSON.stringify(path.reduce((value, member) => value?.[member], event) ?? null);
  }));
}
