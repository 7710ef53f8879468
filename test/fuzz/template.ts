import jsonata from 'jsonata';
import { validateInput } from '../../local/sagemaker/validation';

/**
 * What is wrong with a synthesized template, whatever it was made from.
 *
 * @param isGone whether a resource was part of a case that was refused, and taken out
 */
export function problemsOf(template: any, isGone: (logicalId: string) => boolean = () => false): string[] {
  const problems = [...values(template, 'template', logicalId => isGone(logicalId) || logicalId in (template.Resources ?? {}) || logicalId in (template.Parameters ?? {}))];
  for (const [logicalId, { Type, Properties = {} }] of Object.entries<any>(template.Resources ?? {})) {
    const found = (of: string[]) => of.map(problem => `${logicalId} (${Type}): ${problem}`);
    if (Type === 'Custom::SageMakerNeoCompilationJob') { problems.push(...found(jobProblems(Properties))); }
    if (Type === 'AWS::StepFunctions::StateMachine') { problems.push(...found(machineProblems(Properties))); }
    if (/^AWS::IAM::(Policy|ManagedPolicy|Role)$/.test(Type)) { problems.push(...found(policyProblems(Properties))); }
  }
  return problems;
}

/** Every value is one that CloudFormation takes, and every reference leads somewhere. */
function* values(value: unknown, path: string, isThere: (logicalId: string) => boolean): Generator<string> {
  if (value === null) { yield `${path} is null`; }
  if (typeof value === 'string' && /\[object [A-Z]|\$\{Token\[|#\{Token\[/.test(value)) { yield `${path} is ${value.slice(0, 100)}`; }
  // JSON knows neither NaN nor infinity; a token that has not been resolved is a number like this.
  if (typeof value === 'number' && Math.abs(value) > 1e100) { yield `${path} is ${value}`; }
  if (typeof value !== 'object' || value === null) { return; }
  const { Ref, 'Fn::GetAtt': attribute } = value as any;
  const target = Ref ?? (Array.isArray(attribute) ? attribute[0] : undefined);
  if (typeof target === 'string' && !target.startsWith('AWS::') && !isThere(target)) { yield `${path} refers to ${target}`; }
  for (const [name, item] of Object.entries(value)) { yield* values(item, `${path}.${name}`, isThere); }
}

/** A request that the API takes: in place of what only the deployment knows. */
const KNOWN: any = {
  CompilationJobName: 'job',
  RoleArn: 'arn:aws:iam::111122223333:role/role',
  ModelPackageVersionArn: 'arn:aws:sagemaker:us-east-1:111122223333:model-package/models/1',
  InputConfig: { S3Uri: 's3://bucket/model.tar.gz', DataInputConfig: '{"input0":[1]}', Framework: 'PYTORCH', FrameworkVersion: '1.13' },
  OutputConfig: { S3OutputLocation: 's3://bucket/neo', TargetDevice: 'ml_c5', TargetPlatform: { Os: 'LINUX', Arch: 'ARM64', Accelerator: 'MALI' }, CompilerOptions: '{"a":1}', KmsKeyId: 'key' },
  VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
  StoppingCondition: { MaxRuntimeInSeconds: 900, MaxPendingTimeInSeconds: 7200 },
  Tags: [{ Key: 'key', Value: 'value' }],
};

/** Members of which the literal parts alone must be right. */
const JOINED = ['RoleArn', 'S3Uri', 'S3OutputLocation', 'DataInputConfig', 'CompilerOptions', 'KmsKeyId'];

/** What AWS may add tomorrow has a way in, with a warning. */
const OPEN = ['Framework', 'TargetDevice', 'Os', 'Arch', 'Accelerator'];

function jobProblems({ JobName, JobNamePrefix, Request, Tags, TimeLimitInSeconds, WaitForCompletion, DeleteArtifacts }: any): string[] {
  return [
    ...requestProblems({ CompilationJobName: JobName ?? `${JobNamePrefix}-01234567-89abcdef`, ...Request, Tags }),
    ...typeof TimeLimitInSeconds === 'string' && !/^[1-9]\d*$/.test(TimeLimitInSeconds) ? [`TimeLimitInSeconds is ${TimeLimitInSeconds}`] : [],
    ...[WaitForCompletion, DeleteArtifacts].filter(value => !['true', 'false'].includes(value)).map(value => `a flag is ${JSON.stringify(value)}`),
  ];
}

/** By the constraints of the local stand-in, which are those of AWS's service model. */
export function requestProblems(request: any): string[] {
  try {
    validateInput('CreateCompilationJob', known(request, KNOWN) as object);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function known(value: any, instead: any, member = ''): unknown {
  if (isIntrinsic(value)) { return 'Fn::Join' in value && JOINED.includes(member) ? joined(value) : instead; }
  if (Array.isArray(value)) { return value.map(item => known(item, Array.isArray(instead) ? instead[0] : undefined)); }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, OPEN.includes(name) && typeof item === 'string' ? named(item, instead?.[name]) : known(item, instead?.[name], name)]));
  }
  // CloudFormation's properties are strings, and JSONata's are for the execution to know.
  if (typeof value === 'string' && (/^\{%.*%\}$/s.test(value) || /^\$/.test(value))) { return instead; }
  return typeof instead === 'number' && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

const named = (name: string, instead: string) => /^[A-Za-z0-9_]+$/.test(name) ? instead : name;

function isIntrinsic(value: any): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 1 && /^(Ref|Fn::\w+)$/.test(Object.keys(value)[0]);
}

const PSEUDO: { readonly [name: string]: string } = { 'AWS::Partition': 'aws', 'AWS::Region': 'us-east-1', 'AWS::AccountId': '111122223333', 'AWS::URLSuffix': 'amazonaws.com' };

/** In JSON, too, a number is what may stand anywhere. */
export function joined(value: any): string {
  if (typeof value === 'string') { return value; }
  if (Array.isArray(value?.['Fn::Join']?.[1])) { return value['Fn::Join'][1].map(joined).join(value['Fn::Join'][0]); }
  return PSEUDO[value?.Ref] ?? '1';
}

function machineProblems({ DefinitionString }: any): string[] {
  let definition: any;
  try {
    definition = JSON.parse(withMarks(DefinitionString), (_name, value) => unmarked(value));
  } catch (error) {
    return [`the definition is no JSON: ${(error as Error).message}`];
  }
  return [...stateProblems(definition)];
}

/** Stands for a reference in JSON, in a text and as a number. */
const MARK = '8675309867530';

function withMarks(value: any): string {
  if (typeof value === 'string') { return value; }
  return Array.isArray(value?.['Fn::Join']?.[1]) ? value['Fn::Join'][1].map(withMarks).join(value['Fn::Join'][0]) : PSEUDO[value?.Ref] ?? MARK;
}

function unmarked(value: unknown): unknown {
  const reference = { Ref: 'AWS::NoValue' };
  if (value === Number(MARK) || value === MARK) { return reference; }
  // Of JSONata, syntax alone is looked at.
  return typeof value === 'string' && value.includes(MARK) && !value.startsWith('{%') ? { 'Fn::Join': ['', value.split(MARK).flatMap((part, index) => index ? [reference, part] : [part])] } : value;
}

function* stateProblems(node: any): Generator<string> {
  if (typeof node === 'string') { yield* expressionProblems(node); }
  if (typeof node !== 'object' || node === null) { return; }
  for (const [name, state] of Object.entries<any>(node.States ?? {})) {
    if ([...name].length > 80) { yield `the name of the state ${name.slice(0, 20)}… has more than 80 characters`; }
    if (/:createCompilationJob$/.test(state.Resource) && typeof (state.Arguments ?? state.Parameters) === 'object') {
      yield* requestProblems(withoutPaths(state.Arguments ?? state.Parameters)).map(problem => `state ${name}: ${problem}`);
    }
  }
  for (const item of Object.values(node)) { yield* stateProblems(item); }
}

/** Members of JSONPath end in `.$`. */
function withoutPaths(value: any): any {
  if (Array.isArray(value)) { return value.map(withoutPaths); }
  if (typeof value !== 'object' || value === null) { return value; }
  return Object.fromEntries(Object.entries<any>(value).map(([name, item]) => name.endsWith('.$') ? [name.slice(0, -2), { 'Fn::Execution': item }] : [name, withoutPaths(item)]));
}

function* expressionProblems(text: string): Generator<string> {
  const [, expression] = /^\{%(.*)%\}$/s.exec(text) ?? [];
  if (expression === undefined) { return; }
  try {
    jsonata(expression);
  } catch (error) {
    yield `no JSONata: ${text.slice(0, 200)}: ${(error as Error).message}`;
  }
}

/** IAM takes these characters in a policy and in a description. */
function policyProblems(properties: any): string[] {
  const wrong = /[^\t\n\r -\u00ff]/;
  return [...textsOf([properties.PolicyDocument, properties.Policies, properties.AssumeRolePolicyDocument])].filter(text => wrong.test(text)).map(text => `IAM takes no such character: ${JSON.stringify(text).slice(0, 100)}`);
}

function* textsOf(value: any): Generator<string> {
  if (typeof value === 'string') { yield value; }
  if (typeof value === 'object' && value !== null) { for (const item of Object.values(value)) { yield* textsOf(item); } }
}
