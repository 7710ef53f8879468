import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import * as ts from 'typescript';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoCompilationMonitoring, NeoCompiledModel, NeoCompilerOptions, NeoCoreMlShape,
  NeoCreateCompilationJob, NeoDataInputShape, NeoExecutionModel, NeoFleetModels, NeoFramework, NeoManifestFormat, NeoModel,
  NeoOrphanedJobStopper, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoRunCompilationJob, NeoTarget, NeoTargetArch, NeoTargetOs,
} from '../../src';
import { archive, compilation, OPTIONS } from '../compilation-job/fixture';

/*
 * A prop that does not exist is refused wherever a struct can be passed: in the props of every public construct, in the arguments of every public method, and in the structs,
 * lists and maps in these. The places are read from the declarations, so that none is forgotten.
 */

interface Struct { readonly parents: string[]; readonly members: Map<string, ts.TypeNode | undefined> }
const structs = new Map<string, Struct>();
const classes: ts.ClassDeclaration[] = [];
const ROOT = path.join(__dirname, '../..');

function parse(file: string, prefix = '') {
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  for (const node of source.statements) {
    if (ts.isClassDeclaration(node) && prefix === '') { classes.push(node); }
    if (!ts.isInterfaceDeclaration(node)) { continue; }
    structs.set(prefix + node.name.text, {
      parents: node.heritageClauses?.flatMap(({ types }) => types.map(type => prefix + type.getText())) ?? [],
      members: new Map(node.members.filter(ts.isPropertySignature).map(({ name, type }) => [name.getText(), type])),
    });
  }
}

for (const file of fs.readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))) { parse(path.join(ROOT, 'src', file)); }
// CDK's structs that are members of ours.
const CDK = path.dirname(require.resolve('aws-cdk-lib/package.json'));
parse(path.join(CDK, 'aws-ec2/lib/vpc.d.ts'), 'ec2.');
for (const file of ['state-machine', 'states/state', 'states/task-base', 'task-credentials']) { parse(path.join(CDK, `aws-stepfunctions/lib/${file}.d.ts`), 'sfn.'); }

const index = fs.readFileSync(path.join(ROOT, 'src/index.ts'), 'utf8');
const isPublic = (name: string) => new RegExp(`\\b${name}\\b`).test(index);
/** What is behind an interface with an `I` has methods; CDK itself takes the options of metrics and rules. */
const isStruct = (name: string) => ['ec2.SubnetSelection', 'sfn.LogOptions'].includes(name) || (/^Neo/.test(name) && structs.has(name) && isPublic(name));

function membersOf(name: string): Map<string, ts.TypeNode | undefined> {
  const { parents, members } = structs.get(name) ?? { parents: [], members: new Map() };
  return new Map([...parents.flatMap(parent => [...membersOf(parent)]), ...members]);
}

/** The struct that a type is, or has as an item or value, and the way to it. */
function structIn(type: ts.TypeNode | undefined): { readonly name: string; readonly way: string } | undefined {
  if (!type) { return undefined; }
  if (ts.isArrayTypeNode(type)) { return below('[0]', structIn(type.elementType)); }
  if (ts.isTypeLiteralNode(type)) {
    const [member] = type.members;
    return member && ts.isIndexSignatureDeclaration(member) ? below('.key', structIn(member.type)) : undefined;
  }
  return isStruct(type.getText()) ? { name: type.getText(), way: '' } : undefined;
}
const below = (way: string, inner: ReturnType<typeof structIn>) => inner && { name: inner.name, way: way + inner.way };

interface Place { readonly root: string; readonly way: string; readonly struct: string }

function placesIn(root: string, way: string, struct: string): Place[] {
  return [{ root, way, struct }, ...[...membersOf(struct)].flatMap(([member, type]) => {
    const inner = structIn(type);
    return inner ? placesIn(root, `${way}.${member}${inner.way}`, inner.name) : [];
  })];
}

