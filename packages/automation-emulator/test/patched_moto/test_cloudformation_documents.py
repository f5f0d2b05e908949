"""AWS::SSM::Document in a stack."""

from __future__ import annotations

import json
from typing import Any

import pytest
from patched_aws import Account

pytestmark = pytest.mark.patch

STACK = "Runbook"


def content(word: str) -> str:
    """A small valid runbook with a word in it."""
    return (
        f"description: {word}\nschemaVersion: '0.3'\nmainSteps:\n"
        "- name: sleep\n  action: aws:sleep\n  inputs: {Duration: PT1S}\n"
    )


def template(word: str, version: str, **more: Any) -> str:
    """A template that holds the document as YAML text."""
    properties = {
        "Name": "Contain",
        "Content": content(word),
        "DocumentType": "Automation",
        "DocumentFormat": "YAML",
        "UpdateMethod": "NewVersion",
        "VersionName": version,
        **more,
    }
    return json.dumps({"Resources": {"Document": {"Type": "AWS::SSM::Document", "Properties": properties}}})


def versions(account: Account) -> tuple[str, str]:
    """Default and latest version of the document."""
    described = account.client("ssm").describe_document(Name="Contain")["Document"]
    return described["DefaultVersion"], described["LatestVersion"]


def test_an_update_makes_a_new_version_and_moves_the_default(account: Account) -> None:
    cloudformation, ssm = account.client("cloudformation"), account.client("ssm")
    cloudformation.create_stack(StackName=STACK, TemplateBody=template("one", "v1"))
    assert versions(account) == ("1", "1")
    cloudformation.update_stack(StackName=STACK, TemplateBody=template("two", "v2"))
    assert versions(account) == ("2", "2")
    assert ssm.get_document(Name="Contain", DocumentVersion="1", DocumentFormat="YAML")["Content"] == content("one")
    assert ssm.get_document(Name="Contain", DocumentVersion="2", DocumentFormat="YAML")["Content"] == content("two")


def test_the_setting_leaves_the_default_as_it_is_reported(account: Account) -> None:
    account.change(documentDefault="stays")
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(StackName=STACK, TemplateBody=template("one", "v1"))
    cloudformation.update_stack(StackName=STACK, TemplateBody=template("two", "v2"))
    assert versions(account) == ("1", "2")
    assert cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"


def test_content_that_is_there_already_is_success_and_moves_nothing(account: Account) -> None:
    cloudformation, ssm = account.client("cloudformation"), account.client("ssm")
    cloudformation.create_stack(StackName=STACK, TemplateBody=template("one", "v1"))
    ssm.update_document(
        Name="Contain", Content=content("two"), VersionName="v2", DocumentVersion="$LATEST", DocumentFormat="YAML"
    )
    cloudformation.update_stack(StackName=STACK, TemplateBody=template("two", "v2"))
    assert versions(account) == ("1", "2")


def test_a_shared_document_stays_shared_and_its_tags_follow_the_template(account: Account) -> None:
    cloudformation, ssm = account.client("cloudformation"), account.client("ssm")
    cloudformation.create_stack(StackName=STACK, TemplateBody=template("one", "v1", Tags=[{"Key": "a", "Value": "1"}]))
    ssm.modify_document_permission(Name="Contain", PermissionType="Share", AccountIdsToAdd=["444455556666"])
    cloudformation.update_stack(StackName=STACK, TemplateBody=template("two", "v2", Tags=[{"Key": "b", "Value": "2"}]))
    shared = ssm.describe_document_permission(Name="Contain", PermissionType="Share")
    assert shared["AccountIds"] == ["444455556666"]
    tags = ssm.list_tags_for_resource(ResourceType="Document", ResourceId="Contain")["TagList"]
    assert tags == [{"Key": "b", "Value": "2"}]
