"""Backups: objects whose key ends in the digest of their content, so that a changed one is found out."""

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

from shared.refuse import refuse

SIZES = ("MinSize", "DesiredCapacity", "MaxSize")


def key_of_backup(prefix: str, execution: str, action: str) -> str:
    """The backup's key in the bucket: for Release as given; for any other action a new one below the prefix, not yet
    sealed."""
    given = prefix.endswith(".json")
    if action == "Release" and not given:
        refuse(f"To release, S3PrefixName must be the backup's key as reported, ….json; {prefix!r} is not.")
    # A group's description holds the key, in 255 characters; a tag holds it after the longest bucket, in 256.
    if action != "Release" and (given or len(prefix) > 63 or "//" in f"/{prefix}"):
        refuse(
            f"To {action.lower()}, S3PrefixName must be empty or a folder such as incidents/4711, of up to 63"
            f" characters; {prefix!r} is not."
        )
    folder = prefix.rstrip("/") + "/" if prefix else ""
    return prefix if given else f"{folder}{datetime.now(UTC):%Y/%m/%d/%H/%M}/{execution}"


def sealed(prefix: str, backup: dict[str, Any]) -> tuple[str, str]:
    """A backup's key and its text."""
    text = json.dumps(backup, sort_keys=True)
    return f"{prefix}.{hashlib.sha256(text.encode()).hexdigest()}.json", text


def load(s3: Any, run: dict[str, Any], key: str) -> tuple[dict[str, Any], str]:
    """The backup with a key, and the empty string; or why it can't be read, was changed, or is not the instance's."""
    fault = "changed, or not this instance's"
    try:
        found = s3.get_object(Bucket=run["Bucket"], Key=key, ExpectedBucketOwner=run["AccountId"])
        text = found["Body"].read(60000)
        backup: dict[str, Any] = json.loads(text)
        same = [backup[name] == run[name] for name in ("AccountId", "Region", "InstanceId")]
        ids = [i for name, each in backup["Interfaces"].items() for i in (name, *each["Groups"], *dict(each["Names"]))]
        known: list[Any] = [re.fullmatch("(eni|sg)-[0-9a-f]{8,17}", name) for name in ids]
        lists = (("Supersedes", str), ("Tagged", str), ("Tags", dict))
        known += [backup["CreatedAt"], *(isinstance(it, kind) for name, kind in lists for it in backup[name])]
        if (scaling := backup["AutoScaling"]) != {}:
            whole = isinstance(sum(scaling[size] for size in (*SIZES, "Owner")), int)
            known += [whole, scaling["Name"], scaling["State"], *(tag["Key"] + "?" for tag in scaling["Tags"])]
        if all([*same, *known, key.endswith(f".{hashlib.sha256(text).hexdigest()}.json")]):
            return backup, ""
    except Exception as error:
        fault = str(error)
    return {}, (
        f"The backup s3://{run['Bucket']}/{key} can't be used: {fault}. Its versions: aws s3api list-object-versions"
        f" --bucket {run['Bucket']} --prefix {key}"
    )
