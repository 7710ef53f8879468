"""Runs a function on the Node.js that it declares, as a process of this machine; LocalStack's own executor needs Docker."""

import json
import os
import subprocess
from pathlib import Path

from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

INVOKE = str(Path(__file__).with_name("invoke.cjs"))


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    name = "process"

    def load(self, *args, **kwargs):
        return ProcessExecutor


class ProcessExecutor(RuntimeExecutor):
    """A process per invocation: no state of one is left for the next, as after a cold start."""

    def start(self, env_vars: dict[str, str]) -> None:
        runtimes = json.loads(os.environ["NEO_NODE_RUNTIMES"])
        runtime = self.function_version.config.runtime
        if runtime not in runtimes:
            raise RuntimeError(f"no Node.js for {runtime}; there are: {', '.join(runtimes)}")
        self.executable = runtimes[runtime]
        code = str(self.function_version.config.code.get_unzipped_code_location())
        own = {key: str(value) for key, value in env_vars.items()}
        self.env = {"PATH": os.environ["PATH"], **own, "LAMBDA_TASK_ROOT": code, **json.loads(os.environ["NEO_FUNCTION_ENVIRONMENT"])}

    def stop(self) -> None:
        pass

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        return "http://127.0.0.1"

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        invocation = {
            "event": payload["payload"],
            "requestId": payload["invoke-id"],
            "arn": payload["invoked-function-arn"],
            "timeout": self.function_version.config.timeout,
        }
        ran = subprocess.run(
            [self.executable, INVOKE], input=json.dumps(invocation), env=self.env, capture_output=True, text=True,
            timeout=self.function_version.config.timeout + 30,
        )
        # The last line of stderr is the answer; whatever the function prints goes before it.
        log, _, answer = ran.stderr.rstrip("\n").rpartition("\n")
        try:
            result = json.loads(answer)
        except ValueError:
            result = {"payload": json.dumps({"errorType": "Runtime.ExitError", "errorMessage": ran.stderr[-2000:]}), "isError": True}
        return InvocationResult(payload["invoke-id"], result["payload"].encode(), is_error=result["isError"], logs=ran.stdout + log)

    def get_logs(self) -> str:
        return ""

    @classmethod
    def prepare_version(cls, function_version) -> None:
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version) -> None:
        function_version.config.code.destroy_cached()
