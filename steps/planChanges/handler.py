"""Finds out what a containment or a release has to do, for the run and for the report of a dry run. Changes nothing."""

from typing import Any

from shared.aws import client
from shared.commands import command, release_command
from shared.containing import plan_containment
from shared.instance import interfaces_now
from shared.names import backup_uri
from shared.report import report
from shared.restoring import plan_restore


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Plan: Run (the containment), Backup, Groups, Calls in their order, Commands (to undo, or to release, by hand),
    Problems. Output and Json are the report of a dry run."""
    events |= events["Inputs"]
    ec2, s3 = client("ec2"), client("s3", events["BucketRegion"])
    interfaces = interfaces_now(ec2, events["InstanceId"])
    plan = (plan_restore if events["Action"] == "Release" else plan_containment)(ec2, s3, events, interfaces)
    run, problems = plan["Run"], plan["Problems"]
    now = [f"{i['Id']} in {i['VpcId']}: {', '.join(i['Groups'])}" for i in interfaces]
    calls = [{"Step": step, "Call": call, "Parameters": p} for step in plan["Calls"] for call, p in plan["Calls"][step]]
    found = {
        "Key": run["Key"],
        "ImageNeeded": "createImage" in plan["Calls"],
    }
    # What a script puts out is at most 100 KB: a dry run needs the report alone, a live one the plan.
    if events["DryRun"]:
        sections: dict[str, list[Any]] = {
            "Now": now,
            "Calls that would be made": [*calls] or ["none: there is nothing to do"],
            "What can't be done": problems,
            "Backup": [backup_uri(run)],
        }
        return {
            **found,
            "Plan": {},
            **report(run, f"DRY RUN OF {events['Action'].upper()}, nothing was changed", sections),
        }
    return {
        **found,
        "Output": "",
        "Json": {},
        "Plan": {
            "Run": run,
            "Backup": plan.get("Backup", {}),
            "Groups": plan.get("Groups", {}),
            "Uri": backup_uri(run),
            "Calls": calls,
            "Commands": [command(run["Region"], call, parameters) for call, parameters in plan["Undo"]],
            "Problems": problems,
            "Release": release_command(run),
        },
    }