const HIDDEN = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
const isHidden = (member: ts.ClassElement) => ts.getModifiers(member as ts.MethodDeclaration)?.some(({ kind }) => HIDDEN.includes(kind));
const PLACES = classes.filter(({ name }) => isPublic(name!.text)).flatMap(({ name, members }) => members
  .filter(member => (ts.isConstructorDeclaration(member) || ts.isMethodDeclaration(member)) && !isHidden(member))
  .flatMap(member => (member as ts.MethodDeclaration).parameters.flatMap(({ type }) => {
    const root = ts.isConstructorDeclaration(member) ? `new ${name!.text}` : `${name!.text}.${member.name!.getText()}`;
    const struct = structIn(type);
    return struct ? placesIn(root, struct.way, struct.name) : [];
  })));

const stack = new Stack(new App(), 'Stack');
const bucket = new s3.Bucket(stack, 'Bucket');
const privateVpc = new NeoPrivateCompilationVpc(stack, 'Neo', { buckets: [bucket] });
const { job } = compilation({}, { stack, bucket, privateVpc }, 'Shared');
const model = NeoModel.fromBucket(bucket, 'models/resnet.tar.gz', OPTIONS);
const file = archive();
const MODELS = path.join(ROOT, 'test/preflight/models/torch');
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-directory-'));
fs.copyFileSync(path.join(MODELS, 'traced-1-12.pth'), path.join(directory, 'model.pth'));
let made = 0;
const scope = () => new Construct(stack, `Scope${made++}`);

const { securityGroups, s3Endpoint, role, vpcConfig: { subnets, securityGroupIds } } = privateVpc;
const vpcConfig = { subnets, securityGroupIds, privateVpc };
const common = { vpcConfig, outputBucket: bucket };
const request = { ...common, model, target: NeoTarget.ML_C5 };
const task = { ...request, compilationJobName: 'nightly' };
const accepted = { ruleId: 'NoInternetGateway', constructPath: 'Stack/Neo', reason: 'a test' };
const coreMl = { shape: NeoCoreMlShape.fixed(1, 3) };
const isolated = (group: string) => ({ subnetGroupName: group });
const vpc = new ec2.Vpc(stack, 'Vpc', {
  subnetConfiguration: ['Jobs', 'Functions'].map(name => ({ name, subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 })),
});

