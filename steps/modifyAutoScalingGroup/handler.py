"""Brings the instance to Standby, so that its group does not terminate the evidence when health checks fail."""

from typing import Any

from botocore import xform_name
from shared.aws import client
from shared.notes import noted
from shared.scaling import describe_group, lifecycle_state


def work(events: dict[str, Any]) -> dict[str, Any]:
    """Makes the planned calls, unless the instance is in Standby already. If that fails, MinSize is put back.

    Draining behind a load balancer may take minutes. The isolation does not wait for it.
    """
    autoscaling, run, size = client("autoscaling"), events["Plan"]["Run"], events["MinSize"]
    if lifecycle_state(autoscaling, run["InstanceId"]) != "InService":
        return {}
    try:
        for entry in events["Plan"]["Calls"]:
            if entry["Step"] == "modifyAutoScalingGroup":
                getattr(autoscaling, xform_name(entry["Call"].split(":")[1]))(**entry["Parameters"])
    except Exception:
        # A call that was answered too late may have worked.
        if "Standby" in lifecycle_state(autoscaling, run["InstanceId"]):
            return {}
        name = run["AutoScaling"]["AutoScalingGroupName"]
        group = describe_group(autoscaling, name)
        if group["MinSize"] < size <= group["DesiredCapacity"]:
            autoscaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=size)
        raise
    return {}


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Puts out nothing: the report at the end reads the state again."""
    return noted("modifyAutoScalingGroup", work, events)
