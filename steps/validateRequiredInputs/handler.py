"""Validates the input parameters before anything is looked at or changed."""

import ipaddress
import json
import re
from datetime import UTC, datetime
from typing import Any

from shared.aws import client, code_of

PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
MOST_RULES = 60


def port(rule: dict[str, Any], key: str, lowest: int, highest: int) -> int:
    """A port, ICMP type or code as a number."""
    text = str(rule.get(key, ""))
    if not re.fullmatch(r"-?[0-9]{1,5}", text) or not lowest <= int(text) <= highest:
        raise ValueError(f"{key} must be a whole number from {lowest} to {highest}")
    return int(text)


def permission(rule: Any) -> dict[str, Any]:
    """One rule as EC2 takes it. Raises ValueError that says what is wrong with the rule.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
    """
    if not isinstance(rule, dict) or not rule:
        raise ValueError("a rule is a map with Cidr, IpProtocol, FromPort and ToPort")
    unknown = sorted(set(rule) - {"Cidr", "IpProtocol", "FromPort", "ToPort"})
    if unknown:
        raise ValueError(f"unknown key {unknown[0]}: the keys are Cidr, IpProtocol, FromPort and ToPort")
    text = str(rule.get("Cidr", ""))
    if not re.fullmatch(r"[0-9a-fA-F.:]+/[0-9]{1,3}", text):
        raise ValueError("Cidr must be an IPv4 or IPv6 range such as 1.2.3.4/32 or 2001:db8::/64")
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        try:
            meant = ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            raise ValueError(f"Cidr: {error}") from None
        raise ValueError(f"Cidr has bits set after its prefix; for the whole range write {meant}") from None
    name = str(rule.get("IpProtocol", "")).lower()
    protocol = PROTOCOLS.get(name, name)
    result: dict[str, Any] = {"IpProtocol": protocol}
    if protocol in ("tcp", "udp"):
        result |= {"FromPort": port(rule, "FromPort", 0, 65535), "ToPort": port(rule, "ToPort", 0, 65535)}
        if result["FromPort"] > result["ToPort"]:
            raise ValueError("FromPort is higher than ToPort")
    elif protocol in ("icmp", "icmpv6"):
        if (protocol == "icmp") != (network.version == 4):
            raise ValueError("icmp goes with IPv4 ranges and icmpv6 with IPv6 ranges")
        result |= {"FromPort": port(rule, "FromPort", -1, 255), "ToPort": port(rule, "ToPort", -1, 255)}
        if result["FromPort"] == -1 and result["ToPort"] != -1:
            raise ValueError("all ICMP types (FromPort -1) go with all codes (ToPort -1) only")
    elif protocol == "-1" or (re.fullmatch(r"[0-9]{1,3}", protocol) and int(protocol) <= 255):
        if any(str(rule.get(key, "")) not in ("", "-1") for key in ("FromPort", "ToPort")):
            raise ValueError(f"protocol {protocol} has no ports: leave FromPort and ToPort out")
        if protocol == "-1" and network.prefixlen == 0:
            raise ValueError("a rule for all protocols and all addresses would not contain the instance")
        result["IpProtocol"] = protocol if protocol == "-1" else str(int(protocol))
    else:
        raise ValueError("IpProtocol must be tcp, udp, icmp, icmpv6, -1 or a protocol number from 0 to 255")
    if network.version == 4:
        return result | {"IpRanges": [{"CidrIp": str(network)}]}
    return result | {"Ipv6Ranges": [{"CidrIpv6": str(network)}]}


def permissions(name: str, rules: Any) -> list[dict[str, Any]]:
    """A parameter's rules as EC2 takes them, each once."""
    result: dict[str, dict[str, Any]] = {}
    for number, rule in enumerate(rules, 1):
        try:
            valid = permission(rule)
        except ValueError as error:
            raise ValueError(f"{name}, rule {number}, {json.dumps(rule)[:300]}: {error}.") from None
        result[json.dumps(valid)] = valid
    if len(result) > MOST_RULES:
        raise ValueError(f"{name} has {len(result)} rules; a security group takes {MOST_RULES} in a direction.")
    return list(result.values())


def tags(identifier: str) -> list[dict[str, str]]:
    """TagIdentifier as a list of no or one tag."""
    if not identifier:
        return []
    match = re.fullmatch("key=([^,]+),value=([^,]*)", identifier, re.IGNORECASE)
    if not match:
        raise ValueError(f"TagIdentifier {identifier[:300]!r} must have the form Key=BatchId,Value=78925.")
    if match[1].lower().startswith(("aws:", "containec2instance:")):
        raise ValueError(f"TagIdentifier: the key {match[1]} begins with a prefix that is not yours to use.")
    return [{"Key": match[1], "Value": match[2]}]


def key_of_backup(events: dict[str, Any], action: str) -> str:
    """The backup's key in the bucket: for Release as given, for Contain a new one below the prefix."""
    prefix = events["S3PrefixName"]
    if action == "Release":
        if not prefix.endswith(".json") or ".supplement-" in prefix:
            raise ValueError(
                "S3PrefixName is required to release: the key of the backup, ending in .json, as the output of"
                f" Contain gives it; {prefix!r} is not one."
            )
        return str(prefix)
    if len(prefix) > 128 or "//" in prefix or prefix.startswith("/") or prefix.endswith(".json"):
        raise ValueError(
            f"S3PrefixName {prefix!r}: to contain, give a folder such as incidents/4711, of at most 128 characters,"
            " without a slash at its beginning, a double slash or .json at its end; or leave it empty."
        )
    folder = prefix.rstrip("/") + "/" if prefix else ""
    return f"{folder}{datetime.now(UTC):%Y/%m/%d/%H/%M}/{events['ExecutionId']}.json"


def key_arn(name: str, region: str) -> str:
    """The ARN of a KMS key that can encrypt a volume. Raises ValueError if it can't.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
    """
    try:
        key = client("kms").describe_key(KeyId=name)["KeyMetadata"]
    except Exception as error:
        if code_of(error) not in ("NotFoundException", "InvalidArnException", "AccessDeniedException"):
            raise
        raise ValueError(f"KmsKey {name}: {error}. Give the id, ARN or alias of a key of this Region.") from None
    if key["KeyState"] != "Enabled":
        raise ValueError(f"KmsKey {name} is {key['KeyState']}, so it can't encrypt: enable it or give another.")
    if key["KeySpec"] != "SYMMETRIC_DEFAULT" or key["KeyUsage"] != "ENCRYPT_DECRYPT":
        raise ValueError(
            f"KmsKey {name} is a {key['KeySpec']} key for {key['KeyUsage']}; volumes need a symmetric one."
        )
    if key["Arn"].split(":")[3] != region:
        raise ValueError(f"KmsKey {name} lies in {key['Arn'].split(':')[3]}; give a key (or replica) of {region}.")
    return str(key["Arn"])


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Checks every parameter; what later steps need of them, in one form."""
    action = "Contain" if events["Action"] == "Contain" else "Release"
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-document-script-considerations.html
    if not events["Role"]:
        raise ValueError("AutomationAssumeRole is empty: scripts may call AWS with a role only. Give its ARN.")
    images = action == "Contain" and events["CreateAMIBackup"]
    return {
        "Action": action,
        "KmsKeyArn": key_arn(events["KmsKey"], events["Region"]) if images else "",
        "Inputs": {
            "Rules": {way: permissions(f"{way}Input", events[f"{way}Input"]) for way in ("Ingress", "Egress")},
            "Tags": tags(events["TagIdentifier"]),
            "Key": key_of_backup(events, action),
            "Images": images,
        },
    }
