"""Whose bucket it is, and where it is. Who may use it, the gateway says (gateway/iam/), by what is described here.

moto 5.2.1 lets every account use every bucket in every Region, ignores ExpectedBucketOwner, takes every Deny of
a bucket policy for everybody whatever its conditions, and nearly every bucket name.

- ExpectedBucketOwner of another account: 403 on every call:
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
- a bucket of another Region: 301 with x-amz-bucket-region, but for GetBucketLocation:
  https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
- names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import InvalidBucketName, S3ClientError
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.s3.responses import S3Response
from moto.s3control.models import s3control_backends

from patched_moto.patch import around, instead_of
from patched_moto.policy import is_public

NAME = re.compile(
    r"^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)(?<!--ol-s3)(?<!\.mrap)$"
)
ADDRESS = re.compile(r"^\d+\.\d+\.\d+\.\d+$")
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"

#: What an ACL's permission on a bucket allows.
ACL_ACTIONS = {"READ": "ListBucket", "WRITE": "PutObject", "READ_ACP": "GetBucketAcl", "WRITE_ACP": "PutBucketAcl"}


def denied() -> S3ClientError:
    """S3's answer to those who may not."""
    return S3ClientError("AccessDenied", "Access Denied")


def existing_bucket(name: str) -> Any:
    """The bucket, whosever it is; None where there is none."""
    partition, owner = s3_backends.bucket_accounts.get(name, (None, None))
    return s3_backends[owner][partition].buckets.get(name) if owner else None


def apply() -> None:
    """Puts S3's checks before every call on a bucket or object."""

    @around(S3Response, "_bucket_response")
    def bucket_response(original: Any, self: Any, request: Any, full_url: str) -> Any:
        return _checked(self, request, "") or original(self, request, full_url)

    @around(S3Response, "_key_response")
    def key_response(original: Any, self: Any, request: Any, full_url: str) -> Any:
        return _checked(self, request, self.parse_key_name()) or original(self, request, full_url)

    # The gateway has decided by then.
    @instead_of(FakeBucket, "get_permission")
    def get_permission(self: Any, action: str, resource: str) -> Any:
        del self, action, resource
        return PermissionResult.PERMITTED

    @around(S3Backend, "create_bucket")
    def create_bucket(original: Any, self: Any, bucket_name: str, *rest: Any, **kwargs: Any) -> Any:
        if not NAME.match(bucket_name) or ".." in bucket_name or ADDRESS.match(bucket_name):
            raise InvalidBucketName
        return original(self, bucket_name, *rest, **kwargs)


def describe(name: str, key: str) -> dict[str, Any] | None:
    """Whose a bucket is and what it says of others, for the gateway; None where there is none.

    What ACLs allow is said as statements of a policy, which has the same effect.
    """
    bucket = existing_bucket(name)
    if bucket is None:
        return None
    policy = json.loads(bucket.policy) if bucket.policy else None
    restricted = policy is not None and blocks(bucket, "restrict_public_buckets") and is_public(bucket.policy)
    return {
        "owner": bucket.account_id,
        "region": bucket.region_name,
        "policy": policy,
        "restricted": restricted,
        "grants": [*_bucket_grants(bucket), *_object_grants(bucket, key)],
    }


def _checked(response: Any, request: Any, key: str) -> Any:
    """None where the call may go on; raises S3ClientError or gives the redirect."""
    bucket = existing_bucket(response.bucket_name) if response.bucket_name else None
    subresources = set(request.args)
    if bucket is None or (request.method == "PUT" and not key and not subresources - {"x-id"}):
        return None
    if "location" not in subresources and bucket.region_name != response.region:
        return _redirect(bucket, request.method)
    for header in ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"):
        source = request.headers.get("x-amz-copy-source", "").lstrip("/").split("/")[0]
        meant = existing_bucket(source) if "source" in header else bucket
        expected = request.headers.get(header)
        if expected and meant is not None and expected != meant.account_id:
            return _refused(bucket, request.method)
    return None


def blocks(bucket: Any, setting: str) -> bool:
    """Whether the bucket, or its account for all buckets, has that public access block."""
    account = s3control_backends[bucket.account_id][bucket.partition].public_access_block
    return any(getattr(block, setting, False) for block in (bucket.public_access_block, account) if block)


def acls_count(bucket: Any) -> bool:
    """Whether the bucket has ACLs at all: not where its owner is enforced."""
    return bool(bucket.ownership_rule != "BucketOwnerEnforced")


def _bucket_grants(bucket: Any) -> list[dict[str, Any]]:
    if not acls_count(bucket) or bucket.acl is None or blocks(bucket, "ignore_public_acls"):
        return []
    arn = f"arn:{bucket.partition}:s3:::{bucket.name}"
    found = []
    for grant in bucket.acl.grants:
        uris = {grantee.uri for grantee in grant.grantees} & {ALL_USERS, AUTHENTICATED_USERS}
        for uri in uris:
            permissions = ACL_ACTIONS if "FULL_CONTROL" in grant.permissions else grant.permissions
            actions = [f"s3:{ACL_ACTIONS[name]}" for name in permissions if name in ACL_ACTIONS]
            statement: dict[str, Any] = {
                "Effect": "Allow",
                "Principal": "*",
                "Action": actions,
                "Resource": [arn, f"{arn}/*"],
            }
            if uri == AUTHENTICATED_USERS:
                statement["Condition"] = {"Null": {"aws:PrincipalAccount": "false"}}
            found.append(statement)
    return found


def _object_grants(bucket: Any, key: str) -> list[dict[str, Any]]:
    if not key or not acls_count(bucket) or blocks(bucket, "ignore_public_acls"):
        return []
    found = s3_backends[bucket.account_id][bucket.partition].get_object(bucket.name, key)
    if found is None or not found.acl or not found.acl.public_read:
        return []
    resource = f"arn:{bucket.partition}:s3:::{bucket.name}/{key}"
    return [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}]


def _redirect(bucket: Any, method: str) -> Any:
    headers = {"x-amz-bucket-region": bucket.region_name}
    if method == "HEAD":
        return 301, headers, ""
    message = "The bucket you are attempting to access must be addressed using the specified endpoint."
    body = (
        f"<Error><Code>PermanentRedirect</Code><Message>{message} Please send all future requests to this endpoint."
        f"</Message><Endpoint>{bucket.name}.s3.{bucket.region_name}.amazonaws.com</Endpoint>"
        f"<Bucket>{bucket.name}</Bucket></Error>"
    )
    return 301, headers, body


def _refused(bucket: Any, method: str) -> Any:
    if method == "HEAD":
        return 403, {"x-amz-bucket-region": bucket.region_name}, ""
    raise denied()
