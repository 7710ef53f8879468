import * as path from 'path';

/** A policy of a template, with a value for every reference. */
export interface Policy { readonly at: string; readonly document: object }

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws', 'AWS::Region': 'us-east-1', 'AWS::AccountId': '111122223333', 'AWS::URLSuffix': 'amazonaws.com', 'AWS::StackName': 'stack',
};

/** What a linter takes for the ARN of a resource, by the resource's type. Others get the usual form. */
const ARNS: Readonly<Record<string, (id: string) => string>> = {
  'AWS::S3::Bucket': id => `arn:aws:s3:::${id}`,
  'AWS::IAM::Role': id => `arn:aws:iam::111122223333:role/${id}`,
  'AWS::KMS::Key': id => `arn:aws:kms:us-east-1:111122223333:key/${id}`,
  'AWS::Lambda::Function': id => `arn:aws:lambda:us-east-1:111122223333:function:${id}`,
  'AWS::Logs::LogGroup': id => `arn:aws:logs:us-east-1:111122223333:log-group:${id}:*`,
  'AWS::StepFunctions::StateMachine': id => `arn:aws:states:us-east-1:111122223333:stateMachine:${id}`,
  'AWS::SNS::Topic': id => `arn:aws:sns:us-east-1:111122223333:${id}`,
  'AWS::SQS::Queue': id => `arn:aws:sqs:us-east-1:111122223333:${id}`,
  'AWS::Events::Rule': id => `arn:aws:events:us-east-1:111122223333:rule/${id}`,
  'AWS::CodeBuild::Project': id => `arn:aws:codebuild:us-east-1:111122223333:project/${id}`,
  'AWS::CodePipeline::Pipeline': id => `arn:aws:codepipeline:us-east-1:111122223333:${id}`,
};

/** Types whose Ref is an ARN. */
const REF_IS_ARN = ['AWS::StepFunctions::StateMachine', 'AWS::SNS::Topic'];

/** Every policy document of a template: of roles, buckets, keys, queues, topics and endpoints. */
export function policiesOf(file: string, template: { Resources: Record<string, { Type: string; Properties?: unknown }> }): Policy[] {
  const found: Policy[] = [];
  const arn = (id: string) => (ARNS[template.Resources[id]?.Type] ?? (name => `arn:aws:other:us-east-1:111122223333:${name}`))(id.toLowerCase());
  const resolve = (value: any): any => {
    if (Array.isArray(value)) { return value.map(resolve); }
    if (typeof value !== 'object' || value === null) { return value; }
    const [[name, argument], ...more] = Object.entries<any>(value).length > 0 ? Object.entries<any>(value) : [['', undefined]];
    if (more.length === 0) {
      switch (name) {
        case 'Ref': return PSEUDO[argument] ?? (argument === 'AWS::StackId' ? 'arn:aws:cloudformation:us-east-1:111122223333:stack/stack/1'
          : REF_IS_ARN.includes(template.Resources[argument]?.Type) ? arn(argument) : argument.toLowerCase());
        case 'Fn::GetAtt': return /Arn$/.test(argument[1]) ? arn(argument[0]) : argument[0].toLowerCase();
        case 'Fn::Join': return resolve(argument[1]).join(argument[0]);
        case 'Fn::Select': return resolve(argument[1])[Number(argument[0])] ?? 'part';
        case 'Fn::Split': return String(resolve(argument[1])).split(argument[0]);
        case 'Fn::Sub': return String(argument).replace(/\$\{([^}]+)\}/g, (_, id) => PSEUDO[id] ?? id);
        // From another stack; the examples' are names and ARNs of buckets, and ARNs of keys.
        case 'Fn::ImportValue': case 'Fn::GetStackOutput': return importedValue(JSON.stringify(argument));
        case 'Fn::If': return resolve(argument[1]);
      }
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
  };
  const walk = (value: any, at: string): void => {
    if (typeof value !== 'object' || value === null) { return; }
    if (Array.isArray(value.Statement)) {
      found.push({ at, document: resolve(value) });
    } else {
      for (const [key, item] of Object.entries(value)) { walk(item, `${at}/${key}`); }
    }
  };
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) { walk(Properties, `${path.basename(file, '.template.json')}/${id} ${Type}`); }
  return found;
}

function importedValue(text: string): string {
  const id = 'imported';
  return !/Arn/.test(text) ? id : ARNS[/Key/.test(text) ? 'AWS::KMS::Key' : /Role/.test(text) ? 'AWS::IAM::Role' : 'AWS::S3::Bucket'](id);
}
