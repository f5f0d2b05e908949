"""The Auto Scaling group: its MinSize over several containments of its members, and the calls that change it."""

import re
from typing import Any

MIN_SIZE_TAG = "ContainEC2Instance:MinSize"


def tags_of(group: dict[str, Any]) -> dict[str, str]:
    """The group's tags: their values by their keys."""
    return {tag["Key"]: tag["Value"] for tag in group.get("Tags", [])}


def in_standby(group: dict[str, Any]) -> set[str]:
    """The members that are in Standby, or on their way there."""
    return {each["InstanceId"] for each in group["Instances"] if "Standby" in each["LifecycleState"]}


# Anybody may write the tag: it counts only as far as members in Standby can explain it, each of which lowered MinSize
# by one at most, or up to what a sealed backup has recorded, and only while MinSize is what the runbook set last.
def owners_min_size(group: dict[str, Any], recorded: int = 0) -> int:
    """MinSize as the group's owner set it last, before the runbook lowered it for members that it contained."""
    now = int(group["MinSize"])
    match = re.fullmatch("([0-9]{1,5})/([0-9]{1,5})", tags_of(group).get(MIN_SIZE_TAG, ""))
    if match and int(match[2]) == now < int(match[1]) <= max(recorded, now + len(in_standby(group))):
        return int(match[1])
    return now


def tag_call(name: str, tags: list[dict[str, str]]) -> list[Any]:
    """Tags the group, but not the instances that it launches."""
    place = {"ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    return ["autoscaling", "CreateOrUpdateTags", {"Tags": [{**place, **tag} for tag in tags]}]
