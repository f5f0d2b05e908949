"""Reading a backup: refused unless it is whole and belongs to the instance."""

import json
import re
from typing import Any

from shared.aws import code_of
from shared.objects import checksum, get_object

# What a run adds to its backup: where it is. It is not written to the bucket.
HERE = ("Bucket", "BucketRegion", "Execution", "Role", "Document")


def fault_of(backup: dict[str, Any], events: dict[str, Any]) -> str:
    """Why a backup can't be used for this instance; empty if it can."""
    if backup["FormatVersion"] != "1":
        return "this runbook reads format version 1 only"
    if backup["Checksum"] != checksum(backup):
        return "its checksum does not fit its content: it was changed or cut short"
    for name in ("AccountId", "Region", "InstanceId"):
        if backup[name] != events[name]:
            return f"it belongs to {name} {backup[name]}, not {events[name]}"
    ids = [name for interface in backup["Interfaces"] for name in (interface["Id"], *interface["Groups"])]
    maps = (backup["AutoScaling"], backup["TagsBefore"], backup["Rules"]["containment"], *backup["Tags"])
    fine = re.fullmatch("(-[0-9a-f-]{36})?", backup["GroupSuffix"]) and all(isinstance(part, dict) for part in maps)
    fine = fine and all(interface["Groups"] for interface in backup["Interfaces"])
    return (
        "" if fine and all(re.fullmatch("(eni|sg)-[0-9a-f]{8,17}", name) for name in ids) else "it names what can't be"
    )


def load_backup(s3: Any, events: dict[str, Any], key: str) -> dict[str, Any]:
    """One backup that belongs to the instance and is whole. Raises ValueError with the reason if it is not."""
    place = {"Bucket": events["Bucket"], "Key": key, "ExpectedBucketOwner": events["AccountId"]}
    try:
        backup: dict[str, Any] = json.loads(get_object(s3, place))
        fault = fault_of(backup, events)
    except Exception as error:
        if code_of(error) != "NoSuchKey" and not isinstance(error, ValueError | KeyError | TypeError | RecursionError):
            raise
        fault = "there is none, give the key that Contain reported" if code_of(error) else "it is not a whole backup"
    if fault:
        raise ValueError(f"The backup s3://{events['Bucket']}/{key} can't be used: {fault}. Nothing was changed.")
    return backup


def load_run(s3: Any, events: dict[str, Any], key: str) -> dict[str, Any]:
    """A backup joined with its supplements, which describe what came later and win, and with where the run is."""
    run = load_backup(s3, events, key)
    place = {"Bucket": events["Bucket"], "ExpectedBucketOwner": events["AccountId"]}
    found = s3.list_objects_v2(**place, Prefix=f"{key[:-4]}supplement-").get("Contents", [])
    keys = sorted(item["Key"] for item in found)
    interfaces = {interface["Id"]: interface for interface in run["Interfaces"]}
    for supplement in [load_backup(s3, events, name) for name in keys]:
        interfaces |= {interface["Id"]: interface for interface in supplement["Interfaces"]}
        run["AutoScaling"] = supplement["AutoScaling"] or run["AutoScaling"]
        run["TagsBefore"] = {**supplement["TagsBefore"], **run["TagsBefore"]}
    run["Interfaces"] = [interfaces[name] for name in sorted(interfaces)]
    return {**run, **{name: events[name] for name in HERE}, "Key": key, "Supplements": keys}
