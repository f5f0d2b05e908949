"""Whether there is the bucket, and whether others may read or write it: what is believed of which answer."""

from typing import Any

import pytest
from backupBucketPreChecks import handler as backupBucketPreChecks
from botocore.exceptions import ClientError, EndpointConnectionError
from refusals import refusal

ALL = dict.fromkeys(backupBucketPreChecks.BLOCKS, True)
NONE: dict[str, bool] = {}
NO_ANSWER = EndpointConnectionError(endpoint_url="https://s3")


def block(code: str) -> ClientError:
    """A refusal to say what is blocked."""
    return refusal(code, "GetPublicAccessBlock")


def head(code: str) -> ClientError:
    """A refusal to say whether there is a bucket: its code is a number, as it has no text."""
    return refusal(code, "HeadBucket")


class Storage:
    """S3, or S3 Control, with settings or an error for them, and a bucket or an error for it."""

    def __init__(self, settings: Any, bucket: Any = None) -> None:
        self.settings, self.bucket = settings, bucket

    def get_public_access_block(self, **_: str) -> dict[str, Any]:
        """The settings."""
        if isinstance(self.settings, Exception):
            raise self.settings
        return {"PublicAccessBlockConfiguration": self.settings}

    def head_bucket(self, **_: str) -> dict[str, Any]:
        """Nothing."""
        if isinstance(self.bucket, Exception):
            raise self.bucket
        return {}


def checked(monkeypatch: pytest.MonkeyPatch, of_bucket: Any, bucket: Any, of_account: Any, action: str) -> Any:
    """What the handler gives."""
    services = {"s3": Storage(of_bucket, bucket), "s3control": Storage(of_account)}
    monkeypatch.setattr(backupBucketPreChecks, "client", lambda service: services[service])
    return backupBucketPreChecks.handler({"Bucket": "b", "AccountId": "1" * 12, "Action": action}, None)


@pytest.mark.parametrize("action", ["Contain", "Release"])
@pytest.mark.parametrize(
    ("of_bucket", "bucket"),
    [
        (block("NoSuchBucket"), head("404")),
        (block("NoSuchBucket"), head("403")),
        (block("NoSuchBucket"), NO_ANSWER),
        (block("AccessDenied"), head("404")),
        (block("InternalError"), head("404")),
        (NO_ANSWER, head("404")),
    ],
)
def test_a_bucket_that_is_missing_is_made_by_contain_whichever_call_tells_it(
    of_bucket: Exception, bucket: Exception, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if action == "Release":
        with pytest.raises(ValueError, match="There is no bucket b"):
            checked(monkeypatch, of_bucket, bucket, ALL, action)
        return
    assert checked(monkeypatch, of_bucket, bucket, ALL, action) == {"Missing": True, "Warnings": []}


@pytest.mark.parametrize(
    ("of_bucket", "bucket", "of_account", "warnings"),
    [
        (ALL, None, NONE, []),
        (NONE, None, ALL, []),
        (block("NoSuchPublicAccessBlockConfiguration"), None, ALL, []),
        # What can't be checked is a warning, and no bucket is made that may be there.
        (block("AccessDenied"), None, ALL, ["can't be checked"]),
        (block("AccessDenied"), head("403"), ALL, ["can't be checked", "HeadBucket"]),
        (block("AccessDenied 404"), head("403"), ALL, ["can't be checked", "HeadBucket"]),
        (ALL, None, block("AccessDenied"), ["can't be checked"]),
        (NO_ANSWER, NO_ANSWER, NO_ANSWER, ["can't be checked", "HeadBucket", "can't be checked"]),
    ],
)
def test_a_bucket_that_may_be_there_is_taken_and_what_is_not_known_of_it_is_a_warning(
    of_bucket: Any, bucket: Any, of_account: Any, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = checked(monkeypatch, of_bucket, bucket, of_account, "Contain")
    assert not found["Missing"]
    assert len(found["Warnings"]) == len(warnings)
    assert all(words in line for words, line in zip(warnings, found["Warnings"], strict=True))


@pytest.mark.parametrize("off", backupBucketPreChecks.BLOCKS)
def test_a_bucket_that_others_may_read_or_write_is_refused_with_what_is_off(
    off: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=rf"Others may read or write the bucket b: {off} not set"):
        checked(monkeypatch, {**ALL, off: False}, None, {off: False}, "Contain")
