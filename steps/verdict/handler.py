"""Closes what is open, reads how everything stands, tags and cleans up, and writes the report of the run."""

from typing import Any

from botocore import xform_name
from shared.aws import attempt, client, side_by_side
from shared.groups import BACKUP_TAG, INSIDE, OUTSIDE, kind_of, own_groups, rules_of, wrong_rules
from shared.images import evidence_of, images_of
from shared.instance import interfaces_of, put_groups, with_names
from shared.report import release_line, report

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
NOT_CUT = [
    "ICMP, and what goes through NAT or egress-only gateways, Network Load Balancers, PrivateLink, Global Accelerator,"
    " Network Firewall, Lambda or DynamoDB endpoints, until it idles out (a network ACL cuts it, for all the subnet).",
    "DNS to the VPC's resolver, instance metadata, and the sessions of the instance's role.",
]


def look(ec2: Any, run: dict[str, Any], unread: list[str]) -> dict[str, Any]:
    """Interfaces, Groups (the runbook's own, by id) and Scaling (the group) as they are now."""
    group, gone = run["AutoScaling"].get("Name", ""), "InvalidInstanceID.NotFound"
    find, read = client("autoscaling").describe_auto_scaling_groups, ec2.describe_instances
    found, scaling, own = side_by_side(
        (lambda: attempt(unread, "Interfaces can't be read", read, "", gone, InstanceIds=[run["InstanceId"]]),),
        (lambda: attempt(unread, f"{group} can't be read", find, AutoScalingGroupNames=[group]) if group else {},),
        (own_groups, ec2, run, unread),
    )
    instance = found["Reservations"][0]["Instances"][0] if found else {}
    return {
        "Interfaces": interfaces_of(instance),
        "Groups": own,
        "Scaling": (scaling.get("AutoScalingGroups") or [{}])[0],
    }


