"""MinSize of an Auto Scaling group over any order of what happens to its members and of what its owner changes."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shared.containing import look_at_scaling, standby_calls
from shared.releasing import scaling_calls
from shared.scaling import MIN_SIZE_TAG, in_standby, owners_min_size, tag_call


def group_of(size: int, tag: str, states: str = "") -> dict[str, Any]:
    """A group with a MinSize, a tag of the runbook, and members by the first letters of their states."""
    names = {"S": "Standby", "I": "InService", "E": "EnteringStandby"}
    members = [{"InstanceId": f"i-{at}", "LifecycleState": names[letter]} for at, letter in enumerate(states)]
    return {"MinSize": size, "Tags": [{"Key": MIN_SIZE_TAG, "Value": tag}], "Instances": members}


@pytest.mark.parametrize(
    ("now", "tag", "states", "owner"),
    [
        (1, "2/1", "SI", 2),
        (1, "2/1", "EI", 2),
        (0, "2/0", "SS", 2),
        # Nothing in Standby explains it.
        (1, "2/1", "II", 1),
        (1, "900/1", "SI", 1),
        # The owner has set something else since.
        (3, "2/1", "SI", 3),
        (0, "2/1", "SI", 0),
        # A MinSize that would be lowered, and what is none.
        (2, "1/2", "SS", 2),
        (1, "2/1; rm -rf /", "SI", 1),
        (1, "-2/1", "SI", 1),
        (1, "٢/1", "SI", 1),
        (1, "", "SI", 1),
        (1, "999999/1", "S" * 3, 1),
    ],
)
def test_the_tag_counts_only_as_far_as_members_in_standby_explain_it(
    now: int, tag: str, states: str, owner: int
) -> None:
    assert owners_min_size(group_of(now, tag, states)) == owner


def test_members_on_their_way_to_standby_count_as_in_standby() -> None:
    assert in_standby(group_of(1, "", "SIE")) == {"i-0", "i-2"}


def test_tags_are_not_put_on_the_instances_that_the_group_launches() -> None:
    [service, operation, given_] = tag_call("fleet", [{"Key": "a", "Value": "b"}])
    assert [service, operation] == ["autoscaling", "CreateOrUpdateTags"]
    assert given_["Tags"] == [
        {
            "ResourceId": "fleet",
            "ResourceType": "auto-scaling-group",
            "PropagateAtLaunch": False,
            "Key": "a",
            "Value": "b",
        }
    ]


@dataclass
class Fleet:
    """An Auto Scaling group as AWS keeps it, and the backups of those of its members that are contained.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnterStandby.html
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExitStandby.html
    """

    minimum: int
    desired: int
    maximum: int = 8
    states: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    backups: dict[str, dict[str, Any]] = field(default_factory=dict)
    launched: int = 0

    def settle(self) -> None:
        """Launches members until as many are in service as desired."""
        self.desired = max(self.desired, self.minimum)
        while sum(state == "InService" for state in self.states.values()) < self.desired:
            self.states[f"i-{self.launched}"] = "InService"
            self.launched += 1

    def described(self) -> dict[str, Any]:
        """As DescribeAutoScalingGroups gives it."""
        return {
            "AutoScalingGroupName": "fleet",
            "MinSize": self.minimum,
            "DesiredCapacity": self.desired,
            "MaxSize": self.maximum,
            "Instances": [{"InstanceId": name, "LifecycleState": state} for name, state in self.states.items()],
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
        }

    def call(self, operation: str, request: dict[str, Any]) -> None:
        """Makes a call, with the limits that AWS keeps."""
        if operation == "CreateOrUpdateTags":
            self.tags |= {tag["Key"]: tag["Value"] for tag in request["Tags"]}
        elif operation == "DeleteTags":
            for tag in request["Tags"]:
                del self.tags[tag["Key"]]
        elif operation == "UpdateAutoScalingGroup":
            self.minimum = request["MinSize"]
            assert self.minimum >= 0
            self.settle()
        elif operation == "EnterStandby":
            [name] = request["InstanceIds"]
            assert self.states[name] == "InService"
            assert self.desired - 1 >= self.minimum, "EnterStandby would be refused"
            self.desired -= 1
            self.states[name] = "Standby"
        else:
            assert operation == "ExitStandby"
            [name] = request["InstanceIds"]
            assert self.states[name] == "Standby"
            assert self.desired + 1 <= self.maximum, "ExitStandby would be refused"
            self.desired += 1
            self.states[name] = "InService"

    def contain(self, name: str) -> None:
        """What a containment of a member does."""
        run = looked_at(self, name, self.states[name])
        assert run["Standby"]
        for _, operation, request in standby_calls(run):
            self.call(operation, request)
        self.backups[name] = run["AutoScaling"]

    def release(self, name: str) -> None:
        """What a release of a member does, dead or alive; twice, as a person may."""
        was = self.backups[name]
        for _ in range(2):
            run: dict[str, Any] = {"InstanceId": name, "AutoScaling": was, "Region": "r", "Problems": []}
            before, state = self.minimum, self.states.get(name, "")
            for _, operation, request in scaling_calls(run, self.described(), state, bool(state)):
                self.call(operation, request)
            assert self.minimum >= before, "a release never lowers MinSize"
            if not run["Problems"]:
                self.backups.pop(name, None)

    def hidden(self) -> set[int]:
        """Sizes that the runbook has set itself: an owner who sets one of them again can't be told from it."""
        lowered = [was["MinSize"] for was in self.backups.values() if was["DesiredCapacity"] <= was["MinSize"]]
        kept = self.tags.get(MIN_SIZE_TAG, "/-1").split("/")[1]
        return {size - 1 for size in lowered} | {self.minimum, int(kept)}


