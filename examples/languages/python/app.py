from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk import aws_kms as kms, aws_s3 as s3, aws_sns as sns
from cdk_sagemaker_neo import (
    NeoCompilationFleet,
    NeoCompilationJob,
    NeoCompilationMonitoring,
    NeoCompiledModel,
    NeoCompilerOptions,
    NeoDataInputShape,
    NeoFleetModels,
    NeoFleetTarget,
    NeoFramework,
    NeoModel,
    NeoPrivacyValidation,
    NeoPrivateCompilationVpc,
    NeoTarget,
    NeoTargetAccelerator,
    NeoTargetArch,
    NeoTargetOs,
)

app = App()
NeoPrivacyValidation.add_to(app)
stack = Stack(app, "FiveLanguages", description="Models compiled in private by SageMaker Neo: the same stack in five languages")

key = kms.Key(stack, "Key", enable_key_rotation=True)
bucket = s3.Bucket(
    stack, "Models",
    encryption_key=key,
    bucket_key_enabled=True,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
    versioned=True,
)
network = NeoPrivateCompilationVpc(stack, "Network", buckets=[bucket], encryption_key=key, max_concurrent_instances=10)

cloud = NeoCompilationJob(
    stack, "Cloud",
    vpc_config=network.vpc_config,
    model=NeoModel.from_bucket(
        bucket, "models/resnet18.tar.gz",
        framework=NeoFramework.PYTORCH_1_13,
        data_input_shape=NeoDataInputShape.of("input0", 1, 3, 224, 224),
    ),
    target=NeoTarget.ML_C5,
    output_bucket=bucket,
    max_runtime=Duration.minutes(30),
    tags={"team": "vision"},
)

edge = NeoCompilationJob(
    stack, "Edge",
    vpc_config=network.vpc_config,
    model=NeoModel.from_bucket(
        bucket, "models/detector.tar.gz",
        framework=NeoFramework.ONNX,
        data_input_shape=NeoDataInputShape.of("data", 1, 3, 416, 416),
    ),
    target=NeoTarget.platform(os=NeoTargetOs.LINUX, arch=NeoTargetArch.ARM64, accelerator=NeoTargetAccelerator.NVIDIA),
    compiler_options=NeoCompilerOptions.nvidia(gpu_code="sm_72", trt_version="7.1.3", cuda_version="10.2"),
    output_bucket=bucket,
    output_prefix="edge",
)

model = NeoCompiledModel(stack, "Model", job=cloud)

topic = sns.Topic(stack, "Outcomes", master_key=key)
NeoCompilationMonitoring(stack, "Monitoring", jobs=[cloud, edge], topic=topic, alarm_topic=topic)

fleet = NeoCompilationFleet(
    stack, "Fleet",
    vpc_config=network.vpc_config,
    models=NeoFleetModels.from_prefix(
        bucket, "fleet/",
        framework=NeoFramework.PYTORCH_1_8,
        data_input_shape=NeoDataInputShape.from_list([[1, 3, 224, 224]]),
    ),
    targets=[
        NeoFleetTarget(target=NeoTarget.ML_C5),
        NeoFleetTarget(target=NeoTarget.RASP4_B, compiler_options=NeoCompilerOptions.arm_neon()),
    ],
    output_bucket=bucket,
    max_concurrent_jobs=4,
)

CfnOutput(stack, "CompiledForCloud", value=cloud.model_artifacts_uri)
CfnOutput(stack, "CompiledForEdge", value=edge.model_artifacts_uri)
CfnOutput(stack, "ModelName", value=model.model_name)
CfnOutput(stack, "FleetArn", value=fleet.state_machine.state_machine_arn)

app.synth()
