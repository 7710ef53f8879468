import { faultsOf, type Language } from './translations';

/** As jsii-rosetta 6.0 translates what the library's documentation once had, or might have. */
const FAILING: [string, Language, string, RegExp][] = [
  ['a map of whole numbers', 'csharp', 'var map = NeoDataInputShape.FromMap(new Dictionary<string, int[]> { { "input0", new [] { 1, 3, 224, 224 } } });', /int\[\].*int, and C# converts/],
  ['lists of whole numbers', 'csharp', 'var list = NeoDataInputShape.FromList(new [] { new [] { 1, 3, 224, 224 } });', /converts no int\[\] to double\[\]/],
  ['a map of whole numbers', 'go', 'shape := cdksagemakerneo.NeoDataInputShape_FromMap(map[string][]*f64{\n\t"input0": []*f64{\n\t\tjsii.Number(1),\n\t},\n})', /no type f64/],
  ['a map whose keys are keywords', 'python', 'shape = NeoDataInputShape.from_map(input0=[1, 3, 224, 224])', /has become a keyword/],
  ['strings and numbers', 'csharp', 'var shape = NeoCoreMlShape.FromList(new [] { "1..10", 224, 224, 3 });', /array of string and number/],
  ['a struct of an L1', 'csharp', 'new CfnEndpointConfig(this, "Config", new CfnEndpointConfigProps {\n    ProductionVariants = new [] { new ProductionVariantProperty { ModelName = "x" } }\n});', /outer class/],
  ['a struct of an L1', 'java', 'CfnEndpointConfig.Builder.create(this, "Config")\n        .productionVariants(List.of(ProductionVariantProperty.builder().modelName("x").build()))\n        .build();', /outer class/],
  ['a declared struct of an L1', 'java', 'ProductionVariantProperty variant = ProductionVariantProperty.builder().modelName("x").build();', /outer class/],
  ['a struct of an L1', 'go', 'sagemaker.NewCfnEndpointConfig(this, jsii.String("Config"), &CfnEndpointConfigProps{\n\tProductionVariants: []interface{}{\n\t\t&ProductionVariantProperty{\n\t\t},\n\t},\n})', /outer class/],
  ['a struct of an L1', 'python', 'variant = ProductionVariantProperty(model_name="x")', /outer class/],
  ['a struct in a list', 'python', 'NeoCompilationFleet(self, "Fleet", targets=[{"target": NeoTarget.ML_C5}])', /become a dictionary/],
  ['an expression', 'csharp', 'Bucket bucket;\n\nNeoTarget.ML_C5;', /"NeoTarget\.ML_C5" is an expression/],
  ['an expression', 'java', 'Bucket bucket;\n\nNeoTarget.ML_C5;', /"NeoTarget\.ML_C5" is an expression/],
  ['an expression', 'go', 'var bucket Bucket\n\nnetwork.VpcConfig', /"network\.VpcConfig" is an expression/],
  ['an unknown struct', 'csharp', 'var model = new NeoCompiledModel(this, "Model", new Struct { Job = job });', /unknown to jsii-rosetta/],
  ['an unknown type', 'java', 'Object model = NeoCompiledModel.Builder.create(this, "Model").job(job).build();', /unknown to jsii-rosetta/],
  ['a call inside of a struct in a list', 'go', 'a := &NeoFleetTarget{\n\tCompilerOptions: *cdksagemakerneo.NeoCompilerOptions_*Of(map[string]interface{}{}),\n}', /asterisk into the name/],
];

test.each(FAILING)('fails for %s in %s', (_, language, source, message) => {
  expect(faultsOf(language, source)).toEqual([expect.stringMatching(message)]);
});

const PASSING: [Language, string][] = [
  ['csharp', 'using Amazon.CDK;\n\nIBucket bucket;\n\nvar shape = NeoDataInputShape.Of("input0", 1, 3, 224, 224);\nnew NeoPrivateCompilationVpc(this, "Network", new NeoPrivateCompilationVpcProps { Buckets = new [] { bucket } });\njob.OnFailed("new [] { 1, 2 }; NeoTarget.ML_C5;");'],
  ['csharp', 'var variants = new [] { new CfnEndpointConfig.ProductionVariantProperty { ModelName = "x" } };\nvar names = new [] { "a", "b" };'],
  ['java', 'import java.util.List;\n\nBucket bucket;\n\nNeoDataInputShape shape = NeoDataInputShape.of("input0", 1, 3);\nCfnEndpointConfig.ProductionVariantProperty.builder().modelName("x").build();\nbucket.grantRead(role);'],
  ['python', '# bucket: s3.Bucket\n\nshape = NeoDataInputShape.of("input0", 1, 3)\nsagemaker.CfnEndpointConfig.ProductionVariantProperty(model_name="x")\nNeoCompilerOptions.of({"a": 1})\nNeoTarget.ML_C5'],
  ['go', 'import "github.com/aws/aws-cdk-go/awscdk"\n\nvar bucket Bucket\n\nshape := cdksagemakerneo.NeoDataInputShape_Of(jsii.String("input0"), jsii.Number(1))\nawscdk.NewCfnOutput(this, jsii.String("A"), &CfnOutputProps{\n\tValue: job.modelArtifactsUri,\n})'],
];

test.each(PASSING)('takes what compiles in %s', (language, source) => {
  expect(faultsOf(language, source)).toEqual([]);
});
