import { unknown, type PrivacyRule } from './rule';

export const VISIBILITY_RULES: PrivacyRule[] = [
  {
    id: 'TemplatesVisible',
    title: 'Templates show everything that is deployed',
    why: 'What a macro, a module or a nested stack with a template elsewhere adds is decided at the deployment, and not among what was checked.',
    fix: 'Bring the template into the app, with NestedStack or CfnInclude, instead.',
    check: ({ templates }) => [
      ...templates.unseen.map(stack => unknown(stack, 'the template of this nested stack is not in the cloud assembly', 'TemplateURL')),
      ...templates.resources.filter(({ type, properties }) => type.endsWith('::MODULE') || properties['Fn::Transform'] !== undefined)
        .map(resource => unknown(resource, 'adds resources or properties at the deployment')),
      ...templates.templates.filter(({ body }) => body.Transform !== undefined)
        .flatMap(template => templates.resources.filter(resource => resource.template === template).slice(0, 1))
        .map(resource => unknown(resource, `the template has the transform ${JSON.stringify(resource.template.body.Transform)}`)),
    ],
  },
];
