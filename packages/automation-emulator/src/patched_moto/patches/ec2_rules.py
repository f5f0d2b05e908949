"""The rules of a security group.

moto 5.2.1 keeps what it is given: addresses with host bits, protocol numbers without a name, wrong ports, any
description; it counts IPv4 and IPv6 rules together, and keeps the first half of a request whose second half
fails.

- protocols by name or number, ports only for TCP, UDP and ICMP:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
- a description has at most 255 characters of a given set:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
- a CIDR block is shown in its canonical form: its host bits are cleared
- InvalidPermission.Duplicate, InvalidPermission.NotFound, RulesPerSecurityGroupLimitExceeded:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
- revoking an unknown rule is an error, but not in a default VPC, where the answer lists it:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupEgress.html
- 60 rules a direction, IPv4 and IPv6 counted apart, a referenced group in both:
  https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidPermissionNotFoundError
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.responses.security_groups import SecurityGroups

from patched_moto.patch import around, instead_of
from patched_moto.patches.ec2_interfaces import OTHER_NETWORK
from patched_moto.patches.ec2_security_groups import ALLOWED
from patched_moto.settings import settings_of

PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
WITH_PORTS = ("tcp", "udp", "icmp", "icmpv6")


def refused(message: str) -> EC2ClientError:
    """The error for a rule that can't be one."""
    return EC2ClientError("InvalidParameterValue", message)


def canonical_protocol(protocol: str | None) -> str:
    """The protocol as DescribeSecurityGroups shows it. Raises EC2ClientError."""
    given = str(protocol or "").lower()
    name = PROTOCOLS.get(given, given)
    if name in (*WITH_PORTS, "-1") or (name.isdecimal() and int(name) <= 255):
        return name
    message = f"Invalid value '{protocol}' for IP protocol. Unknown protocol."
    raise refused(message)


def canonical_ports(protocol: str, first: Any, last: Any) -> tuple[int | None, int | None]:
    """The ports, or ICMP type and code, of a rule; none for a protocol without. Raises EC2ClientError."""
    if protocol not in WITH_PORTS:
        return None, None
    if protocol == "icmpv6" and first is None and last is None:
        return -1, -1
    if first is None or last is None:
        message = "Invalid value for portRange. Must specify both from and to ports with TCP/UDP."
        raise refused(message)
    low, high = int(first), int(last)
    if protocol in ("tcp", "udp"):
        if not (0 <= low <= 65535 and 0 <= high <= 65535):
            message = f"Invalid value '{low if not 0 <= low <= 65535 else high}' for portRange. Must be 0 to 65535."
            raise refused(message)
        if low > high:
            message = f"Invalid TCP/UDP port range ({low}:{high})"
            raise refused(message)
    elif not (-1 <= low <= 255 and -1 <= high <= 255) or (low == -1 and high != -1):
        message = f"Invalid value for ICMP type or code ({low}:{high})"
        raise refused(message)
    return low, high


def canonical_cidr(cidr: Any, version: int) -> str:
    """The CIDR block with its host bits cleared. Raises EC2ClientError."""
    try:
        if not isinstance(cidr, str) or "/" not in cidr or not cidr.split("/")[1].isdecimal():
            raise ValueError(cidr)
        network = ipaddress.ip_network(cidr, strict=False)
        if network.version != version:
            raise ValueError(cidr)
    except ValueError:
        message = f"CIDR block {cidr} is malformed"
        raise refused(message) from None
    return str(network)


