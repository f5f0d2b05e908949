"""What a release has to do, found out without doing it."""

import json
from typing import Any

from shared.aws import client, filters
from shared.backup import load_run
from shared.commands import command
from shared.groups import own_groups
from shared.images import evidence_of, images_of
from shared.names import MIN_SIZE_TAG, PUT, marker_of, tags_in, tags_of
from shared.scaling import describe_group, lifecycle_state, min_sizes, scaling_tags


def interface_calls(
    ec2: Any, run: dict[str, Any], interfaces: list[dict[str, Any]], ours: set[str], problems: list[str]
) -> list[tuple[str, dict[str, Any]]]:
    """Gives back each interface's groups. Only what is on the containment's groups is changed."""
    attached, recorded = ({i["Id"]: i["Groups"] for i in part} for part in (interfaces, run["Interfaces"]))
    names = {group: name for i in run["Interfaces"] for group, name in i["Names"].items()}
    found = ec2.describe_security_groups(Filters=filters({"group-id": sorted(names)}))["SecurityGroups"]
    existing = {group["GroupId"] for group in found}
    calls = []
    for name in sorted({*attached, *recorded} if ours else ()):
        groups, now = recorded.get(name, []), attached.get(name, [])
        kept = [group for group in groups if group in existing]
        lost = [f"{group} ({names.get(group)})" for group in groups if group not in existing]
        by_hand = command(run["Region"], PUT, {"NetworkInterfaceId": name, "Groups": kept or ["GROUP"]})
        if ours & set(now) and kept:
            calls.append((PUT, {"NetworkInterfaceId": name, "Groups": kept}))
        if not now:
            problems.append(f"{name} is not attached any more; if it still exists: {by_hand}")
        elif ours & set(now) and not groups:
            problems.append(f"{name} is contained but not in the backup; give it groups: {by_hand}")
        elif ours & set(now) and lost:
            problems.append(
                f"{name} can't get back {', '.join(lost)}, deleted meanwhile; add others instead: {by_hand}"
            )
        elif groups and not ours & set(now) and now != kept:
            problems.append(f"{name} got other groups meanwhile and keeps them ({', '.join(now)}): {by_hand}")
    return calls


