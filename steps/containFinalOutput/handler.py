"""Consolidates the containment: what was, what is, what was made, and how to release."""

import json
from typing import Any

from shared.aws import client
from shared.groups import own_groups
from shared.images import evidence_of, image_lines, images_of
from shared.instance import interfaces_now
from shared.names import tags_of
from shared.notes import noted
from shared.report import report
from shared.situation import interface_lines, scaling_lines

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
NOT_CUT = [
    "Connections that AWS always tracks may live on until they idle out: ICMP, and those through NAT gateways, Network"
    " Load Balancers, Global Accelerator, Network Firewall, PrivateLink, egress-only internet gateways, Lambda's"
    " interfaces and DynamoDB gateway endpoints. A network ACL cuts them, for the whole subnet.",
    "Security groups do not filter DNS to the VPC's resolver (see Route 53 Resolver DNS Firewall) or link-local"
    " services such as instance metadata. The keys of the instance's role stay valid: revoke its sessions in IAM.",
]


def tag_all(ec2: Any, run: dict[str, Any], resources: list[str]) -> None:
    """Tags the instance, its interfaces, images and snapshots, if any lacks a tag; the groups were made with theirs."""
    found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": resources}])["Tags"]
    tagged = {(tag["ResourceId"], tag["Key"], tag["Value"]) for tag in found}
    tags = tags_of(run)
    if not tagged >= {(name, tag["Key"], tag["Value"]) for name in resources for tag in tags}:
        ec2.create_tags(Resources=resources, Tags=tags)


def work(events: dict[str, Any]) -> dict[str, Any]:
    """Reads everything again, so that the report says what is and not what should be."""
    ec2, run = client("ec2"), events["Run"]
    interfaces, own, images = interfaces_now(ec2, run["InstanceId"]), own_groups(ec2, run), images_of(ec2, run)
    lines, scaling = interface_lines(run, interfaces, own), scaling_lines(run)
    if any(i["Groups"] != [own["containment"].get(i["VpcId"])] for i in interfaces):
        raise RuntimeError(f"The instance is not contained any more: {'; '.join(lines)}")
    resources = [run["InstanceId"], *(i["Id"] for i in interfaces), *evidence_of(images)]
    tag_all(ec2, run, resources)
    already, rules = not events["Calls"], run["Rules"]["containment"]
    warnings = []
    if rules != events["Rules"]:
        warnings.append("Contained before with other rules, which stay. To change them release, then contain again.")
    if scaling and "now Standby" not in scaling[0]:
        warnings.append("The instance is not in Standby yet: its load balancer may be draining connections.")
    sections = {
        "Warnings": warnings,
        "Interfaces": lines,
        "Still allowed": [f"{way}: {json.dumps(rules[way])}" for way in rules if rules[way]] or ["nothing"],
        "Open to cut connections, seconds": [] if already else [events["OpenSeconds"]],
        "Auto Scaling": scaling,
        "Security groups": [f"{kind}: {name} in {vpc}" for kind, ids in own.items() for vpc, name in ids.items()],
        "Images": image_lines(images),
        "Tagged": resources,
        "Backup": [events["Uri"]],
        "To release": [events["Release"]],
        "Not cut": NOT_CUT,
    }
    return report(run, "ALREADY CONTAINED" if already else "CONTAINED", sections)


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """The report, as text and as JSON."""
    return noted("containFinalOutput", work, events)
