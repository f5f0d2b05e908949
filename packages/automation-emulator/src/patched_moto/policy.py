"""Whether S3 calls a bucket policy public. Whom it lets do what is for the gateway to say (gateway/iam/).

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable
from typing import Any

#: Condition keys whose fixed values make a policy for everybody a policy for somebody.
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
FIXING_KEYS = frozenset(
    {
        "aws:sourcearn",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceowner",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:userid",
        "aws:principalorgid",
        "aws:principalarn",
        "aws:principalaccount",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
    }
)
FIXING_OPERATORS = frozenset(
    {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
)
PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)


def statements(policy: str | bytes) -> list[dict[str, Any]]:
    """The statements of a policy document. Raises ValueError when it is none."""
    document = json.loads(policy)
    found = document.get("Statement") if isinstance(document, dict) else None
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(statement, dict) for statement in found):
        message = "a policy is an object with a Statement"
        raise ValueError(message)
    return found


def is_public(policy: str | bytes) -> bool:
    """Whether S3 calls the policy public: it allows anything to anybody without a fixed condition."""
    return any(
        statement.get("Effect") == "Allow" and _open_to_all(statement) and not _is_fixed(statement.get("Condition", {}))
        for statement in statements(policy)
    )


def _open_to_all(statement: dict[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal", {})
    values = (
        [principal] if isinstance(principal, str) else [name for part in principal.values() for name in _list(part)]
    )
    return any("*" in name for name in values)


def _is_fixed(condition: dict[str, Any]) -> bool:
    for operator, tests in condition.items():
        if operator.lower() not in FIXING_OPERATORS:
            continue
        for key, values in tests.items():
            if key.lower() == "aws:sourceip" and all(_is_narrow(value) for value in _list(values)):
                return True
            if key.lower() in FIXING_KEYS and all(_is_fixed_value(key.lower(), value) for value in _list(values)):
                return True
    return False


def _is_fixed_value(key: str, value: str) -> bool:
    if key == "s3:dataaccesspointarn":
        # The name of the access point may be open as long as the account is not.
        return re.match(r"^arn:[^:*?]+:s3:[^:]*:\d{12}:", value) is not None
    if key == "aws:userid":
        return re.match(r"^[^*?$]+(:\*)?$", value) is not None and not value.startswith("AROA")
    return not re.search(r"[*?]|\$\{", value)


def _is_narrow(block: str) -> bool:
    """Whether addresses are so few that S3 takes them for somebody's: /8 and /32 (IPv6) are the widest."""
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False
    private = any(network.version == known.version and network.subnet_of(known) for known in PRIVATE_NETWORKS)  # type: ignore[arg-type]
    return private or network.prefixlen >= (8 if network.version == 4 else 32)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str | dict) else [value]
