import { CustomResourceProtocol, CustomResourceRequest } from '../../../local/cloudformation/custom-resource';
import { newStackIdentity } from '../../../local/cloudformation/environment';
import { Evaluation } from '../../../local/cloudformation/evaluation';
import { LocalResourceAdapter, ResourceOperations } from '../../../local/cloudformation/resource-operations';
import { Stack, StackEvent } from '../../../local/cloudformation/stack';
import type { ResourceDefinition, Template } from '../../../local/cloudformation/template';
import { seededRandom } from '../../../local/sagemaker';
import { VirtualClock } from '../../../local/time/virtual-clock';

/** Sends an answer; fills in what a well-behaved provider copies from the request. */
export type Answer = (answer?: Record<string, unknown> | string) => void;

/** What stands behind the service token. */
export type Provider = (request: CustomResourceRequest, answer: Answer) => void | Promise<void>;

/** Says yes to everything, and gives a Create the id `<logical id>-1`. */
export const obliging: Provider = (_request, answer) => answer();

/** A stack whose custom resources are served in this process. */
export function testStack(
  provider: Provider = obliging, adapters: Readonly<Record<string, LocalResourceAdapter>> = {}, serviceTimeoutSeconds = 3600,
) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const identity = newStackIdentity('Test', { account: '111122223333', region: 'eu-west-1' }, random);
  const events: StackEvent[] = [];
  const requests: CustomResourceRequest[] = [];
  const protocol = new CustomResourceProtocol({
    clock,
    random,
    region: identity.region,
    invoke: async (_token, request) => {
      requests.push(request);
      void provider(request, (answer = {}) => {
        const { RequestId, StackId, LogicalResourceId } = request;
        const PhysicalResourceId = request.PhysicalResourceId ?? `${LogicalResourceId}-1`;
        const whole = { Status: 'SUCCESS', PhysicalResourceId, RequestId, StackId, LogicalResourceId };
        protocol.receive(new URL(request.ResponseURL).pathname, typeof answer === 'string' ? answer : JSON.stringify({ ...whole, ...answer }));
      });
    },
  });
  const stack = new Stack({
    identity,
    now: clock.now,
    onEvent: event => events.push(event),
    operations: new ResourceOperations({ stack: identity, protocol, adapters, serviceTimeoutSeconds }),
    evaluate: (template, resource) => new Evaluation({ stack: identity, template, ssmParameters: {}, exports: new Map(), resource }),
  });
  // Time passes while the stack works.
  for (const operation of ['create', 'update', 'delete'] as const) {
    const work: (template: Template) => Promise<void> = stack[operation].bind(stack);
    stack[operation] = (changed?: Template) => clock.run(work(changed!));
  }
  return {
    stack,
    protocol,
    requests,
    events,
    clock,
    /** Requests so far, as `Type logical id physical id`; forgets them. */
    sent: () => requests.splice(0).map(({ RequestType, LogicalResourceId, PhysicalResourceId }) => [RequestType, LogicalResourceId, PhysicalResourceId].join(' ').trim()),
    /** Statuses of the stack itself so far; forgets them. */
    statuses: () => events.splice(0).filter(({ logicalId }) => logicalId === 'Test').map(({ status }) => status),
  };
}

/** A custom resource with these properties. */
export const custom = (properties: Record<string, unknown> = {}, more: Partial<ResourceDefinition> = {}): ResourceDefinition => ({
  Type: 'Custom::Thing', Properties: { ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:provider', ...properties }, ...more,
});

export const template = (Resources: Template['Resources'], more: Partial<Template> = {}): Template => ({ Resources, ...more });
