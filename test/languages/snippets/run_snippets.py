"""Run the snippets that a JSON file lists as {name, source}, in a folder with the archives that they name."""

import json
import re
import sys
import traceback

import aws_cdk
import cdk_sagemaker_neo
from aws_cdk import App, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_route53resolver as route53resolver
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from cdk_sagemaker_neo import NeoCompilationFleet, NeoCompilationJob, NeoDataInputShape, NeoFleetModels, NeoFleetTarget, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget

#: What the fixture of the snippets imports.
MODULES = {
    "cloudwatch": cloudwatch, "ec2": ec2, "targets": targets, "iam": iam, "kms": kms, "route53resolver": route53resolver, "s3": s3, "sagemaker": sagemaker,
    "sns": sns, "sqs": sqs, "sfn": sfn,
}


class Values:
    """Values for what a snippet declares, such as `# bucket: s3.Bucket`; a network has the buckets of its snippet."""

    def __init__(self, stack):
        self.stack = stack
        self.count = 0
        self.bucket = s3.Bucket(stack, "GivenBucket")
        self.network = NeoPrivateCompilationVpc(stack, "GivenNetwork", buckets=[self.bucket])

    def of(self, kind):
        self.count += 1
        scope, name = self.stack, f"Given{self.count}"
        model = NeoModel.from_bucket(self.bucket, "given.tar.gz", framework=NeoFramework.PYTORCH_1_13, data_input_shape=NeoDataInputShape.of("input0", 1, 3, 224, 224))
        kinds = {
            "App": lambda: App(),
            "s3.Bucket": lambda: self.bucket,
            "s3.IBucket": lambda: self.bucket,
            "NeoPrivateCompilationVpc": lambda: self.network,
            "ec2.Vpc": lambda: ec2.Vpc(scope, name, max_azs=2, nat_gateways=0),
            "iam.Role": lambda: iam.Role(scope, name, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")),
            "kms.Key": lambda: kms.Key(scope, name),
            "sns.Topic": lambda: sns.Topic(scope, name),
            "sqs.Queue": lambda: sqs.Queue(scope, name),
            "sfn.StateMachine": lambda: sfn.StateMachine(scope, name, definition_body=sfn.DefinitionBody.from_chainable(sfn.Pass(scope, f"{name}Pass"))),
            "NeoCompilationJob": lambda: NeoCompilationJob(
                scope, name, vpc_config=self.network.vpc_config, model=model, target=NeoTarget.ML_C5, output_bucket=self.bucket,
            ),
            "NeoCompilationFleet": lambda: NeoCompilationFleet(
                scope, name, vpc_config=self.network.vpc_config, models=NeoFleetModels.from_prefix(self.bucket, "given/", framework=NeoFramework.XGBOOST),
                targets=[NeoFleetTarget(target=NeoTarget.ML_C5)], output_bucket=self.bucket,
            ),
        }
        kinds["INeoCompilationJob"] = kinds["NeoCompilationJob"]
        return kinds[kind]()


def run(source):
    app = App()
    stack = Stack(app, "Snippet")
    names = {name: getattr(module, name) for module in (aws_cdk, cdk_sagemaker_neo) for name in module.__all__}
    names.update(MODULES, self=stack)
    values = Values(stack)
    for name, kind in re.findall(r"^# (\w+): ([\w.]+)$", source, re.MULTILINE):
        names[name] = values.of(kind)
    exec(compile(source, "snippet", "exec"), names)
    # A whole app, or the stack of the fixture.
    (names["app"] if isinstance(names.get("app"), App) else names["stack"].node.root if isinstance(names.get("stack"), Stack) else app).synth()


failures = []
with open(sys.argv[1]) as file:
    snippets = json.load(file)
for snippet in snippets:
    try:
        run(snippet["source"])
    except Exception:
        failures.append(f"{snippet['name']}:\n{snippet['source']}\n{traceback.format_exc(limit=-2)}")
if failures:
    sys.exit("\n\n".join([*failures, f"{len(failures)} of {len(snippets)} snippets fail"]))
