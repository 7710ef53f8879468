"""The network in one stack and what uses it in others, once for each way in which CDK can refer across stacks; app.ts is the same."""
import os

from aws_cdk import App, CfnOutput, Stack
from aws_cdk import aws_s3 as s3
from cdk_sagemaker_neo import (
    NeoCompilationFleet,
    NeoCompilationJob,
    NeoCompilationMonitoring,
    NeoCompiledModel,
    NeoFleetModels,
    NeoFleetTarget,
    NeoFramework,
    NeoModel,
    NeoPrivacyValidation,
    NeoPrivateCompilationVpc,
    NeoTarget,
)

for references in ["strong", "weak", "both"]:
    app = App(outdir=os.path.join(os.environ["CDK_OUTDIR"], references), context={"@aws-cdk/core:defaultCrossStackReferences": references})
    NeoPrivacyValidation.add_to(app)
    network_stack, jobs, operations = [Stack(app, id) for id in ["Network", "Jobs", "Operations"]]
    bucket = s3.Bucket(network_stack, "Models", enforce_ssl=True)
    network = NeoPrivateCompilationVpc(network_stack, "Neo", buckets=[bucket])
    job = NeoCompilationJob(
        jobs, "Job",
        vpc_config=network.vpc_config,
        model=NeoModel.from_bucket(bucket, "models/trees.tar.gz", framework=NeoFramework.XGBOOST),
        target=NeoTarget.ML_C5,
        output_bucket=bucket,
    )
    fleet = NeoCompilationFleet(
        jobs, "Fleet",
        vpc_config=network.vpc_config,
        models=NeoFleetModels.from_prefix(bucket, "fleet/", framework=NeoFramework.XGBOOST),
        targets=[NeoFleetTarget(target=NeoTarget.ML_C5)],
        output_bucket=bucket,
        max_concurrent_jobs=4,
    )
    model = NeoCompiledModel(operations, "Model", job=job)
    NeoCompilationMonitoring(operations, "Monitoring", jobs=[job])
    CfnOutput(operations, "ModelName", value=model.model_name)
    CfnOutput(operations, "FleetArn", value=fleet.state_machine.state_machine_arn)
    app.synth()
