"""Whose account a request belongs to.

AWS knows it from the access key id; moto 5.2.1 puts every key that it did not make into one account, and
sees keys of 20 characters only. Here an access key id of exactly 12 digits is the account id itself, with
the rights of that account's root user (the convention of LocalStack), so that a test has a fresh account
for the price of another key. Keys of AssumeRole belong to the role's account:
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
GetCallerIdentity answers for the root user as AWS does, with the account id for user id:
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from moto.core.responses import BaseResponse
from moto.iam import models as iam
from moto.sts.models import STSBackend

from patched_moto.patch import around, instead_of

ACCOUNT_ID = re.compile(r"^\d{12}$")
_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/")


def access_key_of(authorization: str, url: str) -> str | None:
    """The access key id of a request signed in its Authorization header or in its URL."""
    signed = _CREDENTIAL.search(authorization)
    if signed:
        return signed.group(1)
    presigned = parse_qs(urlsplit(url).query).get("X-Amz-Credential", [""])[0]
    return presigned.split("/")[0] or None


def has_key(account_id: str, access_key: str) -> bool:
    """Whether an account that has an IAM backend has this access key in it."""
    partitions = iam.iam_backends.get(account_id, {})
    return any(access_key in backend.access_keys for backend in list(partitions.values()))


def apply() -> None:
    """Patches the lookup of accounts and identities."""
    #: Where the last search found a key: a search goes through all accounts, for each request.
    accounts: dict[str, str] = {}

    @around(BaseResponse, "get_access_key")
    def get_access_key(original: Any, self: Any) -> str:
        key = access_key_of(self.headers.get("Authorization", ""), getattr(self, "uri", ""))
        return key or str(original(self))

    @around(iam, "get_account_id_from")
    def get_account_id_from(original: Any, access_key: str) -> str:
        if ACCOUNT_ID.match(access_key):
            return access_key
        if len(accounts) > 10_000:
            accounts.clear()
        known = accounts.get(access_key)
        if known is None or not has_key(known, access_key):
            # moto's own search would make an IAM backend for every partition of every account.
            found = (str(each) for each in list(iam.iam_backends) if has_key(each, access_key))
            known = accounts[access_key] = next(found, str(iam.DEFAULT_ACCOUNT_ID))
        return known

    @instead_of(STSBackend, "_create_access_key")
    def create_access_key(self: Any, role: str) -> tuple[str, Any]:
        match = re.match(r"^arn:[^:]+:iam::(\d{12}):", role)
        account_id = match.group(1) if match else self.account_id
        return account_id, iam.iam_backends[account_id][self.partition].create_temp_access_key()

    @around(STSBackend, "get_caller_identity")
    def get_caller_identity(original: Any, self: Any, access_key_id: str, region: str) -> tuple[str, str, str]:
        if ACCOUNT_ID.match(access_key_id):
            return access_key_id, f"arn:{self.partition}:iam::{access_key_id}:root", access_key_id
        identity: tuple[str, str, str] = original(self, access_key_id, region)
        return identity
