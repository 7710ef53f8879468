import { createRequire } from 'node:module';
import { App, Duration, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { C5, fleetStack } from './fleet-harness';
import { FleetStack } from '../../examples/fleet/fleet-stack';
import { shadowedVariables, SynthesizedTemplate } from '../../local/stepfunctions/jsonata';
import * as neo from '../../src';
import { brokenRules, reportOf } from '../privacy-validation/private-app';

// It has no types of its own.
const validate: (definition: object) => { isValid: boolean; errors: object[] } = createRequire(__filename)('asl-validator');

const framework = neo.NeoFramework.XGBOOST;
const fleets = {
  'a prefix': fleetStack(),
  'a prefix with uploads': fleetStack(() => ({ startOnUpload: true })),
  'a list': fleetStack((_, models) => ({ models: neo.NeoFleetModels.fromList([neo.NeoModel.fromBucket(models, 'x.tar.gz', { framework })]), targets: [C5] })),
  'a manifest': fleetStack((_, models) => ({ models: neo.NeoFleetModels.fromManifest(models, 'm.csv', neo.NeoManifestFormat.CSV) })),
};

describe.each(Object.entries(fleets))('the definitions of a fleet from %s', (_, { stack }) => {
  const template = new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);

  test.each(template.find('AWS::StepFunctions::StateMachine'))('%s is valid', logicalId => {
    const { isValid, errors } = validate(template.definition(logicalId));
    expect(errors).toEqual([]);
    expect(isValid).toBe(true);
  });

  // AWS's page on variables says so; asl-validator does not check it.
  test.each(template.find('AWS::StepFunctions::StateMachine'))('%s assigns no variable in a Map that the states around it assign', logicalId => {
    expect(shadowedVariables(template.definition(logicalId))).toEqual([]);
  });

  test('call AWS by integrations alone: there is no function for the fleet', () => {
    const functions = template.find('AWS::Lambda::Function').filter(id => id.startsWith('Fleet'));
    expect(functions).toEqual([]);
  });
});

describe('the example', () => {
  const app = new App();
  const stack = new FleetStack(app, 'NeoFleet', { quota: 4 });

  test('is private, says the validation', () => {
    expect(brokenRules(reportOf(app))).toEqual([]);
  });

  test('fails the validation when its security group is opened', () => {
    const opened = new App();
    const fleet = new FleetStack(opened, 'NeoFleet', { quota: 4 });
    const network = fleet.node.findAll().find(construct => construct instanceof neo.NeoPrivateCompilationVpc)!;
    new ec2.CfnSecurityGroupEgress(fleet, 'Open', { groupId: network.securityGroup.securityGroupId, ipProtocol: '-1', cidrIp: '0.0.0.0/0' });
    expect(brokenRules(reportOf(opened))).toContain('OutboundOnlyToS3AndSubnets');
  });

  test('has valid definitions', () => {
    const template = new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);
    for (const id of template.find('AWS::StepFunctions::StateMachine')) { expect(validate(template.definition(id)).errors).toEqual([]); }
  });
});

test('asl-validator does find faults in such a definition', () => {
  const { stack } = fleets['a prefix'];
  const template = new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);
  const definition: any = template.definition(template.find('AWS::StepFunctions::StateMachine').find(id => id.includes('FleetStateMachine'))!);
  definition.States.Compile.ItemProcessor.States.Create.Next = 'Nowhere';
  expect(validate(definition).isValid).toBe(false);
});

