"""Reads how everything stands, and writes the report of the run."""

import time
from typing import Any

from shared.aws import attempt, client
from shared.protections import MARK, PROTECTED, UNKNOWN, call_to, command_of, ending, look, unprotected
from shared.report import release_line, report

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html
NOT_PROTECTED = [
    "From its Auto Scaling group, termination protection keeps no instance: ContainEC2Instance brings it to Standby.",
    "The instance gets new sessions of its role from its metadata: take the instance profile off if it shall not."
    " A further Protect does not revoke those: release this one first.",
    "Whoever may change these settings can change them back, and delete snapshots and detached volumes.",
]


def lines_of(run: dict[str, Any], now: dict[str, str]) -> list[str]:
    """Each protection, before and now."""
    changed = run["Protections"]
    known = [f"{item}: before {it['Before']}; now {now.get(item, UNKNOWN)}" for item, it in changed.items()]
    return known + [f"{item}: {value}" for item, value in now.items() if item not in changed]


def stand(clients: dict[str, Any], run: dict[str, Any]) -> tuple[Any, dict[str, str], dict[str, str], list[str]]:
    """The instance; how each protection stands and how it should, by its name; what is wrong, or can't be read."""
    releasing, problems = run["Action"] == "Release", [*run["Problems"]]
    gone, read = "InvalidInstanceID.NotFound", clients["ec2"].describe_instances
    found = attempt(problems, "The instance can't be read", read, "", gone, InstanceIds=[run["InstanceId"]])
    instance = found["Reservations"][0]["Instances"][0] if found else {}
    if instance and instance["State"]["Name"] == "terminated":
        instance = {}
    if not instance and not releasing:
        problems.append("The instance is terminated or can't be read.")
    if not releasing:
        problems += [line for line in ending(instance) if line not in problems]
    now = look(clients, run, instance, run["Protections"], problems)
    wanted = {item: it["Before" if releasing else "After"] for item, it in run["Protections"].items()}
    # Volumes and addresses that came after the backup, too.
    wanted |= {item: value for item, value in unprotected(run, instance, now).items() if item not in wanted}
    return instance, now, wanted, problems


# An earlier Protect whose tag was taken away has not been released by this.
def held(clients: dict[str, Any], run: dict[str, Any], instance: dict[str, Any]) -> list[str]:
    """What of the instance stands as protected and is no part of the backup that is released."""
    kinds = ("TerminationProtection", "KeepVolumes", "StopOnShutdown")
    now = look(clients, {**run, "Wanted": dict.fromkeys(kinds, True)}, instance, [], [])
    others = {item: value for item, value in now.items() if item not in run["Protections"]}
    return [f"{item}: {value}" for item, value in others.items() if value == PROTECTED[item.split(" ")[0]]]


def left_alone(run: dict[str, Any]) -> list[str]:
    """What was switched off, and is not held by an earlier Protect either."""
    kinds = {item.split(" ")[0] for item in run["Protections"]}
    return [f"{kind} is false: left as it is." for kind, it in run["Wanted"].items() if not it and kind not in kinds]


def to_finish(run: dict[str, Any], now: dict[str, str], left: list[str], calls: list[Any], refused: bool) -> Any:
    """What to do about what is left, in words, and as lines to paste; `refused`: something failed, or was not read."""
    again = "Start again with the same parameters"
    again += "." if run["Action"] == "Release" else ", or with false for a protection that can't be had."
    # A call names a volume by its device, where another one may be by now.
    by_hand = [
        call for item, call in zip(left, calls, strict=True) if item in now or not item.startswith("KeepVolumes")
    ]
    if left and {*left} <= {*run["Stays"]} and not refused:
        again = (
            "What stays, somebody has changed since Protect. Where that is as it should be, nothing is left to do but"
            f" to remove the tag {MARK} of the instance."
        )
        by_hand += [run["Tag"]] if run["Tag"] else []
    return {"To finish": [again], "To finish by hand": [command_of(run, *call) for call in by_hand]}


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """The outcome, and the report as text and as JSON. Never fails because something can't be read."""
    run, notes = events["Run"], events["Notes"]
    releasing, clients = run["Action"] == "Release", {service: client(service) for service in ("ec2", "iam")}
    warnings, failed, made = [*run["Warnings"]], notes.get("Failed", []), notes.get("Made", [])
    # EC2 and IAM may show for some seconds what was before a call that went well.
    # https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
    for pause in (1, 2, 4, 8, 0):
        instance, now, wanted, problems = stand(clients, run)
        left = {item: value for item, value in wanted.items() if now.get(item) != value}
        calls = [call_to(run, item, value) for item, value in left.items()]
        late = [it for it in calls if {"Call": f"{it[0]}:{it[1]}", "Parameters": it[2]} in made]
        if not late or not pause:
            break
        time.sleep(pause)
    for item, value in left.items():
        problems.append(f"{item} {run['Stays'].get(item, f'is {now.get(item, UNKNOWN)}, not {value}.')}")
    # A call that was answered too late has worked.
    (problems if left else warnings).extend(failed)
    # A cancelled script may run on. https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
    lost = "Made" not in notes and bool(run["Todo"] or run["Tag"])
    if lost:
        said = (
            "changeProtections did not end, and may go on for up to 10 minutes: see then, by a dry run, how it stands."
        )
        (problems if left else warnings).append(said)
    sections: dict[str, list[Any]] = {
        "What failed": problems,
        "Warnings": warnings,
        "Protections": lines_of(run, now),
        "Also cut": run["AlsoCut"],
        "Calls made": ["Not known: changeProtections did not end."] if lost else made,
        "Backup": [f"s3://{run['Bucket']}/{run['Key']}"] if run["Key"] else [],
    }
    if releasing:
        title = "PROTECTION RELEASED" if made or lost else "PROTECTION RELEASED BEFORE, nothing was changed"
        sections["Still protected, and not by that Protect"] = held(clients, run, instance)
    else:
        title = "PROTECTED" if run["Todo"] else "ALREADY PROTECTED"
        sections |= {
            "To release": [release_line(run)] if run["Key"] else [],
            "Not protected": [*left_alone(run), *NOT_PROTECTED],
        }
    title += ", WITH WARNINGS" if warnings else ""
    if problems:
        title = "RELEASE OF THE PROTECTION FAILED" if releasing else "PROTECTION INCOMPLETE"
        title += f"; {len(wanted) - len(left)} of {len(wanted)} are as they should"
        sections |= to_finish(run, now, [*left], calls, len(problems) > len(left))
    return {"Outcome": "Failed" if problems else "Done", **report(run, title, sections)}
