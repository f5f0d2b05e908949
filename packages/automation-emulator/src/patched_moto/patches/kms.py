"""KMS keys by every kind of identifier, from every account.

moto 5.2.1 leaves out KeyUsage and MultiRegion where a key was made without them, calls AWS's own keys the
customer's, drops an ARN's account and Region and looks up the rest, gives a replica the primary's settings by
reference, and disables a key only by its bare id.

- KeyUsage defaults to ENCRYPT_DECRYPT, MultiRegion to false:
  https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
- AWS makes its managed keys, such as alias/aws/ebs, on first use:
  https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
- another account's key goes by its ARN, where its key policy allows it:
  https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
  https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
- a multi-Region key's replica: https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.kms.exceptions import NotFoundException
from moto.kms.models import Key, KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

from patched_moto.patch import around, instead_of

KMS_ARN = re.compile(r"^arn:[^:]+:kms:([^:]+):(\d{12}):(key/|alias/)(.+)$")


def find_key(account_id: str, region: str, identifier: str) -> Any:
    """The key by id, key ARN, alias name or alias ARN, as an account sees it.

    Raises NotFoundException, or JsonRESTError AccessDeniedException for another account's key whose policy does
    not name the account.
    """
    arn = KMS_ARN.match(identifier)
    if arn is None:
        return _local_key(account_id, region, identifier)
    key_region, owner, kind, name = arn.groups()
    if key_region != region:
        raise NotFoundException(f"Invalid arn {key_region}")
    if owner == account_id:
        return _local_key(account_id, region, name if kind == "key/" else f"alias/{name}", shown=identifier)
    key = _existing(owner, region, name if kind == "key/" else f"alias/{name}")
    if key is None or not _shared(key, account_id):
        raise JsonRESTError(
            "AccessDeniedException",
            f"User: arn:aws:iam::{account_id}:root is not authorized to perform: kms:DescribeKey on resource:"
            f" {identifier} because the resource does not exist in this Region, no resource-based policies allow"
            " access, or a resource-based policy explicitly denies access",
        )
    return key


def _existing(account_id: str, region: str, name: str) -> Any:
    backend = kms_backends[account_id][region]
    if name.startswith("alias/"):
        name = backend.get_key_id_from_alias(name) or ""
    return backend.keys.get(name)


def _local_key(account_id: str, region: str, name: str, shown: str = "") -> Any:
    key = _existing(account_id, region, name)
    if key is not None:
        return key
    prefix = f"arn:aws:kms:{region}:{account_id}:"
    if name.startswith("alias/"):
        raise NotFoundException(f"Alias {shown or prefix + name} is not found.")
    if re.match(r"^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", name):
        raise NotFoundException(f"Key '{shown or prefix + 'key/' + name}' does not exist")
    raise NotFoundException(f"Invalid keyId '{name}'")


def _shared(key: Any, account_id: str) -> bool:
    """Whether the key's policy names the account, its root user or anybody in an Allow statement."""
    names = ("*", account_id, f"arn:aws:iam::{account_id}:root")
    for statement in json.loads(key.policy).get("Statement", []):
        principal = statement.get("Principal", {})
        given = principal if isinstance(principal, str) else principal.get("AWS", [])
        actions = statement.get("Action", [])
        allowed = any(name in ([given] if isinstance(given, str) else given) for name in names)
        described = {"kms:*", "kms:Describe*", "kms:DescribeKey", "*"}
        if (
            statement.get("Effect") == "Allow"
            and allowed
            and described & {*([actions] if isinstance(actions, str) else actions)}
        ):
            return True
    return False


def apply() -> None:
    """Patches CreateKey, DescribeKey, EnableKey, DisableKey, ScheduleKeyDeletion, ReplicateKey and AWS's own keys."""

    @around(Key, "__init__")
    def init(original: Any, self: Any, policy: Any, key_usage: Any, key_spec: Any, *rest: Any, **kwargs: Any) -> None:
        original(self, policy, key_usage or "ENCRYPT_DECRYPT", key_spec, *rest, **kwargs)
        self.multi_region = bool(self.multi_region)

    @around(KmsResponse, "describe_key")
    def describe_key(original: Any, self: Any) -> str:
        key = find_key(self.current_account, self.region, self._get_param("KeyId"))
        if key.account_id == self.current_account:
            self._validate_key_policy(key.id, "kms:DescribeKey")
        return json.dumps(key.to_dict())

    @around(KmsBackend, "_generate_default_keys")
    def generate_default_keys(original: Any, self: Any, alias_name: str) -> Any:
        key_id = original(self, alias_name)
        if key_id is not None:
            key = self.keys[key_id]
            key.key_manager = "AWS"
            service = alias_name.rsplit("/", 1)[-1]
            key.description = f"Default key for {service} when no other key is defined"
        return key_id

    @instead_of(EBSBackend, "_create_default_encryption_key")
    def create_default_encryption_key(self: Any) -> str:
        self.default_kms_key_id = find_key(self.account_id, self.region_name, "alias/aws/ebs").arn
        return str(self.default_kms_key_id)

    @around(KmsBackend, "replicate_key")
    def replicate_key(original: Any, self: Any, key_id: str, replica_region: str) -> Any:
        primary = self.keys[self.get_key_id(key_id)]
        replica = original(self, primary.id, replica_region)
        replica.multi_region_configuration = copy.deepcopy(primary.multi_region_configuration)
        replica.multi_region_configuration["MultiRegionKeyType"] = "REPLICA"
        replica.aliases = {}
        return replica

    for name in ("enable_key", "disable_key", "schedule_key_deletion", "cancel_key_deletion"):

        @around(KmsBackend, name)
        def by_id(original: Any, self: Any, key_id: str, *rest: Any, **kwargs: Any) -> Any:
            return original(self, self.get_key_id(key_id), *rest, **kwargs)
