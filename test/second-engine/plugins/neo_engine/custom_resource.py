"""Custom resources as CloudFormation's documentation describes them: an event to the function, an answer to its response URL."""

import json
import time
import uuid

from localstack.aws.connect import connect_to
from localstack.http import Response
from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
)
from localstack.services.cloudformation.stores import get_cloudformation_store
from localstack.services.edge import ROUTER

TYPE = "AWS::CloudFormation::CustomResource"
HOST = "custom-resource-answers.invalid"
PATH = "/_custom_resource_answers"
HOUR = 3600

answers: dict[str, dict] = {}
#: What each resource was deployed with, by stack and logical id: its properties before any attribute is added, and its physical id.
deployed: dict[tuple[str, str], dict] = {}


def receive(request, token):
    answers[token] = json.loads(request.data)
    return Response(status=200)


ROUTER.add(f"{PATH}/<token>", receive, methods=["PUT"])


class CustomResourcePlugin(CloudFormationResourceProviderPlugin):
    name = TYPE

    def __init__(self):
        self.factory = None

    def load(self):
        self.factory = CustomResource


def strings(value):
    """CloudFormation turns every scalar of a custom resource into a string."""
    if isinstance(value, dict):
        return {key: strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [strings(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


class CustomResource(ResourceProvider):
    TYPE = TYPE
    SCHEMA = {
        "typeName": TYPE,
        "properties": {"PhysicalResourceId": {"type": "string"}},
        "readOnlyProperties": [],
        "primaryIdentifier": ["/properties/PhysicalResourceId"],
    }

    def create(self, request):
        return self.step(request, "Create")

    def update(self, request):
        return self.step(request, "Update")

    def delete(self, request):
        return self.step(request, "Delete")

    def step(self, request, kind):
        """One look: the first sends the event, the others wait for its answer."""
        key = (request.stack_id, request.logical_resource_id)
        context = dict(request.custom_context)
        before = deployed.get(key)
        if "token" not in context:
            if kind == "Delete" and before is None:
                return ProgressEvent(status=OperationStatus.SUCCESS, resource_model={})
            properties = before["properties"] if kind == "Delete" else strings(request.desired_state)
            self.mark(request, kind)
            context = {"token": self.send(request, kind, properties, before), "since": time.time(), "properties": properties}
        answer = answers.pop(context["token"], None)
        if answer is None:
            if time.time() - context["since"] > HOUR:
                return ProgressEvent(status=OperationStatus.FAILED, resource_model={}, message="CloudFormation did not receive a response from your Custom Resource.")
            return ProgressEvent(status=OperationStatus.IN_PROGRESS, resource_model=request.desired_state, custom_context=context)
        if answer["Status"] != "SUCCESS":
            if kind == "Create" and answer.get("PhysicalResourceId"):
                # A failed Create gets a Delete if it said its id, and the stack is left as it is otherwise.
                deployed[key] = {"properties": context["properties"], "id": answer["PhysicalResourceId"]}
            return ProgressEvent(status=OperationStatus.FAILED, resource_model={}, message=f"Received response status [FAILED] from custom resource. Message returned: {answer.get('Reason')}")
        if kind == "Delete":
            deployed.pop(key, None)
            return ProgressEvent(status=OperationStatus.SUCCESS, resource_model={})
        return self.finish(request, key, context, answer, before)

    def mark(self, request, kind):
        """The engine leaves the status of the last operation while the next is under way; functions ask for it."""
        stack = get_cloudformation_store(request.account_id, request.region_name).stacks_v2[request.stack_id]
        if resource := stack.resolved_resources.get(request.logical_resource_id):
            resource["ResourceStatus"] = f"{kind.upper()}_IN_PROGRESS"

    def finish(self, request, key, context, answer, before):
        """An update that answers with another physical id replaces: the old resource is deleted, here before the rest of the stack is updated."""
        if before is not None and before["id"] != answer["PhysicalResourceId"]:
            self.send(request, "Delete", before["properties"], before)
        deployed[key] = {"properties": context["properties"], "id": answer["PhysicalResourceId"]}
        model = {**context["properties"], **answer.get("Data", {}), "PhysicalResourceId": answer["PhysicalResourceId"]}
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)

    def send(self, request, kind, properties, before):
        token = uuid.uuid4().hex
        event = {
            "RequestType": kind,
            "ServiceToken": properties["ServiceToken"],
            "ResponseURL": f"https://{HOST}{PATH}/{token}",
            "StackId": request.stack_id,
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": request.logical_resource_id,
            "ResourceType": request.resource_type,
            "ResourceProperties": properties,
        }
        if kind != "Create":
            event["PhysicalResourceId"] = before["id"]
        if kind == "Update":
            event["OldResourceProperties"] = before["properties"]
        clients = connect_to(aws_access_key_id=request.account_id, region_name=request.region_name)
        clients.lambda_.invoke(FunctionName=properties["ServiceToken"], InvocationType="Event", Payload=json.dumps(event))
        return token
