import { isUnknown } from './canonical';
import type { SynthesizedTemplate } from './resources';
import type { TemplateSet } from './template-set';
import { matchesAction } from '../../util/s3-names';

/** A statement of a policy document. All values are canonical. */
export interface Statement {
  readonly effect: string;
  /** Whether the template's conditions neither remove nor change it. */
  readonly isCertain: boolean;
  /** ARNs, account IDs and services, or `*` for all principals. */
  readonly principals: string[];
  /** The identity providers among the principals: web identity providers, such as Cognito, or those of a company. */
  readonly federated: string[];
  readonly notPrincipal: boolean;
  readonly actions: string[];
  readonly notAction: boolean;
  readonly resources: string[];
  readonly notResource: boolean;
  /** The conditions, with their keys in lower case. */
  readonly conditions: { readonly operator: string; readonly key: string; readonly values: string[] }[];
}

/** Returns the statements of a policy document, and none if there is no document, or if it cannot be read. */
export function statementsOf(templates: TemplateSet, document: any, template: SynthesizedTemplate): Statement[] {
  return documentsOf(templates, document, template)?.flat() ?? [];
}

/** Returns the statements of each document that the template's conditions may choose. It is undefined if there is none, or if it cannot be read. */
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
    federated: strings(raw.Principal?.Federated),
    notPrincipal: raw.NotPrincipal !== undefined,
    actions: strings(raw.Action ?? raw.NotAction),
    notAction: raw.NotAction !== undefined,
    resources: strings(raw.Resource ?? raw.NotResource),
    notResource: raw.NotResource !== undefined,
    conditions: Object.entries<any>(Condition).flatMap(([operator, keys]) => Object.entries<any>(keys ?? {})
      .map(([key, value]) => ({ operator, key: key.toLowerCase(), values: strings(value) }))),
  };
}

/** The owner of a resource or a principal. If no stack of the app has an environment, it is unknown whether an account number is this account. */
export type Ownership = 'own' | 'unknown' | 'other';

const OWNER_KEYS = {
  resource: /^(aws:resourceaccount|s3:resourceaccount|aws:resourceorgid|aws:resourceorgpaths)$/,
  principal: /^aws:principal(account|arn|orgid|orgpaths)$/,
  /** The principal on whose behalf an AWS service acts. */
  source: /^aws:source(account|orgid|orgpaths)$/,
};

/**
 * Returns the owner to which a statement limits resources or principals. It is undefined if there is no limit.
 *
 * @param owners accounts of the app, and the organization if it is known
 */
export function limitOf({ conditions }: Statement, about: keyof typeof OWNER_KEYS, owners: string[]): Ownership | undefined {
  const limits = conditions
    .filter(({ operator, key }) => OWNER_KEYS[about].test(key) && /^(ForAnyValue:)?(String|Arn)(Equals|EqualsIgnoreCase|Like)$/.test(operator))
    .map(({ key, values }) => ownerOf(key, values, owners));
  return (['own', 'unknown', 'other'] as const).find(owner => limits.includes(owner));
}

/** Whether Deny statements restrict the actions to this account or organization. */
export function isDeniedUnlessOwn(denials: Statement[], actions: string[], about: keyof typeof OWNER_KEYS, owners: string[]): boolean {
  return actions.length > 0 && denials.some(denial => denial.effect === 'Deny' && denial.isCertain && denial.principals.includes('*') && !denial.notPrincipal && !denial.notAction
    && !denial.notResource && denial.resources.includes('*') && denial.conditions.length === 1
    && /^(String|Arn)Not(Equals|EqualsIgnoreCase|Like)(IfExists)?$/.test(denial.conditions[0].operator) && OWNER_KEYS[about].test(denial.conditions[0].key)
    && ownerOf(denial.conditions[0].key, denial.conditions[0].values, owners) === 'own' && actions.every(action => coversAction(denial.actions, action)));
}

/** Returns the owner of an account, which is given by its number or as a pseudo parameter. */
export function ownerOfAccount(account: string, owners: string[]): Ownership {
  if (owners.includes(account)) { return 'own'; }
  return isUnknown(account) || (/^\d{12}$/.test(account) && owners.every(known => !/^\d{12}$/.test(known))) ? 'unknown' : 'other';
}

/** Returns the owner of a principal that a policy names by its ARN. */
export function ownerOfArn(arn: string, owners: string[]): Ownership {
  return ownerOfAccount(/^arn:[^:]*:(?:iam|sts)::([^:]*):./.exec(arn)?.[1] ?? '', owners);
}

function ownerOf(key: string, values: string[], owners: string[]): Ownership {
  const known = owners.filter(owner => owner.startsWith('o-'));
  const found = values.map((value): Ownership => {
    if (isUnknown(value)) { return 'unknown'; }
    if (key.endsWith('account')) { return ownerOfAccount(value, owners); }
    if (key.endsWith('arn')) { return ownerOfArn(value, owners); }
    // Paths in an organization begin with its ID. Without `organizationId`, any organization counts as the app's own.
    const [, organization] = /^(o-[a-z0-9]+)(?:\/.*)?$/.exec(value) ?? [];
    return organization !== undefined && (known.length === 0 || known.includes(organization)) ? 'own' : 'other';
  });
  return (['other', 'unknown'] as const).find(owner => found.includes(owner)) ?? (found.length > 0 ? 'own' : 'other');
}

/** Whether actions of a policy, which may contain wildcards, cover an action. */
export function coversAction(patterns: string[], action: string): boolean {
  return patterns.some(pattern => matchesAction(pattern, action));
}

function principalsOf(principal: any, strings: (value: any) => string[]): string[] {
  if (principal === undefined) { return []; }
  if (typeof principal === 'string') { return [principal]; }
  return Object.values<any>(principal).flatMap(value => strings(value));
}
