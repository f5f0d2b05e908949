"""What a bucket policy says: whom it lets do what, and whether S3 calls it public.

Only what a resource policy in a test may hold: no policy variables but as text that is not fixed.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import fnmatch
import ipaddress
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Request:
    """One call as a policy sees it. `principals` are the ARNs that stand for the caller, the account's root too."""

    account_id: str | None
    principals: tuple[str, ...]
    action: str
    resource: str
    context: dict[str, str]


def statements(policy: str | bytes) -> list[dict[str, Any]]:
    """The statements of a policy document. Raises ValueError when it is none."""
    document = json.loads(policy)
    found = document.get("Statement") if isinstance(document, dict) else None
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(statement, dict) for statement in found):
        message = "a policy is an object with a Statement"
        raise ValueError(message)
    return found


def decision(policy: str | bytes, request: Request) -> str:
    """`Deny`, `Allow`, or the empty string where the policy says nothing about the request."""
    matching = [statement["Effect"] for statement in statements(policy) if _matches(statement, request)]
    return "Deny" if "Deny" in matching else "Allow" if "Allow" in matching else ""


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


def _matches(statement: dict[str, Any], request: Request) -> bool:
    return (
        _is_meant(statement, request)
        and _covers(statement, "Action", request.action, ignore_case=True)
        and _covers(statement, "Resource", request.resource)
        and all(
            _holds(operator, values, _context(request.context, key))
            for operator, tests in statement.get("Condition", {}).items()
            for key, values in tests.items()
        )
    )


def _is_meant(statement: dict[str, Any], request: Request) -> bool:
    if "NotPrincipal" in statement:
        return not _names(statement["NotPrincipal"], request)
    return _names(statement.get("Principal", {}), request)


def _names(principal: Any, request: Request) -> bool:
    if principal == "*":
        return True
    names = _list(principal.get("AWS", [])) if isinstance(principal, dict) else []
    return any(name in ("*", request.account_id) or name in request.principals for name in names)


def _covers(statement: dict[str, Any], element: str, value: str, ignore_case: bool = False) -> bool:
    inverse = f"Not{element}" in statement
    patterns = _list(statement.get(f"Not{element}" if inverse else element, []))
    if ignore_case:
        value, patterns = value.lower(), [pattern.lower() for pattern in patterns]
    return any(_like(pattern, value) for pattern in patterns) is not inverse


def _like(pattern: str, value: str) -> bool:
    # fnmatch would read brackets, which have no meaning here.
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def _context(context: dict[str, str], key: str) -> str | None:
    return next((value for name, value in context.items() if name.lower() == key.lower()), None)


def _holds(operator: str, values: Any, actual: str | None) -> bool:
    name = operator.lower()
    if name == "null":
        return any((actual is None) is (str(value).lower() == "true") for value in _list(values))
    optional = name.endswith("ifexists")
    name = name.removesuffix("ifexists").removeprefix("foranyvalue:").removeprefix("forallvalues:")
    negated = "not" in name
    if actual is None:
        # A negated test holds for what is not there.
        return negated or optional
    return any(_test(name.replace("not", ""), str(value), actual) for value in _list(values)) is not negated


def _test(name: str, value: str, actual: str) -> bool:
    if name in ("stringlike", "arnlike", "arnequals"):
        return _like(value, actual)
    if name in ("bool", "stringequalsignorecase"):
        return value.lower() == actual.lower()
    if name == "ipaddress":
        return ipaddress.ip_address(actual) in ipaddress.ip_network(value, strict=False)
    return value == actual


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str | dict) else [value]
