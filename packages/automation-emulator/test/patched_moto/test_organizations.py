"""Organizations: nested units, pages, members and delegated administrators."""

from __future__ import annotations

from typing import Any

import pytest
from patched_aws import Account, code

pytestmark = pytest.mark.patch

STACKSETS = "member.org.stacksets.cloudformation.amazonaws.com"


def organization(account: Account) -> tuple[Any, str]:
    """A new organization that the account manages, and its root."""
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    return client, client.list_roots()["Roots"][0]["Id"]


def member(client: Any, name: str) -> str:
    """A new account's id."""
    made = client.create_account(AccountName=name, Email=f"{name}@example.com")
    identifier: str = made["CreateAccountStatus"]["AccountId"]
    return identifier


def test_a_delegated_administrator_for_stacksets_reads_the_organization(account: Account) -> None:
    client, root = organization(account)
    delegate = member(client, "delegate")
    client.register_delegated_administrator(AccountId=delegate, ServicePrincipal=STACKSETS)
    seen = Account(account.endpoint, delegate).client("organizations")
    assert delegate in [entry["Id"] for entry in seen.list_accounts_for_parent(ParentId=root)["Accounts"]]
    assert code(seen.create_organizational_unit, ParentId=root, Name="x") == "AccessDeniedException"


def test_another_member_is_refused(account: Account) -> None:
    client, root = organization(account)
    seen = Account(account.endpoint, member(client, "other")).client("organizations")
    assert code(seen.list_accounts_for_parent, ParentId=root) == "AccessDeniedException"
    assert seen.describe_organization()["Organization"]["MasterAccountId"] == account.id


def test_children_come_in_pages_of_twenty(account: Account) -> None:
    client, root = organization(account)
    for number in range(25):
        member(client, f"m{number}")
    first = client.list_children(ParentId=root, ChildType="ACCOUNT")
    assert len(first["Children"]) == 20
    second = client.list_children(ParentId=root, ChildType="ACCOUNT", NextToken=first["NextToken"])
    assert len({child["Id"] for child in first["Children"] + second["Children"]}) == 26


def test_units_have_unique_names_under_a_parent_and_nest_five_deep(account: Account) -> None:
    client, root = organization(account)
    parent = root
    for depth in range(5):
        parent = client.create_organizational_unit(ParentId=parent, Name=f"d{depth}")["OrganizationalUnit"]["Id"]
    assert code(client.create_organizational_unit, ParentId=root, Name="d0") == "DuplicateOrganizationalUnitException"
    assert code(client.create_organizational_unit, ParentId=parent, Name="d5") == "ConstraintViolationException"
