"""MinSize of an Auto Scaling group over any order of containing and releasing its members."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from shared.containing import standby_calls
from shared.releasing import scaling_calls
from shared.scaling import MIN_SIZE_TAG, owners_min_size


class Group:
    """An Auto Scaling group as its service behaves.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnterStandby.html
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExitStandby.html
    """

    def __init__(self, members: int, size: int) -> None:
        self.size, self.most, self.desired = size, members + 2, members
        self.states = {f"i-{at}": "InService" for at in range(members)}
        self.tags: dict[str, str] = {}

    def described(self) -> dict[str, Any]:
        return {
            "AutoScalingGroupName": "fleet",
            "MinSize": self.size,
            "MaxSize": self.most,
            "DesiredCapacity": self.desired,
            "Instances": [{"InstanceId": name, "LifecycleState": state} for name, state in self.states.items()],
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
        }

    def make(self, calls: list[Any]) -> None:
        for _, operation, given_ in calls:
            if operation == "CreateOrUpdateTags":
                self.tags |= {tag["Key"]: tag["Value"] for tag in given_["Tags"]}
            elif operation == "DeleteTags":
                for tag in given_["Tags"]:
                    self.tags.pop(tag["Key"], None)
            elif operation == "UpdateAutoScalingGroup":
                self.size = given_["MinSize"]
            elif operation == "EnterStandby":
                assert self.desired - 1 >= self.size, "AWS would refuse it"
                self.states[given_["InstanceIds"][0]] = "Standby"
                self.desired -= 1
            elif operation == "ExitStandby":
                assert self.desired + 1 <= self.most, "AWS would refuse it"
                self.states[given_["InstanceIds"][0]] = "InService"
                self.desired += 1


def contain(group: Group, name: str) -> dict[str, Any]:
    """Brings a member to Standby as the runbook does; what its backup keeps of the group."""
    now = group.described()
    was = {size: now[size] for size in ("MinSize", "DesiredCapacity", "MaxSize")}
    was |= {"Name": "fleet", "State": "InService", "Owner": owners_min_size(now), "Tags": []}
    group.make(standby_calls({"AutoScaling": was, "InstanceId": name, "Key": "k", "Tags": []}))
    return was


def release(group: Group, name: str, was: dict[str, Any]) -> None:
    """Brings a member back, twice, as a person may."""
    for _ in range(2):
        run = {"AutoScaling": was, "InstanceId": name, "Region": "r", "Problems": []}
        before = group.size
        group.make(scaling_calls(run, group.described(), group.states[name], True))
        assert run["Problems"] == []
        assert group.size >= before, "a release never lowers MinSize"
        assert group.size <= group.desired, "a release starts no instances"


@settings(max_examples=300)
@given(st.data())
def test_after_all_releases_min_size_is_what_its_owner_set_last(data: st.DataObject) -> None:
    members = data.draw(st.integers(1, 5))
    owner = data.draw(st.integers(0, members))
    group, contained = Group(members, owner), {}
    for _ in range(data.draw(st.integers(1, 12))):
        free = [name for name in group.states if name not in contained]
        step = data.draw(st.sampled_from(["contain", "release", "owner"]))
        if step == "contain" and free:
            name = data.draw(st.sampled_from(free))
            contained[name] = contain(group, name)
        elif step == "release" and contained:
            name = data.draw(st.sampled_from(sorted(contained)))
            release(group, name, contained.pop(name))
        elif step == "owner":
            # An owner who sets what the runbook has set can't be told from one who sets nothing.
            noted = {int(value) for value in group.tags.get(MIN_SIZE_TAG, "").split("/") if value}
            lowered = {was["MinSize"] - 1 for was in contained.values()}
            wanted = data.draw(st.integers(0, group.desired))
            if wanted not in noted | lowered:
                owner = group.size = wanted
    for name in sorted(contained):
        release(group, name, contained[name])
    assert group.size == owner
    assert MIN_SIZE_TAG not in group.tags


@given(st.integers(0, 99999), st.integers(0, 99999), st.integers(0, 4))
def test_a_forged_note_never_raises_min_size_above_what_members_in_standby_explain(
    owner: int, last: int, standby: int
) -> None:
    group = Group(5, 1)
    for name in [*group.states][:standby]:
        group.states[name] = "Standby"
    group.tags[MIN_SIZE_TAG] = f"{owner}/{last}"
    assert 1 <= owners_min_size(group.described()) <= 1 + standby
