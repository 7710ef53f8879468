from aws_cdk import Stack, aws_ec2 as ec2, aws_s3 as s3
from cdk_sagemaker_neo import NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoTarget
from constructs import Construct


class NeoAppStack(Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        NeoPrivacyValidation.add_to(self)
        bucket = s3.Bucket(self, "Models")
        network = NeoPrivateCompilationVpc(self, "Network", buckets=[bucket])
        NeoCompilationJob(
            self, "Job",
            vpc_config=network.vpc_config,
            model=NeoModel.from_bucket(bucket, "model.tar.gz", framework=NeoFramework.PYTORCH_1_13, data_input_shape=NeoDataInputShape.of("input0", 1, 3, 224, 224)),
            target=NeoTarget.ML_C5,
            output_bucket=bucket,
        )
        if self.node.try_get_context("open"):
            ec2.CfnVPCGatewayAttachment(self, "Open", vpc_id=network.vpc.vpc_id, internet_gateway_id="igw-0123456789abcdef0")
