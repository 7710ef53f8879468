import { createHash } from 'node:crypto';
import { Machine } from './definition';

const ENVIRONMENT: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '111122223333',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'local',
};

/** A resource of a synthesized template. */
interface Resource {
  readonly Type: string;
  readonly Properties: any;
}

/** A synthesized template in which every reference has a value, as after a deployment. */
export class SynthesizedTemplate {
  constructor(private readonly template: { readonly Resources: Record<string, Resource> }) {}

  /** Returns the definition of a state machine as Step Functions receives it. */
  public definition(logicalId: string): Machine {
    return JSON.parse(this.resolve(this.resource(logicalId).Properties.DefinitionString));
  }

  public stateMachineArn(logicalId: string): string {
    return this.value(logicalId);
  }

  /** Returns the logical ids of the resources of a type. */
  public find(type: string): string[] {
    return Object.keys(this.template.Resources).filter(id => this.template.Resources[id].Type === type);
  }

  public resource(logicalId: string): Resource {
    const resource = this.template.Resources[logicalId];
    if (!resource) { throw new Error(`no resource ${logicalId} in the template`); }
    return resource;
  }

  /** Evaluates a value with intrinsic functions, like CloudFormation. */
  public resolve(value: any): any {
    if (Array.isArray(value)) { return value.map(item => this.resolve(item)); }
    if (typeof value !== 'object' || value === null) { return value; }
    const [[name, argument]] = Object.entries<any>(value).length === 1 ? Object.entries<any>(value) : [['', undefined]];
    switch (name) {
      case 'Ref': return ENVIRONMENT[argument] ?? this.value(argument);
      case 'Fn::GetAtt': return this.value(argument[0], argument[1]);
      case 'Fn::Join': return this.resolve(argument[1]).join(argument[0]);
      case 'Fn::Select': return this.resolve(argument[1])[Number(argument[0])];
      case 'Fn::Split': return this.resolve(argument[1]).split(argument[0]);
      case 'Fn::Sub': return String(argument).replace(/\$\{([^}]+)\}/g, (_, id) => ENVIRONMENT[id] ?? this.value(id));
      default: return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolve(item)]));
    }
  }

  /** Returns a name like those that AWS generates. It is the same in every run. */
  private value(logicalId: string, attribute = ''): string {
    const { Type } = this.resource(logicalId);
    const hex = createHash('sha256').update(logicalId).digest('hex').slice(0, 17);
    const arn = (service: string, name: string, place = 'us-east-1:111122223333') => `arn:aws:${service}:${place}:${name}`;
    switch (Type) {
      case 'AWS::StepFunctions::StateMachine': return attribute === 'Name' ? logicalId : arn('states', `stateMachine:${logicalId}`);
      case 'AWS::IAM::Role': return attribute === 'Arn' ? arn('iam', `role/${logicalId}`, ':111122223333') : logicalId;
      case 'AWS::S3::Bucket': return attribute === 'Arn' ? arn('s3', logicalId.toLowerCase(), ':') : logicalId.toLowerCase();
      case 'AWS::EC2::Subnet': return `subnet-${hex}`;
      case 'AWS::EC2::SecurityGroup': return `sg-${hex}`;
      case 'AWS::KMS::Key': return attribute === 'Arn' ? arn('kms', `key/${logicalId}`) : logicalId;
      default: return `${logicalId}${attribute && `.${attribute}`}`;
    }
  }
}