def apply() -> None:
    """Patches the four calls that change rules."""

    @around(SecurityGroups, "_process_rules_from_querystring")
    def process_rules(original: Any, self: Any) -> Iterator[dict[str, Any]]:
        seen: set[Any] = set()
        for rule in original(self):
            if not rule["security_rule_ids"]:
                _canonical(rule, seen)
            yield rule

    @instead_of(SecurityGroupRule, "__eq__")
    def same(self: Any, other: Any) -> bool:
        return _key(self) == _key(other)

    SecurityGroupRule.__hash__ = lambda self: hash(_key(self))

    @around(SecurityGroupRule, "__init__")
    def init(original: Any, self: Any, backend: Any, protocol: str, group_id: str, *rest: Any, **kwargs: Any) -> None:
        # moto would read the ports of a protocol that has none.
        name = canonical_protocol(protocol)
        ports = canonical_ports(name, *rest[:2])
        original(self, backend, name if name in WITH_PORTS else "-1", group_id, *ports, *rest[2:], **kwargs)
        self.ip_protocol = name

    for method in (
        "authorize_security_group_ingress",
        "authorize_security_group_egress",
        "revoke_security_group_ingress",
        "revoke_security_group_egress",
    ):
        _all_or_nothing(method)
        if method.startswith("revoke"):
            _unknown_rules(method)

    @around(SecurityGroupBackend, "_add_source_group")
    def add_source_group(original: Any, self: Any, source_groups: Any, vpc_id: str | None) -> Any:
        return original(self, [dict(group) for group in source_groups or []], vpc_id)

    @instead_of(SecurityGroupBackend, "_verify_group_will_respect_rule_count_limit")
    def verify(  # noqa: PLR0917 (as moto calls it)
        self: Any, group: Any, count: int, ip_ranges: Any, source_groups: Any = None, egress: bool = False
    ) -> None:
        del count
        _check_references(self, group, source_groups or [])
        rules = group.egress_rules if egress else group.ingress_rules
        shared = len(source_groups or []) + sum(1 for rule in rules if rule.source_group or rule.prefix_list_id)
        for family in ("CidrIp", "CidrIpv6"):
            new = sum(1 for ip_range in ip_ranges or [] if family in ip_range)
            old = sum(1 for rule in rules if family in rule.ip_range)
            if (new or source_groups) and shared + new + old > settings_of(self.account_id).rule_quota:
                raise EC2ClientError(
                    "RulesPerSecurityGroupLimitExceeded",
                    "The maximum number of rules per security group has been reached.",
                )

    for direction in ("ingress", "egress"):
        _name_duplicate(direction)


def _canonical(rule: dict[str, Any], seen: set[Any]) -> None:
    protocol = canonical_protocol(rule["ip_protocol"])
    rule["ip_protocol"] = protocol
    rule["from_port"], rule["to_port"] = canonical_ports(protocol, rule["from_port"], rule["to_port"])
    ranges = [dict(ip_range) for ip_range in rule["ip_ranges"]]
    for ip_range in ranges:
        for name, version in (("CidrIp", 4), ("CidrIpv6", 6)):
            if name in ip_range:
                ip_range[name] = canonical_cidr(ip_range[name], version)
    rule["ip_ranges"] = ranges
    for peer in [*ranges, *rule["source_groups"], *rule["prefix_list_ids"]]:
        description = peer.get("Description") or ""
        if len(description) > 255 or not ALLOWED.match(description):
            message = (
                "Invalid rule description. Valid descriptions are strings less than 256 characters from the following"
                " set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
            )
            raise refused(message)
        named = tuple(sorted((name, value) for name, value in peer.items() if name != "Description"))
        key = (protocol, rule["from_port"], rule["to_port"], named)
        if key in seen:
            message = "The same permission must not appear multiple times"
            raise refused(message)
        seen.add(key)


def _key(rule: Any) -> tuple[Any, ...]:
    source = rule.source_group.get("GroupId"), rule.source_group.get("GroupName")
    return (rule.ip_protocol, rule.from_port, rule.to_port, rule.cidr_ipv4, rule.cidr_ipv6, source, rule.prefix_list_id)


def _group_of(response: Any) -> Any:
    """The group that the request names; None where it names none."""
    name = response._get_param("GroupId") or response._get_param("GroupName")
    return response.ec2_backend.get_security_group_by_name_or_id(name) if name else None


