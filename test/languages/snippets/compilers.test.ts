import { goErrors } from './compilers';
import { goFile, javaClass } from './repairs';

const MISSING_NIL = `snippets/a.go:12:9: not enough arguments in call to awscdk.NewApp
\thave ()
\twant (*awscdk.AppProps)`;
const MISSING_STRUCT_AND_MORE = `snippets/a.go:16:32: not enough arguments in call to s3.NewBucket
\thave (awscdk.Stack)
\twant (constructs.Construct, *string, *awss3.BucketProps)`;
const UNDEFINED = 'snippets/a.go:18:12: undefined: awscdk.ProductionVariantProperty';

test('of Go\'s errors, an optional struct that is left out is none', () => {
  expect(goErrors(['# example/snippets', MISSING_NIL, UNDEFINED, MISSING_STRUCT_AND_MORE, ''].join('\n'))).toEqual([UNDEFINED, MISSING_STRUCT_AND_MORE]);
  expect(goErrors(`# example/snippets\n${MISSING_NIL}\n`)).toEqual([]);
});

const SNIPPET = {
  name: 'a.B',
  names: ['aws-cdk-lib.aws_s3.Bucket', 'aws-cdk-lib.aws_events.OnEventOptions'],
  original: 'declare const queue: sqs.Queue;',
  sources: {
    csharp: '',
    python: '',
    java: 'import io.github.cdksagemakerneo.NeoTarget;\n\nQueue queue;\n\nNeoTarget target = NeoTarget.ML_C5;',
    go: `import s3 "github.com/aws/aws-cdk-go/awscdk"

var queue Queue

bucket := s3.NewBucket(this, jsii.String("B"))
job.onFailed(jsii.String("F"), &OnEventOptions{
	Target: *cdksagemakerneo.NeoTarget_ML_C5(),
	Value: job.modelArtifactsUri,
	Bucket: Bucket,
	On: jsii.Boolean(true),
	Buckets: []IBucket{
		bucket,
	},
	Targets: []NeoFleetTarget{
		&NeoFleetTarget{
		},
	},
})`,
  },
};

test('what jsii-rosetta writes in Go gets what a reader has to add', () => {
  const file = goFile(SNIPPET, 'Of_a_B');
  expect(file.slice(file.indexOf('func'))).toBe(`func Of_a_B(stack awscdk.Stack) {

	var queue sqs.Queue

	bucket := s3.NewBucket(stack, jsii.String("B"))
	job.OnFailed(jsii.String("F"), &events.OnEventOptions{
		Target: cdksagemakerneo.NeoTarget_ML_C5(),
		Value: job.ModelArtifactsUri(),
		Bucket: bucket,
		On: jsii.Bool(true),
		Buckets: &[]s3.IBucket{
			bucket,
		},
		Targets: &[]*cdksagemakerneo.NeoFleetTarget{
			&cdksagemakerneo.NeoFleetTarget{
			},
		},
	})
	_ = bucket
}
`);
  expect(file).toContain('\tsqs "github.com/aws/aws-cdk-go/awscdk/v2/awssqs"\n');
  expect(file).not.toContain('awskms');
});

test('what jsii-rosetta writes in Java becomes a class', () => {
  const file = javaClass(SNIPPET, 'Of_a_B');
  expect(file).toMatch(/^package snippets;\n\nimport java.util.List;\n/);
  expect(file).toContain(`
class Of_a_B extends Stack {
    Of_a_B(Construct scope, String id) {
        super(scope, id);

        Queue queue = null;

        NeoTarget target = NeoTarget.ML_C5;
    }
}`);
});
