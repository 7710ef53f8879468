/**
 * Every construct, wherever its network is, however CDK refers across stacks: `cdk init` chooses weak references, which keep no order of deletion.
 */
import { App, LegacyStackSynthesizer, NestedStack, Stack, Stage, Tags } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as pipelines from 'aws-cdk-lib/pipelines';
import type { Construct } from 'constructs';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoCompilationMonitoring, NeoCompiledModel, NeoCreateCompilationJob, NeoFleetModels, NeoFramework, NeoModel,
  NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoRunCompilationJob, NeoTarget,
} from '../../src';
import { archive, OPTIONS as TORCH } from '../compilation-job/fixture';
import { templateOf, warnings } from '../network/fixture';
import { DependencyGraph } from '../util/dependency-graph';

const OPTIONS = { framework: NeoFramework.XGBOOST };
const HERE = { account: '111122223333', region: 'eu-west-1' };
const MODES = ['strong', 'weak', 'both'];

interface Network { readonly bucket: s3.Bucket; readonly network: NeoPrivateCompilationVpc }

function networkIn(stack: Stack): Network {
  const bucket = new s3.Bucket(stack, 'Models', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
  return { bucket, network: new NeoPrivateCompilationVpc(stack, 'Neo', { buckets: [bucket] }) };
}

function jobIn(scope: Construct, { bucket, network }: Network, model = NeoModel.fromBucket(bucket, 'm.tar.gz', OPTIONS)) {
  return new NeoCompilationJob(scope, 'Job', { vpcConfig: network.vpcConfig, model, target: NeoTarget.ML_C5, outputBucket: bucket, deleteArtifacts: true });
}

const task = ({ bucket, network }: Network) =>
  ({ vpcConfig: network.vpcConfig, model: NeoModel.fromBucket(bucket, 'm.tar.gz', OPTIONS), target: NeoTarget.ML_C5, outputBucket: bucket });

const machine = (stack: Stack, next: sfn.IChainable) => new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(next), queryLanguage: sfn.QueryLanguage.JSONATA });

const CONSTRUCTS: Record<string, (stack: Stack, network: Network) => unknown> = {
  'a job': (stack, network) => jobIn(stack, network),
  'a job with a model of this machine': (stack, network) => jobIn(stack, network, NeoModel.fromAsset(archive(), TORCH)),
  'a hosted model': (stack, network) => new NeoCompiledModel(stack, 'Hosted', { job: jobIn(stack, network) }),
  'monitoring': (stack, network) => new NeoCompilationMonitoring(stack, 'Monitoring', { jobs: [jobIn(stack, network)], topic: new sns.Topic(stack, 'Topic') }),
  'a fleet': (stack, network) => new NeoCompilationFleet(stack, 'Fleet', {
    vpcConfig: network.network.vpcConfig, models: NeoFleetModels.fromPrefix(network.bucket, 'models/', OPTIONS), targets: [{ target: NeoTarget.ML_C5 }], maxConcurrentJobs: 2, outputBucket: network.bucket,
  }),
  'a task that creates': (stack, network) => machine(stack, NeoCreateCompilationJob.jsonata(stack, 'Create', { ...task(network), compilationJobName: 'job' })),
  'a task that runs': (stack, network) => machine(stack, NeoRunCompilationJob.jsonata(stack, 'Run', { ...task(network), compilationJobName: 'job' })),
};

/** Stacks of the network and of what uses it. */
const PLACES: Record<string, (scope: Construct) => { networkStack: Stack; stack: Stack }> = {
  'the same stack': scope => {
    const stack = new Stack(scope, 'Both');
    return { networkStack: stack, stack };
  },
  'another stack': scope => ({ networkStack: new Stack(scope, 'Network'), stack: new Stack(scope, 'User') }),
  'a nested stack': scope => {
    const networkStack = new Stack(scope, 'Network');
    return { networkStack, stack: new NestedStack(networkStack, 'User') };
  },
  'the parent of a nested stack': scope => {
    const stack = new Stack(scope, 'User');
    return { networkStack: new NestedStack(stack, 'Network'), stack };
  },
};

/** A scope for stacks, and what is to be done when they are there. */
const ASSEMBLIES: Record<string, (app: App) => { scope: Construct; finish?: () => void }> = {
  'an app': app => ({ scope: app }),
  'a stage': app => ({ scope: new Stage(app, 'Production', { env: HERE }) }),
  'a pipeline': app => {
    const stack = new Stack(app, 'Pipeline', { env: HERE });
    const synth = new pipelines.ShellStep('Synth', { input: pipelines.CodePipelineSource.s3(new s3.Bucket(stack, 'Sources'), 'app.zip'), commands: ['npx cdk synth'] });
    const pipeline = new pipelines.CodePipeline(stack, 'Pipeline', { synth });
    const stage = new Stage(stack, 'Production', { env: HERE });
    return { scope: stage, finish: () => pipeline.addStage(stage) };
  },
};

/** Tags of the jobs that a stack makes, by itself or by a state machine. */
function jobTagsIn(template: Template): string[] {
  const jobs = ['AWS::StepFunctions::StateMachine', NeoCompilationJob.RESOURCE_TYPE].flatMap(type => Object.values(template.findResources(type)));
  const isJob = (type: string) => type === NeoCompilationJob.RESOURCE_TYPE;
  const text = JSON.stringify(jobs.map(({ Type, Properties }) => isJob(Type) ? Properties.Tags : Properties.DefinitionString));
  return [...text.replace(/\\/g, '').matchAll(/\{"Key":"([^"]+)","Value":"([^"]+)"\}/g)].map(([, key, value]) => `${key}=${value}`);
}

