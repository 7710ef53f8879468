import { type PrivacyRule, unknown } from './rule';
import { apiCalls } from '../network/job-placements';

/** Services by which a network or a bucket can be opened. */
const OPENING = /^(ec2|s3|s3control|ram|route53resolver|networkmanager|vpclattice)$/;
const READING = /^(describe|get|list|head|search)/;

export const VISIBILITY_RULES: PrivacyRule[] = [
  {
    id: 'TemplatesVisible',
    title: 'Templates show everything that is deployed',
    why: 'What a macro, a module, a call of the API or a nested stack with a template elsewhere adds is decided at the deployment, and not among what was checked.',
    fix: 'Bring the template into the app, with NestedStack or CfnInclude, and make resources instead of calls.',
    check: ({ templates }) => [
      ...templates.unseen.map(stack => unknown(stack, 'the template of this nested stack is not in the cloud assembly', 'TemplateURL')),
      ...templates.resources.filter(({ type, properties }) => type.endsWith('::MODULE') || type.startsWith('Fn::') || JSON.stringify(properties).includes('"Fn::Transform"'))
        .map(resource => unknown(resource, 'adds resources or properties at the deployment')),
      ...templates.resources.flatMap(resource => apiCalls(templates, resource)
        .filter(({ service, action }) => OPENING.test(service) && !READING.test(action))
        .map(({ service, action, property }) => unknown(resource, `calls ${action} of ${service} at the deployment`, property))),
      ...templates.templates.filter(({ body }) => body.Transform !== undefined)
        .flatMap(template => templates.resources.filter(resource => resource.template === template).slice(0, 1))
        .map(resource => unknown(resource, `the template has the transform ${JSON.stringify(resource.template.body.Transform)}`)),
    ],
  },
];
