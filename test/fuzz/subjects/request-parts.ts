import type { Construct } from 'constructs';
import * as fc from 'fast-check';
import { NeoCompilationJob, NeoTarget } from '../../../src';
import { joined, requestProblems } from '../template';
import { literal, notOf, oneOf, texts, textTokens, type Value, type Values } from '../values';
import type { World } from '../world';

/** What a value gives for a request, with the constraints of the API. */
export function mustSuit(world: World, request: { InputConfig?: object; OutputConfig?: object }): void {
  const problems = requestProblems(world.stack.resolve({
    CompilationJobName: 'job',
    RoleArn: 'arn:aws:iam::111122223333:role/role',
    InputConfig: { S3Uri: 's3://bucket/model.tar.gz', Framework: 'PYTORCH', ...request.InputConfig },
    OutputConfig: { S3OutputLocation: 's3://bucket/neo', ...request.OutputConfig ?? { TargetDevice: 'ml_c5' } },
    StoppingCondition: { MaxRuntimeInSeconds: 900 },
  }));
  if (problems.length > 0) { throw new TypeError(`not as the API takes it: ${problems}`); }
}

/** Text of which nothing is known at synthesis need not be. */
function mustBeJson(world: World, text: string, isGivenAsText: boolean): void {
  const resolved = world.stack.resolve(text);
  if (typeof resolved === 'string' || !isGivenAsText) { JSON.parse(joined(resolved)); }
}

export function useShape(world: World, json: string, isGivenAsText = false): void {
  mustBeJson(world, json, isGivenAsText);
  mustSuit(world, { InputConfig: { DataInputConfig: json } });
}

export function useOptions(world: World, json: string, isGivenAsText = false): void {
  mustBeJson(world, json, isGivenAsText);
  mustSuit(world, { OutputConfig: { TargetDevice: 'ml_c5', CompilerOptions: json } });
}

/** In a job, where rules judge what is right together. */
export function compile(world: World, scope: Construct, props: object): void {
  new NeoCompilationJob(scope, 'Job', { vpcConfig: world.network.vpcConfig, model: world.model, target: NeoTarget.ML_C5, outputBucket: world.bucket, ...props });
}

/** The same, if it is right: for what other rules may find. */
export function loosened(value: Value): Value {
  return value.verdict === 'good' ? value.as('any') : value;
}

export const jsonTexts = (...known: string[]): Values => oneOf(
  fc.constantFrom(...known).map(text => literal('any', text)),
  fc.json({ maxDepth: 3 }).map(text => literal('any', text)),
  texts(() => 'any'),
  textTokens(),
  notOf('string'),
);

