"""Print the roles of the engine as JSON: name, trust policy, and the statements of the policies that are in it or attached to it."""

import json

import boto3

iam = boto3.client("iam")


def statements(role):
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield from iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]["Statement"]
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        version = iam.get_policy(PolicyArn=policy["PolicyArn"])["Policy"]["DefaultVersionId"]
        yield from iam.get_policy_version(PolicyArn=policy["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"]["Statement"]


print(json.dumps([
    {"name": role["RoleName"], "trust": role["AssumeRolePolicyDocument"]["Statement"], "statements": list(statements(role["RoleName"]))}
    for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]
]))
