"""Parameters but for the rules."""

import re

import pytest
import validateRequiredInputs.handler as inputs
from shared.backup import key_of_backup
from shared.report import report

ID = "11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("prefix", "pattern"),
    [
        ("", rf"\d{{4}}/\d\d/\d\d/\d\d/\d\d/{ID}"),
        ("incidents/4711", rf"incidents/4711/\d{{4}}/\d\d/\d\d/\d\d/\d\d/{ID}"),
        ("incidents/4711/", rf"incidents/4711/\d{{4}}/\d\d/\d\d/\d\d/\d\d/{ID}"),
    ],
)
def test_a_new_backup_lies_below_the_folder_by_its_time(prefix: str, pattern: str) -> None:
    assert re.fullmatch(pattern, key_of_backup(prefix, ID, "Contain"))


@pytest.mark.parametrize("prefix", ["a.json", "x" * 65, "/a", "a//b", "a/b.json"])
def test_a_folder_that_is_none_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"To contain, S3PrefixName must be.*Nothing was changed"):
        key_of_backup(prefix, ID, "Contain")


def test_a_backup_key_fits_into_a_groups_description_and_a_tag_with_the_longest_folder_and_bucket() -> None:
    key = key_of_backup("x" * 63, ID, "Contain")
    assert len(f"{key}.{'0' * 64}.json") <= 255
    assert len(f"s3://{'b' * 63}/{key}.{'0' * 64}.json") <= 256


def test_to_release_the_key_is_taken_as_it_is() -> None:
    assert key_of_backup("a/b.json", ID, "Release") == "a/b.json"
    for prefix in ("", "a", "a.json/"):
        with pytest.raises(ValueError, match="To release, S3PrefixName must be"):
            key_of_backup(prefix, ID, "Release")


@pytest.mark.parametrize(
    ("identifier", "tags"),
    [
        ("", []),
        ("Key=Case,Value=4711", [{"Key": "Case", "Value": "4711"}]),
        ("kEY=a=b,vALUE=", [{"Key": "a=b", "Value": ""}]),
    ],
)
def test_the_tag_is_taken_apart(identifier: str, tags: list[dict[str, str]]) -> None:
    assert inputs.tags(identifier) == tags


class Kms:
    """KMS with one key."""

    def __init__(self, **changes: str) -> None:
        self.key = {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"}
        self.key |= {"Arn": "arn:aws:kms:eu-west-1:1:key/x", **changes}

    def describe_key(self, **asked: str) -> dict[str, dict[str, str]]:
        if asked["KeyId"] == "gone":
            raise ValueError("NotFoundException")
        if asked["KeyId"] == "hidden":
            raise PermissionError("AccessDeniedException")
        return {"KeyMetadata": self.key}


@pytest.mark.parametrize(
    "changes",
    [
        {"KeyState": "Disabled"},
        {"KeySpec": "RSA_2048"},
        {"KeyUsage": "SIGN_VERIFY"},
        {"Arn": "arn:aws:kms:us-east-1:1:key/x"},
    ],
)
def test_a_key_that_can_not_encrypt_a_volume_is_refused(
    changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "client", lambda _: Kms())
    assert inputs.key_arn("alias/x", "eu-west-1") == "arn:aws:kms:eu-west-1:1:key/x"
    monkeypatch.setattr(inputs, "client", lambda _: Kms(**changes))
    with pytest.raises(ValueError, match=r"KmsKey alias/x is .*: a volume needs an enabled symmetric key of eu-west-1"):
        inputs.key_arn("alias/x", "eu-west-1")
    with pytest.raises(ValueError, match="KmsKey gone: NotFoundException"):
        inputs.key_arn("gone", "eu-west-1")
    # An image that is impossible keeps nothing from being isolated.
    assert inputs.key_arn("hidden", "eu-west-1") == "hidden"


EVENTS = {"Action": "Contain", "CreateAMIBackup": False, "KmsKey": "alias/x", "IngressInput": [], "EgressInput": []}
EVENTS |= {"TagIdentifier": "", "S3PrefixName": "", "Role": "arn:aws:iam::1:role/x", "Region": "r", "Execution": ID}


def test_what_later_steps_need_comes_in_one_form() -> None:
    given = inputs.handler(EVENTS, {})
    assert given["Action"] == "Contain"
    assert given["KmsKeyArn"] == ""
    assert given["Inputs"]["Rules"] == {"Ingress": [], "Egress": []}
    for action in ("Release", "Restore"):
        assert inputs.handler({**EVENTS, "Action": action, "S3PrefixName": "a.json"}, {})["Action"] == "Release"


def test_a_run_without_a_role_or_with_more_than_fits_is_refused() -> None:
    with pytest.raises(ValueError, match="AutomationAssumeRole is empty"):
        inputs.handler({**EVENTS, "Role": ""}, {})
    long = [{"Cidr": f"10.0.{at}.0/24", "IpProtocol": "-1"} for at in range(256)]
    with pytest.raises(ValueError, match="give fewer rules"):
        inputs.handler({**EVENTS, "IngressInput": long}, {})


def test_a_report_is_the_same_as_text_and_as_data_and_leaves_out_what_is_empty() -> None:
    run = {"InstanceId": "i-1", "AccountId": "1", "Region": "r", "Execution": "e"}
    given = report(run, "CONTAINED", {"Warnings": [], "Interfaces": ["one"], "Calls": [{"Call": "ec2:x"}]})
    assert given["Json"] == {
        "Title": "CONTAINED: i-1 in 1, r, execution e",
        "Interfaces": ["one"],
        "Calls": [{"Call": "ec2:x"}],
    }
    text = "CONTAINED: i-1 in 1, r, execution e\n\nInterfaces:\n  one\n\nCalls:\n  " + '{"Call": "ec2:x"}'
    assert given["Output"] == text
