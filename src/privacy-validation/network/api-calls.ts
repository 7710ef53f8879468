import type { TemplateResource, TemplateSet } from '../template/template-set';

/** A call of an AWS API that a resource makes once it is deployed. */
export interface ApiCall {
  /** In small letters, without spelling of its own: `sagemaker`, `createcompilationjob`. */
  readonly service: string;
  readonly action: string;
  readonly request: any;
  readonly property: string;
}

/** Calls that a template writes out: those of `AwsCustomResource`, and of schedules of EventBridge. */
export function apiCalls(templates: TemplateSet, resource: TemplateResource): ApiCall[] {
  if (resource.type === 'AWS::Scheduler::Schedule') { return scheduledCalls(templates, resource); }
  if (!/^(Custom::|AWS::CloudFormation::CustomResource$)/.test(resource.type)) { return []; }
  return ['Create', 'Update', 'Delete'].flatMap(property => parsed(templates.property(resource, property))
    .filter(call => typeof call?.service === 'string' && typeof call.action === 'string')
    .map(({ service, action, parameters = {} }) => ({ service: plain(service), action: plain(action), request: parameters, property })));
}

function scheduledCalls(templates: TemplateSet, schedule: TemplateResource): ApiCall[] {
  return templates.choices(schedule.properties.Target).flatMap(target => templates.values(target.Arn, schedule.template).flatMap(arn => {
    const [, service, action] = /:aws-sdk:([^:]+):([^:]+)$/.exec(arn) ?? [];
    if (action === undefined) { return []; }
    const requests = parsed(templates.values(target.Input, schedule.template));
    return (requests.length > 0 ? requests : [{}]).map(request => ({ service: plain(service), action: plain(action), request, property: 'Target.Input' }));
  }));
}

/** As text, JSON holds references inside of its strings, so what is joined from them is JSON all the same. */
export function parsed(texts: string[]): any[] {
  return texts.flatMap(text => {
    try {
      return [JSON.parse(text)];
    } catch {
      return [];
    }
  });
}

/** `SageMaker`, `@aws-sdk/client-sagemaker` and `sagemaker` are one service, `CreateCompilationJobCommand` and `createCompilationJob` one action. */
function plain(name: string): string {
  return name.toLowerCase().replace(/^@aws-sdk\/client-/, '').replace(/command$/, '').replace(/-/g, '');
}
