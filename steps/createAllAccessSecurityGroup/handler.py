"""Makes both groups, then replaces the interfaces' groups by the all-access group."""

import json
import time
from typing import Any

from shared.aws import client, code_of, insist
from shared.groups import own_groups
from shared.instance import interfaces_now, put_groups
from shared.names import group_name, tags_of
from shared.notes import noted


def single_rules(permissions: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """One permission for each address, group or prefix list, by a text that is the same for the same rule."""
    rules: dict[str, dict[str, Any]] = {}
    kinds = {
        "IpRanges": "CidrIp",
        "Ipv6Ranges": "CidrIpv6",
        "UserIdGroupPairs": "GroupId",
        "PrefixListIds": "PrefixListId",
    }
    for permission in permissions:
        # EC2 keeps ports for these protocols only.
        ports = ("FromPort", "ToPort") if permission["IpProtocol"] in ("tcp", "udp", "icmp", "icmpv6") else ()
        base = {key: permission[key] for key in ("IpProtocol", *ports)}
        for ranges, name in kinds.items():
            for entry in permission.get(ranges, []):
                rule = {**base, ranges: [{name: entry[name]}]}
                rules[json.dumps(rule, sort_keys=True)] = rule
    return rules


def mend_rules(ec2: Any, group_id: str, rules: dict[str, Any]) -> bool:
    """Takes away and adds what makes the group's rules those given; whether they were so already.

    A new group allows all egress: https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
    """
    found = insist(ec2.describe_security_groups, "InvalidGroup.NotFound", GroupIds=[group_id])["SecurityGroups"][0]
    fine = True
    for actual, wanted, add in (
        (found["IpPermissionsEgress"], rules["Egress"], ec2.authorize_security_group_egress),
        (found["IpPermissions"], rules["Ingress"], ec2.authorize_security_group_ingress),
    ):
        has, wants = single_rules(actual), single_rules(wanted)
        extra = [has[key] for key in sorted(has.keys() - wants.keys())]
        lacks = [wants[key] for key in sorted(wants.keys() - has.keys())]
        fine = fine and not extra and not lacks
        if extra and actual is found["IpPermissions"]:
            raise RuntimeError(
                f"{group_id} lets in what it must not: {json.dumps(extra)}. Revoke it, then start again."
            )
        if extra:
            revoke = ec2.revoke_security_group_egress
            insist(revoke, "", "InvalidPermission.NotFound", GroupId=group_id, IpPermissions=extra)
        if lacks:
            insist(add, "", "InvalidPermission.Duplicate", GroupId=group_id, IpPermissions=lacks)
    return fine


def ensure_group(ec2: Any, run: dict[str, Any], own: dict[str, str], vpc: str, kind: str) -> str:
    """A group with exactly the rules that it must have, made or completed; its id. RuntimeError if that fails."""
    name = group_name(run, kind)
    if vpc not in own:
        tags = [{"ResourceType": "security-group", "Tags": tags_of(run)}]
        make = {
            "GroupName": name,
            "Description": f"{kind} of {run['InstanceId']}",
            "VpcId": vpc,
            "TagSpecifications": tags,
        }
        made = insist(ec2.create_security_group, "", "InvalidGroup.Duplicate", **make)
        own = {vpc: made["GroupId"]} if made else own_groups(ec2, run)[kind]
    if vpc not in own:
        raise RuntimeError(f"{name} in {vpc} belongs to another run. When no other run is under way, start again.")
    for pause in (0, 0.5, 1, 2, 4):
        time.sleep(pause)
        if mend_rules(ec2, own[vpc], run["Rules"][kind]):
            return own[vpc]
    raise RuntimeError(f"The rules of {own[vpc]} ({name}) do not become what they must be.")


def rehearse(ec2: Any, interface: str, group: str) -> str:
    """What EC2 would refuse, found out without changing anything. Raises ClientError if the role may not do it."""
    call = ec2.modify_network_interface_attribute
    try:
        insist(
            call, "InvalidGroup.NotFound", "DryRunOperation", NetworkInterfaceId=interface, Groups=[group], DryRun=True
        )
    except Exception as error:
        if code_of(error) == "UnauthorizedOperation":
            raise
        return str(error)
    return ""


def work(events: dict[str, Any]) -> dict[str, Any]:
    """All that can fail comes first, the containment group among it. If opening fails, it closes at once."""
    ec2, run = client("ec2"), events["Run"]
    known = {interface["Id"] for interface in run["Interfaces"]}
    interfaces, own = interfaces_now(ec2, run["InstanceId"]), own_groups(ec2, run)
    vpcs = sorted({i["VpcId"] for i in interfaces})
    closed = {vpc: ensure_group(ec2, run, own["containment"], vpc, "containment") for vpc in vpcs}
    # An interface that is contained stays closed; one that the backup does not know comes in the next step.
    todo = {i["Id"]: i["VpcId"] for i in interfaces if i["Id"] in known and i["Groups"] != [closed[i["VpcId"]]]}
    vpcs = sorted(set(todo.values()))
    opened = {vpc: ensure_group(ec2, run, own["all-access"], vpc, "all-access") for vpc in vpcs}
    tried = {
        (name, kind): rehearse(ec2, name, ids[vpc])
        for kind, ids in enumerate((opened, closed))
        for name, vpc in todo.items()
    }
    failed = {name: error for (name, _), error in tried.items() if error}
    at = time.time()
    failed = failed or put_groups(ec2, {name: opened[vpc] for name, vpc in todo.items()})
    closing = {name: closed[vpc] for name, vpc in todo.items()}
    if failed:
        still = put_groups(ec2, closing)
        raise RuntimeError(
            f"The all-access group was not put on every interface: {json.dumps(failed)}. The containment group was put"
            f" at once on {', '.join(sorted(closing.keys() - still.keys())) or 'none'}; failed: {json.dumps(still)}."
        )
    return {"Closed": closed, "AllAccess": opened, "Opened": closing, "OpenedAt": f"{at:.3f}"}


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Both groups by VPC, and the opened interfaces with the containment group of each."""
    return noted("createAllAccessSecurityGroup", work, events)
