"""What a release has to do, found out without doing it."""

from typing import Any

from shared.aws import attempt
from shared.backup import load
from shared.groups import BACKUP_TAG
from shared.images import evidence_of, images_of
from shared.instance import with_names
from shared.refuse import refuse
from shared.scaling import MIN_SIZE_TAG, in_standby, owners_min_size, tag_call, tags_of


def refuse_older_key(s3: Any, run: dict[str, Any]) -> None:
    """Refuses the key of a containment after which there was another one. A group that names a backup which is none
    costs a warning."""
    for key in [key for key in run["Held"] if key not in run["Keys"]]:
        backup, fault = load(s3, run, key)
        run["Warnings"].append(f"Another backup is named. {fault}")
        if backup:
            refuse(f"{run['Key']} is of an older containment. The one that holds has {key}: give that as S3PrefixName.")


def give_back(run: dict[str, Any], name: str, old: dict[str, Any], existing: set[str]) -> None:
    """Sets Put, the groups that a contained interface gets back. What can't be given back is a problem."""
    now, groups = run["Interfaces"].get(name, {}), old.get("Groups", [])
    kept = [group for group in groups if group in existing]
    lost = with_names([group for group in groups if group not in kept], old.get("Names", {}))
    why = ""
    if not now:
        why = "is not attached any more"
    elif now["Own"]:
        if kept != groups:
            why = f"can't get back {lost}: deleted, or the runbook's own (then contain again first)"
        elif not kept:
            why = "is contained and not in the backup"
        run["Put"] |= {name: kept} if kept else {}
    elif groups and now["Groups"] != groups:
        why = f"got other groups meanwhile and keeps them, {with_names(now['Groups'], now['Names'])}"
    if why:
        line = f"aws --region {run['Region']} ec2 modify-network-interface-attribute --network-interface-id {name}"
        run["Problems"].append(f"{name} {why}. By hand: {line} --groups {' '.join(kept) or 'GROUP'}")


# ExitStandby raises the desired capacity by one. A MinSize above that would start instances, so while other members are
# still contained it is given back only as far as they allow; it is never lowered.
def scaling_calls(run: dict[str, Any], group: dict[str, Any], state: str, alive: bool) -> list[Any]:
    """Brings the instance back into service, and gives its group its MinSize.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExitStandby.html
    """
    was, instance, calls = run["AutoScaling"], run["InstanceId"], []
    if was.get("State") != "InService":
        return []
    name, desired, ready = was["Name"], group.get("DesiredCapacity", 0), not alive or state == "InService"
    place = {"AutoScalingGroupName": name}
    if alive and state == "Standby" and desired < group["MaxSize"]:
        calls.append(["autoscaling", "ExitStandby", {**place, "InstanceIds": [instance]}])
        desired, ready = desired + 1, True
    if not group or not ready:
        run["Problems"].append(
            f"No way back into service: {name} has MaxSize {group.get('MaxSize', 'no more')}, desired capacity"
            f" {desired}; the instance is {state or 'not in it'}."
        )
        return []
    now, owner = group["MinSize"], owners_min_size(group, was["Owner"])
    if owner == now == was["MinSize"] - 1 and was["DesiredCapacity"] <= was["MinSize"]:
        owner = was["Owner"]
    size = max(now, min(owner, desired) if in_standby(group) - {instance} else owner)
    if size > now:
        calls.append(["autoscaling", "UpdateAutoScalingGroup", {**place, "MinSize": size}])
    keys = {f"ContainEC2Instance:{instance}", MIN_SIZE_TAG, *(tag["Key"] for tag in was["Tags"])}
    if size < owner:
        calls.append(tag_call(name, [{"Key": MIN_SIZE_TAG, "Value": f"{owner}/{size}"}]))
        keys.remove(MIN_SIZE_TAG)
    gone = [
        {"ResourceId": name, "ResourceType": "auto-scaling-group", "Key": key} for key in tags_of(group) if key in keys
    ]
    return [*calls, ["autoscaling", "DeleteTags", {"Tags": gone}]] if gone else calls


def plan_release(ec2: Any, s3: Any, run: dict[str, Any], found: dict[str, Any]) -> None:
    """Adds to the run what is to be given back: Put, and Calls by what they give back."""
    backup, alive = found["Backup"], bool(found["Instance"])
    before = backup["Interfaces"]
    if "Rules" not in backup:
        refuse(f"{run['Key']} is of no containment.")
    run |= {
        "Put": {},
        "Keys": [run["Key"], *backup["Supersedes"]],
        "AutoScaling": backup["AutoScaling"],
        "Recorded": before,
    }
    # A group on the instance that can't be read may be of a later containment.
    held = {group for it in run["Interfaces"].values() for group in it["Own"]}
    if held - found["Groups"].keys():
        refuse(f"Which containment holds is unknown: {run['Warnings']}")
    refuse_older_key(s3, run)
    ids = sorted({group for it in before.values() for group in it["Groups"]})
    wanted = [{"Name": "group-id", "Values": ids}]
    there = attempt(run["Warnings"], "Groups can't be read", ec2.describe_security_groups, Filters=wanted)
    existing = ({it["GroupId"] for it in there["SecurityGroups"]} if there else {*ids}) - found["Groups"].keys()
    for name in sorted({*before, *run["Interfaces"]}) if alive else []:
        give_back(run, name, before.get(name, {}), existing)
    images = images_of(ec2, run, run["Warnings"])
    evidence = evidence_of([image for image in images if BACKUP_TAG in str(image.get("Tags"))])
    # The role may take the mark from what leads to S3, and one that it may not would keep the others.
    ours = [
        it["ResourceId"] for it in found["Tags"] if it["Key"] == BACKUP_TAG and it["Value"][:5] == "s3://"
    ] + evidence
    mine = [name for name in ours if name in (*backup["Tagged"], *evidence)]
    place = {"Bucket": run["Bucket"], "ExpectedBucketOwner": run["AccountId"]}

    def untag(names: list[str], tags: list[dict[str, str]]) -> list[Any]:
        return [["ec2", "DeleteTags", {"Resources": names, "Tags": tags}]] if names and tags else []

    run["Calls"] = {
        "scaling": scaling_calls(run, found["Group"], found["State"], alive),
        "tags": [
            *untag(mine, backup["Tags"]),
            *(["s3", "DeleteObjectTagging", {**place, "Key": key}] for key in run["Keys"] if ours and backup["Tags"]),
        ],
        "groups": [
            ["ec2", "DeleteSecurityGroup", {"GroupId": name}]
            for name, it in found["Groups"].items()
            if name not in ids and (it["Description"] in run["Keys"] or BACKUP_TAG in str(it.get("Tags")))
        ],
        "marks": untag(ours, [{"Key": BACKUP_TAG}]),
    }
