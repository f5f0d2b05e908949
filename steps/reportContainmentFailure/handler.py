"""Closes what a failed containment left open, then says what failed, how things are, and how to go on by hand."""

from typing import Any

from shared.aws import client
from shared.commands import command
from shared.groups import own_groups
from shared.images import evidence_of, image_lines, images_of
from shared.instance import interfaces_now, put_groups
from shared.names import tags_of
from shared.notes import read_notes
from shared.report import report
from shared.situation import interface_lines, scaling_lines

UNKNOWN = (
    "No script noted a failure: the run was cancelled, a step ran out of time, or an action of AWS's own failed"
    " (describeAutoScalingGroups, the images). The execution's page says which and why."
)


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Fails only where not even the interfaces can be read."""
    ec2, run = client("ec2"), events["Run"]
    own, name = own_groups(ec2, run), run["InstanceId"]
    inside, opened = own["containment"], own["all-access"]
    todo = {i["Id"]: inside[i["VpcId"]] for i in interfaces_now(ec2, name) if opened.get(i["VpcId"]) in i["Groups"]}
    failed = put_groups(ec2, todo)
    problems = [note["Reason"] for note in read_notes(run)] or [UNKNOWN]
    problems += [f"{interface} could not be closed: {error}" for interface, error in failed.items()]
    interfaces, scaling, images = interfaces_now(ec2, name), [], []
    try:
        scaling, found = scaling_lines(run), images_of(ec2, run)
        images = image_lines(found)
        if found:
            ec2.create_tags(Resources=evidence_of(found), Tags=tags_of(run))
    except Exception as error:
        problems.append(f"This report could not read everything: {error}")
    wrong = [i for i in interfaces if i["Groups"] != [inside.get(i["VpcId"])]]
    word = "is NOT" if len(wrong) == len(interfaces) else "is only PARTLY" if wrong else "IS"
    by_hand = [(i["Id"], inside[i["VpcId"]]) for i in wrong if i["VpcId"] in inside]
    put, delete = "ec2:ModifyNetworkInterfaceAttribute", "ec2:DeleteSecurityGroup"
    made = [*opened.values(), *inside.values()]
    undo = [line for line in events["Commands"] if " exit-standby " not in line or "now Standby" in "".join(scaling)]
    sections = {
        "What failed": problems,
        "Interfaces": interface_lines(run, interfaces, own),
        "Auto Scaling": scaling,
        "Images": images,
        "Backup": [events["Uri"]],
        "To finish": ["Start again with the same parameters: the run goes on where this one stopped."],
        "To isolate by hand": [
            command(run["Region"], put, {"NetworkInterfaceId": interface, "Groups": [group]})
            for interface, group in by_hand
        ],
        "To release": [events["Release"]],
        "To bring everything back by hand": [
            *undo,
            *(command(run["Region"], delete, {"GroupId": group}) for group in made),
        ],
    }
    return report(run, f"CONTAINMENT FAILED; the instance {word} isolated", sections)