describe('the state machine', () => {
  const { stack } = fleets['a prefix'];
  const template = Template.fromStack(stack);
  const [machine] = Object.keys(template.findResources('AWS::StepFunctions::StateMachine')).filter(id => id.includes('FleetStateMachine'));
  const { States: states }: any = new SynthesizedTemplate(template.toJSON() as any).definition(machine);

  test('waits for the whole network', () => {
    const [ready] = Object.keys(template.findResources('AWS::CloudFormation::WaitConditionHandle'));
    const machines = template.findResources('AWS::StepFunctions::StateMachine', { DependsOn: Match.arrayWith([ready]) });
    expect(Object.keys(machines)).toEqual([expect.stringContaining('FleetStateMachine')]);
  });

  test('succeeds without compilations if there is nothing to compile', () => {
    expect(states['Nothing to compile']).toMatchObject({ Type: 'Succeed', Output: { Compilations: 0 } });
  });

  test('bounds the jobs by maxConcurrentJobs and the failures by the percentage', () => {
    const compile = states.Compile;
    expect(compile.MaxConcurrency).toBe(4);
    expect(compile.ToleratedFailurePercentage).toBe('{% $tolerated %}');
    const limit = compile.ItemProcessor.States.Create.Retry.find(({ ErrorEquals }: any) => ErrorEquals.includes('SageMaker.ResourceLimitExceededException'));
    expect(limit).toMatchObject({ JitterStrategy: 'FULL', BackoffRate: 2, MaxDelaySeconds: 600 });
  });

  test('is exempt from the bucket policies that it meets, as Step Functions does not come through the endpoint', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Effect: 'Deny',
          Condition: Match.objectLike({ ArnNotLike: { 'aws:PrincipalArn': [{ 'Fn::GetAtt': [Match.stringLikeRegexp('FleetStateMachineRole'), 'Arn'] }] } }),
        })]),
      },
    });
  });
});

test('without a bucket of the network to read, the fleet is not exempt from its policies', () => {
  const { stack } = fleetStack((scope, _models) => {
    const manifests = new s3.Bucket(scope, 'Manifests');
    return { models: neo.NeoFleetModels.fromManifest(manifests, 'm.json', neo.NeoManifestFormat.JSON, { modelBuckets: [] }) };
  });
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::S3::BucketPolicy'));
  expect(JSON.stringify(policies)).not.toContain('aws:PrincipalArn');
});

describe('permissions', () => {
  const { stack } = fleets['a manifest'];
  const statements = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('Fleet')).flatMap(([, { Properties }]: any) => Properties.PolicyDocument.Statement);
  const of = (action: string) => statements.filter(({ Action }: any) => [Action].flat().includes(action));

  test('on everything: only to list jobs, which takes no resource', () => {
    expect(statements.filter(({ Resource }: any) => [Resource].flat().includes('*')).map(({ Action }: any) => Action)).toEqual(['sagemaker:ListCompilationJobs']);
  });

  test('on jobs: those of the fleet', () => {
    for (const action of ['CreateCompilationJob', 'AddTags', 'DescribeCompilationJob', 'StopCompilationJob', 'ListTags']) {
      const found = of(`sagemaker:${action}`);
      expect(found.length).toBeGreaterThan(0);
      for (const { Resource } of found) { expect(JSON.stringify(Resource)).toMatch(/:compilation-job\/stack-fleet-[0-9a-f]{8}-\*"/); }
    }
  });

  test('to pass the role of the jobs to SageMaker alone', () => {
    expect(of('iam:PassRole')).toEqual([expect.objectContaining({
      Resource: { 'Fn::GetAtt': [expect.stringContaining('NetworkRole'), 'Arn'] }, Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    })]);
  });

  test('to read the manifest, plans and results, but no model', () => {
    const objects = of('s3:GetObject').flatMap(({ Resource }: any) => Resource).map((arn: any) => stack.resolve(arn)['Fn::Join'][1].slice(-1)[0]);
    expect(objects.sort()).toEqual(['/m.csv', '/plans/*', '/results/*']);
  });
});

test('a brought bucket for results takes plans and results; its key may be used', () => {
  const { stack, fleet } = fleetStack(scope => ({ resultsBucket: new s3.Bucket(scope, 'Mine', { encryption: s3.BucketEncryption.KMS }) }));
  expect(stack.resolve(fleet.resultsBucket.bucketName)).toEqual({ Ref: expect.stringContaining('Mine') });
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['kms:Decrypt', 'kms:GenerateDataKey']) })]) },
    Roles: [{ Ref: Match.stringLikeRegexp('FleetStateMachineRole') }],
  });
});