/** What is right, and how it is passed. */
const PASSED: { readonly [root: string]: readonly [given: any, pass: (given: any) => unknown] } = {
  'new NeoCompilationJob': [request, props => new NeoCompilationJob(scope(), 'Job', props)],
  'NeoCompilationJob.fromCompilationJobAttributes': [{ jobName: 'nightly', vpcConfig }, attrs => NeoCompilationJob.fromCompilationJobAttributes(scope(), 'Job', attrs)],
  'new NeoCompiledModel': [{ job, vpcConfig }, props => new NeoCompiledModel(scope(), 'Model', props)],
  'new NeoCompilationFleet': [
    { ...common, models: NeoFleetModels.fromList([model]), targets: [{ target: NeoTarget.ML_C5 }], maxConcurrentJobs: 2, logs: { destination: new logs.LogGroup(stack, 'Logs') } },
    props => new NeoCompilationFleet(scope(), 'Fleet', props),
  ],
  'NeoFleetModels.fromManifest': [{ framework: NeoFramework.XGBOOST }, options => NeoFleetModels.fromManifest(bucket, 'models.csv', NeoManifestFormat.CSV, options)],
  'NeoFleetModels.fromPrefix': [OPTIONS, options => NeoFleetModels.fromPrefix(bucket, 'models/', options)],
  'NeoModel.fromBucket': [OPTIONS, options => NeoModel.fromBucket(bucket, 'a.tar.gz', options)],
  'NeoModel.fromAsset': [OPTIONS, options => NeoModel.fromAsset(file, options)],
  'NeoModel.fromFiles': [OPTIONS, options => NeoModel.fromFiles([path.join(MODELS, 'traced-1-12.pth')], options)],
  'NeoModel.fromDirectory': [OPTIONS, options => NeoModel.fromDirectory(directory, options)],
  'new NeoCompilationMonitoring': [{ jobs: [job] }, props => new NeoCompilationMonitoring(scope(), 'Monitoring', props)],
  'new NeoPrivateCompilationVpc': [
    { buckets: [], vpc, vpcSubnets: isolated('Jobs'), privateControlPlane: true, controlPlaneSubnets: isolated('Functions') },
    // Networks share no bucket.
    props => new NeoPrivateCompilationVpc(scope(), 'Network', { ...props, ...props.buckets && { buckets: [new s3.Bucket(scope(), 'Bucket')] } }),
  ],
  'NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes': [
    { vpc, subnets: vpc.isolatedSubnets.slice(0, 2), securityGroups, s3Endpoint, role },
    attrs => NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(scope(), 'Network', attrs),
  ],
  'new NeoPrivacyValidation': [{ acceptedFindings: [accepted] }, props => new NeoPrivacyValidation(props)],
  'NeoPrivacyValidation.addTo': [{ acceptedFindings: [accepted] }, props => NeoPrivacyValidation.addTo(new App(), props)],
  'new NeoCreateCompilationJob': [task, props => new NeoCreateCompilationJob(scope(), 'Create', props)],
  'NeoCreateCompilationJob.jsonPath': [task, props => NeoCreateCompilationJob.jsonPath(scope(), 'Create', props)],
  'NeoCreateCompilationJob.jsonata': [task, props => NeoCreateCompilationJob.jsonata(scope(), 'Create', props)],
  'NeoRunCompilationJob.jsonPath': [task, props => NeoRunCompilationJob.jsonPath(scope(), 'Run', props)],
  'NeoRunCompilationJob.jsonata': [task, props => NeoRunCompilationJob.jsonata(scope(), 'Run', props)],
  'NeoExecutionModel.fromS3Uri': [{ ...OPTIONS, bucket }, options => NeoExecutionModel.fromS3Uri(sfn.JsonPath.stringAt('$.uri'), options)],
  'new NeoOrphanedJobStopper': [
    { stateMachine: sfn.StateMachine.fromStateMachineName(stack, 'Machine', 'nightly'), jobNamePrefix: 'nightly-' }, props => new NeoOrphanedJobStopper(scope(), 'Stopper', props),
  ],
  'NeoCompilerOptions.nvidia': [{ gpuCode: 'sm_53', trtVersion: '6.0.1', cudaVersion: '10.0' }, options => NeoCompilerOptions.nvidia(options)],
  'NeoCompilerOptions.jetson': [{ gpuCode: 'sm_72', jetpackVersion: '4.6.1' }, options => NeoCompilerOptions.jetson(options)],
  'NeoCompilerOptions.cpu': [{ mcpu: 'skylake-avx512' }, options => NeoCompilerOptions.cpu(options)],
  'NeoCompilerOptions.android': [{ platform: 29 }, options => NeoCompilerOptions.android(options)],
  'NeoCompilerOptions.coreMl': [{ classLabels: 'labels.txt' }, options => NeoCompilerOptions.coreMl(options)],
  'NeoDataInputShape.fromCoreMlInputs': [{ key: coreMl }, inputs => NeoDataInputShape.fromCoreMlInputs(inputs)],
  'NeoDataInputShape.fromCoreMlInputList': [[coreMl], inputs => NeoDataInputShape.fromCoreMlInputList(inputs)],
  'NeoTarget.platform': [{ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64 }, platform => NeoTarget.platform(platform)],
};

/** Only what is similar to a known name is refused where a newer aws-cdk-lib may have further members. */
const OPEN = ['new NeoCompilationFleet.logs'];

/** The name as Python has it, or in capitals where that is the same. */
function misspelled(member: string): string {
  const snake = member.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
  return snake === member ? member.toUpperCase() : snake;
}

