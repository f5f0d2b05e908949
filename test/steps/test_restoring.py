"""In which order a release gives back and a containment tags, and what waits where a call fails."""

from typing import Any

import pytest
from refusals import refusal
from restoreInstanceConfiguration import handler as step
from verdict.handler import finish

CALLS = {
    "scaling": [["autoscaling", "ExitStandby", {}], ["autoscaling", "UpdateAutoScalingGroup", {}]],
    "tags": [["ec2", "DeleteTags", {"Tags": "Case"}], ["s3", "DeleteObjectTagging", {}]],
    "groups": [["ec2", "DeleteSecurityGroup", {}]],
    "marks": [["ec2", "DeleteTags", {"Tags": "Backup"}]],
}

OWN = {"sg-in": "containment"}


class Service:
    """A client whose calls are written down, those that are refused too."""

    def __init__(self, refused: str, made: list[str], code: str = "UnauthorizedOperation") -> None:
        self.refused, self.made, self.code = refused, made, code

    def __getattr__(self, method: str) -> Any:
        def call(**given: Any) -> dict[str, Any]:
            name = " ".join([method, *([str(given["Tags"])] if "Tags" in given else [])])
            self.made.append(name)
            if name == self.refused:
                raise refusal(self.code, method)
            return {}

        return call


@pytest.mark.parametrize(
    ("refused", "wait"),
    [
        ("", []),
        ("modify_network_interface_attribute", ["exit-standby", "update-auto", "delete-security-group", "Backup"]),
        ("exit_standby", ["update-auto", "Backup"]),
        ("update_auto_scaling_group", ["Backup"]),
        ("delete_tags Case", ["Backup"]),
        ("delete_object_tagging", ["Backup"]),
        ("delete_security_group", ["Backup"]),
        ("delete_tags Backup", []),
    ],
)
def test_the_tags_that_lead_a_further_release_go_last_and_stay_while_anything_is_left(
    refused: str, wait: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(step, "client", lambda _service: Service(refused, made))
    run = {"Region": "eu-west-1", "Put": {"eni-1": ["sg-1"]}, "Calls": CALLS, "Interfaces": {"eni-1": {"Own": OWN}}}
    notes = step.handler({"Run": run}, None)["Notes"]
    left = notes["Left"]
    assert len(left) == len(wait) + bool(refused)
    assert all(any(each in line for line in left) for each in wait)
    assert ("delete_tags Backup" in made) == ("Backup" not in wait)
    if "delete_tags Backup" in made:
        assert made[-1] == "delete_tags Backup"
    assert len(notes["Problems"]) == bool(refused)
    assert len(notes["Made"]) + len(left) == 7


# In service again, it would fail its health check and be terminated.
@pytest.mark.parametrize("put", [{}, {"eni-1": ["sg-1"]}])
def test_an_instance_that_stays_contained_does_not_go_back_into_service(
    put: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(step, "client", lambda _service: Service("", made))
    interfaces = {"eni-1": {"Own": {}}, "eni-2": {"Own": OWN}, "eni-3": {"Own": {}}}
    run = {"Region": "eu-west-1", "Put": put, "Calls": CALLS, "Interfaces": interfaces}
    left = step.handler({"Run": run}, None)["Notes"]["Left"]
    assert made == [
        *(["modify_network_interface_attribute"] if put else []),
        "delete_tags Case",
        "delete_object_tagging",
    ]
    waiting = ["exit-standby", "update-auto", "delete-security-group", "Backup"]
    assert [each in line for each, line in zip(waiting, left, strict=True)] == [True] * 4


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        ("delete_object_tagging", "NoSuchKey"),
        ("delete_object_tagging", "MethodNotAllowed"),
        ("delete_security_group", "InvalidGroup.NotFound"),
    ],
)
def test_what_is_gone_needs_nothing_more(refused: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(step, "client", lambda _service: Service(refused, made, code))
    run = {"Region": "eu-west-1", "Put": {}, "Calls": CALLS, "Interfaces": {}}
    notes = step.handler({"Run": run}, None)["Notes"]
    assert (notes["Problems"], notes["Left"]) == ([], [])
    assert made[-1] == "delete_tags Backup"


# Each may take the time for which a group that is in use is waited for, and a script has ten minutes.
def test_groups_that_anybody_made_are_deleted_a_few_at_a_time() -> None:
    names: list[str] = []
    group = {"GroupName": "ContainEC2Instance-all-access-i-1-x", "Description": "x"}
    seen: dict[str, Any] = {"Interfaces": {}, "Groups": {f"sg-{at}": group for at in range(2500)}}
    finish(Service("", names), {"InstanceId": "i-1", "Backup": "{}", "Held": []}, seen, [], [])
    assert names == ["delete_security_group"] * 20


@pytest.mark.parametrize(
    ("refused", "tagged"),
    [
        ("", {"i-1", "eni-1"}),
        ("create_tags Case", {"i-1"}),
        ("create_tags Backup", {"eni-1"}),
        ("delete_security_group", {"i-1", "eni-1"}),
    ],
)
def test_a_call_that_is_refused_at_the_end_of_a_containment_keeps_no_other_from_being_made(
    refused: str, tagged: set[str]
) -> None:
    names: list[str] = []
    warnings: list[str] = []
    run = {"InstanceId": "i-1", "Backup": "{}", "Held": []}
    seen: dict[str, Any] = {"Interfaces": {}, "Groups": {}}
    calls = [
        ["ec2", "CreateTags", {"Resources": ["eni-1"], "Tags": "Case"}],
        ["ec2", "CreateTags", {"Resources": ["i-1"], "Tags": "Backup"}],
        *(["ec2", "DeleteSecurityGroup", {"GroupId": each}] for each in ("sg-1", "sg-2")),
    ]
    assert finish(Service(refused, names), run, seen, calls, warnings) == tagged
    assert len(names) == 4
    assert bool(warnings) == bool(refused)