test('uploads of archives below the prefix start the fleet, by a queue and a pipe', () => {
  const template = Template.fromStack(fleets['a prefix with uploads'].stack);
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      'source': ['aws.s3'],
      'detail-type': ['Object Created'],
      'detail': { bucket: { name: [{ Ref: Match.stringLikeRegexp('Models') }] }, object: { key: [{ wildcard: 'models/*.tar.gz' }] } },
    },
    Targets: [Match.objectLike({
      InputTransformer: {
        InputPathsMap: { 'detail-object-key': '$.detail.object.key' },
        InputTemplate: '{"key":<detail-object-key>}',
      },
    })],
  });
  template.hasResourceProperties('AWS::Pipes::Pipe', {
    Source: { 'Fn::GetAtt': [Match.stringLikeRegexp('FleetUploadsQueue'), 'Arn'] },
    SourceParameters: { SqsQueueParameters: { BatchSize: 100, MaximumBatchingWindowInSeconds: 30 } },
    Target: { Ref: Match.stringLikeRegexp('FleetStateMachine') },
    TargetParameters: { InputTemplate: '{"key":<$.body.key>}', StepFunctionStateMachineParameters: { InvocationType: 'FIRE_AND_FORGET' } },
  });
  // While the pipe collects a batch, it must not receive what it has.
  template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 180, RedrivePolicy: Match.anyValue() });
  for (const queue of ['FleetUploadsQueue', 'FleetUploadsNotStarted']) {
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      Queues: [{ Ref: Match.stringLikeRegexp(queue) }],
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]) },
    });
  }
  // An upload of the first seconds may list the executions.
  template.hasResource('AWS::Pipes::Pipe', { DependsOn: Match.arrayWith([Match.stringLikeRegexp('FleetUploadsTurns')]) });
  // Otherwise CloudFormation would find a cycle.
  const [machine]: any = Object.values(template.findResources('AWS::StepFunctions::StateMachine', { Properties: { DefinitionString: Match.anyValue(), TracingConfiguration: Match.absent() } })).filter((m: any) => JSON.stringify(m).includes('Wait for a turn'));
  expect(JSON.stringify(machine.DependsOn)).not.toContain('Turns');
  template.hasResourceProperties('AWS::S3::Bucket', { NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } });
  template.resourceCountIs('Custom::S3BucketNotifications', 0);
});

describe('a bucket of models', () => {
  const uploading = (bucket: (stack: Stack) => s3.IBucket) => fleetStack(stack => ({
    startOnUpload: true, models: neo.NeoFleetModels.fromPrefix(bucket(stack), 'm/', { framework }), targets: [C5],
  }));

  test.each<[string, (stack: Stack) => s3.IBucket]>([
    ['with notifications', stack => new s3.Bucket(stack, 'Notifying', { eventBridgeEnabled: true })],
    ['that is imported', stack => s3.Bucket.fromBucketName(stack, 'Imported', 'theirs')],
  ])('%s gets its events through the CDK\'s own function', (_, bucket) => {
    Template.fromStack(uploading(bucket).stack).hasResourceProperties('Custom::S3BucketNotifications', { NotificationConfiguration: { EventBridgeConfiguration: {} } });
  });

  test('fails when it gets notifications later, which would end the events', () => {
    let models: s3.Bucket;
    const { stack } = uploading(scope => models = new s3.Bucket(scope, 'Later'));
    models!.enableEventBridgeNotification();
    expect(() => App.of(stack)!.synth()).toThrow(/has notifications that were added after the fleet/);
  });
});

test('executions that did not succeed start the stopper', () => {
  Template.fromStack(fleets['a prefix'].stack).hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      'source': ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      'detail': { status: ['ABORTED', 'TIMED_OUT', 'FAILED'], stateMachineArn: [{ Ref: Match.stringLikeRegexp('FleetStateMachine') }] },
    },
  });
});

test('grantStartExecution permits a principal to start it', () => {
  const { stack, fleet } = fleetStack(() => ({ pollInterval: Duration.seconds(10) }));
  fleet.grantStartExecution(new iam.Role(stack, 'Someone', { assumedBy: new iam.AccountRootPrincipal() }));
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [{ Action: 'states:StartExecution', Effect: 'Allow', Resource: { Ref: Match.stringLikeRegexp('FleetStateMachine') } }] },
    Roles: [{ Ref: Match.stringLikeRegexp('Someone') }],
  });
});

