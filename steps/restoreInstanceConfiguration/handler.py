"""Gives the instance back what it had before: makes the planned calls, and proves that they did what they should."""

import time
from typing import Any

from botocore import xform_name
from shared.aws import client, insist
from shared.instance import interfaces_now
from shared.notes import noted


def wrong_interfaces(ec2: Any, run: dict[str, Any], targets: dict[str, list[str]]) -> list[str]:
    """Interfaces that do not have the groups that they were given, after a while in which EC2 may catch up."""
    wrong: list[str] = []
    for pause in (0, 0.5, 1, 2, 4):
        time.sleep(pause)
        now = {i["Id"]: i["Groups"] for i in interfaces_now(ec2, run["InstanceId"])}
        wrong = [
            f"{name} has not got its groups back" for name in targets if now.get(name, targets[name]) != targets[name]
        ]
        if not wrong:
            break
    return wrong


def work(events: dict[str, Any]) -> dict[str, Any]:
    """Restores all that can be. Fails if anything could not be, naming it, with what is left as commands."""
    run, ec2, checked = events["Plan"]["Run"], client("ec2"), False
    failed: list[str] = []
    left: list[str] = []
    targets: dict[str, list[str]] = {}
    isolated, scaling = False, True
    for entry, line in zip(events["Plan"]["Calls"], events["Plan"]["Commands"], strict=True):
        (service, operation), parameters = entry["Call"].split(":"), entry["Parameters"]
        put, delete = "NetworkInterfaceId" in parameters, operation == "DeleteSecurityGroup"
        if put:
            targets[parameters["NetworkInterfaceId"]] = parameters["Groups"]
        elif not checked:
            checked, wrong = True, wrong_interfaces(ec2, run, targets)
            failed, isolated = failed + wrong, isolated or bool(wrong)
        # Back in service, an isolated instance would fail its health check and be terminated, and half of the calls
        # for a group may start instances. The containment's groups stay while there is work left for a further run.
        if (service == "autoscaling" and (isolated or not scaling)) or (delete and failed):
            left.append(line)
            continue
        api = client(service, run["BucketRegion"] if service == "s3" else None)
        retry, done = ("DependencyViolation", "InvalidGroup.NotFound") if delete else ("", "")
        try:
            insist(getattr(api, xform_name(operation)), retry, done, **parameters)
        except Exception as error:
            failed.append(f"{operation} failed: {error}")
            left.append(line)
            isolated, scaling = isolated or put, scaling and service != "autoscaling"
    if failed or events["Plan"]["Problems"]:
        failure = RuntimeError("Not everything was restored. " + ". ".join([*failed, *events["Plan"]["Problems"]]))
        for line in left:
            failure.add_note(line)
        raise failure
    return {"Output": f"{len(events['Plan']['Calls'])} calls made"}


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Whether anything had to be changed."""
    return noted("restoreInstanceConfiguration", work, events)