/** Without what costs time and changes no template that is compared here. */
const appWith = (mode: string) => new App({
  analyticsReporting: false, treeMetadata: false, context: { '@aws-cdk/core:defaultCrossStackReferences': mode, 'aws:cdk:disable-asset-staging': true },
});

describe.each(MODES)('%s references', mode => {
  describe.each(Object.keys(ASSEMBLIES))('in %s', assembly => {
    describe.each(Object.keys(PLACES))('in %s', place => {
      test.each(Object.keys(CONSTRUCTS))('%s', name => {
        const app = appWith(mode);
        const { scope, finish } = ASSEMBLIES[assembly](app);
        const { networkStack, stack } = PLACES[place](scope);
        CONSTRUCTS[name](stack, networkIn(networkStack));
        Tags.of(scope).add('owner', 'vision');
        finish?.();
        app.synth();
        // Reading a template takes longer than judging it.
        const templates = new Map([...new Set([networkStack, stack])].map(each => [each, templateOf(each)]));
        for (const each of templates.values()) { expect(new DependencyGraph(each.toJSON()).cycles()).toEqual([]); }
        expect(jobTagsIn(templates.get(stack)!)).toContain('owner=vision');
        if (place === 'another stack') {
          // The order of deployments, and in reverse of deletions.
          expect(stack.dependencies).toEqual([networkStack]);
          expect(networkStack.dependencies).toEqual([]);
          const text = JSON.stringify(templates.get(stack));
          expect([text.includes('Fn::GetStackOutput'), text.includes('Fn::ImportValue')]).toEqual([mode !== 'strong', mode === 'strong']);
        }
      });
    });
  });

  test('monitoring and hosting in stacks of their own come after the job, and the job after its network', () => {
    const app = appWith(mode);
    const [networkStack, jobs, hosting, operations] = ['Network', 'Jobs', 'Hosting', 'Operations'].map(id => new Stack(app, id));
    const job = jobIn(jobs, networkIn(networkStack));
    new NeoCompiledModel(hosting, 'Model', { job });
    new NeoCompilationMonitoring(operations, 'Monitoring', { jobs: [job] });
    app.synth();
    expect([jobs, hosting, operations].map(stack => stack.dependencies.map(({ node }) => node.id).sort())).toEqual([['Network'], ['Jobs', 'Network'], ['Jobs']]);
  });

  test('the validation judges network and job as it does in one stack', () => {
    const app = appWith(mode);
    const validation = new NeoPrivacyValidation();
    const stacks = ['Network', 'Jobs'].map(id => new Stack(app, id));
    jobIn(stacks[1], networkIn(stacks[0]));
    const { stacks: artifacts } = app.synth();
    const templatePaths = artifacts.map(({ templateFullPath }) => templateFullPath);
    const { violations } = validation.validate({ templatePaths, appConstruct: app } as any);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
  });
});

describe('the buckets of a storage team', () => {
  const storage = (mode: string, jobsStack: (app: App, networkStack: Stack) => Stack, statementFirst = true) => {
    const app = appWith(mode);
    const [storageStack, networkStack] = ['Storage', 'Network'].map(id => new Stack(app, id));
    const bucket = new s3.Bucket(storageStack, 'Models', { bucketName: 'company-models' });
    const byName = s3.Bucket.fromBucketName(networkStack, 'Models', 'company-models');
    const network = new NeoPrivateCompilationVpc(networkStack, 'Neo', { buckets: [byName] });
    const jobs = jobsStack(app, networkStack);
    if (statementFirst) { bucket.addToResourcePolicy(network.bucketPolicyStatement(bucket)); }
    jobIn(jobs, { bucket: byName as s3.Bucket, network });
    if (!statementFirst) { bucket.addToResourcePolicy(network.bucketPolicyStatement(bucket)); }
    app.synth();
    return { networkStack, jobs };
  };

  test.each(MODES.flatMap(mode => [true, false].map(first => [mode, first] as const)))('are there before the first job (%s references, statement first: %s)', (mode, first) => {
    const { jobs } = storage(mode, app => new Stack(app, 'Jobs'), first);
    expect(jobs.dependencies.map(({ node }) => node.id).sort()).toEqual(['Network', 'Storage']);
  });

  test('come too late for a job in the stack of the network, which a warning says', () => {
    const { networkStack } = storage('strong', (_, stack) => stack);
    expect(warnings(networkStack).filter(text => text.includes('bucketDeployedLater'))).toEqual([expect.stringMatching(
      /the stack Network, with the job Network\/Job, is deployed before the stack Storage, with the bucket Storage\/Models: .* Create jobs in a stack other than the network's/,
    )]);
  });
});

describe('the legacy synthesizer', () => {
  const asset = (jobsStack: (app: App, networkStack: Stack) => Stack) => {
    const app = new App();
    const networkStack = new Stack(app, 'Network', { synthesizer: new LegacyStackSynthesizer() });
    jobIn(jobsStack(app, networkStack), networkIn(networkStack), NeoModel.fromAsset(archive(), TORCH));
    return app;
  };

  test('takes a model of this machine in the stack of the network', () => {
    expect(() => asset((_, stack) => stack).synth()).not.toThrow();
  });

  test('fails in another stack, and the error says what to do', () => {
    expect(() => asset(app => new Stack(app, 'Jobs', { synthesizer: new LegacyStackSynthesizer() })))
      .toThrow(/a model from fromAsset must be in the stack of the network, Network, if the job's stack uses the legacy synthesizer, .*use the DefaultStackSynthesizer, or create the job in the stack of the network/);
  });
});
