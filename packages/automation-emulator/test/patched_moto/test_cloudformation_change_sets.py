"""Change sets as `cdk deploy` uses them, and where their templates lie."""

from __future__ import annotations

import json
from typing import Any

import pytest
from patched_aws import Account, code

pytestmark = pytest.mark.patch

NAME = "cdk-deploy-change-set"


def template(role: str, **more: Any) -> str:
    """A template with a role, its name among the outputs."""
    policy = {"Version": "2012-10-17", "Statement": []}
    properties = {"RoleName": role, "AssumeRolePolicyDocument": policy}
    return json.dumps(
        {
            "Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}},
            "Outputs": {"Name": {"Value": {"Ref": "Role"}}},
            **more,
        }
    )


def deploy(cloudformation: Any, stack: str, kind: str, **given: Any) -> None:
    """Creates and executes a change set."""
    cloudformation.create_change_set(StackName=stack, ChangeSetName=NAME, ChangeSetType=kind, **given)
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=NAME)


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """The outputs of a stack by key."""
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def test_two_stacks_have_each_its_own_change_set_of_one_name(account: Account) -> None:
    cloudformation = account.client("cloudformation")
    for stack in ("One", "Two"):
        cloudformation.create_change_set(
            StackName=stack, ChangeSetName=NAME, ChangeSetType="CREATE", TemplateBody=template(stack)
        )
    described = cloudformation.describe_change_set(StackName="One", ChangeSetName=NAME)
    assert described["StackName"] == "One"
    cloudformation.execute_change_set(StackName="One", ChangeSetName=NAME)
    assert outputs(cloudformation, "One") == {"Name": "One"}


def test_a_change_set_that_is_not_there_has_its_own_error_and_may_be_deleted(account: Account) -> None:
    cloudformation = account.client("cloudformation")
    deploy(cloudformation, "One", "CREATE", TemplateBody=template("One"))
    cloudformation.delete_change_set(StackName="One", ChangeSetName=NAME)
    cloudformation.delete_change_set(StackName="One", ChangeSetName=NAME)
    missing = code(cloudformation.describe_change_set, StackName="One", ChangeSetName=NAME)
    assert missing.removesuffix("Exception") == "ChangeSetNotFound"


def test_outputs_follow_an_update(account: Account) -> None:
    cloudformation = account.client("cloudformation")
    deploy(cloudformation, "One", "CREATE", TemplateBody=template("Before"))
    more = {"Outputs": {"New": {"Value": "here"}}}
    deploy(cloudformation, "One", "UPDATE", TemplateBody=template("Before", **more))
    assert outputs(cloudformation, "One") == {"New": "here"}


def test_the_previous_value_of_a_parameter_store_parameter_is_its_name(account: Account) -> None:
    account.client("ssm").put_parameter(Name="/cdk/version", Value="21", Type="String")
    cloudformation = account.client("cloudformation")
    slot = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk/version"}
    with_parameter = {"Parameters": {"Version": slot}}
    deploy(cloudformation, "One", "CREATE", TemplateBody=template("One", **with_parameter))
    kept = [{"ParameterKey": "Version", "UsePreviousValue": True}]
    changed = template("One", Description="changed", **with_parameter)
    deploy(cloudformation, "One", "UPDATE", TemplateBody=changed, Parameters=kept)
    assert cloudformation.describe_stacks(StackName="One")["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"


def test_a_resource_that_fails_rolls_the_stack_back_and_the_event_says_why(account: Account) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    account.client("iam").create_role(RoleName="Taken", AssumeRolePolicyDocument=policy)
    cloudformation = account.client("cloudformation")
    deploy(cloudformation, "One", "CREATE", TemplateBody=template("Taken"))
    described = cloudformation.describe_stacks(StackName="One")["Stacks"][0]
    assert described["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [event.get("ResourceStatusReason", "") for event in _events(cloudformation, "One")]
    assert any("Taken already exists" in reason for reason in reasons)


def test_a_template_is_read_from_the_bootstrap_bucket_by_a_path_style_url_on_loopback(account: Account) -> None:
    s3 = account.client("s3")
    bucket = f"cdk-hnb659fds-assets-{account.id}-us-east-1"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="template.json", Body=template("FromBucket").encode())
    cloudformation = account.client("cloudformation")
    deploy(cloudformation, "One", "CREATE", TemplateURL=f"{account.endpoint}/{bucket}/template.json")
    assert outputs(cloudformation, "One") == {"Name": "FromBucket"}


def test_json_is_read_as_json(account: Account) -> None:
    escaped = json.dumps({"Value": "\N{LOCK}"})
    assert "\\ud83d" in escaped
    body = template("One").replace('"Outputs": {', f'"Outputs": {{"Sign": {escaped}, ')
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(StackName="One", TemplateBody=body)
    assert outputs(cloudformation, "One")["Sign"] == "\N{LOCK}"


def test_a_bucket_of_a_template_has_its_protection_and_its_policy(account: Account) -> None:
    name = f"backup-{account.id}"
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    properties = {
        "BucketName": name,
        "VersioningConfiguration": {"Status": "Enabled"},
        "PublicAccessBlockConfiguration": block,
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}},
        },
    }
    policy = {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": [deny]}}
    body = {
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties},
            "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
        }
    }
    account.client("cloudformation").create_stack(StackName="One", TemplateBody=json.dumps(body))
    s3 = account.client("s3")
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == block
    rule = s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]["Rule"]
    assert (rule["DefaultRetention"]["Mode"], rule["DefaultRetention"]["Days"]) == ("GOVERNANCE", 30)
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"] == [deny]
    s3.put_object(Bucket=name, Key="backup.json", Body=b"{}")
    assert s3.get_object(Bucket=name, Key="backup.json")["Body"].read() == b"{}"


def _events(cloudformation: Any, stack: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return events


def test_an_update_changes_what_a_role_may_do_and_who_may_assume_it(account: Account) -> None:
    cloudformation, iam = account.client("cloudformation"), account.client("iam")

    def role(action: str, service: str) -> str:
        def statement(**more: Any) -> dict[str, Any]:
            return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **more}]}

        properties = {
            "RoleName": "One",
            "AssumeRolePolicyDocument": statement(Action="sts:AssumeRole", Principal={"Service": service}),
            "Policies": [{"PolicyName": "P", "PolicyDocument": statement(Action=action, Resource="*")}],
        }
        return json.dumps({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}})

    cloudformation.create_stack(StackName="One", TemplateBody=role("ec2:StopInstances", "ec2.amazonaws.com"))
    cloudformation.update_stack(StackName="One", TemplateBody=role("ec2:StartInstances", "ssm.amazonaws.com"))
    policy = iam.get_role_policy(RoleName="One", PolicyName="P")["PolicyDocument"]
    assert policy["Statement"][0]["Action"] == "ec2:StartInstances"
    trust = iam.get_role(RoleName="One")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"Service": "ssm.amazonaws.com"}