def tag_changes(
    run: dict[str, Any], mine: list[dict[str, str]], name: str, tags: dict[str, str]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """A resource's tags to remove, and those to give back; a value that somebody else set stays."""
    before = run["TagsBefore"].get(name, {})
    own = [tag for tag in mine if tags.get(tag["Key"]) == tag["Value"] != before.get(tag["Key"])]
    old = [{"Key": tag["Key"], "Value": before[tag["Key"]]} for tag in own if tag["Key"] in before]
    return [tag for tag in own if tag["Key"] not in before], old


# ExitStandby raises the desired capacity by one. A MinSize above that would start instances.
# While the containment's groups are there, the instance is brought back whatever the marker says: of two runs at once
# the other may have had the last word on it, and somebody may have taken it away.
def scaling_calls(
    autoscaling: Any, run: dict[str, Any], ours: set[str], problems: list[str]
) -> list[tuple[str, dict[str, Any]]]:
    """Brings the instance back into service and gives the group its MinSize. `ours` are the containment's groups.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExitStandby.html
    """
    name = run["AutoScaling"].get("AutoScalingGroupName", "")
    group, marker = describe_group(autoscaling, name) if name else {}, marker_of(run)
    tags = tags_in(group)
    if name and not group:
        problems.append(f"The Auto Scaling group {name} is gone: there is no way back")
    held = tags.get(marker["Key"], "")
    if not group or (held != marker["Value"] and not (ours and run["AutoScaling"]["LifecycleState"] == "InService")):
        return []
    marker["Value"] = held
    state, desired = lifecycle_state(autoscaling, run["InstanceId"]), group["DesiredCapacity"]
    leave = ("autoscaling:ExitStandby", {"InstanceIds": [run["InstanceId"]], "AutoScalingGroupName": name})
    calls: list[tuple[str, dict[str, Any]]] = [leave] if state == "Standby" else []
    desired += len(calls)
    if state not in ("InService", "Standby") or desired > group["MaxSize"]:
        why = f"{state or 'not in the group'}, MaxSize {group['MaxSize']}, desired capacity {group['DesiredCapacity']}"
        problems.append(f"No way back into service in {name} ({why}): {command(run['Region'], *leave)}")
        return []
    (original, last), now = min_sizes(group), group["MinSize"]
    size = min(original, desired)
    give = ("autoscaling:UpdateAutoScalingGroup", {"AutoScalingGroupName": name, "MinSize": size})
    done = [{"Key": MIN_SIZE_TAG, "Value": tags.get(MIN_SIZE_TAG, "")}]
    if now < original and now not in (last, size):
        problems.append(f"MinSize of {name} was set to {now} meanwhile and stays: {command(run['Region'], *give)}")
    elif now < size:
        calls.append(give)
    if size < original:
        # Other instances of the group are still contained. The last one gives back the rest.
        keep = scaling_tags(name, [{"Key": MIN_SIZE_TAG, "Value": f"{original}/{size}"}])
        calls.append(("autoscaling:CreateOrUpdateTags", {"Tags": keep}))
        done = []
    # The marker goes last: without it a second run would find nothing left to do.
    remove, give_back = tag_changes(run, [*run["Tags"], *done, marker], name, tags)
    if give_back:
        calls.append(("autoscaling:CreateOrUpdateTags", {"Tags": scaling_tags(name, give_back)}))
    return [*calls, *([("autoscaling:DeleteTags", {"Tags": scaling_tags(name, remove)})] if remove else [])]


def tag_calls(ec2: Any, run: dict[str, Any], interfaces: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Removes the containment's tags from what remains: the instance, its interfaces, images and snapshots."""
    resources = [run["InstanceId"], *(i["Id"] for i in interfaces), *evidence_of(images_of(ec2, run))]
    found = ec2.describe_tags(Filters=filters({"resource-id": resources}))["Tags"]
    calls: list[tuple[str, dict[str, Any]]] = []
    same: dict[str, list[str]] = {}
    for name in resources:
        tags = {tag["Key"]: tag["Value"] for tag in found if tag["ResourceId"] == name}
        remove, give_back = tag_changes(run, tags_of(run), name, tags)
        calls += [("ec2:CreateTags", {"Resources": [name], "Tags": give_back})] if give_back else []
        same.setdefault(json.dumps(remove), []).extend([name] if remove else [])
    return [
        *calls,
        *(("ec2:DeleteTags", {"Resources": same[key], "Tags": json.loads(key)}) for key in same if same[key]),
    ]


def plan_restore(ec2: Any, s3: Any, events: dict[str, Any], interfaces: list[dict[str, Any]]) -> dict[str, Any]:
    """Run (the containment), Calls by step, Problems (what can't be restored, and how to do it by hand).

    Raises ValueError for a backup that can't be used.
    """
    run = load_run(s3, events, events["Key"])
    own = own_groups(ec2, run)
    ours = {group["GroupId"] for groups in own.values() for group in groups.values()}
    problems: list[str] = []
    keys = [run["Key"], *run["Supplements"]] if ours and run["Tags"] else []
    bucket = {"Bucket": run["Bucket"], "ExpectedBucketOwner": run["AccountId"]}
    calls = [
        *interface_calls(ec2, run, interfaces, ours, problems),
        *scaling_calls(client("autoscaling"), run, ours, problems),
        *tag_calls(ec2, run, interfaces),
        *(("s3:DeleteObjectTagging", {**bucket, "Key": key}) for key in keys),
        # The containment group goes last: while it is there, a second run knows that there is work left.
        *(
            ("ec2:DeleteSecurityGroup", {"GroupId": group["GroupId"]})
            for kind in ("all-access", "containment")
            for group in own[kind].values()
        ),
    ]
    return {"Run": run, "Calls": {"restoreInstanceConfiguration": calls}, "Problems": problems, "Undo": calls}
