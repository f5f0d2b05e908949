"""Looks at the instance, its volumes, addresses and role, and finds out what is to be done. Changes nothing."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.aws import attempt, client
from shared.backup import key_of_backup, load, sealed
from shared.instance import instance_of
from shared.protections import (
    MARK,
    NONE,
    UNKNOWN,
    call_to,
    ending,
    executions_of,
    look,
    mark_of,
    mark_to,
    places_of,
    protections_of,
    unprotected,
    writer_of,
)
from shared.refuse import refuse
from shared.report import report


def load_protections(s3: Any, run: dict[str, Any], key: str) -> tuple[dict[str, Any], str]:
    """The backup of a Protect with a key, and the empty string; or why it can't be used."""
    backup, fault = load(s3, run, key)
    if backup and not protections_of(backup):
        backup, fault = {}, f"s3://{run['Bucket']}/{key} is no backup of ProtectEC2Evidence"
    return backup, fault and f"{fault}."


def fault_of_origin(ssm: Any, run: dict[str, Any], bucket: str, key: str) -> str:
    """Why a backup counts for none that an execution of this document has written; empty if it has."""
    try:
        if writer_of(ssm, run, bucket, key)[1]:
            return ""
    except Exception as error:
        kind = getattr(error, "response", {}).get("Error", {}).get("Code") or type(error).__name__
        # A further Protect that did not know the first would take its state for that of before. A forged name has no
        # execution, or is none that the service, or boto3 for it, takes; or it is of another document.
        if not re.search("NotFound|Validation|KeyError", kind) and run["Action"] != "Release":
            refuse(
                f"The tag {MARK} of the instance names s3://{bucket}/{key}, and whether an earlier Protect wrote"
                f" that can't be found out: {error}. Let the role call ssm:GetAutomationExecution, or remove the tag if"
                " you know that it is forged, and start again."
            )
        return f"its execution can't be read: {error}."
    return "no execution of this document has written it."


# A service that refuses or does not answer: what is at the key is not known then. Nothing there, or something else, is
# an answer.
UNREAD = r"\((?!NoSuch|404)[\w.]+\) when calling|endpoint URL|response stream|bytes expected"