def _all_or_nothing(method: str) -> None:
    @around(SecurityGroups, method)
    def change(original: Any, self: Any) -> Any:
        group = _group_of(self)
        if group is None:
            return original(self)
        before = list(group.ingress_rules), list(group.egress_rules)
        added: list[Any] = []
        try:
            answer = original(self)
            added = [rule for rule in [*group.ingress_rules, *group.egress_rules] if not _in(rule, before)]
        except Exception:
            group.ingress_rules, group.egress_rules = before
            raise
        if method.startswith("authorize"):
            # moto answers with the rules of the last permission alone.
            return ActionResult({"Return": True, "SecurityGroupRules": added})
        return answer


def _in(rule: Any, before: tuple[list[Any], list[Any]]) -> bool:
    return any(rule is old for rules in before for old in rules)


def _unknown_rules(method: str) -> None:
    direction = method.rsplit("_", 1)[-1]

    @around(SecurityGroups, method)
    def revoke(original: Any, self: Any) -> Any:
        group = _group_of(self)
        vpc = self.ec2_backend.vpcs.get(group.vpc_id) if group is not None else None
        by_id = self._get_param("SecurityGroupRuleIds", [])
        if by_id or vpc is None or not vpc.is_default or self._get_param("DryRun", False):
            return original(self)
        present = getattr(group, f"{direction}_rules")
        wanted = [
            _rules_of(self.ec2_backend, group, rule, direction) for rule in self._process_rules_from_querystring()
        ]
        known = [rule for rules in wanted for rule in rules if all(each in present for each in rules)]
        unknown = [rule for rules in wanted for rule in rules if not all(each in present for each in rules)]
        setattr(group, f"{direction}_rules", [rule for rule in present if rule not in known])
        return ActionResult({"Return": True, "UnknownIpPermissions": group._flattened_rules(unknown)})

    @around(SecurityGroupBackend, method)
    def revoke_in_model(original: Any, self: Any, group_name_or_id: str, *rest: Any, **kwargs: Any) -> Any:
        group = self.get_security_group_by_name_or_id(group_name_or_id)
        if group is not None and not kwargs.get("security_rule_ids"):
            # moto lets an IPv6 rule pass that a VPC without IPv6 can't have.
            present = getattr(group, f"{direction}_rules")
            if not all(rule in present for rule in _rules_of(self, group, kwargs, direction)):
                raise InvalidPermissionNotFoundError
        return original(self, group_name_or_id, *rest, **kwargs)


def _rules_of(backend: Any, group: Any, rule: dict[str, Any], direction: str) -> list[Any]:
    sources = backend._add_source_group(rule["source_groups"], group.vpc_id)
    ports = rule["from_port"], rule["to_port"]
    peers = rule["ip_ranges"], sources, rule["prefix_list_ids"]
    is_egress = direction == "egress"
    return list(backend._iterate_security_rules(rule["ip_protocol"], group.id, *ports, *peers, is_egress=is_egress))


def _check_references(backend: Any, group: Any, source_groups: list[dict[str, Any]]) -> None:
    for source in source_groups:
        other = backend.get_security_group_from_id(source.get("GroupId", ""))
        if other is not None and other.vpc_id != group.vpc_id:
            raise EC2ClientError("InvalidGroup.NotFound", OTHER_NETWORK)


def _name_duplicate(direction: str) -> None:
    @around(SecurityGroupBackend, f"authorize_security_group_{direction}")
    def authorize(original: Any, self: Any, group_name_or_id: str, *rest: Any, **kwargs: Any) -> Any:
        group = self.get_security_group_by_name_or_id(group_name_or_id)
        try:
            return original(self, group_name_or_id, *rest, **kwargs)
        except EC2ClientError as error:
            if error.code != "InvalidPermission.Duplicate" or group is None:
                raise
            ranges = kwargs.get("ip_ranges") or kwargs.get("source_groups") or [{}]
            peer = ", ".join(str(value) for name, value in ranges[0].items() if name != "Description")
            protocol = "ALL" if kwargs.get("ip_protocol") == "-1" else str(kwargs.get("ip_protocol")).upper()
            message = f'the specified rule "peer: {peer}, {protocol}, ALLOW" already exists'
            raise EC2ClientError("InvalidPermission.Duplicate", message) from None
