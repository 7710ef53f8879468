package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	neo "github.com/cdk-sagemaker-neo/cdk-sagemaker-neo-go/cdksagemakerneo"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("NeoAppStack"), nil)
	neo.NeoPrivacyValidation_AddTo(stack, nil)
	bucket := awss3.NewBucket(stack, jsii.String("Models"), nil)
	network := neo.NewNeoPrivateCompilationVpc(stack, jsii.String("Network"), &neo.NeoPrivateCompilationVpcProps{Buckets: &[]awss3.IBucket{bucket}})
	neo.NewNeoCompilationJob(stack, jsii.String("Job"), &neo.NeoCompilationJobProps{
		VpcConfig: network.VpcConfig(),
		Model: neo.NeoModel_FromBucket(bucket, jsii.String("model.tar.gz"), &neo.NeoBucketModelOptions{
			Framework:      neo.NeoFramework_PYTORCH_1_13(),
			DataInputShape: neo.NeoDataInputShape_Of(jsii.String("input0"), (*jsii.Numbers(1, 3, 224, 224))...),
		}),
		Target:       neo.NeoTarget_ML_C5(),
		OutputBucket: bucket,
	})
	if stack.Node().TryGetContext(jsii.String("open")) != nil {
		awsec2.NewCfnVPCGatewayAttachment(stack, jsii.String("Open"), &awsec2.CfnVPCGatewayAttachmentProps{
			VpcId: network.Vpc().VpcId(), InternetGatewayId: jsii.String("igw-0123456789abcdef0"),
		})
	}

	app.Synth(nil)
}
