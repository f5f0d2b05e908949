"""Backups: objects whose key ends in the digest of their content, so that a changed one is found out."""

import hashlib
import json
import re
from typing import Any


def sealed(prefix: str, backup: dict[str, Any]) -> tuple[str, str]:
    """A backup's key and its text."""
    text = json.dumps(backup, indent=1, sort_keys=True)
    return f"{prefix}.{hashlib.sha256(text.encode()).hexdigest()}.json", text


def load(s3: Any, run: dict[str, Any], key: str) -> dict[str, Any]:
    """The backup with a key. Raises ValueError with the reason if it can't be read, was changed, or is not the
    instance's."""
    fault = "it is not what its key says: it was changed, or is no backup of this runbook"
    try:
        text = s3.get_object(Bucket=run["Bucket"], Key=key, ExpectedBucketOwner=run["AccountId"])["Body"].read(
            1_000_000
        )
        if key.endswith(f".{hashlib.sha256(text).hexdigest()}.json"):
            backup: dict[str, Any] = json.loads(text)
            ids = [i for name, each in backup["Interfaces"].items() for i in (name, *each["Groups"])]
            known = all(re.fullmatch("(eni|sg)-[0-9a-f]{8,17}", name) for name in ids)
            of = [f"{it['InstanceId']} in {it['AccountId']}, {it['Region']}" for it in (backup, run)]
            fault = f"it is of {of[0]}, not of {of[1]}" if of[0] != of[1] else "" if known else "it names what can't be"
    except Exception as error:
        fault = str(error)
    if fault:
        raise ValueError(
            f"The backup s3://{run['Bucket']}/{key} can't be used: {fault}. Older versions, if the bucket keeps any:"
            f" aws s3api list-object-versions --bucket {run['Bucket']} --prefix {key}"
        )
    return backup
