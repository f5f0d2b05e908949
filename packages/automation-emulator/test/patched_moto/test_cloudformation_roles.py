"""AWS::IAM::Role in a stack."""

from __future__ import annotations

import json

import pytest
from patched_aws import Account

pytestmark = pytest.mark.patch


def test_has_no_trace_of_what_is_no_value(account: Account) -> None:
    cloudformation, iam = account.client("cloudformation"), account.client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": account.id}}
    nothing = {"Ref": "AWS::NoValue"}
    properties = {
        "RoleName": "Deployer",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{**trust, "Condition": nothing}, nothing]},
    }
    template = json.dumps({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}})
    cloudformation.create_stack(StackName="Roles", TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
    document = iam.get_role(RoleName="Deployer")["Role"]["AssumeRolePolicyDocument"]
    assert document["Statement"] == [trust]
