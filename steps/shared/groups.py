"""The security groups of a containment."""

from typing import Any

from shared.aws import filters
from shared.names import BACKUP_TAG, backup_uri, group_name


def own_groups(ec2: Any, run: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """This containment's groups: by kind, by VPC, as EC2 describes them. A name alone, which anybody may give, does
    not count."""
    kinds = ("containment", "all-access")
    wanted = {"group-name": [group_name(run, kind) for kind in kinds], f"tag:{BACKUP_TAG}": [backup_uri(run)]}
    found = ec2.describe_security_groups(Filters=filters(wanted))["SecurityGroups"]
    return {
        kind: {group["VpcId"]: group for group in found if group["GroupName"] == group_name(run, kind)}
        for kind in kinds
    }


def ids_of(groups: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The ids of one kind's groups by VPC."""
    return {vpc: group["GroupId"] for vpc, group in groups.items()}


def rules_of(permissions: list[dict[str, Any]]) -> list[str]:
    """The same for permissions that mean the same, however EC2 puts them together."""
    kinds = ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds")
    with_ports = ("tcp", "udp", "icmp", "icmpv6")
    return sorted(
        f"{p['IpProtocol']} {(p.get('FromPort'), p.get('ToPort')) if p['IpProtocol'] in with_ports else ''} {r}"
        for p in permissions
        for kind in kinds
        for r in p.get(kind, [])
    )


def wrong_rules(group: dict[str, Any], rules: dict[str, Any]) -> list[str]:
    """Egress and Ingress, as far as the group's rules there are not those given."""
    has = {"Egress": group["IpPermissionsEgress"], "Ingress": group["IpPermissions"]}
    return [way for way in has if rules_of(has[way]) != rules_of(rules[way])]
