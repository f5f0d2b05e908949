"""Whose bucket it is, where it is, and who may use it.

moto 5.2.1 lets every account use every bucket in every Region, ignores ExpectedBucketOwner, takes every Deny of
a bucket policy for everybody whatever its conditions, and nearly every bucket name.

- ExpectedBucketOwner of another account: 403 on every call:
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
- another account needs the bucket policy's permission; the owner is held to its Deny, but may always read and
  change the policy: https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html
- a bucket of another Region: 301 with x-amz-bucket-region, but for GetBucketLocation:
  https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
- names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import InvalidBucketName, S3ClientError
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.s3.responses import S3Response
from moto.s3control.models import s3control_backends
from moto.sts.models import sts_backends

from patched_moto.patch import around, instead_of
from patched_moto.policy import Request, decision, is_public

NAME = re.compile(
    r"^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)(?<!--ol-s3)(?<!\.mrap)$"
)
ADDRESS = re.compile(r"^\d+\.\d+\.\d+\.\d+$")
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"

#: The IAM action of a call on a bucket, by method and the subresource in its query.
BUCKET_ACTIONS = {
    "GET": {
        "acl": "GetBucketAcl",
        "encryption": "GetEncryptionConfiguration",
        "lifecycle": "GetLifecycleConfiguration",
        "location": "GetBucketLocation",
        "object-lock": "GetBucketObjectLockConfiguration",
        "ownershipControls": "GetBucketOwnershipControls",
        "policy": "GetBucketPolicy",
        "policyStatus": "GetBucketPolicyStatus",
        "publicAccessBlock": "GetBucketPublicAccessBlock",
        "tagging": "GetBucketTagging",
        "uploads": "ListBucketMultipartUploads",
        "versioning": "GetBucketVersioning",
        "versions": "ListBucketVersions",
        "": "ListBucket",
    },
    "HEAD": {"": "ListBucket"},
    "PUT": {
        "acl": "PutBucketAcl",
        "encryption": "PutEncryptionConfiguration",
        "lifecycle": "PutLifecycleConfiguration",
        "ownershipControls": "PutBucketOwnershipControls",
        "policy": "PutBucketPolicy",
        "publicAccessBlock": "PutBucketPublicAccessBlock",
        "tagging": "PutBucketTagging",
        "versioning": "PutBucketVersioning",
        "": "CreateBucket",
    },
    "DELETE": {"policy": "DeleteBucketPolicy", "": "DeleteBucket"},
    "POST": {"delete": "DeleteObject", "": "PutObject"},
}
OBJECT_ACTIONS = {
    "GET": {
        "acl": "GetObjectAcl",
        "tagging": "GetObjectTagging",
        "versionId": "GetObjectVersion",
        "": "GetObject",
    },
    "HEAD": {"versionId": "GetObjectVersion", "": "GetObject"},
    "PUT": {"acl": "PutObjectAcl", "tagging": "PutObjectTagging", "": "PutObject"},
    "DELETE": {"tagging": "DeleteObjectTagging", "versionId": "DeleteObjectVersion", "": "DeleteObject"},
    "POST": {"": "PutObject"},
}
#: What an ACL's permission on a bucket allows.
ACL_ACTIONS = {"READ": "ListBucket", "WRITE": "PutObject", "READ_ACP": "GetBucketAcl", "WRITE_ACP": "PutBucketAcl"}
#: What an owner may do to a policy that denies everything.
POLICY_ACTIONS = ("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")


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

    # moto's own look at the policy comes after the one here and knows less.
    @instead_of(FakeBucket, "get_permission")
    def get_permission(self: Any, action: str, resource: str) -> Any:
        del self, action, resource
        return PermissionResult.PERMITTED

    @around(S3Backend, "create_bucket")
    def create_bucket(original: Any, self: Any, bucket_name: str, *rest: Any, **kwargs: Any) -> Any:
        if not NAME.match(bucket_name) or ".." in bucket_name or ADDRESS.match(bucket_name):
            raise InvalidBucketName
        return original(self, bucket_name, *rest, **kwargs)


def _checked(response: Any, request: Any, key: str) -> Any:
    """None where the call may go on; raises S3ClientError or gives the redirect."""
    bucket = existing_bucket(response.bucket_name) if response.bucket_name else None
    action = _action(request, key)
    if bucket is None or action == "s3:CreateBucket":
        return None
    if action != "s3:GetBucketLocation" and bucket.region_name != response.region:
        return _redirect(bucket, request.method)
    for header in ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"):
        source = request.headers.get("x-amz-copy-source", "").lstrip("/").split("/")[0]
        meant = existing_bucket(source) if "source" in header else bucket
        expected = request.headers.get(header)
        if expected and meant is not None and expected != meant.account_id:
            return _refused(bucket, request.method)
    resource = f"arn:{bucket.partition}:s3:::{bucket.name}" + (f"/{key}" if key else "")
    if not _may(response, request, bucket, action, resource):
        return _refused(bucket, request.method)
    return None


def _action(request: Any, key: str) -> str:
    actions = (OBJECT_ACTIONS if key else BUCKET_ACTIONS).get(request.method, {})
    query = request.args
    known = next((actions[name] for name in actions if name and name in query), "")
    unknown = "" if key or known or not query else _other(request.method, next(iter(query)))
    return "s3:" + (known or unknown or actions.get("", ""))


def _other(method: str, subresource: str) -> str:
    """An action of a subresource that no bucket of these tests has (cors, website, …)."""
    plain = ("list-type", "prefix", "delimiter", "marker", "max-keys", "encoding-type", "x-id")
    if subresource in plain or subresource.lower().startswith("x-amz-"):
        return ""
    return f"{method.capitalize()}Bucket{subresource.capitalize()}"


def _may(response: Any, request: Any, bucket: Any, action: str, resource: str) -> bool:
    signed = "Authorization" in request.headers or "X-Amz-Credential" in request.args
    account = response.current_account if signed else None
    said = ""
    if bucket.policy:
        said = decision(bucket.policy, _request(response, account, action, resource))
    if account == bucket.account_id:
        return said != "Deny" or action in POLICY_ACTIONS
    if said == "Allow":
        return not (blocks(bucket, "restrict_public_buckets") and is_public(bucket.policy))
    return said != "Deny" and (_acl_allows(bucket, action, account) or _object_acl_allows(response, bucket, action))


def _request(response: Any, account: str | None, action: str, resource: str) -> Request:
    principals = [f"arn:aws:iam::{account}:root"] if account else []
    if account:
        sessions = sts_backends[account]["aws"].assumed_roles
        for session in sessions:
            if session.access_key_id == response.access_key:
                principals += [session.role_arn, session.arn]
    context = {"aws:SecureTransport": "true", "aws:SourceIp": "127.0.0.1"}
    if account:
        context |= {"aws:PrincipalAccount": account, "aws:PrincipalArn": principals[min(1, len(principals) - 1)]}
    for header, value in response.headers.items():
        if header.lower().startswith("x-amz-"):
            context[f"s3:{header.lower()}"] = value
    for parameter in ("prefix", "delimiter", "max-keys", "versionId"):
        if parameter in response.querystring:
            context[f"s3:{parameter}"] = response.querystring[parameter][0]
    return Request(account, tuple(principals), action, resource, context)


def blocks(bucket: Any, setting: str) -> bool:
    """Whether the bucket, or its account for all buckets, has that public access block."""
    account = s3control_backends[bucket.account_id][bucket.partition].public_access_block
    return any(getattr(block, setting, False) for block in (bucket.public_access_block, account) if block)


def acls_count(bucket: Any) -> bool:
    """Whether the bucket has ACLs at all: not where its owner is enforced."""
    return bool(bucket.ownership_rule != "BucketOwnerEnforced")


def _acl_allows(bucket: Any, action: str, account: str | None) -> bool:
    if not acls_count(bucket) or bucket.acl is None or blocks(bucket, "ignore_public_acls"):
        return False
    groups = {ALL_USERS} if account is None else {ALL_USERS, AUTHENTICATED_USERS}
    return any(
        grantee.uri in groups and (permission == "FULL_CONTROL" or f"s3:{ACL_ACTIONS.get(permission)}" == action)
        for grant in bucket.acl.grants
        for grantee in grant.grantees
        for permission in grant.permissions
    )


def _object_acl_allows(response: Any, bucket: Any, action: str) -> bool:
    if action != "s3:GetObject" or not acls_count(bucket) or blocks(bucket, "ignore_public_acls"):
        return False
    key = s3_backends[bucket.account_id][bucket.partition].get_object(bucket.name, response.parse_key_name())
    return bool(key is not None and key.acl and key.acl.public_read)


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
