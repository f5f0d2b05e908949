"""Buckets, as S3 keeps them private, owned and in their Region."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from patched_aws import Account, code, refusal

patch = pytest.mark.patch


@pytest.fixture
def bucket(account: Account) -> str:
    """A bucket of the test's own account in us-east-1."""
    name = f"backups-{account.id}"
    account.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def s3(account: Account) -> Any:
    """S3 in the test's own account."""
    return account.client("s3")


@pytest.fixture
def other(new_account: Callable[[], Account]) -> Account:
    """Another account."""
    return new_account()


@pytest.fixture
def stranger(other: Account) -> Any:
    """S3 in the other account."""
    return other.client("s3")


def policy(bucket: str, *statements: dict[str, Any]) -> str:
    """A policy on the bucket and its objects."""
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    whole = [{"Effect": "Allow", "Action": "s3:*", "Resource": resources, **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": whole})


def unblock(s3: Any, bucket: str) -> None:
    """Lets the bucket become public."""
    s3.delete_public_access_block(Bucket=bucket)


@patch
def test_a_new_bucket_blocks_public_access_and_has_no_acls(s3: Any, bucket: str) -> None:
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    assert len(block) == 4
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    refused = code(s3.put_bucket_acl, Bucket=bucket, ACL="public-read")
    assert refused == "AccessControlListNotSupported"


def test_a_public_access_block_that_was_removed_is_not_found(s3: Any, bucket: str) -> None:
    unblock(s3, bucket)
    refused = refusal(s3.get_public_access_block, Bucket=bucket)
    assert refused[:2] == ("NoSuchPublicAccessBlockConfiguration", 404)


@patch
def test_the_policy_status_says_whether_the_policy_is_public(s3: Any, bucket: str) -> None:
    assert refusal(s3.get_bucket_policy_status, Bucket=bucket)[:2] == ("NoSuchBucketPolicy", 404)
    unblock(s3, bucket)
    for principal, public in (("*", True), ({"AWS": "111122223333"}, False)):
        s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, {"Principal": principal}))
        assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": public}


@patch
def test_a_public_policy_is_refused_while_it_is_blocked(s3: Any, bucket: str) -> None:
    public = policy(bucket, {"Principal": "*"})
    assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy=public)[:2] == ("AccessDenied", 403)
    unblock(s3, bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=public)


@patch
def test_a_public_acl_needs_ownership_and_blocks_to_allow_it(s3: Any, bucket: str) -> None:
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)
    assert code(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == "AccessDenied"
    unblock(s3, bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    uris = [grant["Grantee"].get("URI", "") for grant in s3.get_bucket_acl(Bucket=bucket)["Grants"]]
    assert "http://acs.amazonaws.com/groups/global/AllUsers" in uris


@patch
def test_an_object_writers_bucket_shows_the_acl_it_was_given(account: Account, s3: Any) -> None:
    bucket, everybody = f"writers-{account.id}", "http://acs.amazonaws.com/groups/global/AllUsers"
    s3.create_bucket(Bucket=bucket, ObjectOwnership="ObjectWriter")
    assert code(s3.put_bucket_acl, Bucket=bucket, GrantRead=f"uri={everybody}") == "AccessDenied"
    unblock(s3, bucket)
    s3.put_bucket_acl(Bucket=bucket, GrantRead=f"uri={everybody}")
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"] == [
        {"Grantee": {"Type": "Group", "URI": everybody}, "Permission": "READ"}
    ]
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    refused = code(s3.put_bucket_ownership_controls, Bucket=bucket, OwnershipControls=enforced)
    assert refused == "InvalidBucketAclWithObjectOwnership"
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=enforced)


@patch
def test_every_bucket_is_encrypted(s3: Any, bucket: str) -> None:
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
    s3.delete_bucket_encryption(Bucket=bucket)
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"] == {"Rules": rules}
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ServerSideEncryption"] == "AES256"
    kms = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [kms]})
    assert s3.put_object(Bucket=bucket, Key="l", Body=b"x")["ServerSideEncryption"] == "aws:kms"


