export * from './local-cloud';
export { VirtualClock } from './time/virtual-clock';
export type { Exchange, CustomResourceRequest, ReceivedAnswer, Verdict } from './cloudformation/custom-resource';
export type { Stack, StackEvent } from './cloudformation/stack';
export type { Template } from './cloudformation/template';
export type { Execution } from './stepfunctions/state-machine-service';
