"""Brings the instance to Standby, so that its group does not terminate the evidence when health checks fail."""

import sys
from typing import Any

from botocore import xform_name
from shared.aws import attempt, client


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Makes the calls; if the last one fails, MinSize is put back. Fails with what was refused, which keeps nothing
    from being isolated: the step is not critical. Draining behind a load balancer is not waited for."""
    autoscaling, run, done = client("autoscaling"), events["Run"], {}
    refused: list[str] = []
    calls = run["Calls"]["modifyAutoScalingGroup"]
    for _, operation, given in calls:
        change = getattr(autoscaling, xform_name(operation))
        # Once more: where the mark is missing and the run dies, the next one takes Standby for the owner's will.
        done = attempt([], "", change, **given) or attempt(refused, f"{operation} failed", change, **given)
    if not done and len(calls) > 2:
        # A call that was answered too late may have worked.
        found = attempt(refused, "State", autoscaling.describe_auto_scaling_instances, InstanceIds=[run["InstanceId"]])
        if found and "Standby" not in str([it["LifecycleState"] for it in found["AutoScalingInstances"]]):
            back = {"AutoScalingGroupName": run["AutoScaling"]["Name"], "MinSize": events["MinSize"]}
            attempt(refused, "MinSize is not put back", autoscaling.update_auto_scaling_group, **back)
    if refused:
        sys.tracebacklimit = 0
        raise RuntimeError("; ".join(refused))
    return {}