/** A copy with one more member at the end of a way. */
function withMember(value: any, way: string, member: string): any {
  const [, step, rest] = /^\.?(\w+|\[\d\])(.*)$/.exec(way) ?? [];
  if (step === undefined) { return { ...value, [member]: 1 }; }
  if (step.startsWith('[')) { return [withMember(value[0], rest, member), ...value.slice(1)]; }
  if (value[step] === undefined) { throw new Error(`${step} is missing in PASSED`); }
  return { ...value, [step]: withMember(value[step], rest, member) };
}

/** `bind` takes what a job passes, and returns what only a class of the user's own can have wrong. */
const roots = [...new Set(PLACES.map(({ root }) => root))].filter(root => !root.endsWith('.bind'));

test('every place is tried', () => {
  expect(roots.sort()).toEqual(Object.keys(PASSED).sort());
  expect(PLACES.length).toBeGreaterThan(45);
});

test.each(Object.entries(PASSED))('%s takes what is right', (_, [given, pass]) => {
  expect(() => pass(given)).not.toThrow();
});

test.each(PLACES.filter(({ root }) => roots.includes(root)).map(({ root, way, struct }) => [`${root}${way}`, root, way, struct]))('fails for a prop that does not exist in %s', (name, root, way, struct) => {
  const [given, pass] = PASSED[root];
  for (const member of membersOf(struct).keys()) {
    const message = `${misspelled(member)} is not a prop: use ${member}; got: 1`;
    expect(() => pass(withMember(given, way, misspelled(member)))).toThrow(message);
  }
  const other = () => pass(withMember(given, way, 'neverHeardOf'));
  if (OPEN.includes(name)) { expect(other).not.toThrow(); } else { expect(other).toThrow('neverHeardOf is not a prop: remove it, or use one of '); }
});

test('fails for a prop that does not exist in what a model of the user\'s own returns', () => {
  class Registered extends NeoModel {
    public bind(): any { return { s3_uri: 's3://bucket/model.tar.gz', ...OPTIONS }; }
  }
  expect(() => compilation({ model: new Registered() })).toThrow('s3_uri is not a prop: use s3Uri; got: "s3://bucket/model.tar.gz"');
});

