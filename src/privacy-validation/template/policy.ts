import type { SynthesizedTemplate } from './resources';
import type { TemplateSet } from './template-set';

/** A statement of a policy document, all values canonical. */
export interface Statement {
  readonly effect: string;
  /** Whether it is there, and says this, whatever the conditions of the template are. */
  readonly isCertain: boolean;
  /** ARNs, account IDs, services; `*` for everybody. */
  readonly principals: string[];
  readonly notPrincipal: boolean;
  readonly actions: string[];
  readonly notAction: boolean;
  readonly resources: string[];
  readonly notResource: boolean;
  /** Operator, condition key in lower case, values. */
  readonly conditions: { readonly operator: string; readonly key: string; readonly values: string[] }[];
}

/** The statements of a policy document; undefined when there is no document or it cannot be read. */
export function statementsOf(templates: TemplateSet, document: any, template: SynthesizedTemplate): Statement[] | undefined {
  return documentsOf(templates, document, template)?.flat();
}

/** The statements of each policy document that conditions of the template choose from. */
export function documentsOf(templates: TemplateSet, document: any, template: SynthesizedTemplate): Statement[][] | undefined {
  const documents = templates.choices(document);
  if (documents.length === 0 || documents.some(choice => typeof choice !== 'object' || choice.Statement === undefined)) { return undefined; }
  return documents.map(({ Statement: written }) => templates.list(written)
    .map(raw => statementOf(templates, raw, [written].flat().includes(raw), template)));
}

function statementOf(templates: TemplateSet, raw: any, isCertain: boolean, template: SynthesizedTemplate): Statement {
  const strings = (value: any) => templates.entries(value, template);
  const { Condition = {}, ...said } = raw;
  return {
    effect: raw.Effect,
    isCertain: isCertain && !/"Fn::(If|FindInMap)"/.test(JSON.stringify(said)),
    principals: principalsOf(raw.Principal ?? raw.NotPrincipal, strings),
    notPrincipal: raw.NotPrincipal !== undefined,
    actions: strings(raw.Action ?? raw.NotAction),
    notAction: raw.NotAction !== undefined,
    resources: strings(raw.Resource ?? raw.NotResource),
    notResource: raw.NotResource !== undefined,
    conditions: Object.entries<any>(Condition).flatMap(([operator, keys]) => Object.entries<any>(keys ?? {})
      .map(([key, value]) => ({ operator, key: key.toLowerCase(), values: strings(value) }))),
  };
}

/** Whether a statement asks whose principal or resource it is, so that strangers get nothing by it. */
export function asksWhose({ conditions }: Statement): boolean {
  return conditions.some(({ operator, key, values }) => /^aws:(principal|resource)(account|arn|orgid|orgpaths)$/.test(key)
    && /^(ForAnyValue:)?(String|Arn)(Equals|Like)$/.test(operator) && !values.some(value => /^[*?]*$/.test(value)));
}

/** Whether an action of a policy, wildcards included, covers an action. */
export function coversAction(patterns: string[], action: string): boolean {
  return patterns.some(pattern => matches(pattern.toLowerCase(), action.toLowerCase()));
}

export function matches(pattern: string, text: string): boolean {
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

function principalsOf(principal: any, strings: (value: any) => string[]): string[] {
  if (principal === undefined) { return []; }
  if (typeof principal === 'string') { return [principal]; }
  return Object.values<any>(principal).flatMap(value => strings(value));
}
