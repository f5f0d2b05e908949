"""A backup is what its key says, and this instance's, or it is refused."""

import hashlib
import io
import json
from typing import Any

import pytest
from shared.backup import load, sealed

RUN = {"Bucket": "evidence", "AccountId": "1", "Region": "r", "InstanceId": "i-0123456789abcdef0"}
BACKUP = {
    "AccountId": "1",
    "Region": "r",
    "InstanceId": "i-0123456789abcdef0",
    "Interfaces": {
        "eni-0123456789abcdef0": {"Groups": ["sg-0123456789abcdef0"], "Names": {"sg-0123456789abcdef0": "web"}}
    },
    "CreatedAt": "2026-01-01T00:00:00Z",
    "AutoScaling": {},
    "Supersedes": [],
    "Tagged": ["i-0123456789abcdef0"],
    "Tags": [{"Key": "Case", "Value": "1"}],
}

SIZES = ("MinSize", "DesiredCapacity", "MaxSize", "Owner")
SCALING = {"Name": "fleet", "State": "InService", "Tags": [{"Key": "Case"}], **dict.fromkeys(SIZES, 1)}

NO_SIZES: list[Any] = ["1", None, 1.5, []]
NO_TAGS: list[Any] = ["x", 1, ["x"], [{}], [{"Key": 1}], [{"Key": {}}]]


class Bucket:
    """S3 with one object under any key."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get_object(self, **asked: str) -> dict[str, Any]:
        assert asked["ExpectedBucketOwner"] == "1"
        return {"Body": io.BytesIO(self.text.encode())}


def test_a_backup_comes_back_as_it_was_sealed() -> None:
    key, text = sealed("2026/x", BACKUP)
    assert load(Bucket(text), RUN, key) == (BACKUP, "")


def test_so_does_one_of_a_member_of_an_auto_scaling_group() -> None:
    key, text = sealed("2026/x", {**BACKUP, "AutoScaling": SCALING})
    assert load(Bucket(text), RUN, key)[0]["AutoScaling"] == SCALING


def test_one_longer_than_any_that_the_runbook_writes_is_refused() -> None:
    key, text = sealed("2026/x", {**BACKUP, "Supersedes": ["x" * 60_000]})
    assert load(Bucket(text), RUN, key)[0] == {}


@pytest.mark.parametrize(
    "change",
    [
        {"AccountId": "2"},
        {"Region": "other"},
        {"InstanceId": "i-0123456789abcdef1"},
        {"Interfaces": {"eni-0123456789abcdef0": {"Groups": ["sg-*"], "Names": {}}}},
        {"Interfaces": {"$(reboot)": {"Groups": [], "Names": {}}}},
        *(
            {"Interfaces": {"eni-0123456789abcdef0": {"Groups": [], "Names": names}}}
            for names in ("x", 5, None, ["x"], {"web": "sg-0123456789abcdef0"})
        ),
        {"Interfaces": []},
        {"Interfaces": {"eni-0123456789abcdef0": {}}},
        # Who may write to the bucket may plant one that a later step would stumble over.
        {"CreatedAt": ""},
        {"Supersedes": 1},
        {"Supersedes": [1]},
        {"Tagged": [{}]},
        {"Tags": ["Case"]},
        {"AutoScaling": None},
        {"AutoScaling": "1234567"},
        {"AutoScaling": [*"1234567"]},
        {"AutoScaling": dict.fromkeys("1234567", 1)},
        {"AutoScaling": dict.fromkeys(("Name", *"123456"), "fleet")},
        *({"AutoScaling": {it: SCALING[it] for it in SCALING if it != name}} for name in SCALING),
        *({"AutoScaling": {**SCALING, name: wrong}} for name in SIZES for wrong in NO_SIZES),
        *({"AutoScaling": {**SCALING, "Tags": wrong}} for wrong in NO_TAGS),
    ],
)
def test_one_that_is_not_fit_is_refused_even_with_a_digest_that_is(change: dict[str, Any]) -> None:
    key, text = sealed("2026/x", {**BACKUP, **change})
    backup, fault = load(Bucket(text), RUN, key)
    assert backup == {}
    assert fault.startswith(f"The backup s3://evidence/{key} can't be used: ")
    assert f"list-object-versions --bucket evidence --prefix {key}" in fault


@pytest.mark.parametrize("name", [*BACKUP])
def test_one_that_lacks_a_part_is_refused_even_with_a_digest_that_fits(name: str) -> None:
    key, text = sealed("2026/x", {part: it for part, it in BACKUP.items() if part != name})
    assert load(Bucket(text), RUN, key)[0] == {}


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"Interfaces": {}}', "[" * 100_000])
def test_a_changed_object_is_refused_whatever_it_holds(text: str) -> None:
    key, _ = sealed("2026/x", BACKUP)
    assert load(Bucket(text), RUN, key)[0] == {}


def test_a_change_of_one_letter_is_found() -> None:
    key, text = sealed("2026/x", BACKUP)
    assert load(Bucket(text.replace("sg-0123456789abcdef0", "sg-0123456789abcdef1")), RUN, key)[0] == {}
    assert json.loads(text) == BACKUP


def test_json_as_deep_as_python_can_not_read_is_refused_even_with_its_digest() -> None:
    text = "[" * 100_000
    key = f"x.{hashlib.sha256(text.encode()).hexdigest()}.json"
    assert load(Bucket(text), RUN, key)[0] == {}
