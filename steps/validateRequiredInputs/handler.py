"""Validates the input parameters before anything is looked at or changed."""

import ipaddress
import json
import re
from typing import Any

from shared.aws import client
from shared.backup import key_of_backup
from shared.refuse import refuse

# Highest port, type or code of each protocol.
HIGHEST = {"tcp": 65535, "udp": 65535, "icmp": 255, "icmpv6": 255}
# What the document leaves of Systems Manager's 64 KB, into which the parameters count
# (steps/parameters.ts; a test compares the two).
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
PARAMETER_BYTES = 1536


def number(rule: dict[str, Any], key: str, protocol: str) -> int:
    """A port, ICMP type or code."""
    text, lowest = str(rule.get(key, "")), -1 if "icmp" in protocol else 0
    if not re.fullmatch(r"-?[0-9]{1,5}", text) or not lowest <= int(text) <= HIGHEST[protocol]:
        raise ValueError(f"{key} must be an integer from {lowest} to {HIGHEST[protocol]}")
    return int(text)


def permission(rule: Any) -> dict[str, Any]:
    """One rule as EC2 takes it. Raises ValueError that says what is wrong with the rule.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
    """
    ports = ("FromPort", "ToPort")
    if not {"Cidr", "IpProtocol"} <= set(rule) <= {"Cidr", "IpProtocol", *ports}:
        raise ValueError("a rule is a map with the keys Cidr, IpProtocol, FromPort and ToPort")
    if not re.fullmatch("[^%]+/[0-9]{1,3}", rule["Cidr"]):
        raise ValueError("Cidr must be an IPv4 or IPv6 range such as 1.2.3.4/32 or 2001:db8::/64")
    network, protocol = ipaddress.ip_network(rule["Cidr"]), rule["IpProtocol"].lower()
    found: dict[str, Any] = {"IpProtocol": protocol}
    if protocol in HIGHEST:
        if "icmp" in protocol and (protocol == "icmp") != (network.version == 4):
            raise ValueError("icmp goes with IPv4 ranges and icmpv6 with IPv6 ranges")
        found |= {key: number(rule, key, protocol) for key in ports}
        if "icmp" not in protocol and found["FromPort"] > found["ToPort"]:
            raise ValueError("FromPort is higher than ToPort")
        if found["FromPort"] == -1 != found["ToPort"]:
            raise ValueError("all ICMP types (FromPort -1) go with all codes (ToPort -1) only")
    elif protocol != "-1":
        raise ValueError("IpProtocol must be tcp, udp, icmp, icmpv6, or -1 for all")
    elif any(str(rule.get(key, "-1")) not in ("", "-1") for key in ports):
        raise ValueError("all protocols have no ports: leave FromPort and ToPort out")
    if network.version == 4:
        return found | {"IpRanges": [{"CidrIp": str(network)}]}
    return found | {"Ipv6Ranges": [{"CidrIpv6": str(network)}]}


def permissions(name: str, rules: Any) -> list[dict[str, Any]]:
    """A parameter's rules as EC2 takes them, each once. Refuses rules that together allow every address: whom they let
    in or out, on whatever port, nobody knows, and that is no isolation."""
    found: dict[str, dict[str, Any]] = {}
    for at, rule in enumerate(rules, 1):
        try:
            valid = permission(rule)
        except (ValueError, AttributeError, TypeError) as error:
            refuse(f"{name}, rule {at}, {json.dumps(rule)[:300]}: {error}.")
        found[json.dumps(valid)] = valid
    for family, key in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")):
        ranges: Any = [ipaddress.ip_network(each[key]) for rule in found.values() for each in rule.get(family, [])]
        if any(each.prefixlen == 0 for each in ipaddress.collapse_addresses(ranges)):
            refuse(f"{name} allows every address, which is no isolation. Give the addresses that are meant.")
    return [*found.values()]


def tags(identifier: str) -> list[dict[str, str]]:
    """TagIdentifier, whose form its pattern holds, as a list of no or one tag."""
    match = re.fullmatch("key=([^,]+),value=([^,]*)", identifier, re.IGNORECASE)
    if match and match[1].lower().startswith(("aws:", "containec2instance:")):
        refuse(f"TagIdentifier: the key {match[1]} begins with a prefix that is not yours to use.")
    return [{"Key": match[1], "Value": match[2]}] if match else []


def key_arn(name: str, region: str) -> str:
    """The ARN of a KMS key that can encrypt a volume; refuses any other. Where the key can't be looked at, its name as
    given: an image that is impossible keeps nothing from being isolated.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
    """
    try:
        key = client("kms").describe_key(KeyId=name)["KeyMetadata"]
    except Exception as error:
        if re.search("NotFound|InvalidArn", str(error)):
            refuse(f"KmsKey {name}: {error}.")
        return name
    kind = f"{key['KeyState']} {key['KeySpec']} {key['KeyUsage']} of {key['Arn'].split(':')[3]}"
    if kind != f"Enabled SYMMETRIC_DEFAULT ENCRYPT_DECRYPT of {region}":
        refuse(f"KmsKey {name} is {kind}: a volume needs an enabled symmetric key of {region}.")
    return str(key["Arn"])


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Checks every parameter; what later steps need of them, in one form."""
    action = "Contain" if events["Action"] == "Contain" else "Release"
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-document-script-considerations.html
    if not events["Role"]:
        refuse("AutomationAssumeRole is empty: scripts may call AWS with a role only. Give its ARN.")
    size = len(json.dumps(events).encode())
    if size > PARAMETER_BYTES:
        refuse(f"The parameters have {size} bytes, {PARAMETER_BYTES} are left beside the document: give fewer rules.")
    images = action == "Contain" and events["CreateAMIBackup"]
    return {
        "Action": action,
        "KmsKeyArn": key_arn(events["KmsKey"], events["Region"]) if images else "",
        "Inputs": {
            "Rules": {way: permissions(f"{way}Input", events[f"{way}Input"]) for way in ("Ingress", "Egress")},
            "Tags": tags(events["TagIdentifier"]),
            "Key": key_of_backup(events["S3PrefixName"], events["Execution"], action),
            "Images": images,
        },
    }
