"""Puts all that Release needs into the bucket, before the first change, and reads it back."""

from typing import Any

from botocore import xform_name
from shared.aws import attempt, client
from shared.refuse import refuse


# A runtime's boto3 may be older than the parameter IfNoneMatch, which is of August 2024. The header always works:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
def only_if_free(**request: Any) -> None:
    """Makes a PUT fail where the key has an object already."""
    request["params"]["headers"]["If-None-Match"] = "*"


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Warnings: settings of a new bucket that S3 did not take. What is contained as asked needs no backup."""
    s3, run = client("s3"), events["Run"]
    failed: list[str] = []
    if not run["Backup"]:
        return {"Warnings": failed}
    body = run["Backup"].encode()
    s3.meta.events.register("before-call.s3.PutObject", only_if_free)
    for _, operation, given in run["Calls"]["backupInstanceSecurityGroups"]:
        method = getattr(s3, xform_name(operation))
        if operation == "PutObject":
            # Without its tag where that is refused. A PUT that was answered too late has written the object; reading it
            # back tells.
            for tag in ("", "Tagging"):
                if failed or not tag:
                    given.pop(tag, "")
                    attempt(failed, operation, method, "NoSuchBucket", "PreconditionFailed", **given, Body=body)
            place = {name: given[name] for name in ("Bucket", "Key", "ExpectedBucketOwner")}
            read = attempt(failed, "GetObject", s3.get_object, "NoSuchBucket", **place)
        elif events["Missing"]:
            attempt(failed, operation, method, "OperationAborted NoSuchBucket", "BucketAlreadyOwnedByYou", **given)
    if not read or read["Body"].read() != body:
        refuse(
            f"The backup s3://{run['Bucket']}/{run['Key']} can't be written and read back: {'; '.join(failed)}."
            " Give another bucket."
        )
    return {"Warnings": failed}
