using System.Collections.Generic;
using Amazon.CDK;
using Amazon.CDK.AWS.KMS;
using Amazon.CDK.AWS.S3;
using Amazon.CDK.AWS.SNS;
using CdkSagemakerNeo;

var app = new App();
NeoPrivacyValidation.AddTo(app);
var stack = new Stack(app, "FiveLanguages", new StackProps
{
    Description = "Models compiled in private by SageMaker Neo: the same stack in five languages",
});

var key = new Key(stack, "Key", new KeyProps { EnableKeyRotation = true });
var bucket = new Bucket(stack, "Models", new BucketProps
{
    EncryptionKey = key,
    BucketKeyEnabled = true,
    BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
    EnforceSSL = true,
    Versioned = true,
});
var network = new NeoPrivateCompilationVpc(stack, "Network", new NeoPrivateCompilationVpcProps
{
    Buckets = [bucket],
    EncryptionKey = key,
    MaxConcurrentInstances = 10,
});

var cloud = new NeoCompilationJob(stack, "Cloud", new NeoCompilationJobProps
{
    VpcConfig = network.VpcConfig,
    Model = NeoModel.FromBucket(bucket, "models/resnet18.tar.gz", new NeoBucketModelOptions
    {
        Framework = NeoFramework.PYTORCH_1_13,
        DataInputShape = NeoDataInputShape.Of("input0", 1, 3, 224, 224),
    }),
    Target = NeoTarget.ML_C5,
    OutputBucket = bucket,
    MaxRuntime = Duration.Minutes(30),
    Tags = new Dictionary<string, string> { ["team"] = "vision" },
});

var edge = new NeoCompilationJob(stack, "Edge", new NeoCompilationJobProps
{
    VpcConfig = network.VpcConfig,
    Model = NeoModel.FromBucket(bucket, "models/detector.tar.gz", new NeoBucketModelOptions
    {
        Framework = NeoFramework.ONNX,
        DataInputShape = NeoDataInputShape.Of("data", 1, 3, 416, 416),
    }),
    Target = NeoTarget.Platform(new NeoTargetPlatform
    {
        Os = NeoTargetOs.LINUX,
        Arch = NeoTargetArch.ARM64,
        Accelerator = NeoTargetAccelerator.NVIDIA,
    }),
    CompilerOptions = NeoCompilerOptions.Nvidia(new NeoNvidiaOptions
    {
        GpuCode = "sm_72",
        TrtVersion = "7.1.3",
        CudaVersion = "10.2",
    }),
    OutputBucket = bucket,
    OutputPrefix = "edge",
});

var model = new NeoCompiledModel(stack, "Model", new NeoCompiledModelProps { Job = cloud });

var topic = new Topic(stack, "Outcomes", new TopicProps { MasterKey = key });
new NeoCompilationMonitoring(stack, "Monitoring", new NeoCompilationMonitoringProps
{
    Jobs = [cloud, edge],
    Topic = topic,
    AlarmTopic = topic,
});

var fleet = new NeoCompilationFleet(stack, "Fleet", new NeoCompilationFleetProps
{
    VpcConfig = network.VpcConfig,
    Models = NeoFleetModels.FromPrefix(bucket, "fleet/", new NeoModelOptions
    {
        Framework = NeoFramework.PYTORCH_1_8,
        DataInputShape = NeoDataInputShape.FromList([[1, 3, 224, 224]]),
    }),
    Targets =
    [
        new NeoFleetTarget { Target = NeoTarget.ML_C5 },
        new NeoFleetTarget { Target = NeoTarget.RASP4B, CompilerOptions = NeoCompilerOptions.ArmNeon() },
    ],
    OutputBucket = bucket,
    MaxConcurrentJobs = 4,
});

new CfnOutput(stack, "CompiledForCloud", new CfnOutputProps { Value = cloud.ModelArtifactsUri });
new CfnOutput(stack, "CompiledForEdge", new CfnOutputProps { Value = edge.ModelArtifactsUri });
new CfnOutput(stack, "ModelName", new CfnOutputProps { Value = model.ModelName });
new CfnOutput(stack, "FleetArn", new CfnOutputProps { Value = fleet.StateMachine.StateMachineArn });

app.Synth();
