"""Step Functions: calls of SageMaker go to the stand-in, JSONata has the `$hash` that LocalStack lacks, and long waits are shortened."""

import hashlib
import os

from localstack.runtime import hooks


@hooks.on_infra_start()
def reach_sagemaker():
    import boto3
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import state_task_service_aws_sdk as sdk
    from localstack.services.stepfunctions.asl.utils.boto_client import _BOTO_CLIENT_CONFIG

    client_of_engine = sdk.boto_client_for

    def client_for(service, region, state_credentials):
        if service != "sagemaker":
            return client_of_engine(service=service, region=region, state_credentials=state_credentials)
        return boto3.session.Session().client(
            service, region_name=region, endpoint_url=os.environ["AWS_ENDPOINT_URL_SAGEMAKER"], config=_BOTO_CLIENT_CONFIG,
            aws_access_key_id="test", aws_secret_access_key="test",
        )

    sdk.boto_client_for = client_for


@hooks.on_infra_start()
def add_hash():
    from localstack.services.stepfunctions.asl.component.intrinsic import jsonata as intrinsic
    from localstack.services.stepfunctions.asl.jsonata import jsonata

    intrinsic._DECLARATION_BY_VARIABLE_REFERENCE.pop("$hash")
    bridge = jsonata._JSONataJVMBridge
    start = bridge.__init__

    def start_with_hash(self):
        start(self)
        import jpype

        @jpype.JImplements("com.dashjoin.jsonata.Jsonata$JFunctionCallable")
        class Hash:
            @jpype.JOverride
            def call(self, _, args):
                text, algorithm = str(args[0]), str(args[1])
                return jpype.JString(hashlib.new(algorithm.replace("-", ""), text.encode()).hexdigest())

        function = jpype.JClass("com.dashjoin.jsonata.Jsonata$JFunction")(Hash(), None)
        parse = self._java_JSONATA

        def parse_with_hash(text):
            expression = parse(text)
            expression.registerFunction("hash", function)
            return expression

        self._java_JSONATA = parse_with_hash

    bridge.__init__ = start_with_hash


@hooks.on_infra_start()
def name_failed_expressions():
    """An expression that throws fails with States.QueryEvaluationError on AWS, and with States.Runtime in LocalStack."""
    from localstack.aws.api.stepfunctions import EvaluationFailedEventDetails, HistoryEventType
    from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
    from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import StatesErrorName
    from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
    from localstack.services.stepfunctions.asl.component.common.string.string_expression import StringJSONata
    from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails
    from localstack.services.stepfunctions.asl.jsonata.jsonata import JSONataException

    evaluate = StringJSONata._eval_body

    def evaluate_or_fail(self, env):
        try:
            evaluate(self, env)
        except JSONataException as error:
            name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
            details = EvaluationFailedEventDetails(cause=str(error), error=name.error_name)
            raise FailureEventException(
                FailureEvent(
                    env=env, error_name=name, event_type=HistoryEventType.EvaluationFailed, event_details=EventDetails(evaluationFailedEventDetails=details),
                )
            ) from error

    StringJSONata._eval_body = evaluate_or_fail


@hooks.on_infra_start()
def shorten_waits():
    """The stand-in's jobs take seconds, so a Wait state of ten seconds takes two. Shorter ones are left as they are."""
    from localstack.services.stepfunctions.asl.component.state.state_wait.wait_function.wait_function import WaitFunction

    wait = WaitFunction._wait_interval
    WaitFunction._wait_interval = lambda self, env, wait_seconds: wait(self, env, wait_seconds // 5 if wait_seconds >= 10 else wait_seconds)
