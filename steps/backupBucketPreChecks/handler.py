"""Checks that the bucket is private, before a backup is put there or taken from it."""

from typing import Any

from shared.aws import attempt, client, side_by_side
from shared.refuse import refuse

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


# With all four, neither an ACL nor a policy can let the public in:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Missing: whether the bucket does not exist. Warnings: what could not be checked; whether the backup can be
    written, writing it tells. Refuses a bucket that others may read or write."""
    name, owner = events["Bucket"], events["AccountId"]
    s3, bucket = client("s3"), {"Bucket": name, "ExpectedBucketOwner": owner}
    of_bucket: list[str] = []
    of_account: list[str] = []

    def read(failed: list[str], api: Any, given: dict[str, str]) -> Any:
        what, none = f"Whether {name} is private can't be checked", "NoSuchPublicAccessBlockConfiguration"
        return attempt(failed, what, api.get_public_access_block, "", none, **given)

    known = side_by_side(
        (read, of_bucket, s3, bucket),
        (read, of_account, client("s3control"), {"AccountId": owner}),
    )
    if of_bucket:
        # Tells where the other call is refused, too. The answer to a HEAD has no text: its code is its number.
        attempt(of_bucket, "HeadBucket", s3.head_bucket, **bucket)
    if "NoSuchBucket" in str(of_bucket) or "(404)" in str(of_bucket):
        if events["Action"] == "Release":
            refuse(f"There is no bucket {name}. Give S3BucketName as Contain reported it.")
        return {"Missing": True, "Warnings": []}
    warnings = of_bucket + of_account
    off = [
        block
        for block in BLOCKS
        if not any(each.get("PublicAccessBlockConfiguration", {}).get(block) for each in known)
    ]
    if off and not warnings:
        refuse(
            f"Others may read or write the bucket {name}: {', '.join(off)} not set on it or the account. Set them"
            " (aws s3api put-public-access-block) or give another."
        )
    return {"Missing": False, "Warnings": warnings}