describe('the members that CDK gives every task', () => {
  // Two of them are deprecated.
  beforeAll(() => { process.env.JSII_DEPRECATED = 'quiet'; });
  afterAll(() => { delete process.env.JSII_DEPRECATED; });

  const { duration, jsonata } = sfn.Timeout;
  const credentials = { role: sfn.TaskRole.fromRole(role) };
  const members = {
    stateName: 'Name',
    comment: 'why',
    taskTimeout: duration(Duration.hours(1)),
    heartbeatTimeout: jsonata('{% $states.input.seconds %}'),
    timeout: Duration.hours(1),
    heartbeat: Duration.minutes(1),
    integrationPattern: sfn.IntegrationPattern.REQUEST_RESPONSE,
    credentials,
    assign: { arn: 1 },
  };
  const inJsonPath = { inputPath: '$.in', outputPath: sfn.JsonPath.DISCARD, resultPath: '$.out', resultSelector: { 'arn.$': '$.Arn' } };

  test.each<[string, any]>([
    ['NeoCreateCompilationJob.jsonPath', { ...members, ...inJsonPath, queryLanguage: sfn.QueryLanguage.JSON_PATH }],
    ['NeoCreateCompilationJob.jsonata', { ...members, outputs: '{% $states.result %}', queryLanguage: sfn.QueryLanguage.JSONATA }],
    ['new NeoCreateCompilationJob', { ...members, ...inJsonPath, outputs: 1, queryLanguage: sfn.QueryLanguage.JSON_PATH }],
  ])('are all right for %s', (root, given) => {
    expect(() => PASSED[root][1]({ ...task, ...given })).not.toThrow();
    const ours = [...structs.get('NeoCompilationTaskOptions')!.members.keys(), ...membersOf('NeoCommonCompilationProps').keys()];
    const struct = PLACES.find(place => place.root === root && place.way === '')!.struct;
    expect(Object.keys(given).sort()).toEqual([...membersOf(struct).keys()].filter(member => !ours.includes(member)).sort());
  });

  test.each<[string, any, string]>([
    ['encryptionKey', 1, 'encryptionKey is not a prop: use outputEncryptionKey'],
    ['rol', role, 'rol is not a prop: use role'],
    ['tag', {}, 'tag is not a prop: use tags'],
    ['maxPending', 1, 'maxPending is not a prop: use maxPendingTime'],
    ['otputPrefx', 'a', 'otputPrefx is not a prop: use outputPrefix'],
    ['outputFolder', 'a', 'outputFolder is not a prop: '],
    ['compilerOpts', 1, 'compilerOpts is not a prop: use compilerOptions'],
    ['maxRuntimeSeconds', 1, 'maxRuntimeSeconds is not a prop: use maxRuntime'],
    ['name', 'a', 'name is not a prop: '],
    ['coment', 'a', 'coment is not a prop: use comment'],
    ['taskTimeOut', 1, 'taskTimeOut is not a prop: use taskTimeout'],
    ['taskTimeout', Duration.hours(1), 'taskTimeout has the wrong type: it must be a Timeout'],
    ['heartbeatTimeout', [], 'heartbeatTimeout has the wrong type: it must be a Timeout'],
    ['timeout', sfn.Timeout.duration(Duration.hours(1)), 'timeout has the wrong type: it must be a Duration'],
    ['taskTimeout', 3, 'taskTimeout has the wrong type: it must be a Timeout'],
    ['credentials', {}, 'credentials.role must be given'],
    ['credentials', { rol: 1 }, 'credentials.rol is not a prop: use role'],
    ['comment', 3, 'comment has the wrong type'],
  ])('fails for %s: %j', (member, value, message) => {
    for (const root of ['NeoCreateCompilationJob.jsonPath', 'NeoCreateCompilationJob.jsonata', 'new NeoCreateCompilationJob']) {
      expect(() => PASSED[root][1]({ ...task, [member]: value })).toThrow(message);
    }
  });

  test('fails for members of the other query language', () => {
    expect(() => PASSED['NeoCreateCompilationJob.jsonata'][1]({ ...task, resultSelector: {} })).toThrow('resultSelector is not a prop: ');
    expect(() => PASSED['NeoCreateCompilationJob.jsonPath'][1]({ ...task, outputs: 1 })).toThrow('outputs is not a prop: ');
  });

  test.each([undefined, null, 3])('fails for %j instead of props', props => {
    for (const root of ['NeoCreateCompilationJob.jsonPath', 'NeoCreateCompilationJob.jsonata', 'new NeoCreateCompilationJob']) {
      expect(() => PASSED[root][1](props)).toThrow(/^props (must be given|has the wrong type)/);
    }
  });

  test('a subclass may have further props', () => {
    class Own extends NeoCreateCompilationJob {}
    expect(() => new Own(scope(), 'Create', { ...task, neverHeardOf: 1 } as any)).not.toThrow();
    expect(() => new Own(scope(), 'Create', { ...task, outputprefix: 1 } as any)).toThrow('outputprefix is not a prop: use outputPrefix');
  });
});

test('fails for a part of the name of a member that CDK gets', () => {
  const [given, pass] = PASSED['new NeoPrivateCompilationVpc'];
  expect(() => pass({ ...given, vpcSubnets: { groupName: 'Jobs' } })).toThrow('vpcSubnets.groupName is not a prop: use subnetGroupName');
  expect(() => pass({ ...given, vpcSubnets: { ...given.vpcSubnets, azs: ['a'] } })).toThrow('vpcSubnets.azs is not a prop: ');
});
