export * from './private-compilation-vpc/private-compilation-vpc-base';
export * from './private-compilation-vpc/vpc-config';
export * from './target/data-input-shape';
export * from './target/framework';
export * from './target/target';
