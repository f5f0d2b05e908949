"""The security groups of a containment."""

import re
from typing import Any

from shared.aws import attempt

BACKUP_TAG = "ContainEC2Instance:Backup"
INSIDE = "containment"
OUTSIDE = "all-access"
# Untracked connections, and only these, end when the rule that allows them goes. A connection is
# untracked while both directions allow every address and port:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
EVERYTHING = [
    {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
    {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
]
# What a rule may name, and by what.
SOURCES = (
    ("IpRanges", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6"),
    ("UserIdGroupPairs", "GroupId"),
    ("PrefixListIds", "PrefixListId"),
)
# A group made a moment ago may not be found, nor its tag be seen by IAM.
NEW = "InvalidGroup.NotFound UnauthorizedOperation"


# A group's name and description can't be changed, so they tell whose it is: only who may change the instance's groups
# could have put on another. Tags can be changed, and only IAM goes by them.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
def kind_of(name: str, instance: str) -> str:
    """Whether a group's name says that it is the runbook's for this instance: its kind, or the empty string."""
    found = re.findall(f"^ContainEC2Instance-({INSIDE}|{OUTSIDE})-{instance}-", name)
    return "".join(found)


def own_groups(ec2: Any, run: dict[str, Any], failed: list[str]) -> dict[str, Any]:
    """The runbook's groups for the instance, as EC2 describes them, by id; none, and a line in `failed`, where they
    can't be read."""
    found = attempt(
        failed,
        "Groups can't be read",
        ec2.describe_security_groups,
        Filters=[{"Name": "group-name", "Values": [f"ContainEC2Instance-*-{run['InstanceId']}-*"]}],
    )
    return {it["GroupId"]: it for it in found.get("SecurityGroups", [])}


def rules_of(permissions: list[dict[str, Any]]) -> set[str]:
    """Protocol, ports and source of each rule: the same for permissions that mean the same, however EC2 joins them."""
    return {
        f"{it['IpProtocol']} {it.get('FromPort', -1)}-{it.get('ToPort', -1)} {each[name]}"
        for it in permissions
        for kind, name in SOURCES
        for each in it.get(kind, [])
    }


def wrong_rules(group: dict[str, Any], rules: dict[str, Any]) -> list[str]:
    """What a group, as EC2 describes it, allows beyond the rules, and what it lacks: a line for each."""
    found = []
    for way, key in (("Ingress", "IpPermissions"), ("Egress", "IpPermissionsEgress")):
        has, wanted = rules_of(group[key]), rules_of(rules[way])
        found += [f"allows {way} {rule}" for rule in has - wanted] + [f"lacks {way} {rule}" for rule in wanted - has]
    return found
