"""Puts all that Release needs into the bucket, before the first change."""

from typing import Any

from botocore import xform_name
from shared.aws import client, insist
from shared.backup import HERE
from shared.objects import put_backup


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Makes the bucket if it is missing; writes the backup, or the supplement to an earlier run's. An instance that
    is contained needs neither."""
    run, backup = events["Plan"]["Run"], events["Plan"]["Backup"]
    s3, bucket = client("s3", run["BucketRegion"]), {"Bucket": run["Bucket"], "ExpectedBucketOwner": run["AccountId"]}
    for entry in events["Plan"]["Calls"]:
        operation = entry["Call"].split(":")[1]
        if entry["Step"] == "backupInstanceSecurityGroups" and operation != "PutObject":
            insist(getattr(s3, xform_name(operation)), "", "BucketAlreadyOwnedByYou", **entry["Parameters"])
    if backup["Key"]:
        whole = {name: run[name] for name in run if name not in (*HERE, "Key", "Supplements")}
        put_backup(s3, {**bucket, "Key": backup["Key"]}, backup["Content"] or whole)
    return {}
