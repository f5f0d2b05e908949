"""Puts all that Release needs into the bucket, before the first change."""

import json
from typing import Any

from shared.aws import client, insist
from shared.objects import put_backup


# New buckets block public access and enforce their owner by themselves:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
def make_bucket(s3: Any, run: dict[str, Any], arn: str, bucket: dict[str, str]) -> None:
    """Makes a private, versioned bucket that answers encrypted connections only."""
    local = {"CreateBucketConfiguration": {"LocationConstraint": run["Region"]}}
    place = {} if run["Region"] == "us-east-1" else local
    insist(s3.create_bucket, "", "BucketAlreadyOwnedByYou", Bucket=run["Bucket"], **place)
    s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Enabled"})
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
    statement = {**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(**bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Writes the backup, or the supplement to an earlier run's; an instance that is contained needs neither."""
    run, backup = events["Plan"]["Run"], events["Plan"]["Backup"]
    s3, bucket = client("s3", run["BucketRegion"]), {"Bucket": run["Bucket"], "ExpectedBucketOwner": run["AccountId"]}
    if events["BucketMissing"]:
        make_bucket(s3, run, f"arn:{events['Partition']}:s3:::{run['Bucket']}", bucket)
    if backup["Key"]:
        put_backup(s3, {**bucket, "Key": backup["Key"]}, backup["Content"])
    return {"Key": backup["Key"]}
