"""Looks at the instance, its interfaces and groups, its Auto Scaling group and the backup, and finds out what is to be
done. Changes nothing."""

from typing import Any

from shared.aws import attempt, client, side_by_side
from shared.backup import load
from shared.containing import plan_containment
from shared.dryRun import dry_run
from shared.groups import BACKUP_TAG, own_groups
from shared.instance import instance_of, interfaces_of
from shared.refuse import refuse
from shared.releasing import plan_release


def backup_of_release(s3: Any, run: dict[str, Any]) -> dict[str, Any]:
    """The backup to release from; empty for a containment."""
    backup, fault = load(s3, run, run["Key"]) if run["Action"] == "Release" else ({}, "")
    if fault:
        refuse(f"{fault}.")
    return backup


def is_missing(s3: Any, run: dict[str, Any]) -> bool:
    """Whether the bucket does not exist, as far as can be seen."""
    failed: list[str] = []
    attempt(failed, "", s3.get_bucket_location, Bucket=run["Bucket"], ExpectedBucketOwner=run["AccountId"])
    return "NoSuchBucket" in str(failed)


# Nothing but the interfaces is needed to isolate: what else can't be read is a warning.
def look(ec2: Any, s3: Any, run: dict[str, Any]) -> dict[str, Any]:
    """Instance, Groups (the runbook's own, by id), Group (of Auto Scaling), State (the instance's there), Tags,
    TagsRead (whether they could be), Backup, Missing (whether the bucket is); sets Interfaces, and Held (the keys of
    the runbook's groups on the instance)."""
    autoscaling, name, warnings = client("autoscaling"), run["InstanceId"], run["Warnings"]

    def read(method: Any, **given: Any) -> dict[str, Any]:
        return dict(attempt(warnings, "Auto Scaling or tags can't be read", method, **given))

    instance, own, members, backup, missing = side_by_side(
        (instance_of, ec2, run),
        (own_groups, ec2, run, warnings),
        (lambda: read(autoscaling.describe_auto_scaling_instances, InstanceIds=[name]),),
        (backup_of_release, s3, run),
        (is_missing, s3, run),
    )
    member = (members.get("AutoScalingInstances") or [{}])[0]
    group = backup.get("AutoScaling", {}).get("Name") or member.get("AutoScalingGroupName", "")
    run["Interfaces"] = interfaces_of(instance)
    held = {it for now in run["Interfaces"].values() for it in now["Groups"]} & own.keys()
    run["Held"] = sorted({own[it]["Description"] for it in held})
    keys = [BACKUP_TAG, *(tag["Key"] for tag in run["Tags"])]
    wanted = [{"Name": "resource-id", "Values": [name, *run["Interfaces"]]}, {"Name": "key", "Values": keys}]
    scaling, tags = side_by_side(
        (lambda: read(autoscaling.describe_auto_scaling_groups, AutoScalingGroupNames=[group]) if group else {},),
        (lambda: read(ec2.describe_tags, Filters=wanted),),
    )
    return {
        "Instance": instance,
        "Groups": own,
        "State": member.get("LifecycleState", ""),
        "Tags": tags.get("Tags", []),
        "TagsRead": bool(tags),
        "Backup": backup,
        "Group": (scaling.get("AutoScalingGroups") or [{}])[0],
        "Missing": missing,
    }


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Run: all that later steps need to know. Key, AutoScalingGroupName, Open…: what the steps of API calls need. Next
    and Images: what is to be done. Output and Json: the report of a dry run."""
    ec2, s3 = client("ec2"), client("s3")
    run: dict[str, Any] = {
        **events["Run"],
        **events["Inputs"],
        "Warnings": [],
        "Problems": [],
        "AutoScaling": {},
        "Backup": "",
        "Standby": False,
    }
    found = look(ec2, s3, run)
    if run["Action"] == "Release":
        plan_release(ec2, s3, run, found)
    else:
        plan_containment(ec2, s3, run, events, found)
    opening = (run["Calls"].get("createAllAccessSecurityGroup") or [["", "", {"VpcId": ""}]])[0][2]
    where = "Standby" if run["Standby"] else "Open" if opening["VpcId"] else "Contain"
    return {
        "Run": {} if events["DryRun"] else run,
        "AutoScalingGroupName": run["AutoScaling"].get("Name", ""),
        "Key": run["Key"],
        "Next": where if run["Backup"] else "",
        "OpenVpc": opening["VpcId"],
        "OpenTags": opening.get("TagSpecifications", []),
        "Images": run["Images"],
        **(dry_run(run, found["Missing"]) if events["DryRun"] else {"Output": "", "Json": {}}),
    }