def looked_at(
    fleet: Fleet, name: str, state: str, backups: dict[str, Any] | None = None, tags: tuple[dict[str, str], ...] = ()
) -> dict[str, Any]:
    """What a containment knows of the group before it changes anything."""
    run: dict[str, Any] = {"InstanceId": name, "AccountId": "1", "Region": "r", "Bucket": "b", "Key": "key"}
    run |= {"Tags": [*tags], "Warnings": []}
    look_at_scaling(None, run, {"Group": fleet.described(), "State": state}, backups or {})
    return run


EVENTS = st.tuples(st.sampled_from(["contain", "release", "terminate", "owner", "grow"]), st.integers(0, 7))


@settings(max_examples=400, deadline=None)
@example(2, 0, [("contain", 1), ("contain", 0), ("terminate", 0), ("release", 1)], True)
@given(st.integers(0, 4), st.integers(0, 2), st.lists(EVENTS, max_size=25), st.booleans())
def test_min_size_is_the_owners_once_all_members_are_released(
    minimum: int, more: int, events: list[tuple[str, int]], mortal: bool
) -> None:
    """Left out: an owner who sets exactly the size that the runbook had set, which can't be seen; and owner's changes
    and further containments after a contained member has died, which members in Standby don't explain any more."""
    fleet = Fleet(minimum, minimum + more)
    fleet.settle()
    owner, died = minimum, False
    for event, number in events:
        names = [
            name
            for name, state in fleet.states.items()
            if {"contain": state == "InService" and fleet.desired > 0, "terminate": True}.get(event)
        ]
        names = [*fleet.backups] if event == "release" else names
        if event == "owner" and not mortal and number not in fleet.hidden():
            owner = fleet.minimum = number
            fleet.settle()
        elif event == "grow" and fleet.desired < 8:
            fleet.desired += 1
            fleet.settle()
        elif names:
            name = names[number % len(names)]
            if event == "contain" and not died:
                fleet.contain(name)
            elif event == "release":
                launched = fleet.launched
                fleet.release(name)
                assert mortal or fleet.launched == launched, "a release starts no instances"
            elif event == "terminate" and (mortal or name not in fleet.backups):
                died = died or name in fleet.backups
                if fleet.states.pop(name) == "InService":
                    fleet.settle()
        died = died and bool(fleet.backups)
    fleet.maximum = 100
    while fleet.backups:
        fleet.release(next(iter(fleet.backups)))
    assert fleet.minimum == owner
    assert MIN_SIZE_TAG not in fleet.tags


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 3),
    st.integers(1, 3),
    st.tuples(st.integers(-1, 99999), st.integers(-1, 4)).map(lambda it: f"{it[0]}/{it[1]}") | st.text(max_size=8),
)
def test_a_forged_tag_never_lowers_min_size_nor_raises_it_beyond_what_standby_explains(
    minimum: int, contained: int, tag: str
) -> None:
    fleet = Fleet(minimum, minimum + 3)
    fleet.settle()
    for name in [*fleet.states][:contained]:
        fleet.contain(name)
    before = fleet.minimum
    fleet.tags[MIN_SIZE_TAG] = tag
    for name in [*fleet.backups]:
        members = len(fleet.states)
        fleet.release(name)
        assert before <= fleet.minimum <= minimum + contained
        # Nothing was launched.
        assert len(fleet.states) == members


