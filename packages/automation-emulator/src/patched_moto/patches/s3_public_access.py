"""New buckets are private, and S3 says of a policy whether it is public.

moto 5.2.1 makes buckets without a public access block, ownership controls and encryption, answers
GetBucketPolicyStatus with a list of objects, takes every policy and ACL, and tells of an ACL's grant only the
first permission.

- since April 2023 all four blocks are on, and BucketOwnerEnforced turns ACLs off:
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
- since January 2023 every bucket is encrypted with S3's own keys at least:
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
- what is public, and what the blocks refuse:
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
- GetBucketPolicyStatus: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html
- public-read-write grants READ and WRITE, a grant has one permission:
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
- MalformedPolicy, AccessControlListNotSupported, InvalidBucketAclWithObjectOwnership:
  https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import NoSuchBucketPolicy, S3ClientError
from moto.s3.models import FakeAcl, FakeBucket, FakeGrant, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response

from patched_moto.patch import around
from patched_moto.patches.s3_access import ALL_USERS, AUTHENTICATED_USERS, acls_count, blocks, denied, existing_bucket
from patched_moto.policy import is_public, statements

#: Canned ACLs that leave everything to the bucket's owner.
OWNERS_ACLS = ("bucket-owner-full-control", "private", "")


def apply() -> None:
    """Patches CreateBucket, GetBucketPolicyStatus, PutBucketPolicy and the ACL calls."""

    @around(FakeBucket, "__init__")
    def init(original: Any, self: Any, *rest: Any, **kwargs: Any) -> None:
        original(self, *rest, **kwargs)
        self.public_access_block = PublicAccessBlock(True, True, True, True)
        self.ownership_rule = "BucketOwnerEnforced"
        self.encryption = own_keys()

    @around(FakeAcl, "__init__")
    def init_acl(original: Any, self: Any, grants: list[Any] | None = None) -> None:
        single = [FakeGrant(grant.grantees, [name]) for grant in grants or [] for name in grant.permissions]
        original(self, single)

    @around(S3Backend, "delete_bucket_encryption")
    def delete_bucket_encryption(original: Any, self: Any, bucket_name: str) -> None:
        original(self, bucket_name)
        self.get_bucket(bucket_name).encryption = own_keys()

    @around(S3Response, "_bucket_response_get")
    def bucket_response_get(original: Any, self: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if "policyStatus" not in querystring:
            return original(self, bucket_name, querystring)
        policy = self.backend.get_bucket_policy(bucket_name)
        if not policy:
            raise NoSuchBucketPolicy(bucket_name=bucket_name)
        self.data["Action"] = "GetBucketPolicyStatus"
        return self.serialized(ActionResult({"PolicyStatus": {"IsPublic": is_public(policy)}}))

    @around(S3Response, "_bucket_response_put")
    def bucket_response_put(
        original: Any, self: Any, request: Any, bucket_name: str, querystring: dict[str, Any]
    ) -> Any:
        bucket = existing_bucket(bucket_name)
        if "policy" in querystring and bucket is not None:
            _check_policy(bucket, self.body)
        elif "acl" in querystring and bucket is not None:
            _check_acl(bucket, self._acl_from_headers(request.headers) or self._acl_from_body())
        elif "ownershipControls" in querystring and bucket is not None:
            if self._ownership_rule_from_body() == "BucketOwnerEnforced" and _grants_to_others(bucket):
                raise acls_with_owner_enforced()
        elif not querystring:
            ownership = request.headers.get("x-amz-object-ownership", "BucketOwnerEnforced")
            canned = request.headers.get("x-amz-acl", "private")
            if ownership == "BucketOwnerEnforced" and canned not in OWNERS_ACLS:
                raise acls_with_owner_enforced()
            if canned.startswith("public"):
                raise denied()
        return original(self, request, bucket_name, querystring)

    @around(S3Response, "put_object")
    def put_object(original: Any, self: Any) -> Any:
        bucket = existing_bucket(self.bucket_name)
        canned = self.headers.get("x-amz-acl", "")
        if bucket is not None and canned not in OWNERS_ACLS:
            _check_acl(bucket, self._acl_from_headers(self.headers))
        return original(self)


def own_keys() -> dict[str, Any]:
    """The encryption that every bucket has at least."""
    return {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}}


def acls_with_owner_enforced() -> S3ClientError:
    """The error for a bucket with an ACL for others that would have no ACLs."""
    message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
    return S3ClientError("InvalidBucketAclWithObjectOwnership", message)


def _grants_to_others(bucket: Any) -> bool:
    return any(grantee.uri for grant in bucket.acl.grants for grantee in grant.grantees) if bucket.acl else False


def _check_policy(bucket: Any, policy: bytes) -> None:
    try:
        found = statements(policy)
    except ValueError:
        message = "Policies must be valid JSON and the first byte must be '{'"
        raise S3ClientError("MalformedPolicy", message) from None
    arn = f"arn:{bucket.partition}:s3:::{bucket.name}"
    for statement in found:
        _check_statement(statement)
        given = statement.get("Resource", statement.get("NotResource", []))
        resources = [given] if isinstance(given, str) else given
        if not resources or not all(resource == arn or resource.startswith(f"{arn}/") for resource in resources):
            raise S3ClientError("MalformedPolicy", "Policy has invalid resource")
    if is_public(policy) and blocks(bucket, "block_public_policy"):
        raise denied()


def _check_statement(statement: dict[str, Any]) -> None:
    if not ({"Principal", "NotPrincipal"} & set(statement)):
        raise S3ClientError("MalformedPolicy", "Missing required field Principal")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise S3ClientError("MalformedPolicy", f"Invalid effect: {statement.get('Effect')}")
    given = statement.get("Action", statement.get("NotAction", []))
    actions = [given] if isinstance(given, str) else given
    if not actions or not all(action == "*" or action.lower().startswith("s3:") for action in actions):
        raise S3ClientError("MalformedPolicy", "Policy has invalid action")


def _check_acl(bucket: Any, acl: Any) -> None:
    if acl is None:
        return
    if not acls_count(bucket):
        raise S3ClientError("AccessControlListNotSupported", "The bucket does not allow ACLs")
    public = any(grantee.uri in (ALL_USERS, AUTHENTICATED_USERS) for grant in acl.grants for grantee in grant.grantees)
    if public and blocks(bucket, "block_public_acls"):
        raise denied()
