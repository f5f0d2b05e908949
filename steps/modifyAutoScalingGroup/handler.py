"""Brings the instance to Standby, so that its group does not terminate the evidence when health checks fail."""

from typing import Any

from botocore import xform_name
from shared.aws import attempt, client


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Notes. Makes the calls; if the last one fails, MinSize is put back. Nothing here keeps the instance from being
    isolated, and draining behind a load balancer is not waited for."""
    autoscaling, run, done = client("autoscaling"), events["Run"], {}
    warnings: list[str] = []
    for _, operation, given in run["Calls"]["modifyAutoScalingGroup"]:
        done = attempt(warnings, f"{operation} failed", getattr(autoscaling, xform_name(operation)), **given)
    if not done and len(run["Calls"]["modifyAutoScalingGroup"]) > 2:
        # A call that was answered too late may have worked.
        found = attempt(warnings, "State", autoscaling.describe_auto_scaling_instances, InstanceIds=[run["InstanceId"]])
        if found and "Standby" not in str(found):
            back = {"AutoScalingGroupName": run["AutoScaling"]["Name"], "MinSize": events["MinSize"]}
            attempt(warnings, "MinSize is not put back", autoscaling.update_auto_scaling_group, **back)
    return {"Notes": {"Warnings": warnings}}
