"""Gives the instance back what it had before the containment."""

import json
import shlex
from typing import Any

from botocore import xform_name
from shared.aws import attempt, client, side_by_side
from shared.instance import put_groups

# What a call that has nothing left to do answers: a group that is gone, a backup that is.
DONE = "InvalidGroup.NotFound NoSuchKey MethodNotAllowed"


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Notes: Made (calls), Problems (why one failed), Left (commands for those that failed or had to wait)."""
    run = events["Run"]
    calls = run["Calls"]
    made: list[list[Any]] = []
    left: list[list[Any]] = []
    problems: list[str] = []
    clients = {service: client(service) for service in ("ec2", "autoscaling", "s3")}

    def make(service: str, operation: str, given: dict[str, Any]) -> None:
        failed: list[str] = []
        method = getattr(clients[service], xform_name(operation))
        attempt(failed, operation, method, "DependencyViolation", DONE, **given)
        problems.extend(failed)
        (left if failed else made).append([service, operation, given])

    def together(some: list[Any], waits: Any) -> None:
        if waits:
            left.extend(some)
        else:
            side_by_side(*((make, *call) for call in some))

    bad = put_groups(clients["ec2"], run["Put"], problems, "InvalidGroup.NotFound")
    for name, groups in run["Put"].items():
        put = ["ec2", "ModifyNetworkInterfaceAttribute", {"NetworkInterfaceId": name, "Groups": groups}]
        (left if name in bad else made).append(put)
    # Back in service, an isolated instance would fail its health check and be terminated; and half of the calls for its
    # group may start instances. The runbook's groups stay while an interface is on them.
    bad |= {name for name, it in run["Interfaces"].items() if it["Own"]} - run["Put"].keys()
    for call in calls["scaling"]:
        together([call], left or bad)
    together(calls["tags"], ())
    together(calls["groups"], bad)
    # The tags by which a release finds the others go last, and stay while anything does: the next one goes on by them.
    together(calls["marks"], left)
    lines = [
        f"aws --region {run['Region']} {service.replace('s3', 's3api')} {xform_name(operation, '-')} --cli-input-json"
        f" {shlex.quote(json.dumps(given))}"
        for service, operation, given in left
    ]
    listed = [{"Call": f"{service}:{operation}", "Parameters": given} for service, operation, given in made]
    return {"Notes": {"Made": listed, "Problems": problems, "Left": lines}}
