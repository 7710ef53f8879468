import { isUnknown } from '../template/canonical';
import { documentsOf, isDeniedUnlessOwn, limitOf, ownerOfAccount, ownerOfArn, type Ownership, type Statement } from '../template/policy';
import { nameOf, type StackFacts, type TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** The principals that may assume a role, by their owner. AWS services count as this account, unless a condition says that they act for others. */
export type Trust = { readonly [owner in Ownership]: string[] };

/** Returns the principals that may assume a role, directly or through other roles of the app. */
export function trustOf(templates: TemplateSet, role: TemplateResource, through: TemplateResource[] = []): Trust {
  const { template, properties: { AssumeRolePolicyDocument: document } } = role;
  const own = [...template.stack?.account ? ['${AWS.AccountId}', template.stack.account] : ['${AWS.AccountId}'], ...templates.organizations];
  const documents = documentsOf(templates, document, template);
  if (!documents) { return { own: [], unknown: ['a trust policy that cannot be read'], other: [] }; }
  const found = documents.flatMap(statements => statements.filter(({ effect }) => effect !== 'Deny').flatMap(statement => {
    if (statement.notPrincipal) { return [{ principal: 'all principals but a few', owner: 'other' as const }]; }
    const limit = isDeniedUnlessOwn(statements, statement.actions, 'principal', own) ? 'own' : limitOf(statement, 'principal', own);
    const federated = statement.federated.map(principal => ({ principal, owner: ownerOfProvider(principal, statement) }));
    return [...federated, ...statement.principals.filter(principal => !statement.federated.includes(principal)).flatMap(principal => {
      const middle = roleOf(templates, principal, role);
      const service = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(principal);
      if (service) { return [{ principal, owner: limitOf(statement, 'source', own) ?? ('own' as const) }]; }
      if (!middle || limit === 'own') { return [{ principal, owner: ownerOfPrincipal(templates, principal, own, limit) }]; }
      const beyond = [role, ...through].includes(middle) ? { own: [], unknown: [], other: [] } : trustOf(templates, middle, [role, ...through]);
      return [{ principal, owner: 'own' as const }, ...(['unknown', 'other'] as const).flatMap(owner =>
        beyond[owner].map(who => ({ principal: `${who} through the role ${nameOf(middle)}`, owner })))];
    })];
  }));
  const of = (wanted: Ownership) => [...new Set(found.filter(({ owner }) => owner === wanted).map(({ principal }) => principal))];
  return { own: of('own'), unknown: of('unknown'), other: of('other') };
}

/** Finds a role of the app, by reference or by a literal ARN. */
export function roleOf(templates: TemplateSet, arn: string, namedBy?: TemplateResource): TemplateResource | undefined {
  const found = templates.find(arn) ?? roleNamed(templates, arn, namedBy);
  return found?.type === 'AWS::IAM::Role' ? found : undefined;
}

/**
 * Returns the owner of an identity provider's users. They may belong to anyone, and without a condition on their claims, all of them may assume the
 * role.
 */
function ownerOfProvider(provider: string, { conditions }: Statement): Ownership {
  const name = provider.replace(/^arn:.*:(oidc|saml)-provider\//, '').toLowerCase();
  return /:saml-provider\//.test(provider) || conditions.some(({ key, operator }) => key.startsWith(`${name}:`) && !/IfExists$|^ForAllValues|Not/.test(operator)) ? 'unknown' : 'other';
}

/** Finds the role of the app that a resource policy names by a literal ARN. Role names are unique in an account. */
function roleNamed(templates: TemplateSet, arn: string, namedBy?: TemplateResource): TemplateResource | undefined {
  const [, account, name] = /^arn:[^:]*:iam::([^:]*):role(\/.+)$/.exec(arn) ?? [];
  const accountOf = (facts: StackFacts | undefined) => facts?.account ?? '${AWS.AccountId}';
  return templates.ofType('AWS::IAM::Role').find(role => role.condition === undefined
    && accountOf(role.template.stack) === (account === '${AWS.AccountId}' ? accountOf(namedBy?.template.stack) : account)
    && templates.values({ 'Fn::Join': ['', [role.properties.Path ?? '/', role.properties.RoleName ?? '?']] }, role.template).join() === name);
}

function ownerOfPrincipal(templates: TemplateSet, principal: string, own: string[], limit: Ownership | undefined): Ownership {
  if (limit === 'own') { return 'own'; }
  const source = templates.find(principal);
  if (source) { return source.type.startsWith('AWS::IAM::') ? 'own' : 'unknown'; }
  if (isUnknown(principal)) { return 'unknown'; }
  if (principal.includes('*')) { return limit ?? 'other'; }
  if (principal.startsWith('arn:')) { return /:(oidc|saml)-provider\//.test(principal) ? 'unknown' : ownerOfArn(principal, own); }
  // Any other principal is an identity provider by its name, such as a code hosting service.
  return /^(\d{12}|\$\{AWS\.AccountId\})$/.test(principal) ? ownerOfAccount(principal, own) : 'unknown';
}
