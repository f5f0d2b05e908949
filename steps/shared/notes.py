"""Notes of failures beside the backup, by which the report at the end can name the step and the reason."""

import json
from typing import Any

from shared.aws import client


def note_place(run: dict[str, Any]) -> tuple[dict[str, str], str]:
    """The bucket, and below which key an execution's notes lie."""
    bucket = {"Bucket": run["Bucket"], "ExpectedBucketOwner": run["AccountId"]}
    return bucket, f"{run['Key'][:-4]}failures/{run['Execution']}/"


def noted(step: str, work: Any, events: dict[str, Any]) -> dict[str, Any]:
    """Does a step's work; if it fails, notes why, and what the error's own notes say, before it fails."""
    try:
        done: dict[str, Any] = work(events)
    except Exception as error:
        run = events["Plan"]["Run"]
        bucket, prefix = note_place(run)
        note = {"Reason": f"{step}: {error}", "Left": getattr(error, "__notes__", [])}
        s3 = client("s3", run["BucketRegion"])
        s3.put_object(**bucket, Key=f"{prefix}{step}.json", Body=json.dumps(note).encode())
        raise
    return done


def read_notes(run: dict[str, Any]) -> list[dict[str, Any]]:
    """What this execution's steps noted; a note that can't be read says so itself."""
    s3, (bucket, prefix) = client("s3", run["BucketRegion"]), note_place(run)
    try:
        found = s3.list_objects_v2(**bucket, Prefix=prefix).get("Contents", [])
        return [json.loads(s3.get_object(**bucket, Key=item["Key"])["Body"].read()) for item in found]
    except Exception as error:
        return [{"Reason": f"Why a step failed could not be read: {error}", "Left": []}]
