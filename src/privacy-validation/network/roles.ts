import { isUnknown } from '../template/canonical';
import { documentsOf, isDeniedUnlessOwn, limitOf, ownerOfAccount, type Ownership } from '../template/policy';
import type { TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** Who may assume a role, by whose they are. Services of AWS are one's own: they act for the account that the role is in. */
export type Trust = { readonly [owner in Ownership]: string[] };

export function trustOf(templates: TemplateSet, role: TemplateResource): Trust {
  const { template, properties: { AssumeRolePolicyDocument: document } } = role;
  const own = template.stack?.account ? ['${AWS.AccountId}', template.stack.account] : ['${AWS.AccountId}'];
  const documents = documentsOf(templates, document, template);
  if (!documents) { return { own: [], unknown: ['a trust policy that cannot be read'], other: [] }; }
  const found = documents.flatMap(statements => statements.filter(({ effect }) => effect !== 'Deny').flatMap(statement => {
    if (statement.notPrincipal) { return [{ principal: 'everybody but a few', owner: 'other' as const }]; }
    const limit = isDeniedUnlessOwn(statements, statement.actions, 'principal', own) ? 'own' : limitOf(statement, 'principal', own);
    return statement.principals.map(principal => ({ principal, owner: ownerOfPrincipal(templates, principal, own, limit) }));
  }));
  const of = (wanted: Ownership) => [...new Set(found.filter(({ owner }) => owner === wanted).map(({ principal }) => principal))];
  return { own: of('own'), unknown: of('unknown'), other: of('other') };
}

/** Whose a principal is that a policy names by its ARN. */
export function ownerOfArn(arn: string, own: string[]): Ownership {
  return ownerOfAccount(/^arn:[^:]*:(?:iam|sts)::([^:]*):./.exec(arn)?.[1] ?? '', own);
}

function ownerOfPrincipal(templates: TemplateSet, principal: string, own: string[], limit: Ownership | undefined): Ownership {
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(principal) || templates.find(principal)) { return 'own'; }
  if (limit === 'own') { return 'own'; }
  if (isUnknown(principal)) { return 'unknown'; }
  if (principal.includes('*')) { return limit ?? 'other'; }
  if (principal.startsWith('arn:')) { return /:(oidc|saml)-provider\//.test(principal) ? 'unknown' : ownerOfArn(principal, own); }
  // A provider of identities by its name, such as that of a code forge.
  return /^(\d{12}|\$\{AWS\.AccountId\})$/.test(principal) ? ownerOfAccount(principal, own) : 'unknown';
}
