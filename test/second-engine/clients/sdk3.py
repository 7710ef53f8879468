"""SageMaker Python SDK 3 at the stand-in: the resource `CompilationJob`, with its own `wait`, `stop` and `delete`."""

from botocore.exceptions import ClientError
from sagemaker.core.utils.exceptions import FailedStatusError
from sagemaker.core.resources import CompilationJob
from sagemaker.core.shapes import InputConfig, NeoVpcConfig, OutputConfig, StoppingCondition, Tag


def create(name, s3_uri="s3://models/detector.tar.gz"):
    return CompilationJob.create(
        compilation_job_name=name,
        role_arn="arn:aws:iam::000000000000:role/Neo",
        input_config=InputConfig(s3_uri=s3_uri, data_input_config='{"input0":[1,3,224,224]}', framework="PYTORCH", framework_version="1.13"),
        output_config=OutputConfig(s3_output_location="s3://models/neo/", target_device="ml_c5"),
        vpc_config=NeoVpcConfig(security_group_ids=["sg-0123456789abcdef0"], subnets=["subnet-0123456789abcdef0"]),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=900),
        tags=[Tag(key="team", value="vision")],
    )


def fails_with(code, call):
    try:
        call()
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"expected: {code}")


job = create("by-sdk3")
job.wait(poll=1, timeout=60)
assert job.compilation_job_status == "COMPLETED", job
assert job.vpc_config.subnets == ["subnet-0123456789abcdef0"], job
assert job.vpc_config.security_group_ids == ["sg-0123456789abcdef0"], job
assert job.model_artifacts.s3_model_artifacts.startswith("s3://models/neo/"), job
fails_with("ResourceInUse", lambda: create("by-sdk3"))

failing = create("failing", s3_uri="s3://models/detector.zip")
try:
    failing.wait(poll=1, timeout=60)
    raise AssertionError("a job that fails is an error")
except FailedStatusError as error:
    assert failing.failure_reason in str(error), error

stopped = create("stopped")
stopped.stop()
stopped.wait(poll=1, timeout=60)
assert stopped.compilation_job_status == "STOPPED", stopped

found = list(CompilationJob.get_all(sort_by="Name", sort_order="Ascending"))
assert [each.compilation_job_name for each in found] == ["by-sdk3", "failing", "stopped"], found
for each in found:
    each.delete()
    fails_with("ResourceNotFound", each.refresh)
assert list(CompilationJob.get_all()) == []
