package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	neo "github.com/cdk-sagemaker-neo/cdk-sagemaker-neo-go/cdksagemakerneo"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	neo.NeoPrivacyValidation_AddTo(app, nil)
	stack := awscdk.NewStack(app, jsii.String("FiveLanguages"), &awscdk.StackProps{
		Description: jsii.String("Models compiled in private by SageMaker Neo: the same stack in five languages"),
	})

	key := awskms.NewKey(stack, jsii.String("Key"), &awskms.KeyProps{EnableKeyRotation: jsii.Bool(true)})
	bucket := awss3.NewBucket(stack, jsii.String("Models"), &awss3.BucketProps{
		EncryptionKey:     key,
		BucketKeyEnabled:  jsii.Bool(true),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		EnforceSSL:        jsii.Bool(true),
		Versioned:         jsii.Bool(true),
	})
	network := neo.NewNeoPrivateCompilationVpc(stack, jsii.String("Network"), &neo.NeoPrivateCompilationVpcProps{
		Buckets:                &[]awss3.IBucket{bucket},
		EncryptionKey:          key,
		MaxConcurrentInstances: jsii.Number(10),
	})

	cloud := neo.NewNeoCompilationJob(stack, jsii.String("Cloud"), &neo.NeoCompilationJobProps{
		VpcConfig: network.VpcConfig(),
		Model: neo.NeoModel_FromBucket(bucket, jsii.String("models/resnet18.tar.gz"), &neo.NeoBucketModelOptions{
			Framework:      neo.NeoFramework_PYTORCH_1_13(),
			DataInputShape: neo.NeoDataInputShape_Of(jsii.String("input0"), (*jsii.Numbers(1, 3, 224, 224))...),
		}),
		Target:       neo.NeoTarget_ML_C5(),
		OutputBucket: bucket,
		MaxRuntime:   awscdk.Duration_Minutes(jsii.Number(30)),
		Tags:         &map[string]*string{"team": jsii.String("vision")},
	})

	edge := neo.NewNeoCompilationJob(stack, jsii.String("Edge"), &neo.NeoCompilationJobProps{
		VpcConfig: network.VpcConfig(),
		Model: neo.NeoModel_FromBucket(bucket, jsii.String("models/detector.tar.gz"), &neo.NeoBucketModelOptions{
			Framework:      neo.NeoFramework_ONNX(),
			DataInputShape: neo.NeoDataInputShape_Of(jsii.String("data"), (*jsii.Numbers(1, 3, 416, 416))...),
		}),
		Target: neo.NeoTarget_Platform(&neo.NeoTargetPlatform{
			Os:          neo.NeoTargetOs_LINUX(),
			Arch:        neo.NeoTargetArch_ARM64(),
			Accelerator: neo.NeoTargetAccelerator_NVIDIA(),
		}),
		CompilerOptions: neo.NeoCompilerOptions_Nvidia(&neo.NeoNvidiaOptions{
			GpuCode:     jsii.String("sm_72"),
			TrtVersion:  jsii.String("7.1.3"),
			CudaVersion: jsii.String("10.2"),
		}),
		OutputBucket: bucket,
		OutputPrefix: jsii.String("edge"),
	})

	model := neo.NewNeoCompiledModel(stack, jsii.String("Model"), &neo.NeoCompiledModelProps{Job: cloud})

	topic := awssns.NewTopic(stack, jsii.String("Outcomes"), &awssns.TopicProps{MasterKey: key})
	neo.NewNeoCompilationMonitoring(stack, jsii.String("Monitoring"), &neo.NeoCompilationMonitoringProps{
		Jobs:       &[]neo.INeoCompilationJob{cloud, edge},
		Topic:      topic,
		AlarmTopic: topic,
	})

	fleet := neo.NewNeoCompilationFleet(stack, jsii.String("Fleet"), &neo.NeoCompilationFleetProps{
		VpcConfig: network.VpcConfig(),
		Models: neo.NeoFleetModels_FromPrefix(bucket, jsii.String("fleet/"), &neo.NeoModelOptions{
			Framework:      neo.NeoFramework_PYTORCH_1_8(),
			DataInputShape: neo.NeoDataInputShape_FromList(&[]*[]*float64{jsii.Numbers(1, 3, 224, 224)}),
		}),
		Targets: &[]*neo.NeoFleetTarget{
			{Target: neo.NeoTarget_ML_C5()},
			{Target: neo.NeoTarget_RASP4B(), CompilerOptions: neo.NeoCompilerOptions_ArmNeon()},
		},
		OutputBucket:      bucket,
		MaxConcurrentJobs: jsii.Number(4),
	})

	awscdk.NewCfnOutput(stack, jsii.String("CompiledForCloud"), &awscdk.CfnOutputProps{Value: cloud.ModelArtifactsUri()})
	awscdk.NewCfnOutput(stack, jsii.String("CompiledForEdge"), &awscdk.CfnOutputProps{Value: edge.ModelArtifactsUri()})
	awscdk.NewCfnOutput(stack, jsii.String("ModelName"), &awscdk.CfnOutputProps{Value: model.ModelName()})
	awscdk.NewCfnOutput(stack, jsii.String("FleetArn"), &awscdk.CfnOutputProps{Value: fleet.StateMachine().StateMachineArn()})

	app.Synth(nil)
}
