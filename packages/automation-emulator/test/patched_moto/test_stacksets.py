"""Service-managed StackSets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from patched_aws import Account, code
from test_organizations import STACKSETS, member, organization

pytestmark = pytest.mark.patch


def template(role: str) -> str:
    """A template that makes a role."""
    policy = {"Version": "2012-10-17", "Statement": []}
    properties = {"RoleName": role, "AssumeRolePolicyDocument": policy}
    return json.dumps({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}})


def nested(client: Any, root: str) -> list[str]:
    """Three units, each below the one before."""
    units: list[str] = []
    for name in ("top", "middle", "bottom"):
        parent = units[-1] if units else root
        units.append(client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"])
    return units


def moved(client: Any, root: str, unit: str, name: str) -> str:
    """A new account in a unit."""
    identifier = member(client, name)
    client.move_account(AccountId=identifier, SourceParentId=root, DestinationParentId=unit)
    return identifier


def has_role(account: Account, member_id: str, role: str) -> bool:
    """Whether the role is there in the member account."""
    try:
        Account(account.endpoint, member_id).client("iam").get_role(RoleName=role)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchEntity"
        return False
    return True


def stack_set(cloudformation: Any, unit: str, name: str = "Roles", role: str = "Runbook") -> None:
    """A StackSet with auto deployment, and its instances."""
    cloudformation.create_stack_set(
        StackSetName=name,
        TemplateBody=template(role),
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
    )
    cloudformation.create_stack_instances(
        StackSetName=name, Regions=["us-east-1"], DeploymentTargets={"OrganizationalUnitIds": [unit]}
    )


def test_without_trusted_access_there_is_no_service_managed_stack_set(account: Account) -> None:
    organization(account)
    cloudformation = account.client("cloudformation")
    given = {"StackSetName": "Roles", "TemplateBody": template("Runbook"), "PermissionModel": "SERVICE_MANAGED"}
    assert code(cloudformation.create_stack_set, **given) == "ValidationError"
    cloudformation.activate_organizations_access()
    assert cloudformation.describe_organizations_access()["Status"] == "ENABLED"
    cloudformation.create_stack_set(**given)


def test_every_active_account_below_the_unit_has_a_real_stack(account: Account) -> None:
    client, root = organization(account)
    client.enable_aws_service_access(ServicePrincipal=STACKSETS)
    top, _, bottom = nested(client, root)
    deep, beside = moved(client, root, bottom, "deep"), member(client, "beside")
    suspended = moved(client, root, bottom, "suspended")
    client.close_account(AccountId=suspended)
    cloudformation = account.client("cloudformation")
    stack_set(cloudformation, top)
    summaries = cloudformation.list_stack_instances(StackSetName="Roles")["Summaries"]
    assert [(entry["Account"], entry["Status"]) for entry in summaries] == [(deep, "CURRENT")]
    assert [has_role(account, one, "Runbook") for one in (deep, beside, suspended)] == [True, False, False]
    stacks = Account(account.endpoint, deep).client("cloudformation").describe_stacks()["Stacks"]
    assert stacks[0]["StackName"].startswith("StackSet-Roles-")


def test_an_account_that_moves_in_gets_its_stack_and_one_that_leaves_loses_it(account: Account) -> None:
    client, root = organization(account)
    client.enable_aws_service_access(ServicePrincipal=STACKSETS)
    top, middle, _ = nested(client, root)
    stack_set(account.client("cloudformation"), top)
    late = moved(client, root, middle, "late")
    assert has_role(account, late, "Runbook")
    client.move_account(AccountId=late, SourceParentId=middle, DestinationParentId=root)
    assert not has_role(account, late, "Runbook")


def test_an_update_of_the_stack_set_updates_its_stacks(account: Account) -> None:
    client, root = organization(account)
    client.enable_aws_service_access(ServicePrincipal=STACKSETS)
    top, _, _ = nested(client, root)
    one = moved(client, root, top, "one")
    cloudformation = account.client("cloudformation")
    stack_set(cloudformation, top)
    cloudformation.update_stack_set(StackSetName="Roles", TemplateBody=template("Other"))
    assert (has_role(account, one, "Runbook"), has_role(account, one, "Other")) == (False, True)


def test_an_account_where_the_stack_fails_is_outdated_and_says_why(account: Account) -> None:
    client, root = organization(account)
    client.enable_aws_service_access(ServicePrincipal=STACKSETS)
    top, _, _ = nested(client, root)
    one = moved(client, root, top, "one")
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam = Account(account.endpoint, one).client("iam")
    iam.create_role(RoleName="Runbook", AssumeRolePolicyDocument=policy)
    cloudformation = account.client("cloudformation")
    stack_set(cloudformation, top)
    summary = cloudformation.list_stack_instances(StackSetName="Roles")["Summaries"][0]
    assert summary["Status"] == "OUTDATED"
    assert "already exists" in summary["StatusReason"]
    iam.delete_role(RoleName="Runbook")
    cloudformation.update_stack_set(StackSetName="Roles", UsePreviousTemplate=True)
    (summary,) = cloudformation.list_stack_instances(StackSetName="Roles")["Summaries"]
    assert summary["Status"] == "CURRENT"
    assert has_role(account, one, "Runbook")


def test_a_delegated_administrator_works_on_the_stack_sets_of_the_management_account(account: Account) -> None:
    client, root = organization(account)
    client.enable_aws_service_access(ServicePrincipal=STACKSETS)
    top, _, _ = nested(client, root)
    one, delegate = moved(client, root, top, "one"), member(client, "delegate")
    cloudformation = Account(account.endpoint, delegate).client("cloudformation")
    given = {"StackSetName": "Roles", "TemplateBody": template("Runbook"), "PermissionModel": "SERVICE_MANAGED"}
    assert code(cloudformation.create_stack_set, CallAs="DELEGATED_ADMIN", **given) == "ValidationError"
    client.register_delegated_administrator(AccountId=delegate, ServicePrincipal=STACKSETS)
    cloudformation.create_stack_set(CallAs="DELEGATED_ADMIN", **given)
    cloudformation.create_stack_instances(
        CallAs="DELEGATED_ADMIN",
        StackSetName="Roles",
        Regions=["us-east-1"],
        DeploymentTargets={"OrganizationalUnitIds": [top]},
    )
    assert has_role(account, one, "Runbook")


def test_a_stack_set_in_a_template_rolls_out_and_goes_with_its_stack(account: Account) -> None:
    client, root = organization(account)
    client.enable_aws_service_access(ServicePrincipal=STACKSETS)
    top, _, _ = nested(client, root)
    one = moved(client, root, top, "one")
    properties = {
        "StackSetName": "Roles",
        "PermissionModel": "SERVICE_MANAGED",
        "TemplateBody": template("Runbook"),
        "AutoDeployment": {"Enabled": True},
        "StackInstancesGroup": [{"Regions": ["us-east-1"], "DeploymentTargets": {"OrganizationalUnitIds": [top]}}],
    }
    body = {"Resources": {"Roles": {"Type": "AWS::CloudFormation::StackSet", "Properties": properties}}}
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(StackName="Rollout", TemplateBody=json.dumps(body))
    assert has_role(account, one, "Runbook")
    properties["TemplateBody"] = template("Other")
    cloudformation.update_stack(StackName="Rollout", TemplateBody=json.dumps(body))
    assert (has_role(account, one, "Runbook"), has_role(account, one, "Other")) == (False, True)
    cloudformation.delete_stack(StackName="Rollout")
    assert not has_role(account, one, "Other")
