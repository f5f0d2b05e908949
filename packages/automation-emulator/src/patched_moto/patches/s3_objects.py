"""Keys and tags of objects.

moto 5.2.1 takes keys of any length, keeps the last of two tags with one key, and fails with a server error when the
tags of an object that is not there are deleted.

- keys of 1,024 bytes of UTF-8 at most: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
- unique keys of tags: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
- KeyTooLongError, NoSuchKey, InvalidTag: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.s3.exceptions import DuplicateTagKeys, MissingKey, S3ClientError
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from patched_moto.patch import around

KEY_BYTES = 1024


def apply() -> None:
    """Patches PutObject, PutObjectTagging and DeleteObjectTagging."""

    @around(S3Response, "put_object")
    def put_object(original: Any, self: Any) -> Any:
        if len(self.parse_key_name().encode()) > KEY_BYTES:
            raise S3ClientError("KeyTooLongError", "Your key is too long")
        return original(self)

    @around(S3Response, "_tagging_from_xml")
    def tagging_from_xml(original: Any, self: Any) -> Any:
        body = self.body.decode() if isinstance(self.body, bytes) else self.body
        keys = re.findall(r"<Key>(.*?)</Key>", body, re.DOTALL)
        if len(keys) != len(set(keys)):
            raise DuplicateTagKeys
        # moto can't read a set without tags.
        return original(self) if keys else {}

    @around(S3Backend, "delete_object_tagging")
    def delete_object_tagging(
        original: Any, self: Any, bucket_name: str, key_name: str, version_id: str | None = None
    ) -> None:
        if self.get_object(bucket_name, key_name, version_id=version_id) is None:
            raise MissingKey(key=key_name)
        original(self, bucket_name, key_name, version_id=version_id)