@patch
def test_a_policy_is_checked(s3: Any, bucket: str) -> None:
    assert code(s3.put_bucket_policy, Bucket=bucket, Policy="{") == "MalformedPolicy"
    elsewhere = policy("another-bucket", {"Principal": {"AWS": "111122223333"}})
    assert code(s3.put_bucket_policy, Bucket=bucket, Policy=elsewhere) == "MalformedPolicy"


@patch
@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("get_object", {"Key": "k"}),
        ("put_object", {"Key": "k", "Body": b"x"}),
        ("head_object", {"Key": "k"}),
        ("put_object_tagging", {"Key": "k", "Tagging": {"TagSet": []}}),
        ("delete_object_tagging", {"Key": "k"}),
        ("list_objects_v2", {}),
        ("head_bucket", {}),
        ("get_bucket_acl", {}),
        ("get_bucket_location", {}),
        ("get_bucket_ownership_controls", {}),
        ("get_bucket_policy", {}),
        ("get_bucket_policy_status", {}),
        ("get_public_access_block", {}),
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
        ("put_bucket_policy", {"Policy": "{}"}),
    ],
)
def test_an_expected_owner_who_is_not_the_owner_is_refused(
    s3: Any, bucket: str, operation: str, parameters: dict[str, Any]
) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    call = getattr(s3, operation)
    refused = refusal(call, Bucket=bucket, ExpectedBucketOwner="999999999999", **parameters)
    assert refused[0] == ("403" if operation.startswith("head") else "AccessDenied")
    assert refused[1] == 403


def test_the_expected_owner_may(account: Account, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ExpectedBucketOwner=account.id)
    assert s3.get_object(Bucket=bucket, Key="k", ExpectedBucketOwner=account.id)["Body"].read() == b"x"


@patch
def test_a_bucket_of_another_region_is_a_redirect(account: Account, s3: Any) -> None:
    name = f"elsewhere-{account.id}"
    place = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    account.client("s3", "eu-west-1").create_bucket(Bucket=name, **place)
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    seen: list[tuple[int, str | None]] = []
    s3.meta.events.register(
        "before-parse.s3",
        lambda response_dict, **_: seen.append(
            (response_dict["status_code"], response_dict["headers"].get("x-amz-bucket-region"))
        ),
    )
    # The client follows to the bucket's Region by itself.
    s3.list_objects_v2(Bucket=name)
    assert seen[0] == (301, "eu-west-1")


def test_where_a_bucket_is(account: Account, s3: Any, bucket: str) -> None:
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    assert code(s3.head_bucket, Bucket=f"absent-{account.id}") == "404"
    assert code(s3.list_objects_v2, Bucket=f"absent-{account.id}") == "NoSuchBucket"


def test_making_ones_own_bucket_again_is_no_error_in_us_east_1_only(account: Account, s3: Any, bucket: str) -> None:
    s3.create_bucket(Bucket=bucket)
    there = account.client("s3", "eu-west-1")
    place = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    there.create_bucket(Bucket=f"there-{account.id}", **place)
    refused = refusal(there.create_bucket, Bucket=f"there-{account.id}", **place)
    assert refused[:2] == ("BucketAlreadyOwnedByYou", 409)


@patch
@pytest.mark.parametrize("name", ["Upper", "under_score", "two..dots", "192.168.5.4", "xn--name", "-dash"])
def test_a_bad_bucket_name_is_refused(s3: Any, name: str) -> None:
    assert refusal(s3.create_bucket, Bucket=name)[:2] == ("InvalidBucketName", 400)


def test_an_object_is_written_once_under_a_condition(account: Account, s3: Any, bucket: str) -> None:
    def write(body: bytes) -> str:
        try:
            account.client("s3").put_object(Bucket=bucket, Key="k", Body=body, IfNoneMatch="*")
        except ClientError as error:
            return f"{error.response['Error']['Code']} {error.response['ResponseMetadata']['HTTPStatusCode']}"
        return "written"

    with ThreadPoolExecutor(max_workers=8) as pool:
        results = list(pool.map(write, [b"%d" % number for number in range(16)]))
    assert sorted(results) == ["PreconditionFailed 412"] * 15 + ["written"]


