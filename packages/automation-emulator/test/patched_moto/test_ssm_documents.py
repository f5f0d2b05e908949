"""Documents of Systems Manager, as AWS checks, numbers and shares them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from patched_aws import Account, code, refusal

patch = pytest.mark.patch
NAME = "Contain"


def content(**changes: Any) -> str:
    """A document of one step, with other values where they are given."""
    steps = [{"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}]
    return json.dumps({"schemaVersion": "0.3", "mainSteps": steps, **changes})


def of_size(size: int) -> str:
    """A document of as many bytes."""
    return content(description="x" * (size - len(content(description=""))))


@pytest.fixture
def ssm(account: Account) -> Any:
    """Systems Manager in the test's own account."""
    return account.client("ssm")


def create(ssm: Any, name: str = NAME, text: str | None = None, **parameters: Any) -> Any:
    """Makes a document."""
    return ssm.create_document(
        Name=name, DocumentType="Automation", **{"Content": text or content(), "DocumentFormat": "JSON", **parameters}
    )


def update(ssm: Any, text: str, **parameters: Any) -> str:
    """Makes a version and gives its number."""
    made = ssm.update_document(Name=NAME, Content=text, **{"DocumentVersion": "$LATEST", **parameters})
    return str(made["DocumentDescription"]["DocumentVersion"])


def version(ssm: Any, reference: str | None = None, name: str = NAME) -> str:
    """The number of the version that a reference means."""
    which = {} if reference is None else {"DocumentVersion": reference}
    return str(ssm.get_document(Name=name, **which)["DocumentVersion"])


@patch
def test_a_document_has_64_kilobytes_and_no_more(ssm: Any) -> None:
    create(ssm, text=of_size(65_536))
    assert refusal(create, ssm=ssm, name="TooLong", text=of_size(65_537))[:2] == ("MaxDocumentSizeExceeded", 400)
    assert code(update, ssm=ssm, text=of_size(65_537)) == "MaxDocumentSizeExceeded"


@patch
@pytest.mark.parametrize("name", ["AWS-Contain", "awsome", "Amazon-Contain", "AMZN", "AWSSupport-Contain"])
def test_names_that_begin_like_awss_own_are_refused_in_any_case(ssm: Any, name: str) -> None:
    assert code(create, ssm=ssm, name=name) == "ValidationException"


@patch
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "not valid"),
        (content(mainSteps=[]), "at least one step"),
        (content(mainSteps=[{"name": "a-b", "action": "aws:sleep"}]), "a-b"),
        (content(mainSteps=[{"name": "a", "action": "sleep"}]), "action"),
        (content(mainSteps=[{"name": "a", "action": "aws:sleep"}] * 2), "not unique"),
        (content(mainSteps=[{"name": "a", "action": "aws:sleep", "nextStep": "b"}]), "does not exist"),
        (content(mainSteps=[{"name": "a", "action": "aws:sleep", "onFailure": "step:b"}]), "does not exist"),
        (content(parameters={"P": {"type": "Float"}}), "invalid type"),
        (
            content(mainSteps=[{"name": "a", "action": "aws:sleep", "inputs": {"Duration": "{{ Time }}"}}]),
            'Parameter "Time" is not declared.',
        ),
        (
            content(
                mainSteps=[
                    {
                        "name": "a",
                        "action": "aws:branch",
                        "inputs": {"Choices": [{"Or": [{"Variable": "x", "StringEquals": "x"}], "NextStep": "a"}]},
                    }
                ]
            ),
            "Expect at least two expressions for operator: Or",
        ),
    ],
)
def test_content_that_is_no_automation_is_refused(ssm: Any, text: str, words: str) -> None:
    refused = refusal(create, ssm=ssm, text=text)
    assert refused[:2] == ("InvalidDocumentContent", 400)
    assert words in refused[2]


def test_what_is_no_yaml_is_refused(ssm: Any) -> None:
    assert code(create, ssm=ssm, text="a: [", DocumentFormat="YAML") == "InvalidDocumentContent"


@patch
def test_an_automation_has_schema_version_0_3(ssm: Any) -> None:
    assert code(create, ssm=ssm, text=content(schemaVersion="2.2")) == "InvalidDocumentSchemaVersion"


