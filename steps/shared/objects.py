"""Backup objects: written so that they are neither lost, overwritten nor mistaken."""

import hashlib
import json
from typing import Any

from botocore.utils import percent_encode_sequence

from shared.aws import code_of


def checksum(backup: dict[str, Any]) -> str:
    """SHA-256 of the backup without its checksum, as JSON with sorted keys."""
    content = {key: part for key, part in backup.items() if key != "Checksum"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def get_object(s3: Any, place: dict[str, str]) -> bytes:
    """An object's content, cut at a megabyte; fifteen interfaces with sixteen groups each stay far below."""
    body: bytes = s3.get_object(**place)["Body"].read(1_000_000)
    return body


def put_parameters(place: dict[str, str], tags: list[dict[str, str]]) -> dict[str, str]:
    """How a backup is written, besides the condition that its key be free."""
    tagging = percent_encode_sequence([(tag["Key"], tag["Value"]) for tag in tags])
    parameters = {**place, "ChecksumAlgorithm": "SHA256"}
    return {**parameters, "Tagging": tagging} if tags else parameters


# A runtime's boto3 may be older than the parameter IfNoneMatch, which is of August 2024. The header always works:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
def only_if_free(**request: Any) -> None:
    """Makes a PUT fail where the key has an object already."""
    request["params"]["headers"]["If-None-Match"] = "*"


def put_backup(s3: Any, place: dict[str, str], backup: dict[str, Any]) -> None:
    """Writes a backup, reads it back and compares."""
    body = json.dumps({**backup, "Checksum": checksum(backup)}, indent=1).encode()
    s3.meta.events.register("before-call.s3.PutObject", only_if_free)
    try:
        s3.put_object(**put_parameters(place, backup["Tags"]), Body=body)
    except Exception as error:
        # A PUT that was answered too late has written the object; reading it back tells.
        if code_of(error) != "PreconditionFailed":
            raise
    if get_object(s3, place) != body:
        raise RuntimeError(f"{place['Bucket']}/{place['Key']} is not what was written there.")
