"""boto3 and the AWS CLI at the stand-in, as their documentation uses them; the endpoint comes from AWS_ENDPOINT_URL_SAGEMAKER."""

import json
import subprocess
import time

import boto3

REQUEST = {
    "RoleArn": "arn:aws:iam::000000000000:role/Neo",
    "InputConfig": {"S3Uri": "s3://models/detector.tar.gz", "DataInputConfig": '{"input0":[1,3,224,224]}', "Framework": "PYTORCH", "FrameworkVersion": "1.13"},
    "OutputConfig": {"S3OutputLocation": "s3://models/neo/", "TargetDevice": "ml_c5"},
    "VpcConfig": {"SecurityGroupIds": ["sg-0123456789abcdef0"], "Subnets": ["subnet-0123456789abcdef0"]},
    "StoppingCondition": {"MaxRuntimeInSeconds": 900},
}


def wait(describe):
    """boto3 and the CLI have no waiter for compilation jobs: their users ask until the job has ended."""
    for _ in range(60):
        job = describe()
        if job["CompilationJobStatus"] in ("COMPLETED", "FAILED", "STOPPED"):
            return job
        time.sleep(0.5)
    raise TimeoutError("the job has not ended")


def with_boto3():
    sagemaker = boto3.client("sagemaker")
    arn = sagemaker.create_compilation_job(CompilationJobName="by-boto3", **REQUEST, Tags=[{"Key": "team", "Value": "vision"}])["CompilationJobArn"]
    job = wait(lambda: sagemaker.describe_compilation_job(CompilationJobName="by-boto3"))
    assert job["CompilationJobStatus"] == "COMPLETED", job
    assert job["VpcConfig"] == REQUEST["VpcConfig"], job
    assert job["CompilationJobArn"] == arn
    assert job["ModelArtifacts"]["S3ModelArtifacts"].startswith("s3://models/neo/"), job
    pages = sagemaker.get_paginator("list_compilation_jobs").paginate(NameContains="by-boto3")
    assert [found["CompilationJobName"] for page in pages for found in page["CompilationJobSummaries"]] == ["by-boto3"]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "vision"}]
    try:
        sagemaker.create_compilation_job(CompilationJobName="by-boto3", **REQUEST)
        raise AssertionError("a name is taken once")
    except sagemaker.exceptions.ResourceInUse:
        pass
    sagemaker.create_compilation_job(CompilationJobName="stopped", **REQUEST)
    sagemaker.stop_compilation_job(CompilationJobName="stopped")
    assert wait(lambda: sagemaker.describe_compilation_job(CompilationJobName="stopped"))["CompilationJobStatus"] == "STOPPED"
    for name in ("by-boto3", "stopped"):
        sagemaker.delete_compilation_job(CompilationJobName=name)
        try:
            sagemaker.describe_compilation_job(CompilationJobName=name)
            raise AssertionError("a deleted job is gone")
        except sagemaker.exceptions.ResourceNotFound:
            pass


def with_cli():
    def run(operation, **arguments):
        line = ["aws", "sagemaker", operation, "--output", "json", "--cli-input-json", json.dumps(arguments)]
        done = subprocess.run(line, capture_output=True, text=True, check=True)
        return json.loads(done.stdout) if done.stdout.strip() else {}

    run("create-compilation-job", CompilationJobName="by-cli", **REQUEST)
    job = wait(lambda: run("describe-compilation-job", CompilationJobName="by-cli"))
    assert job["CompilationJobStatus"] == "COMPLETED" and job["VpcConfig"] == REQUEST["VpcConfig"], job
    assert [found["CompilationJobName"] for found in run("list-compilation-jobs", NameContains="by-cli")["CompilationJobSummaries"]] == ["by-cli"]
    run("create-compilation-job", CompilationJobName="by-cli-stopped", **REQUEST)
    run("stop-compilation-job", CompilationJobName="by-cli-stopped")
    assert wait(lambda: run("describe-compilation-job", CompilationJobName="by-cli-stopped"))["CompilationJobStatus"] == "STOPPED"
    for name in ("by-cli", "by-cli-stopped"):
        run("delete-compilation-job", CompilationJobName=name)
    assert run("list-compilation-jobs", NameContains="by-cli")["CompilationJobSummaries"] == []


with_boto3()
with_cli()
