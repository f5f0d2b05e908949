"""Calls that are repeated, made side by side, or allowed to fail."""

import time
from typing import Any

import pytest
from shared.aws import attempt, side_by_side
from shared.instance import interfaces_of, put_groups, with_names


class AwsError(Exception):
    """As botocore raises it."""

    def __init__(self, code: str) -> None:
        super().__init__(f"An error occurred ({code})")
        self.response = {"Error": {"Code": code}}


class Api:
    """An operation that answers with these, in turn, and then with the last again; errors are raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = [*answers], list[dict[str, Any]]()

    def __call__(self, **asked: Any) -> Any:
        self.asked.append(asked)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


@pytest.mark.parametrize(
    ("answers", "answer", "failed", "calls"),
    [
        ([{"A": 1}], {"A": 1}, False, 1),
        ([AwsError("Denied")], {}, True, 1),
        ([AwsError("Duplicate")], {}, False, 1),
        ([AwsError("NotFound"), {"A": 1}], {"A": 1}, False, 2),
        ([AwsError("NotFound"), AwsError("Duplicate")], {}, False, 2),
        ([AwsError("NotFound"), AwsError("Denied")], {}, True, 2),
        ([AwsError("NotFound")], {}, True, 7),
        # An error that is no answer of AWS's, such as a connection that broke.
        ([OSError("reset")], {}, True, 1),
        ([{}], {}, False, 1),
    ],
)
def test_a_call_is_made_again_only_for_the_codes_that_time_mends(
    answers: list[Any], answer: Any, failed: bool, calls: int
) -> None:
    lines: list[str] = []
    api = Api(*answers)
    assert attempt(lines, "what", api, "NotFound Unauthorized", "Duplicate", Name="x") == answer
    assert len(lines) == failed
    assert api.asked == [{"Name": "x"}] * calls
    assert all(line.startswith("what: ") for line in lines)


def test_a_permission_that_may_not_be_seen_yet_is_waited_for_more_shortly(pauses: list[float]) -> None:
    lines: list[str] = []
    assert attempt(lines, "what", Api(AwsError("UnauthorizedOperation")), "NotFound UnauthorizedOperation") == {}
    assert sum(pauses) < 4
    pauses.clear()
    attempt(lines, "what", Api(AwsError("NotFound")), "NotFound UnauthorizedOperation")
    assert 10 < sum(pauses) < 15


def test_a_message_that_is_long_is_cut() -> None:
    lines: list[str] = []
    attempt(lines, "what", Api(ValueError("x" * 10_000)))
    assert len(lines[0]) == 400


def test_an_error_without_a_response_has_no_code() -> None:
    for error, lines in ((AwsError("Throttling"), []), (ValueError("x"), ["what: x"])):
        failed: list[str] = []
        attempt(failed, "what", Api(error), "", "Throttling")
        assert failed == lines


def test_results_side_by_side_keep_their_order_and_the_first_error_is_raised() -> None:
    assert side_by_side((max, 3, 1), (sum, [5, 2]), (str, 9)) == [3, 7, "9"]
    assert side_by_side() == []
    with pytest.raises(ZeroDivisionError):
        side_by_side((divmod, 1, 1), (divmod, 1, 0))


class Ec2:
    """EC2 that takes groups for interfaces, or refuses."""

    def __init__(self, refused: dict[str, str]) -> None:
        self.refused, self.put = refused, list[dict[str, Any]]()

    def modify_network_interface_attribute(self, **asked: Any) -> dict[str, Any]:
        self.put.append(asked)
        if asked["NetworkInterfaceId"] in self.refused:
            raise AwsError(self.refused[asked["NetworkInterfaceId"]])
        return {}


def test_an_interface_that_fails_holds_up_no_other_and_is_named() -> None:
    ec2, failed = Ec2({"eni-1": "Denied", "eni-2": "InvalidNetworkInterfaceID.NotFound"}), list[str]()
    assert put_groups(ec2, {f"eni-{at}": ["sg-1"] for at in range(33)}, failed) == {"eni-1"}
    assert len(ec2.put) == 33
    assert failed == ["Groups of eni-1: An error occurred (Denied)"]


def test_a_rehearsal_goes_well_where_ec2_says_that_it_would() -> None:
    ec2, failed = Ec2({"eni-1": "DryRunOperation", "eni-2": "UnauthorizedOperation"}), list[str]()
    assert put_groups(ec2, {"eni-1": ["sg-1"], "eni-2": ["sg-1"]}, failed, DryRun=True) == {"eni-2"}
    assert all(asked["DryRun"] for asked in ec2.put)


def test_interfaces_are_told_with_their_own_groups() -> None:
    groups = [
        {"GroupId": "sg-2", "GroupName": "web"},
        {"GroupId": "sg-1", "GroupName": "ContainEC2Instance-containment-i-1-e"},
        {"GroupId": "sg-3", "GroupName": "ContainEC2Instance-containment-i-2-e"},
    ]
    instance = {"InstanceId": "i-1", "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "v"}]}
    instance["NetworkInterfaces"][0]["Groups"] = groups  # type: ignore[index]
    [(name, it)] = interfaces_of(instance).items()
    assert [name, it["Vpc"], it["Groups"]] == ["eni-1", "v", ["sg-1", "sg-2", "sg-3"]]
    assert it["Own"] == {"sg-1": "containment"}
    assert interfaces_of({}) == {}


def test_groups_are_told_with_their_names() -> None:
    assert with_names(["sg-1", "sg-2"], {"sg-1": "web"}) == "sg-1 (web), sg-2 (?)"
    assert with_names([], {}) == "unknown"