describe('tags of the construct tree', () => {
  test('reach the jobs of a fleet and of tasks, next to those of the props', () => {
    const { stack, fleet } = fleetStack(() => ({ tags: { team: 'edge' } }));
    const task = (id: string, kind: 'NeoCreateCompilationJob' | 'NeoRunCompilationJob', language: 'jsonata' | 'jsonPath') => neo[kind][language](stack, id, {
      vpcConfig: fleetVpcConfig(stack),
      outputBucket: new s3.Bucket(stack, `${id}Output`),
      compilationJobName: 'job',
      target: C5.target,
      role: new iam.Role(stack, `${id}Role`, { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') }),
      model: neo.NeoModel.fromModelPackageVersion('arn:aws:sagemaker:us-east-1:111122223333:model-package/p/1'),
    });
    const machines = (['NeoCreateCompilationJob', 'NeoRunCompilationJob'] as const).flatMap(kind => (['jsonata', 'jsonPath'] as const).map(language => {
      new sfn.StateMachine(stack, `Machine${kind}${language}`, { definitionBody: sfn.DefinitionBody.fromChainable(task(`Task${kind}${language}`, kind, language)) });
      return `Machine${kind}${language}`;
    }));
    Tags.of(fleet).add('cost-center', '7');
    Tags.of(App.of(stack)!).add('owner', 'all');
    App.of(stack)!.synth();
    const template = new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);
    const tagsIn = (part: string) => {
      const id = template.find('AWS::StepFunctions::StateMachine').find(name => name.startsWith(part))!;
      return [...JSON.stringify(template.definition(id)).matchAll(/\{"Key":"([a-z-]+)","Value":"([a-z0-9]+)"\}/g)].map(([, key, value]) => `${key}=${value}`)
        .filter((tag, i, all) => all.indexOf(tag) === i).sort();
    };
    expect(tagsIn('FleetStateMachine')).toEqual(['cost-center=7', 'owner=all', 'team=edge']);
    expect(machines.map(tagsIn)).toEqual(machines.map(() => ['owner=all']));
  });

  test('fails with more than SageMaker takes', () => {
    const { stack, fleet } = fleetStack();
    for (let i = 0; i < 49; i++) { Tags.of(fleet).add(`t${i}`, 'v'); }
    expect(() => App.of(stack)!.synth()).toThrow(/tags must be at most 48.*got: 49/);
  });

  const fleetVpcConfig = (stack: Stack) => {
    const { subnets, securityGroupIds } = (stack.node.findChild('Network') as neo.NeoPrivateCompilationVpc).vpcConfig;
    return { subnets, securityGroupIds };
  };
});

describe.each(['strong', 'weak', 'both'])('a fleet in a different stack than its network, with %s references', references => {
  const app = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': references } });
  const networkStack = new Stack(app, 'NetworkStack');
  const models = new s3.Bucket(networkStack, 'Models');
  const { vpcConfig } = new neo.NeoPrivateCompilationVpc(networkStack, 'Network', { buckets: [models] });
  const stack = new Stack(app, 'FleetStack');
  const fleet = new neo.NeoCompilationFleet(stack, 'Fleet', {
    vpcConfig, outputBucket: models, targets: [C5], maxConcurrentJobs: 4, startOnUpload: true, models: neo.NeoFleetModels.fromPrefix(models, 'models/', { framework }),
  });
  const third = new Stack(app, 'ThirdStack');
  const imported = neo.NeoCompilationFleet.fromStateMachineArn(third, 'Imported', fleet.stateMachine.stateMachineArn);
  imported.grantStartExecution(new iam.Role(third, 'Someone', { assumedBy: new iam.AccountRootPrincipal() }));

  test('is synthesized, after its network, which exempts its role by name', () => {
    app.synth();
    expect(stack.dependencies).toContain(networkStack);
    const [[, { Properties: { RoleName: name } }]]: any = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Role', { Properties: { RoleName: Match.anyValue() } }));
    expect(name).toMatch(/^[\w-]{1,64}$/);
    expect(JSON.stringify(Template.fromStack(networkStack).findResources('AWS::S3::BucketPolicy'))).toContain(`:role/${name}`);
  });

  test('can be started by a third one', () => {
    Template.fromStack(third).hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: [Match.objectLike({ Action: 'states:StartExecution' })] } });
  });
});
