import { hexDigest } from '../../local/cloudformation/environment';
import { Evaluation, type Referable } from '../../local/cloudformation/evaluation';
import type { ResourceDefinition, Template } from '../../local/cloudformation/template';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';
export const REGION = 'us-east-1';

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: any[];
}

/** What the managed policy of AWS allows that CDK's own functions use. */
const MANAGED_POLICIES: { [arn: string]: PolicyDocument } = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }],
  },
};

/**
 * A synthesized template as it would be deployed: every policy with concrete ARNs, and to whom or what it belongs.
 */
export class DeployedStack {
  public readonly stackId: string;
  private readonly evaluation: Evaluation;

  constructor(private readonly stackName: string, private readonly template: Template) {
    this.stackId = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stackName}/00000000-0000-0000-0000-000000000000`;
    this.evaluation = new Evaluation({
      stack: { account: ACCOUNT, region: REGION, stackName, stackId: this.stackId },
      template,
      ssmParameters: { '/cdk-bootstrap/hnb659fds/version': '30' },
      exports: new Map(),
      resource: logicalId => logicalId in template.Resources ? this.referable(logicalId) : undefined,
    });
  }

  /** Logical id of the only resource of a type whose logical id matches. */
  public find(type: string, pattern: RegExp): string {
    const found = this.ofType(type).filter(([logicalId]) => pattern.test(logicalId));
    if (found.length !== 1) {
      throw new Error(`${this.stackName} must have one ${type} like ${pattern}; got: ${found.map(([logicalId]) => logicalId)}`);
    }
    return found[0][0];
  }

  public ref(logicalId: string): string {
    return this.referable(logicalId).ref;
  }

  public arn(logicalId: string): string {
    return this.attribute(logicalId, 'Arn');
  }

  public attribute(logicalId: string, name: string): string {
    return this.referable(logicalId).attribute(name);
  }

  /** A resource's properties with every intrinsic function replaced. */
  public properties(logicalId: string): any {
    return this.evaluation.resolve(this.template.Resources[logicalId].Properties ?? {});
  }

  /** Everything attached to a role. */
  public identityPolicies(role: string): PolicyDocument[] {
    const { Policies = [], ManagedPolicyArns = [] } = this.properties(role);
    const attached = this.ofType('AWS::IAM::Policy').map(([logicalId]) => this.properties(logicalId)).filter(({ Roles }) => Roles?.includes(this.ref(role)));
    return [
      ...[...Policies, ...attached].map(({ PolicyDocument: document }) => document),
      ...ManagedPolicyArns.map((arn: string) => {
        if (!(arn in MANAGED_POLICIES)) { throw new Error(`role ${role} has a managed policy that this test does not know; got: ${arn}`); }
        return MANAGED_POLICIES[arn];
      }),
    ];
  }

  /** The policy of a bucket, as far as it has one. */
  public bucketPolicy(bucket: string): PolicyDocument | undefined {
    return this.ofType('AWS::S3::BucketPolicy').map(([logicalId]) => this.properties(logicalId)).find(({ Bucket }) => Bucket === this.ref(bucket))?.PolicyDocument;
  }

  public ofType(type: string) {
    return Object.entries(this.template.Resources).filter(([, { Type }]) => Type === type);
  }

  private referable(logicalId: string): Referable {
    return concrete(this.template.Resources[logicalId], `${this.stackName}-${logicalId}`);
  }
}

/** Names as AWS might make them; all that matters is that they are of the right form, and unlike each other. */
function concrete({ Type, Properties = {} }: ResourceDefinition, name: string): Referable {
  const hex = hexDigest(name, 17);
  const arn = (service: string, rest: string, region = REGION) => `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;
  const of = (ref: string, attributes: { [attribute: string]: string } = {}): Referable =>
    ({ ref, attribute: attribute => attributes[attribute] ?? `${name}.${attribute}` });
  switch (Type) {
    case 'AWS::S3::Bucket': {
      const bucket = Properties.BucketName ?? name.toLowerCase();
      return of(bucket, { Arn: `arn:aws:s3:::${bucket}` });
    }
    case 'AWS::IAM::Role': return of(name, { Arn: arn('iam', `role/${name}`, '') });
    case 'AWS::KMS::Key': return of(hex, { Arn: arn('kms', `key/${hex}`) });
    case 'AWS::SQS::Queue': return of(`https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`, { Arn: arn('sqs', name), QueueName: name });
    case 'AWS::Events::Rule': return of(name, { Arn: arn('events', `rule/${name}`) });
    case 'AWS::Lambda::Function': return of(name, { Arn: arn('lambda', `function:${name}`) });
    case 'AWS::StepFunctions::StateMachine': return of(arn('states', `stateMachine:${name}`), { Arn: arn('states', `stateMachine:${name}`), Name: name });
    case 'AWS::Logs::LogGroup': return of(name, { Arn: arn('logs', `log-group:${name}:*`) });
    case 'AWS::EC2::Subnet': return of(`subnet-${hex}`);
    case 'AWS::EC2::SecurityGroup': return of(`sg-${hex}`, { GroupId: `sg-${hex}` });
    case 'AWS::EC2::VPC': return of(`vpc-${hex}`);
    case 'AWS::EC2::VPCEndpoint': return of(`vpce-${hex}`);
    default: return of(name);
  }
}
