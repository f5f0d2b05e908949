"""Closes what is open, reads how everything stands, and writes the report that the run ends with."""

import json
from typing import Any

from shared.aws import client, filters
from shared.commands import command
from shared.groups import ids_of, own_groups, wrong_rules
from shared.images import evidence_of, image_lines, images_of
from shared.instance import interfaces_now, put_groups
from shared.names import PUT, tags_of
from shared.notes import read_notes
from shared.report import report
from shared.situation import interface_lines, scaling_lines

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
NOT_CUT = [
    "ICMP, and what goes through NAT or egress-only gateways, Network Load Balancers, PrivateLink, Global Accelerator,"
    " Network Firewall, Lambda or DynamoDB endpoints, until it idles out (a network ACL cuts it, for all the subnet).",
    "DNS to the VPC's resolver, instance metadata, and the sessions of the instance's role: revoke them in IAM.",
]
UNKNOWN = "describeAutoScalingGroups failed, a step timed out, the run was cancelled or an interface attached."


def attempt(problems: list[str], nothing: Any, work: Any, *arguments: Any) -> Any:
    """What a call gives; `nothing`, and a problem more, where it fails: a report that lacks a part is still needed."""
    try:
        return work(*arguments)
    except Exception as error:
        problems.append(f"Not everything could be read or done: {error}")
        return nothing


def tag_all(ec2: Any, run: dict[str, Any], resources: list[str]) -> None:
    """Tags resources of which any lacks a tag; the groups were made with theirs."""
    found = ec2.describe_tags(Filters=filters({"resource-id": resources}))["Tags"]
    tagged = [(tag["ResourceId"], tag["Key"], tag["Value"]) for tag in found]
    tags = tags_of(run)
    if any((name, tag["Key"], tag["Value"]) not in tagged for name in resources for tag in tags):
        ec2.create_tags(Resources=resources, Tags=tags)


