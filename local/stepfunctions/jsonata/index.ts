export * from './child-execution';
export * from './definition';
export * from './environment';
export * from './errors';
export * from './execution';
export * from './sdk-integrations';
export * from './state-machine';
export * from './synthesized';
