"""How an instance stands right now, in lines for a report."""

from typing import Any

from shared.aws import client
from shared.scaling import describe_group, lifecycle_state


def interface_lines(run: dict[str, Any], interfaces: list[dict[str, Any]], own: dict[str, dict[str, str]]) -> list[str]:
    """Each interface: what its groups mean, what they were, what they are."""
    before = {interface["Id"]: interface["Groups"] for interface in run["Interfaces"]}
    lines = []
    for interface in interfaces:
        now, was, vpc = interface["Groups"], before.get(interface["Id"], []), interface["VpcId"]
        state = "as before" if now == was else "OTHER GROUPS"
        if now == [own["containment"].get(vpc)]:
            state = "contained"
        elif own["all-access"].get(vpc) in now:
            state = "OPEN TO ALL"
        lines.append(f"{interface['Id']}: {state}; before {', '.join(was) or '?'}; now {', '.join(now)}")
    return lines


def scaling_lines(run: dict[str, Any]) -> list[str]:
    """The Auto Scaling group, before and now; nothing for an instance outside any."""
    before = run["AutoScaling"]
    if not before:
        return []
    autoscaling = client("autoscaling")
    group = describe_group(autoscaling, before["AutoScalingGroupName"])
    state = lifecycle_state(autoscaling, run["InstanceId"]) or "not in the group"
    sizes = [
        f"MinSize {part.get('MinSize')}, desired capacity {part.get('DesiredCapacity')}" for part in (before, group)
    ]
    name = before["AutoScalingGroupName"]
    return [
        f"{name}: before {before['LifecycleState']}, {sizes[0]}; now {state}, {sizes[1] if group else 'group gone'}"
    ]