def test_yaml_comes_back_byte_for_byte(ssm: Any) -> None:
    text = "# why\nschemaVersion: '0.3'\nmainSteps:\n  - {name: a, action: 'aws:sleep', inputs: {Duration: PT1S}}\n"
    create(ssm, text=text, DocumentFormat="YAML")
    assert ssm.get_document(Name=NAME, DocumentFormat="YAML")["Content"] == text


@patch
def test_past_the_quotas_no_document_and_no_version_is_made(account: Account, ssm: Any) -> None:
    account.change(documentQuota=1, documentVersionQuota=2)
    create(ssm)
    assert code(create, ssm=ssm, name="Another") == "DocumentLimitExceeded"
    update(ssm, content(description="2"))
    assert code(update, ssm=ssm, text=content(description="3")) == "DocumentVersionLimitExceeded"


def test_a_version_name_and_content_are_used_once(ssm: Any) -> None:
    create(ssm, VersionName="v1")
    assert code(update, ssm=ssm, text=content(description="2"), VersionName="v1") == "DuplicateDocumentVersionName"
    assert code(update, ssm=ssm, text=content(), VersionName="v2") == "DuplicateDocumentContent"
    assert code(update, ssm=ssm, text=content(description="2"), DocumentVersion="7") == "InvalidDocumentVersion"
    assert code(create, ssm=ssm) == "DocumentAlreadyExists"


@patch
def test_a_version_name_outside_the_pattern_is_refused(ssm: Any) -> None:
    assert code(create, ssm=ssm, VersionName="v 1") == "ValidationException"


@patch
def test_default_and_latest_are_versions_of_their_own(ssm: Any) -> None:
    create(ssm)
    update(ssm, content(description="2"))
    assert [version(ssm, reference) for reference in (None, "$DEFAULT", "$LATEST", "2")] == ["1", "1", "2", "2"]
    ssm.update_document_default_version(Name=NAME, DocumentVersion="2")
    assert [version(ssm, reference) for reference in (None, "$DEFAULT", "1")] == ["2", "2", "1"]
    assert ssm.describe_document(Name=NAME, DocumentVersion="$DEFAULT")["Document"]["DefaultVersion"] == "2"


@patch
def test_an_unknown_version_is_told_from_an_unknown_document(ssm: Any) -> None:
    create(ssm)
    assert code(ssm.get_document, Name=NAME, DocumentVersion="2") == "InvalidDocumentVersion"
    assert code(ssm.describe_document, Name=NAME, VersionName="v9") == "InvalidDocumentVersion"
    assert code(ssm.update_document_default_version, Name=NAME, DocumentVersion="2") == "InvalidDocumentVersion"
    assert code(ssm.update_document_default_version, Name=NAME, DocumentVersion="$LATEST") == "ValidationException"
    assert code(ssm.get_document, Name="Absent") == "InvalidDocument"


@patch
def test_versions_are_numbers_and_not_text(ssm: Any) -> None:
    create(ssm)
    for number in range(2, 12):
        update(ssm, content(description=str(number)))
    ssm.delete_document(Name=NAME, DocumentVersion="11")
    assert ssm.describe_document(Name=NAME)["Document"]["LatestVersion"] == "10"
    assert code(ssm.delete_document, Name=NAME, DocumentVersion="1") == "InvalidDocumentOperation"


@patch
def test_the_versions_are_listed_newest_first_in_pages(ssm: Any) -> None:
    create(ssm, VersionName="v1")
    update(ssm, content(description="2"))
    update(ssm, content(description="3"))
    first = ssm.list_document_versions(Name=NAME, MaxResults=2)
    rest = ssm.list_document_versions(Name=NAME, NextToken=first["NextToken"])
    listed = [*first["DocumentVersions"], *rest["DocumentVersions"]]
    assert [(each["DocumentVersion"], each["IsDefaultVersion"], each.get("VersionName")) for each in listed] == [
        ("3", False, None),
        ("2", False, None),
        ("1", True, "v1"),
    ]
    assert "NextToken" not in rest


