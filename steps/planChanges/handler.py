"""Finds out what a containment or a release has to do, for the run and for the report of a dry run. Changes nothing."""

from typing import Any

from shared.aws import client
from shared.commands import command, release_command
from shared.containing import plan_containment
from shared.instance import interfaces_now
from shared.names import backup_uri
from shared.restoring import plan_restore


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Run (the containment), Backup, Calls in their order, Commands (to undo, or to release, by hand), Problems."""
    ec2, s3 = client("ec2"), client("s3", events["BucketRegion"])
    interfaces = interfaces_now(ec2, events["InstanceId"])
    plan = (plan_restore if events["Action"] == "Release" else plan_containment)(ec2, s3, events, interfaces)
    run = plan["Run"]
    return {
        "Run": run,
        "Backup": plan.get("Backup", {}),
        "Uri": backup_uri(run),
        "Now": [f"{i['Id']} in {i['VpcId']}: {', '.join(i['Groups'])}" for i in interfaces],
        "Calls": [{"Call": call, "Parameters": parameters} for call, parameters in plan["Calls"]],
        "Commands": [command(run["Region"], call, parameters) for call, parameters in plan["Undo"]],
        "Problems": plan.get("Problems", []),
        "Release": release_command(run),
    }
