import type { TemplateResource, TemplateSet } from '../template/template-set';

/**
 * Whether a property names one of our IDs. What the app makes is other than ours when it is not; a literal ID, a parameter or what a custom
 * resource answers may be the ID that one of ours will have.
 */
export function relationTo(templates: TemplateSet, resource: TemplateResource, property: string, ours: string[]): 'ours' | 'other' | 'unknown' {
  const values = templates.list(resource.properties[property]).flatMap(value => templates.values(value, resource.template));
  if (values.some(value => ours.some(id => isSame(value, id)))) { return 'ours'; }
  const made = ours.some(id => templates.find(id) !== undefined);
  return values.some(value => isOpen(templates, value) && (made || value.includes('${'))) ? 'unknown' : 'other';
}

/** An ID as it is, its ARN, or an ARN that ends in it. */
function isSame(value: string, id: string): boolean {
  return value === id || value.endsWith(`/${id}`) || value === `${id.slice(0, -1)}.Arn}`;
}

function isOpen(templates: TemplateSet, value: string): boolean {
  const source = templates.find(value);
  return source ? /^(Custom::|AWS::CloudFormation::)/.test(source.type) : !hasReference(value);
}

/** Of an ARN that is joined from something the app makes. */
function hasReference(value: string): boolean {
  return /\$\{[^{}?]+#[^{}]+\}$/.test(value);
}