def share(ssm: Any, *accounts: str, **parameters: Any) -> None:
    """Shares the document with accounts."""
    ssm.modify_document_permission(
        Name=NAME, PermissionType="Share", **{"AccountIdsToAdd": list(accounts), **parameters}
    )


def arn(account: Account, region: str = "us-east-1") -> str:
    """The ARN of the account's document."""
    return f"arn:aws:ssm:{region}:{account.id}:document/{NAME}"


@patch
def test_a_shared_document_is_read_by_its_arn_in_its_region(
    account: Account, ssm: Any, new_account: Callable[[], Account]
) -> None:
    friend, stranger = new_account(), new_account()
    create(ssm, Tags=[{"Key": "owner", "Value": "us"}])
    share(ssm, friend.id)
    theirs = friend.client("ssm")
    assert theirs.get_document(Name=arn(account))["Content"] == content()
    described = theirs.describe_document(Name=arn(account))["Document"]
    assert (described["Owner"], described["Name"], "Tags" in described) == (account.id, arn(account), False)
    filters = [{"Key": "Owner", "Values": ["Private"]}]
    assert [each["Name"] for each in theirs.list_documents(Filters=filters)["DocumentIdentifiers"]] == [arn(account)]
    assert ssm.get_document(Name=arn(account))["Name"] == NAME
    assert code(theirs.get_document, Name=NAME) == "InvalidDocument"
    assert code(stranger.client("ssm").get_document, Name=arn(account)) == "InvalidDocument"
    elsewhere = friend.client("ssm", "eu-west-1")
    assert code(elsewhere.get_document, Name=arn(account)) == "InvalidDocument"


@patch
def test_the_default_version_is_shared_unless_it_is_said_otherwise(
    account: Account, ssm: Any, new_account: Callable[[], Account]
) -> None:
    friend = new_account()
    create(ssm)
    update(ssm, content(description="2"))
    share(ssm, friend.id)
    theirs = friend.client("ssm")
    assert version(theirs, name=arn(account)) == "1"
    assert code(theirs.get_document, Name=arn(account), DocumentVersion="2") == "InvalidDocumentVersion"
    ssm.update_document_default_version(Name=NAME, DocumentVersion="2")
    assert version(theirs, name=arn(account)) == "2"
    share(ssm, friend.id, SharedDocumentVersion="$ALL")
    assert version(theirs, "1", name=arn(account)) == "1"


def test_a_shared_document_is_not_deleted_until_it_is_taken_back(ssm: Any) -> None:
    create(ssm)
    share(ssm, "111122223333")
    assert code(ssm.delete_document, Name=NAME) == "InvalidDocumentOperation"
    ssm.modify_document_permission(Name=NAME, PermissionType="Share", AccountIdsToRemove=["111122223333"])
    ssm.delete_document(Name=NAME)
    assert code(ssm.get_document, Name=NAME) == "InvalidDocument"


@patch
def test_a_call_shares_with_twenty_accounts_at_most(ssm: Any) -> None:
    create(ssm)
    accounts = [str(number) for number in range(111122223000, 111122223021)]
    assert code(share, ssm, *accounts) == "DocumentPermissionLimit"
    share(ssm, *accounts[:20])
    remove = {"AccountIdsToAdd": [], "AccountIdsToRemove": accounts}
    assert code(share, ssm, **remove) == "DocumentPermissionLimit"


@patch
def test_a_document_is_shared_with_a_thousand_accounts_at_most_and_shown_in_pages(ssm: Any) -> None:
    create(ssm)
    accounts = [str(number) for number in range(111122223000, 111122224001)]
    for start in range(0, 1000, 20):
        share(ssm, *accounts[start : start + 20])
    assert code(share, ssm, accounts[1000]) == "DocumentPermissionLimit"
    # One that goes makes room for one that comes.
    share(ssm, accounts[1000], AccountIdsToRemove=[accounts[0]])
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = ssm.describe_document_permission(Name=NAME, PermissionType="Share", MaxResults=200, **token)
        assert len(page["AccountIds"]) == len(page["AccountSharingInfoList"]) <= 200
        found += page["AccountIds"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sorted(found) == accounts[1:]
