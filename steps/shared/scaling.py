"""The Auto Scaling group: its size, and the tags that say what the runbook did to it."""

import re
from typing import Any

from shared.names import MIN_SIZE_TAG, marker_of, tags_in


def describe_group(autoscaling: Any, name: str) -> dict[str, Any]:
    """The group as DescribeAutoScalingGroups gives it; empty if it is gone."""
    groups = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return groups[0] if groups else {}


def lifecycle_state(autoscaling: Any, instance_id: str) -> str:
    """The instance's lifecycle state in its group; empty if it is in none."""
    found = autoscaling.describe_auto_scaling_instances(InstanceIds=[instance_id])["AutoScalingInstances"]
    return str(found[0]["LifecycleState"]) if found else ""


# Several contained instances of one group lower MinSize one after the other: what it was before the first is kept.
def min_sizes(group: dict[str, Any]) -> tuple[int, int]:
    """MinSize before any containment, and as the runbook last set it; the present one twice if it never did."""
    match = re.fullmatch("([0-9]{1,5})/([0-9]{1,5})", tags_in(group).get(MIN_SIZE_TAG, ""))
    return (int(match[1]), int(match[2])) if match else (group["MinSize"], group["MinSize"])


def scaling_tags(name: str, tags: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Tags as Auto Scaling takes them, kept from the instances that the group launches."""
    place = {"ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    return [{**place, **tag} for tag in tags]


# EnterStandby lowers the desired capacity by one, and is refused where that would be under MinSize.
def standby_calls(run: dict[str, Any], group: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What brings the instance to Standby, live or reported: tags, MinSize lowered by one if it must be, EnterStandby.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnterStandby.html
    """
    name, size = run["AutoScaling"]["AutoScalingGroupName"], group["MinSize"]
    tags = [marker_of(run), *run["Tags"]]
    standby = {"InstanceIds": [run["InstanceId"]], "AutoScalingGroupName": name, "ShouldDecrementDesiredCapacity": True}
    calls: list[tuple[str, dict[str, Any]]] = [("autoscaling:EnterStandby", standby)]
    if group["DesiredCapacity"] <= size:
        tags.append({"Key": MIN_SIZE_TAG, "Value": f"{min_sizes(group)[0]}/{size - 1}"})
        calls.insert(0, ("autoscaling:UpdateAutoScalingGroup", {"AutoScalingGroupName": name, "MinSize": size - 1}))
    return [("autoscaling:CreateOrUpdateTags", {"Tags": scaling_tags(name, tags)}), *calls]
