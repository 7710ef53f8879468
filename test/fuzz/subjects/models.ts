import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as fc from 'fast-check';
import { buckets } from './parts';
import { tarGz } from '../../../examples/private-compilation/model/tar';
import { NeoCompilationJob, NeoExecutionModel, NeoExpression, NeoFramework, NeoModel, NeoTarget, type NeoBucketModelOptions, type NeoExecutionModelOptions } from '../../../src';
import { subject } from '../subject';
import { any, bad, good, notOf, oneOf, optional, required, structs, texts, textTokens, type Values } from '../values';
import { OPTIONS, type World } from '../world';

const compile = (world: World, scope: any, model: NeoModel) =>
  void new NeoCompilationJob(scope, 'Job', { vpcConfig: world.network.vpcConfig, model, target: NeoTarget.ML_C5, outputBucket: world.bucket });

const frameworks: Values = oneOf(good(['PYTORCH_1_8', () => NeoFramework.PYTORCH_1_8]), bad(['a name', () => 'PYTORCH'], ['an object', () => ({ name: 'PYTORCH' })]), notOf());
const shapes: Values = oneOf(good(['the shape', () => OPTIONS.dataInputShape]), bad(['a map', () => ({ input0: [1] })], ['a text', () => '{"input0":[1]}']), notOf());

const isKey = (text: string) => text.endsWith('.tar.gz') && !text.startsWith('/') && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text) && Buffer.byteLength(text) <= 1_024;
const archives = oneOf(
  texts(text => isKey(text) ? 'any' : 'bad', fc.string({ unit: 'grapheme', maxLength: 20 }).map(text => `${text}.tar.gz`), fc.stringMatching(/^[a-z]{1,5}\/[a-z*?$ {}'"]{1,8}\.tar\.gz$/), fc.constantFrom('.tar.gz', 'x.TAR.GZ', 'a.tar.gz/', `${'a'.repeat(1_010)}.tar.gz`, `${'模'.repeat(340)}.tar.gz`, `${'a'.repeat(1_020)}.tar.gz`)),
  textTokens(),
  notOf('string'),
);
const versions = optional(texts(() => 'any'), textTokens(), notOf('string'));

export const BUCKET_MODEL = subject<{ bucket: s3.IBucket; objectKey: string; options: NeoBucketModelOptions }>({
  name: 'NeoModel.fromBucket',
  weight: 20,
  base: world => ({ bucket: world.bucket, objectKey: 'models/resnet.tar.gz', options: OPTIONS }),
  values: {
    bucket: required(buckets),
    objectKey: required(archives),
    options: required(
      structs<NeoBucketModelOptions>(() => OPTIONS, { framework: required(frameworks), dataInputShape: optional(shapes), modelVersion: versions }),
      notOf(),
    ),
  },
  make: (world, scope, { bucket, objectKey, options }) => compile(world, scope, NeoModel.fromBucket(bucket, objectKey, options)),
  calls: { options: /framework|dataInputShape|modelVersion|options/, objectKey: /objectKey(Pattern)?/ },
});

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-fuzz-'));
const [archive, textFile] = ['model.tar.gz', 'text.tar.gz'].map(name => path.join(folder, name));
fs.writeFileSync(archive, tarGz('model.pth', fs.readFileSync(path.join(__dirname, '../../preflight/models/torch/traced-1-12.pth'))));
fs.writeFileSync(textFile, 'model');
fs.mkdirSync(path.join(folder, 'folder.tar.gz'));

export const ASSET_MODEL = subject<{ path: string; options: NeoBucketModelOptions }>({
  name: 'NeoModel.fromAsset',
  weight: 6,
  base: () => ({ path: archive, options: OPTIONS }),
  values: {
    path: required(
      good(['an archive', () => archive]),
      bad(['a folder', () => path.join(folder, 'folder.tar.gz')], ['a text in the clothes of an archive', () => textFile], ['nothing there', () => path.join(folder, 'none.tar.gz')]),
      texts(() => 'bad', fc.string({ unit: 'grapheme', maxLength: 20 }).map(text => `${text}.tar.gz`)), textTokens('bad'), notOf('string'),
    ),
    options: required(structs<NeoBucketModelOptions>(() => OPTIONS, { framework: required(frameworks), dataInputShape: optional(shapes), modelVersion: any(['ignored', () => 5]) }), notOf()),
  },
  make: (world, scope, { path: of, options }) => compile(world, scope, NeoModel.fromAsset(of, options)),
  calls: { options: /framework|dataInputShape|options/ },
});

const PACKAGE = /^arn:aws[a-z-]*:sagemaker:[a-z0-9-]{9,16}:[0-9]{12}:model-package\/\S+$/;

export const PACKAGE_MODEL = subject<{ modelPackageVersionArn: string }>({
  name: 'NeoModel.fromModelPackageVersion',
  weight: 6,
  base: () => ({ modelPackageVersionArn: 'arn:aws:sagemaker:us-east-1:111122223333:model-package/models/1' }),
  values: {
    modelPackageVersionArn: required(
      texts(text => PACKAGE.test(text) ? 'any' : 'bad', fc.constantFrom(
        'arn:aws:sagemaker:eu-west-1:111122223333:model-package/models/1', 'arn:aws:sagemaker:us-east-1:444455556666:model-package/models/1', 'arn:aws:sagemaker:us-east-1:111122223333:model/models',
        'arn:aws:sagemaker:::model-package/x/1', 'arn:aws-cn:sagemaker:cn-north-1:111122223333:model-package/m/1', `arn:aws:sagemaker:us-east-1:111122223333:model-package/${'m'.repeat(2_100)}`, 'arn:aws:sagemaker:us-east-1:111122223333:model-package/a b',
      )).map(value => value.shown.includes('mmmm') ? value.as('bad') : value),
      textTokens(), notOf('string'),
    ),
  },
  make: (world, scope, { modelPackageVersionArn }) => compile(world, scope, NeoModel.fromModelPackageVersion(modelPackageVersionArn)),
});

export const EXECUTION_MODEL = subject<NeoExecutionModelOptions & { s3Uri: string; expression: string }>({
  name: 'NeoExecutionModel.fromS3Uri, NeoExpression.jsonata',
  weight: 12,
  base: world => ({ ...OPTIONS, s3Uri: 's3://bucket/model.tar.gz', bucket: world.bucket, expression: '$states.input.device' }),
  values: {
    s3Uri: required(texts(text => /^(s3:\/\/.+\.tar\.gz|\{%.*%\})$/s.test(text) ? 'any' : 'bad', fc.constantFrom('s3://b/k.tar.gz', '{% $states.input.uri %}', 's3://.tar.gz', 's3:///x.tar.gz', '{% %}')), textTokens('any'), notOf('string')),
    bucket: required(buckets),
    objectKeyPattern: optional(texts(text => text === '' ? 'bad' : 'any', fc.constantFrom('models/*', '*')), textTokens('any'), notOf('string')),
    framework: required(frameworks),
    dataInputShape: optional(shapes),
    expression: required(texts(text => text.trim() === '' || text.includes('{%') ? 'bad' : 'any', fc.constantFrom('$states.input.x', '1 + 1')), textTokens('any'), notOf('string')),
  },
  make: (world, scope, { s3Uri, expression, ...options }) => {
    NeoTarget.device(NeoExpression.jsonata(expression));
    NeoExecutionModel.fromS3Uri(s3Uri, options).bind(scope, { role: world.network.role, privateVpc: world.network });
  },
  calls: { s3Uri: /s3Uri/ },
});

