"""AWS::KMS::Key in a stack."""

from __future__ import annotations

import json

import pytest
from patched_aws import Account

pytestmark = pytest.mark.patch

STACK = "Backups"


def template(word: str) -> str:
    """A template of one key with a policy and a tag."""
    allow = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*", "Sid": word}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    properties = {"KeyPolicy": policy, "Tags": [{"Key": "Word", "Value": word}], "EnableKeyRotation": True}
    return json.dumps({"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": properties}}})


def test_has_its_policy_and_tags_and_gets_new_ones(account: Account) -> None:
    cloudformation, kms = account.client("cloudformation"), account.client("kms")
    cloudformation.create_stack(StackName=STACK, TemplateBody=template("one"))
    (resource,) = cloudformation.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    key = resource["PhysicalResourceId"]
    for word in ("one", "two"):
        if word == "two":
            cloudformation.update_stack(StackName=STACK, TemplateBody=template(word))
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        assert policy["Statement"][0]["Sid"] == word
        assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "Word", "TagValue": word}]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