def look_and_close(ec2: Any, run: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """How things stand, after what is open to all was closed by the containment's group, or else by the groups of
    before; Inside: the containment's group of each VPC; Unread: what can't be read."""
    unread: list[str] = []
    seen, todo = look(ec2, run, unread), {}
    mine = {group: it for group, it in seen["Groups"].items() if it["Description"] in run["Keys"]}
    inside = {it["VpcId"]: group for group, it in mine.items() if kind_of(it["GroupName"], run["InstanceId"]) == INSIDE}
    for name, it in seen["Interfaces"].items():
        if OUTSIDE in it["Own"].values():
            todo[name] = (
                [inside[it["Vpc"]]] if it["Vpc"] in inside else run["Interfaces"].get(name, {}).get("Before", [])
            )
    if todo:
        put_groups(ec2, todo, problems, "InvalidGroup.NotFound")
        unread = []
        seen = look(ec2, run, unread)
    problems += unread
    return {**seen, "Inside": inside, "Unread": unread}


def state_of(run: dict[str, Any], now: dict[str, Any], before: list[str], groups: dict[str, Any]) -> str:
    """What an interface's groups mean: contained, OPEN TO ALL, as before, or what else is wrong."""
    [group, *more] = now["Groups"]
    if not now["Own"]:
        return "as before" if now["Groups"] == before else "OTHER GROUPS"
    if OUTSIDE in now["Own"].values():
        return "OPEN TO ALL"
    if more or group not in groups:
        return "NOT PROVED"
    wrong = wrong_rules(groups[group], run["Rules"]) if run["Action"] == "Contain" else []
    if groups[group]["Description"] not in run["Keys"]:
        wrong.append(f"of another run, with the backup {groups[group]['Description']}")
    return f"NOT AS ASKED, {with_names([group], now['Names'])} {'; '.join(wrong)}" if wrong else "contained"


def scaling_lines(run: dict[str, Any], group: dict[str, Any], warnings: list[str]) -> list[str]:
    """The Auto Scaling group, before and now."""
    if not group:
        return []
    states = {it["InstanceId"]: it["LifecycleState"] for it in group["Instances"]}
    state, was = states.get(run["InstanceId"], "not in the group"), run["AutoScaling"]
    if run["Action"] == "Contain" and state != "Standby":
        warnings.append(f"The instance is {state}, not in Standby: its Auto Scaling group may terminate it.")
    sizes = [f"MinSize {it['MinSize']}, desired capacity {it['DesiredCapacity']}" for it in (was, group)]
    return [f"{was['Name']}: before {was['State']}, {sizes[0]}; now {state}, {sizes[1]}"]


def finish(ec2: Any, run: dict[str, Any], seen: dict[str, Any], tags: list[Any], warnings: list[str]) -> set[str]:
    """Makes the calls that tag, and deletes the runbook's groups that nothing uses any more; what has got its tags."""
    used = {group for it in seen["Interfaces"].values() for group in it["Groups"]}
    for group, it in seen["Groups"].items():
        old = run["Backup"] and it["Description"] in run["Held"]
        # Anybody may make groups with such names: no more than there is time for.
        if group not in used and (old or kind_of(it["GroupName"], run["InstanceId"]) == OUTSIDE) and len(tags) < 20:
            tags.append(["ec2", "DeleteSecurityGroup", {"GroupId": group}])
    tagged: set[str] = set()
    for _, operation, given in tags:
        change = getattr(ec2, xform_name(operation))
        wrong: list[str] = []
        attempt(wrong, f"{operation} failed", change, "DependencyViolation", "InvalidGroup.NotFound", **given)
        warnings.extend(wrong)
        if not wrong:
            seen["Groups"].pop(given.get("GroupId"), "")
            tagged |= {*given.get("Resources", [])}
    return tagged


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """The outcome, and the report as text and as JSON. Never fails because something can't be read."""
    ec2, run, notes = client("ec2"), events["Run"], events["Notes"]
    contain, region = run["Action"] == "Contain", run["Region"]
    problems = [*run["Problems"], *notes.get("Problems", [])]
    warnings = [*events["Warnings"], *run["Warnings"], *notes.get("Warnings", [])]
    if contain and run["Backup"] and "OpenSeconds" not in notes:
        warnings.append("createContainmentSecurityGroup did not end: connections may live on.")
    if not contain and "Made" not in notes:
        problems.append("restoreInstanceConfiguration did not end.")
    seen = look_and_close(ec2, run, problems)
    old = run["Interfaces"] if contain else run["Recorded"]
    names = {group: name for it in (*seen["Interfaces"].values(), *old.values()) for group, name in it["Names"].items()}
    lines, wrong = [], {}
    for name, it in seen["Interfaces"].items():
        before = old.get(name, {}).get("Before" if contain else "Groups", [])
        state = state_of(run, it, before, seen["Groups"])
        lines.append(f"{name}: {state}; before {with_names(before, names)}; now {with_names(it['Groups'], names)}")
        if state != ("contained" if contain else "as before") and (contain or before or it["Own"]):
            wrong[name] = it
            problems.append(f"{name} is {state}.")
    problems += [
        f"{name} was {'detached, or the instance terminated,' if name in old else 'attached'} after the backup."
        for name in old.keys() ^ seen["Interfaces"].keys()
        if contain and not seen["Unread"]
    ]
    isolated, images = contain and bool(lines) and not wrong, []
    scaling = scaling_lines(run, seen["Scaling"], warnings)
    if contain and events["CreateAMIBackup"]:
        images = images_of(ec2, run, problems)
        if not any(it["State"] == "available" and it["Name"].endswith("-encrypted") for it in images):
            problems.append("No encrypted image: see the steps that make it.")
    tags = [
        call for call in run["Calls"].get("verdict", []) if isolated and "<" not in str(call[2].get("Resources", "<"))
    ]
    # An image that is pending has not got all its snapshots yet: the next run tags them.
    bare = evidence_of(
        [it for it in images if isolated and it["State"] != "pending" and BACKUP_TAG not in str(it.get("Tags"))]
    )
    tags += [["ec2", "CreateTags", {"Resources": bare, "Tags": run["Tagging"]}]] if bare else []
    tagged = finish(ec2, run, seen, tags, warnings) if contain else {}
    allowed = [f"{way} {rule}" for way in run["Rules"] for rule in rules_of(run["Rules"][way])] or ["nothing"]
    sections = {
        "What failed": problems,
        "Warnings": warnings,
        "Interfaces": lines,
        "Still allowed": allowed if isolated else [],
        "Auto Scaling": scaling,
        "Images": sorted(
            f"{it['ImageId']} {it['Name']}: {it['State']} {it.get('StateReason', {}).get('Message', '')}"
            for it in images
        ),
        "Security groups": [f"{group} ({it['GroupName']}) in {it['VpcId']}" for group, it in seen["Groups"].items()],
        "Tagged": sorted(tagged),
        "Open for seconds": [it for it in [notes.get("OpenSeconds", "")] if it],
        "Calls made": notes.get("Made", []),
        "Backup": [f"s3://{run['Bucket']}/{run['Key']}"],
    }
    release, again = release_line(run), "Start again with the same parameters."
    put = f"aws --region {region} ec2 modify-network-interface-attribute --network-interface-id"
    title = "RELEASED" if notes.get("Made") else "RELEASED BEFORE, nothing was changed"
    if contain:
        sections |= {"To release": [release], "Not cut": NOT_CUT}
        title = ("CONTAINED" if run["Backup"] else "ALREADY CONTAINED") + (", WITH WARNINGS" if warnings else "")
    elif problems:
        title = "RELEASE FAILED"
        sections |= {"To finish": [again, release], "To finish by hand": notes.get("Left", [])}
    if isolated:
        share = f"aws --region {region} ec2 modify-image-attribute --launch-permission Add=[{{UserId=FORENSICS}}]"
        sections["Next, which this role may not do"] = [
            *run["Next"],
            *(f"{share} --image-id {it['ImageId']}" for it in images),
        ]
    if contain and problems:
        known = "MAY NOT BE" if seen["Unread"] else "is NOT" if len(wrong) == len(lines) else "is only PARTLY"
        title = f"CONTAINMENT FAILED; the instance {'IS' if isolated else known} isolated as asked"
        sections["To finish"] = [again]
        sections["To isolate by hand"] = [
            f"{put} {name} --groups {seen['Inside'][it['Vpc']]}"
            for name, it in wrong.items()
            if it["Vpc"] in seen["Inside"]
        ]
        sections["To give groups back by hand"] = [
            f"{put} {name} --groups {' '.join(it['Before'])}" for name, it in old.items() if it["Before"]
        ]
    return {
        "Outcome": ("Containment" if contain else "Release") + ("Failed" if problems else "Done"),
        **report(run, title, sections),
    }
