"""SageMaker Python SDK 2 at the stand-in: `Model.compile`, with the VpcConfig from its configuration file, which is where this version takes it from."""

import os
import tempfile

import boto3
from sagemaker.exceptions import UnexpectedStatusException
from sagemaker.model import Model
from sagemaker.session import Session

ROLE = "arn:aws:iam::000000000000:role/Neo"
VPC_CONFIG = {"SecurityGroupIds": ["sg-0123456789abcdef0"], "Subnets": ["subnet-0123456789abcdef0"]}
CONFIG = """
SchemaVersion: '1.0'
SageMaker:
  CompilationJob:
    VpcConfig:
      SecurityGroupIds: [sg-0123456789abcdef0]
      Subnets: [subnet-0123456789abcdef0]
"""


def compile_model(session, job_name, model_data="s3://models/detector.tar.gz", **target):
    model = Model(image_uri="unused", model_data=model_data, sagemaker_session=session)
    return model.compile(
        role=ROLE,
        input_shape={"input0": [1, 3, 224, 224]}, output_path="s3://models/neo/", framework="pytorch", framework_version="1.13",
        job_name=job_name, tags=[{"Key": "team", "Value": "vision"}], **target,
    )


def with_session(session):
    client = session.sagemaker_client

    compiled = compile_model(session, "by-sdk2", target_instance_family="ml_c5")
    job = client.describe_compilation_job(CompilationJobName="by-sdk2")
    assert job["CompilationJobStatus"] == "COMPLETED", job
    assert job["VpcConfig"] == VPC_CONFIG, job
    assert job["InputConfig"]["FrameworkVersion"] == "1.13", job
    assert compiled.model_data == job["ModelArtifacts"]["S3ModelArtifacts"], compiled.model_data
    assert compiled.image_uri == job["InferenceImage"], compiled.image_uri

    compile_model(
        session, "by-sdk2-edge", target_instance_family=None, target_platform_os="LINUX", target_platform_arch="ARM64",
    )
    platform = client.describe_compilation_job(CompilationJobName="by-sdk2-edge")["OutputConfig"]["TargetPlatform"]
    assert platform == {"Os": "LINUX", "Arch": "ARM64"}, platform

    try:
        compile_model(session, "failing", model_data="s3://models/detector.zip", target_instance_family="ml_c5")
        raise AssertionError("a job that fails is an error")
    except UnexpectedStatusException as error:
        assert error.actual_status == "Failed", error

    client.create_compilation_job(
        CompilationJobName="stopped", RoleArn=ROLE, VpcConfig=VPC_CONFIG, StoppingCondition={"MaxRuntimeInSeconds": 900},
        InputConfig={"S3Uri": "s3://models/detector.tar.gz", "DataInputConfig": '{"input0":[1,3,224,224]}', "Framework": "PYTORCH"},
        OutputConfig={"S3OutputLocation": "s3://models/neo/", "TargetDevice": "ml_c5"},
    )
    client.stop_compilation_job(CompilationJobName="stopped")
    assert session.wait_for_compilation_job("stopped", poll=1)["CompilationJobStatus"] == "STOPPED"

    names = [job["CompilationJobName"] for job in client.list_compilation_jobs(SortBy="Name", SortOrder="Ascending")["CompilationJobSummaries"]]
    assert names == ["by-sdk2", "by-sdk2-edge", "failing", "stopped"], names
    for name in names:
        client.delete_compilation_job(CompilationJobName=name)
    assert client.list_compilation_jobs()["CompilationJobSummaries"] == []


with tempfile.TemporaryDirectory() as folder:
    os.environ["SAGEMAKER_USER_CONFIG_OVERRIDE"] = os.path.join(folder, "config.yaml")
    with open(os.environ["SAGEMAKER_USER_CONFIG_OVERRIDE"], "w") as file:
        file.write(CONFIG)
    with_session(Session(boto_session=boto3.Session()))