def marked(s3: Any, run: dict[str, Any], instance: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """The bucket, the key and the backup of the last Protect, which the instance's tag names; none, a warning, and the
    tag's value as Ignored, where the tag is not to be trusted."""
    value, bucket, key = mark_of(instance)
    run["Seen"] = value
    if value in ("", f"s3://{run['Bucket']}/{run['Key']}"):
        return "", "", {}
    # Another bucket is read only where Systems Manager says that an earlier Protect used it.
    fault = fault_of_origin(client("ssm"), run, bucket, key) if bucket != run["Bucket"] else ""
    backup: dict[str, Any] = {}
    if not fault:
        backup, fault = load_protections(s3, {**run, "Bucket": bucket}, key)
        unread = re.search(UNREAD, fault)
        if not fault or unread:
            origin = fault_of_origin(client("ssm"), run, bucket, key)
            if unread and not origin and run["Action"] != "Release":
                refuse(
                    f"The state before an earlier Protect is in a backup that can't be read now. {fault} Start again"
                    f" when it can; or remove the tag {MARK} of the instance, and that Protect is not given back by a"
                    " Release."
                )
            fault = fault or origin
    if fault:
        run["Ignored"] = value
        run["Warnings"].append(
            f"The tag {MARK} of the instance says {value}, which does not count: {fault} If an earlier Protect"
            " wrote it, release with that key too."
        )
        return "", "", {}
    return bucket, key, backup


CUT_OFF = ("Cancelled", "TimedOut")


# Nobody knows whether a script that is cancelled runs on to its end; it has 10 minutes.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
def goes_on(ssm: Any, run: dict[str, Any], key: str) -> tuple[str, str]:
    """The status of the execution that wrote a backup, and until when, since this one began, it may change something:
    a time, `its end` where it has not ended, empty if it is over or can't be read."""
    try:
        mine, other = executions_of(ssm, run, key)
    except Exception as error:
        print(f"Whether the execution that wrote {key} has ended can't be read: {error}")
        return "", ""
    status = str(other["AutomationExecutionStatus"])
    if "ExecutionEndTime" not in other:
        return status, "its end"
    until = other["ExecutionEndTime"] + timedelta(minutes=10 if status in CUT_OFF else 0)
    return status, f"{until:%H:%M} UTC" if until > mine["ExecutionStartTime"] else ""


def role_of(iam: Any, instance: dict[str, Any], failed: list[str]) -> str:
    """The name of the instance's role; empty if it has none."""
    profile = instance.get("IamInstanceProfile", {}).get("Arn", "").split("/")[-1]
    read = iam.get_instance_profile
    found = attempt(failed, "The instance's role can't be read", read, InstanceProfileName=profile) if profile else {}
    roles = found.get("InstanceProfile", {}).get("Roles", [])
    return str(roles[0]["RoleName"]) if roles else ""


def to_change(
    run: dict[str, Any], instance: dict[str, Any], now: dict[str, str], kept: dict[str, Any], own: str
) -> dict[str, str]:
    """What is not yet as it should, with how it should. Sessions are revoked by a policy of this run's own, and by none
    where that of an earlier run holds."""
    revoked = any(item.rpartition(" ")[0] == own.rpartition(" ")[0] for item in kept)
    return {
        item: should
        for item, should in unprotected(run, instance, now).items()
        if item not in kept and (not item.startswith("RevokeSessions") or (item == own and not revoked))
    }


def plan_protect(s3: Any, clients: dict[str, Any], run: dict[str, Any], instance: dict[str, Any]) -> None:
    """Adds to the run what is to be protected: Todo, Protections (with those of an earlier Protect that still hold),
    Backup (its text; empty where nothing is to be changed), Key, Tag (the call that marks the instance)."""
    problems = run["Problems"]
    problems.extend(ending(instance))
    bucket, key, earlier = marked(s3, run, instance)
    kept = protections_of(earlier)
    role = role_of(clients["iam"], instance, problems) if run["Wanted"]["RevokeSessions"] else ""
    own = f"RevokeSessions {role} ProtectEC2Evidence-{run['Execution']}" if role else ""
    now = look(clients, run, instance, [*kept, *([own] if own else [])], problems)
    # What an earlier Protect has changed and nobody since: it alone knows the state of before. That of what can't be
    # read is not lost either, nor what that Protect, if it goes on, may change yet; nor its policy, which IAM may not
    # show so soon, or somebody has changed: only its name leads to it.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
    status, until = goes_on(client("ssm"), run, key) if key else ("none", "")
    beside = until or not status
    unsure = {item: it for item, it in kept.items() if beside or item not in now or item.startswith("RevokeSessions")}
    kept = {item: it for item, it in kept.items() if now.get(item) == it["After"]}
    run["Todo"] = to_change(run, instance, now, kept, own)
    if own not in run["Todo"]:
        now.pop(own, "")
    fresh = {item: {"Before": now[item], "After": should} for item, should in run["Todo"].items()}
    run["Protections"] = {**kept, **fresh}
    run["Now"] = now
    if not fresh:
        run["Bucket"], run["Key"] = bucket or run["Bucket"], key
        return
    backup = {
        **{name: run[name] for name in ("AccountId", "Region", "InstanceId")},
        "Protections": {**unsure, **run["Protections"]},
        "FormatVersion": "1",
        "ExecutionId": run["Execution"],
        "CreatedAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Supersedes": [key, *earlier["Supersedes"]] if key else [],
        "Ignored": run["Ignored"] or earlier.get("Ignored", ""),
        # A containment's part, of which there is nothing here: there is one reader of backups.
        **{"Interfaces": {}, "AutoScaling": {}, "Tags": [], "Tagged": []},
    }
    run["Key"], run["Backup"] = sealed(run["Key"], backup)
    place = {"Bucket": run["Bucket"], "ExpectedBucketOwner": run["AccountId"], "Key": run["Key"]}
    run["Calls"] = {"backupInstanceSecurityGroups": [["s3", "PutObject", {**place, "ChecksumAlgorithm": "SHA256"}]]}
    run["Tag"] = ["ec2", "CreateTags", {"Resources": [run["InstanceId"]], "Tags": [mark_to(run)]}]


def why_not(it: dict[str, str], item: str, value: str, now: dict[str, str], instance: dict[str, Any]) -> str:
    """Why a protection can't, or must not, be given back; empty if it can."""
    if value != it["After"]:
        return f"is {value}, not {it['After']} as Protect left it: it stays."
    place = it["Before"]
    if item.startswith("DisassociateElasticIps") and place != NONE:
        if place not in places_of(instance):
            return f"can't go back to {place}: the instance has that no more."
        if place in now.values():
            return f"can't go back to {place}, which has another Elastic IP."
    return ""


def plan_release(s3: Any, clients: dict[str, Any], run: dict[str, Any], instance: dict[str, Any]) -> None:
    """Adds to the run what is to be given back: Todo, Protections, Stays (why one can't be, by name), Tag."""
    backup, fault = load_protections(s3, run, run["Key"])
    if fault:
        refuse(fault)
    status, until = goes_on(client("ssm"), run, run["Key"])
    if until == "its end":
        refuse("The Protect that wrote that backup has not ended. Wait for its end, or cancel it, and start again.")
    if until and status in CUT_OFF:
        run["Warnings"].append(
            f"The Protect that wrote that backup was {status}, and its script may go on until {until}: release again"
            " then."
        )
    bucket, key, latest = marked(s3, run, instance)
    if run["Key"] in latest.get("Supersedes", []):
        refuse(
            f"{run['Key']} is of an older Protect. The one that holds has {key}: give that as S3PrefixName, and"
            f" {bucket} as S3BucketName."
        )
    if key:
        run["Warnings"].append(f"Another Protect holds, with the backup s3://{bucket}/{key}: release that too.")
    if ignored := backup.get("Ignored"):
        run["Warnings"].append(
            f"At that Protect the instance's tag named {ignored}, which did not count. If an earlier Protect wrote it,"
            " release with that key too."
        )
    known = protections_of(backup)
    now = look(clients, run, instance, known, run["Problems"])
    for item, it in known.items():
        value = now.get(item, UNKNOWN)
        why = why_not(it, item, value, now, instance) if value != it["Before"] else ""
        if why and not instance and not item.startswith("RevokeSessions"):
            still = " The volume, where it was kept, is still there." if item.startswith("KeepVolumes") else ""
            run["Warnings"].append(f"{item} went with the instance.{still}")
            continue
        run["Protections"][item] = it
        if why:
            run["Stays"][item] = why
        elif value != it["Before"]:
            run["Todo"][item] = it["Before"]
    run["Now"] = now
    mark = mark_to(run)
    if mark in instance.get("Tags", []):
        run["Tag"] = ["ec2", "DeleteTags", {"Resources": [run["InstanceId"]], "Tags": [mark]}]


# A role may be that of thousands of instances, and a step returns 100 KB.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
LISTED = 50


def cut_too(ec2: Any, run: dict[str, Any], instance: dict[str, Any]) -> list[str]:
    """The other instances whose sessions are revoked, and that there may be more."""
    roles = [item.split(" ")[1] for item, should in run["Todo"].items() if should == run["RevokeOlder"]]
    if not roles or run["Action"] == "Release":
        return []
    unread: list[str] = []
    living = ["pending", "running", "shutting-down", "stopping", "stopped"]
    wanted = {"iam-instance-profile.arn": [instance["IamInstanceProfile"]["Arn"]], "instance-state-name": living}
    filters = [{"Name": name, "Values": values} for name, values in wanted.items()]
    found = attempt(unread, "Which instances have the role can't be read", ec2.describe_instances, Filters=filters)
    run["Warnings"].extend(unread)
    ids = {it["InstanceId"] for each in found.get("Reservations", []) for it in each["Instances"]}
    others = sorted(ids - {run["InstanceId"]})
    named = ", ".join(others[:LISTED]) or "no other instance in this Region"
    if len(others) > LISTED:
        named += f" and {len(others) - LISTED} more"
    named = "instances that can't be read" if unread else named
    return [f"The sessions of {roles[0]}, of whatever has that role: by the same instance profile, {named}."]


def dry_run(run: dict[str, Any]) -> dict[str, Any]:
    """The report of what the real run would change, with every call that it would make."""
    change = [("changeProtections", call_to(run, item, value)) for item, value in run["Todo"].items()]
    tag = [("changeProtections", run["Tag"])] if run["Tag"] else []
    record = [("writeProtectionBackup", call) for each in run["Calls"].values() for call in each]
    # Marked before the changes, and for as long as one is left.
    calls = [*change, *([] if run["Stays"] else tag)] if run["Action"] == "Release" else [*record, *tag, *change]
    listed: list[Any] = [
        {"Step": step, "Call": f"{service}:{operation}", "Parameters": given}
        for step, (service, operation, given) in calls
    ]
    sections: dict[str, list[Any]] = {
        "What changes": [f"{item}: from {run['Now'][item]} to {value}" for item, value in run["Todo"].items()],
        "What stays": [f"{item}: {value}" for item, value in run["Now"].items() if item not in run["Todo"]],
        "Also cut": run["AlsoCut"],
        "Warnings": run["Warnings"],
        "What can't be done": [*run["Problems"], *(f"{item} {why}" for item, why in run["Stays"].items())],
        "Calls that would be made": listed or ["none: there is nothing to do"],
        "Backup": [f"s3://{run['Bucket']}/{run['Key']}"] if run["Key"] else [],
    }
    return report(run, f"DRY RUN OF {run['Action'].upper()}, nothing was changed", sections)


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Run: all that later steps need to know. Key: the backup's. Output and Json: the report of a dry run."""
    # The policy is put some steps later: what is issued until then is cut too.
    older = f"older than {datetime.now(UTC) + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
    run: dict[str, Any] = {
        **events["Run"],
        **{"Warnings": [*events["Warnings"]], "Problems": [], "RevokeOlder": older, "Associations": {}},
        **{"Backup": "", "Calls": {}, "Tag": [], "Seen": "", "Ignored": "", "Todo": {}, "Protections": {}, "Stays": {}},
    }
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-document-script-considerations.html
    if not run["Role"]:
        refuse("AutomationAssumeRole is empty: scripts may call AWS with a role only. Give its ARN.")
    if run["Action"] != "Release" and not any(run["Wanted"].values()):
        refuse(f"There is nothing to protect: {', '.join(run['Wanted'])} are all false. Give true for one at least.")
    run["Key"] = key_of_backup(events["Prefix"], run["Execution"], run["Action"])
    clients = {service: client(service) for service in ("ec2", "iam")}
    instance = instance_of(clients["ec2"], run)
    if run["Action"] == "Release":
        run["Wanted"] = dict.fromkeys(run["Wanted"], False)
        plan_release(client("s3"), clients, run, instance)
    else:
        plan_protect(client("s3"), clients, run, instance)
    run["AlsoCut"] = cut_too(clients["ec2"], run, instance)
    written = dry_run(run) if events["DryRun"] else {"Output": "", "Json": {}}
    return {"Run": {} if events["DryRun"] else run, "Key": run["Key"], **written}
