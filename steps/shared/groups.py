"""The security groups of a containment."""

import re
from typing import Any

BACKUP_TAG = "ContainEC2Instance:Backup"
INSIDE = "containment"
OUTSIDE = "all-access"
# A group made a moment ago may not be found, nor its tag be seen by IAM.
NEW = "InvalidGroup.NotFound UnauthorizedOperation"


# A group's name and description can't be changed, so they tell whose it is: only who may change the instance's groups
# could have put on another. Tags can be changed, and only IAM goes by them.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
def kind_of(name: str, instance: str) -> str:
    """Whether a group's name says that it is the runbook's for this instance: its kind, or the empty string."""
    match = re.match(f"ContainEC2Instance-({INSIDE}|{OUTSIDE})-{instance}-", name)
    return match[1] if match else ""


def named_for(instance: str) -> list[dict[str, Any]]:
    """The filter that finds the runbook's groups for an instance."""
    return [{"Name": "group-name", "Values": [f"ContainEC2Instance-*-{instance}-*"]}]


def rules_of(permissions: list[dict[str, Any]]) -> set[str]:
    """Protocol, ports and source of each rule: the same for permissions that mean the same, however EC2 joins them."""
    return {
        f"{it['IpProtocol']} {it.get('FromPort', -1)}-{it.get('ToPort', -1)} {each.get('CidrIp') or each.get('CidrIpv6') or each}"
        for it in permissions
        for kind in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds")
        for each in it.get(kind, [])
    }


def wrong_rules(group: dict[str, Any], rules: dict[str, Any]) -> list[str]:
    """What a group, as EC2 describes it, allows beyond the rules, and what it lacks: a line for each."""
    found = []
    for way, key in (("Ingress", "IpPermissions"), ("Egress", "IpPermissionsEgress")):
        has, wanted = rules_of(group[key]), rules_of(rules[way])
        found += [f"allows {way} {rule}" for rule in has - wanted] + [f"lacks {way} {rule}" for rule in wanted - has]
    return found