def test_a_group_that_has_no_room_is_a_problem_and_nothing_is_called() -> None:
    fleet = Fleet(1, 1)
    fleet.settle()
    fleet.contain("i-0")
    fleet.desired = fleet.maximum = 1
    run: dict[str, Any] = {"InstanceId": "i-0", "AutoScaling": fleet.backups["i-0"], "Region": "r", "Problems": []}
    assert scaling_calls(run, fleet.described(), "Standby", True) == []
    assert "No way back into service: fleet has MaxSize 1, desired capacity 1" in run["Problems"][0]


@pytest.mark.parametrize("was", [{}, {"Name": "fleet", "State": "Standby"}, {"Name": "fleet", "State": "Pending"}])
def test_a_member_that_was_not_in_service_before_is_left_where_it_is(was: dict[str, Any]) -> None:
    run: dict[str, Any] = {"InstanceId": "i-0", "AutoScaling": was, "Region": "r", "Problems": []}
    assert scaling_calls(run, Fleet(1, 1).described(), "Standby", True) == []
    assert run["Problems"] == []


def test_a_group_that_is_gone_with_its_terminated_member_is_said() -> None:
    fleet = Fleet(1, 1)
    fleet.settle()
    fleet.contain("i-0")
    run: dict[str, Any] = {"InstanceId": "i-0", "AutoScaling": fleet.backups["i-0"], "Region": "r", "Problems": []}
    assert scaling_calls(run, {}, "", False) == []
    assert len(run["Problems"]) == 1


def test_a_contained_member_keeps_what_its_first_backup_says_of_its_group() -> None:
    fleet = Fleet(2, 2)
    fleet.settle()
    fleet.contain("i-0")
    first = fleet.backups["i-0"]
    run = looked_at(fleet, "i-0", "Standby", {"key": {"AutoScaling": first}})
    assert run["AutoScaling"] == first
    assert run["Standby"] is False


@pytest.mark.parametrize("state", ["Pending", "Terminating:Wait", "Warmed:Stopped", "Detaching"])
def test_a_state_from_which_no_way_leads_to_standby_is_a_warning(state: str) -> None:
    fleet = Fleet(1, 1, states={"i-0": "InService"})
    run = looked_at(fleet, "i-0", state)
    assert run["Standby"] is False
    assert any(f"No way leads from {state} to Standby" in line for line in run["Warnings"])
    assert any("has no other instance" in line for line in run["Warnings"])


def test_a_tag_that_the_group_has_already_is_not_put_over() -> None:
    fleet = Fleet(1, 2, states={"i-0": "InService", "i-1": "InService"}, tags={"Case": "theirs"})
    run = looked_at(fleet, "i-0", "InService", tags=({"Key": "Case", "Value": "ours"},))
    put = standby_calls(run)[0][2]["Tags"]
    assert [tag["Key"] for tag in put] == ["ContainEC2Instance:i-0"]
