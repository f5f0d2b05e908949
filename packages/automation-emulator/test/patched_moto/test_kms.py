"""KMS keys, as AWS describes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from patched_aws import Account, code, refusal

patch = pytest.mark.patch


@pytest.fixture
def kms(account: Account) -> Any:
    """KMS in the test's own account."""
    return account.client("kms")


def policy_for(*accounts: str) -> str:
    """A key policy that lets these accounts use the key."""
    principals = [f"arn:aws:iam::{account}:root" for account in accounts]
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@patch
def test_a_key_is_for_encryption_unless_said_otherwise(kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]
    assert key["KeyUsage"] == "ENCRYPT_DECRYPT"
    assert key["KeySpec"] == "SYMMETRIC_DEFAULT"
    assert key["MultiRegion"] is False


def test_a_key_goes_by_id_arn_alias_and_alias_arn(account: Account, kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/evidence", TargetKeyId=key["KeyId"])
    alias_arn = f"arn:aws:kms:us-east-1:{account.id}:alias/evidence"
    for name in (key["KeyId"], key["Arn"], "alias/evidence", alias_arn):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == key["Arn"]


@patch
def test_awss_own_key_is_there_before_its_first_use(kms: Any) -> None:
    key = kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]
    assert key["KeyManager"] == "AWS"
    assert kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"] == key


def test_disabled_pending_and_asymmetric_keys_say_so(kms: Any) -> None:
    disabled, pending = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.disable_key(KeyId=disabled)
    kms.schedule_key_deletion(KeyId=pending, PendingWindowInDays=7)
    signing = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    assert kms.describe_key(KeyId=disabled)["KeyMetadata"]["KeyState"] == "Disabled"
    assert kms.describe_key(KeyId=disabled)["KeyMetadata"]["Enabled"] is False
    assert kms.describe_key(KeyId=pending)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert kms.describe_key(KeyId=signing)["KeyMetadata"]["KeySpec"] == "ECC_NIST_P256"


@patch
def test_a_key_is_disabled_by_its_arn(kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]
    kms.disable_key(KeyId=key["Arn"])
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Disabled"


@patch
def test_a_replica_of_a_multi_region_key_is_a_key_of_its_region(account: Account, kms: Any) -> None:
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]
    kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion="eu-west-1")
    replica = account.client("kms", "eu-west-1").describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    primary = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert replica["Arn"] == key["Arn"].replace("us-east-1", "eu-west-1")
    assert replica["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"
    assert primary["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"


@patch
def test_another_accounts_key_is_described_where_its_policy_allows(
    account: Account, new_account: Callable[[], Account]
) -> None:
    other = new_account()
    shared = other.client("kms").create_key(Policy=policy_for(other.id, account.id))["KeyMetadata"]["Arn"]
    private = other.client("kms").create_key()["KeyMetadata"]["Arn"]
    kms = account.client("kms")
    assert kms.describe_key(KeyId=shared)["KeyMetadata"]["AWSAccountId"] == other.id
    assert code(kms.describe_key, KeyId=private) == "AccessDeniedException"


@patch
def test_what_is_not_there_is_not_found(account: Account, kms: Any) -> None:
    prefix = f"arn:aws:kms:us-east-1:{account.id}:"
    unknown = "12345678-1234-1234-1234-123456789012"
    assert refusal(kms.describe_key, KeyId=unknown) == (
        "NotFoundException",
        400,
        f"Key '{prefix}key/{unknown}' does not exist",
    )
    assert refusal(kms.describe_key, KeyId="alias/none")[2] == f"Alias {prefix}alias/none is not found."
    assert refusal(kms.describe_key, KeyId="none")[2] == "Invalid keyId 'none'"
    elsewhere = f"{prefix}key/{unknown}".replace("us-east-1", "eu-west-1")
    assert refusal(kms.describe_key, KeyId=elsewhere)[2] == "Invalid arn eu-west-1"