def missing_image(run: dict[str, Any], calls: list[dict[str, Any]], images: list[dict[str, Any]]) -> str:
    """The step to which it is due that there is no encrypted image; empty if there is one."""
    if any(i["State"] == "available" and "-enc" in i["Name"] for i in images):
        return ""
    needed = any(call["Step"] == "createImage" for call in calls)
    made = [i for i in images if not needed or run["Execution"] in i["Name"]]
    copied = any(i["State"] == "available" or "-enc" in i["Name"] for i in made)
    return "createEncryptedCopy" if copied else "assertSourceInstanceRootVolumeIsEbs or createImage"


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """The outcome, and the report as text and as JSON. Never fails because something can't be read."""
    ec2, plan, contain = client("ec2"), events["Plan"], events["Action"] == "Contain"
    run, calls = plan["Run"], plan["Calls"]
    name, region = run["InstanceId"], run["Region"]
    notes = read_notes(run)
    problems = [note["Reason"] for note in notes]
    groups = attempt(problems, {"containment": {}, "all-access": {}}, own_groups, ec2, run)
    own = {kind: ids_of(groups[kind]) for kind in groups}
    inside, opened = own["containment"], own["all-access"]
    interfaces = attempt(problems, [], interfaces_now, ec2, name)
    blind = len(problems) > len(notes)
    todo = {i["Id"]: inside[i["VpcId"]] for i in interfaces if opened.get(i["VpcId"]) in i["Groups"]}
    problems += [f"{which} could not be closed: {error}" for which, error in put_groups(ec2, todo).items()]
    interfaces = attempt(problems, interfaces, interfaces_now, ec2, name) if todo else interfaces
    images, scaling = attempt(problems, [], images_of, ec2, run), attempt(problems, [], scaling_lines, run)
    wrong = [i for i in interfaces if i["Groups"] != [inside.get(i["VpcId"])]]
    loose = [
        group["GroupId"] for group in groups["containment"].values() if wrong_rules(group, run["Rules"]["containment"])
    ]
    problems += [f"The rules of {group} are not what they must be." for group in loose if contain]
    now = {i["Id"]: i["Groups"] for i in interfaces}
    for put in [] if contain else [call["Parameters"] for call in calls if call["Call"] == PUT]:
        if now.get(put["NetworkInterfaceId"], put["Groups"]) != put["Groups"]:
            problems.append(f"{put['NetworkInterfaceId']} has not got its groups back.")
    isolated, made = bool(interfaces) and not wrong, [*opened.values(), *inside.values()]
    resources = [*([name, *(i["Id"] for i in interfaces)] if isolated else []), *evidence_of(images)]
    if contain and resources:
        attempt(problems, None, tag_all, ec2, run, resources)
    known = bool(notes)
    if contain and events["Inputs"]["Images"] and (step := missing_image(run, calls, images)):
        why = f"{step}: failed, cancelled or out of time: the encrypted image is not available."
        problems += plan["Problems"] or [why]
        known = known or isolated
    if contain and scaling and "Standby," not in scaling[0].partition("; now ")[2]:
        problems.append("The instance is not in Standby: its Auto Scaling group may terminate it.")
    failed = bool(problems or not isolated if contain else problems or made)
    rules, warnings = run["Rules"]["containment"], []
    if contain and rules != events["Inputs"]["Rules"]:
        warnings.append("Contained before with other rules, which stay. To change them release, then contain again.")
    if contain and "EnteringStandby" in str(scaling):
        warnings.append("Not in Standby yet: its load balancer is draining connections.")
    sections = {
        "What failed": (problems if known else [UNKNOWN, *problems]) if failed else [],
        "Warnings": warnings,
        "Interfaces": interface_lines(run, interfaces, own),
        "Auto Scaling": scaling,
        "Images": image_lines(images),
        "Backup": [plan["Uri"]],
    }
    if contain:
        allowed = [f"{way}: {json.dumps(rules[way])}" for way in rules if rules[way]] or ["nothing"]
        title = "CONTAINED" if calls else "ALREADY CONTAINED"
        sections |= {
            "Still allowed": allowed if isolated else [],
            "Security groups": [f"{kind}: {group} in {vpc}" for kind in own for vpc, group in own[kind].items()],
            "Tagged": resources,
            "To release": [plan["Release"]],
            "Not cut": NOT_CUT,
        }
    else:
        title = "RELEASED" if calls else "RELEASED BEFORE, nothing was changed"
        sections |= {"What can't be restored": plan["Problems"], "Calls made": [] if failed else calls}
    if failed and contain:
        partly = "is only PARTLY" if len(wrong) < len(interfaces) else "is NOT"
        word = "IS" if isolated else "MAY NOT BE" if blind else partly
        title = f"CONTAINMENT FAILED; the instance {word} isolated"
        by_hand = {i["Id"]: inside[i["VpcId"]] for i in wrong if i["VpcId"] in inside}
        puts = [{"NetworkInterfaceId": interface, "Groups": [group]} for interface, group in by_hand.items()]
        left = [line for line in plan["Commands"] if " exit-standby " not in line or "now Standby" in str(scaling)]
        deletes = [command(region, "ec2:DeleteSecurityGroup", {"GroupId": group}) for group in made]
        sections |= {
            "To finish": ["Start again with the same parameters: the run goes on where this one stopped."],
            "To isolate by hand": [command(region, PUT, put) for put in puts],
            "To bring everything back by hand": [*left, *deletes],
        }
    elif failed:
        title = "RELEASE FAILED"
        left = [line for note in notes for line in note["Left"]] if notes else plan["Commands"]
        sections |= {
            "To finish": ["Release again: it goes on where this run stopped.", plan["Release"]],
            "To finish by hand": left,
        }
    outcome = ("Containment" if contain else "Release") + ("Failed" if failed else "Done")
    return {"Outcome": outcome, **report(run, title, sections)}