def test_versions_tags_checksums_and_prefixes(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="a/1", Body=b"one", Tagging="Case=17", ChecksumAlgorithm="SHA256")
    second = s3.put_object(Bucket=bucket, Key="a/1", Body=b"two")
    s3.put_object(Bucket=bucket, Key="b/1", Body=b"three")
    assert first["VersionId"] != second["VersionId"]
    old = s3.get_object(Bucket=bucket, Key="a/1", VersionId=first["VersionId"], ChecksumMode="ENABLED")
    assert (old["Body"].read(), old["ChecksumSHA256"]) == (b"one", first["ChecksumSHA256"])
    version = {"Bucket": bucket, "Key": "a/1", "VersionId": first["VersionId"]}
    assert s3.get_object_tagging(**version)["TagSet"] == [{"Key": "Case", "Value": "17"}]
    s3.put_object_tagging(Bucket=bucket, Key="a/1", Tagging={"TagSet": [{"Key": "Case", "Value": "18"}]})
    s3.delete_object_tagging(Bucket=bucket, Key="a/1")
    assert s3.get_object_tagging(Bucket=bucket, Key="a/1")["TagSet"] == []
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix="a/")["Contents"]] == ["a/1"]


def test_the_accounts_own_public_access_block(account: Account) -> None:
    control = account.client("s3control")
    refused = refusal(control.get_public_access_block, AccountId=account.id)
    assert refused[:2] == ("NoSuchPublicAccessBlockConfiguration", 404)
    control.put_public_access_block(AccountId=account.id, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    block = control.get_public_access_block(AccountId=account.id)["PublicAccessBlockConfiguration"]
    assert (block["BlockPublicPolicy"], block["BlockPublicAcls"]) == (True, False)
    assert refusal(control.get_public_access_block, AccountId="999999999999")[:2] == ("AccessDenied", 403)


def test_the_accounts_block_is_reached_without_a_proxy_too(account: Account) -> None:
    # S3 Control's host begins with the account; a client that can't resolve it may leave it out.
    control = account.client("s3control")

    def plain_host(request: Any, **_: Any) -> None:
        request.url = request.url.replace(f"//{account.id}.", "//")

    control.meta.events.register("before-sign.s3-control", plain_host)
    control.put_public_access_block(AccountId=account.id, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    block = control.get_public_access_block(AccountId=account.id)["PublicAccessBlockConfiguration"]
    assert block["IgnorePublicAcls"] is True


@patch
def test_the_accounts_block_refuses_a_public_policy_on_any_bucket(account: Account, s3: Any, bucket: str) -> None:
    unblock(s3, bucket)
    account.client("s3control").put_public_access_block(
        AccountId=account.id, PublicAccessBlockConfiguration={"BlockPublicPolicy": True}
    )
    assert code(s3.put_bucket_policy, Bucket=bucket, Policy=policy(bucket, {"Principal": "*"})) == "AccessDenied"


@patch
def test_a_key_of_more_than_1024_bytes_is_too_long(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="ü" * 512, Body=b"x")
    assert code(s3.put_object, Bucket=bucket, Key="ü" * 512 + "k", Body=b"x") == "KeyTooLongError"


@patch
def test_an_object_has_no_two_tags_with_one_key(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    twice = {"TagSet": [{"Key": "Case", "Value": "1"}, {"Key": "Case", "Value": "2"}]}
    assert code(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=twice) == "InvalidTag"


@patch
def test_an_object_that_is_not_there_has_no_tags_to_delete(s3: Any, bucket: str) -> None:
    assert refusal(s3.delete_object_tagging, Bucket=bucket, Key="none")[:2] == ("NoSuchKey", 404)


@patch
@pytest.mark.parametrize(
    "change", [{"Principal": None}, {"Effect": "Forbid"}, {"Action": "foo:*"}, {"Action": ["s3:*", "ec2:*"]}]
)
def test_a_bucket_policy_has_a_principal_an_effect_and_actions_of_s3(
    s3: Any, bucket: str, change: dict[str, Any]
) -> None:
    whole = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}"}
    statement = {name: value for name, value in {**whole, **change}.items() if value is not None}
    given = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert code(s3.put_bucket_policy, Bucket=bucket, Policy=given) == "MalformedPolicy"
