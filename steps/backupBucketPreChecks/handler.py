"""Checks that the bucket is private, before a backup is put there or taken from it."""

from typing import Any

from shared.aws import client, code_of
from shared.refuse import refuse

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


# With all four, neither an ACL nor a policy can let the public in:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Missing: whether the bucket does not exist. Warnings: what could not be checked; whether the backup can be written,
    writing it tells. Refuses a bucket that others may read or write."""
    name, owner = events["Bucket"], events["AccountId"]
    warnings, known = [], []
    bucket = {"Bucket": name, "ExpectedBucketOwner": owner}
    for service, given in (("s3", bucket), ("s3control", {"AccountId": owner})):
        try:
            known.append(client(service).get_public_access_block(**given)["PublicAccessBlockConfiguration"])
        except Exception as error:
            if code_of(error) == "NoSuchBucket" and events["Action"] == "Contain":
                return {"Missing": True, "Warnings": []}
            if code_of(error) == "NoSuchBucket":
                refuse(f"There is no bucket {name}. Give S3BucketName as Contain reported it.")
            if code_of(error) != "NoSuchPublicAccessBlockConfiguration":
                warnings.append(f"Whether {name} is private can't be checked: {str(error)[:300]}")
    off = [block for block in BLOCKS if not any(each.get(block) for each in known)]
    if off and not warnings:
        refuse(
            f"Others may read or write the bucket {name}: {', '.join(off)} set neither on it nor on the account. Set all"
            " four (aws s3api put-public-access-block) or give another bucket."
        )
    return {"Missing": False, "Warnings": warnings}
