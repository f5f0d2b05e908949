"""Checks that the bucket is this account's and private, before a backup is put there or taken from it."""

from typing import Any

from shared.aws import client, code_of, insist

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def exposure_of(s3: Any, bucket: dict[str, str], account: str) -> list[str]:
    """All that may make the bucket's objects public; empty if it is private.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    absent, block = "NoSuchPublicAccessBlockConfiguration", "PublicAccessBlockConfiguration"
    own = insist(s3.get_public_access_block, "", absent, **bucket) or {block: {}}
    whole = insist(client("s3control").get_public_access_block, "", absent, AccountId=account) or {block: {}}
    off = [name for name in BLOCKS if not own[block].get(name) and not whole[block].get(name)]
    found = [f"{', '.join(off)} set neither on it nor on the account"] if off else []
    status = insist(s3.get_bucket_policy_status, "", "NoSuchBucketPolicy", **bucket)
    if status and status["PolicyStatus"]["IsPublic"]:
        found.append("its policy makes it public")
    ownership = insist(s3.get_bucket_ownership_controls, "", "OwnershipControlsNotFoundError", **bucket)
    if not ownership or ownership["OwnershipControls"]["Rules"][0]["ObjectOwnership"] != "BucketOwnerEnforced":
        grants = [(g["Permission"], g["Grantee"].get("URI", "")) for g in s3.get_bucket_acl(**bucket)["Grants"]]
        public = [grant for grant in grants if grant[1].endswith(("/AllUsers", "/AuthenticatedUsers"))]
        found += [f"its ACL grants {permission} to {uri.split('/')[-1]}" for permission, uri in public]
    return found


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Whether the bucket exists, and its Region. Raises ValueError for a bucket that must not be used."""
    name, owner = events["Bucket"], events["AccountId"]
    bucket = {"Bucket": name, "ExpectedBucketOwner": owner}
    try:
        place = client("s3").get_bucket_location(**bucket)["LocationConstraint"] or "us-east-1"
    except Exception as error:
        code = code_of(error)
        if code == "NoSuchBucket" and events["Action"] == "Contain":
            return {"Missing": True, "Region": events["Region"]}
        if code == "NoSuchBucket":
            raise ValueError(f"There is no bucket {name}. Give S3BucketName as Contain reported it.") from None
        if code == "AccessDenied":
            raise ValueError(
                f"The bucket {name} belongs to another account, or s3:GetBucketLocation on it is denied: {error}."
                f" Give a bucket of account {owner}. Nothing was changed."
            ) from None
        raise
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    region = "eu-west-1" if place == "EU" else place
    exposure = exposure_of(client("s3", region), bucket, owner)
    if exposure:
        raise ValueError(
            f"Others may read or write the bucket {name}: {'; '.join(exposure)}. Make it private or give another."
            " Nothing was changed."
        )
    return {"Missing": False, "Region": region}
