"""Gives the instance back what it had before: makes the planned calls."""

from typing import Any

from botocore import xform_name
from shared.aws import client, insist
from shared.notes import noted


def work(events: dict[str, Any]) -> dict[str, Any]:
    """Restores all that can be. Fails if anything could not be, naming it, with what is left as commands."""
    plan = events["Plan"]
    failed: list[str] = []
    left: list[str] = []
    isolated, scaling = False, True
    for entry, line in zip(plan["Calls"], plan["Commands"], strict=True):
        (service, operation), parameters = entry["Call"].split(":"), entry["Parameters"]
        put, delete = "NetworkInterfaceId" in parameters, operation == "DeleteSecurityGroup"
        # Back in service, an isolated instance would fail its health check and be terminated, and half of the calls
        # for a group may start instances. The containment's groups stay while there is work left for a further run.
        if (service == "autoscaling" and (isolated or not scaling)) or (delete and failed):
            left.append(line)
            continue
        api = client(service, plan["Run"]["BucketRegion"] if service == "s3" else None)
        absent = "InvalidGroup.NotFound"
        retry, done = ("DependencyViolation", absent) if delete else (absent, "")
        try:
            insist(getattr(api, xform_name(operation)), retry, done, **parameters)
        except Exception as error:
            failed.append(f"{operation} failed: {error}")
            left.append(line)
            isolated, scaling = isolated or put, scaling and service != "autoscaling"
    if failed or plan["Problems"]:
        failure = RuntimeError("Not everything was restored. " + ". ".join([*failed, *plan["Problems"]]))
        for line in left:
            failure.add_note(line)
        raise failure
    return {"Output": f"{len(plan['Calls'])} calls made"}


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Whether anything had to be changed."""
    return noted("restoreInstanceConfiguration", work, events)
