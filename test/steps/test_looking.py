"""What is seen of an instance and of its place in Auto Scaling."""

from typing import Any

import pytest
from getAutoScalingInstanceInfo import handler as look_step
from modifyAutoScalingGroup import handler as standby_step
from refusals import refusal
from shared.backup import sealed
from shared.instance import instance_of, interfaces_of

INSTANCE = "i-0123456789abcdef0"
INSIDE = f"ContainEC2Instance-containment-{INSTANCE}-11111111-2222-4333-8444-555555555555"


def instance(*groups: str) -> dict[str, Any]:
    named = [{"GroupId": f"sg-{at}", "GroupName": name} for at, name in enumerate(groups)]
    return {
        "InstanceId": INSTANCE,
        "State": {"Name": "running"},
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "v", "Groups": named}],
    }


# 33 interfaces with five groups each have 165 names, and a step returns 100 KB.
def test_names_of_groups_are_no_longer_than_the_runbooks_need_to_be() -> None:
    found = interfaces_of(instance("x" * 255, INSIDE))["eni-1"]
    assert found["Names"] == {"sg-0": "x" * 99, "sg-1": INSIDE}
    assert found["Own"] == {"sg-1": "containment"}


class Ec2:
    """EC2 with one instance and no groups or tags."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found

    def describe_instances(self, **_: Any) -> dict[str, Any]:
        return {"Reservations": [{"Instances": [self.found]}]}

    def describe_security_groups(self, **_: Any) -> dict[str, Any]:
        return {}

    def describe_tags(self, **_: Any) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize("state", ["shutting-down", "terminated"])
def test_an_instance_without_interfaces_is_gone_for_a_release_and_refused_otherwise(state: str) -> None:
    gone = {"InstanceId": INSTANCE, "State": {"Name": state}, "NetworkInterfaces": []}
    assert instance_of(Ec2(gone), {"InstanceId": INSTANCE, "Action": "Release"}) == {}
    with pytest.raises(ValueError, match="is terminated or not in this account and Region"):
        instance_of(Ec2(gone), {"InstanceId": INSTANCE, "Action": "Contain"})


class AutoScaling:
    """Auto Scaling with a member of one group; what is done is written down, and some of it refused, so often."""

    def __init__(self, group: str, state: str = "InService", refused: str = "", times: int = 99) -> None:
        self.member = {"AutoScalingGroupName": group, "LifecycleState": state}
        self.refused = [refused] * times
        self.made: list[tuple[str, Any]] = []

    def describe_auto_scaling_instances(self, **_: Any) -> dict[str, Any]:
        return {"AutoScalingInstances": [self.member]}

    def describe_auto_scaling_groups(self, AutoScalingGroupNames: list[str]) -> dict[str, Any]:
        return {"AutoScalingGroups": [{"AutoScalingGroupName": AutoScalingGroupNames[0]}]}

    def __getattr__(self, method: str) -> Any:
        def call(**given: Any) -> dict[str, Any]:
            self.made.append((method, given.get("MinSize")))
            if method in self.refused:
                self.refused.pop()
                raise refusal("ValidationError", method)
            return {"Activities": []}

        return call


class Bucket:
    """S3 with one object."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get_object(self, **_: Any) -> dict[str, Any]:
        return {"Body": self}

    def read(self, _most: int) -> bytes:
        return self.text.encode()

    def get_bucket_location(self, **_: Any) -> dict[str, Any]:
        return {}


def test_a_release_gives_back_to_the_group_that_the_backup_names(monkeypatch: pytest.MonkeyPatch) -> None:
    scaling: dict[str, Any] = {"Name": "first", "State": "InService", "Tags": []}
    scaling |= dict.fromkeys(("MinSize", "MaxSize", "DesiredCapacity", "Owner"), 1)
    backup: dict[str, Any] = {"AccountId": "1", "Region": "r", "InstanceId": INSTANCE, "Interfaces": {}}
    backup |= {"CreatedAt": "2026", "AutoScaling": scaling, "Supersedes": [], "Tagged": [], "Tags": []}
    key, text = sealed("x", backup)
    monkeypatch.setattr(look_step, "client", lambda _service: AutoScaling("second"))
    run = {"AccountId": "1", "Region": "r", "InstanceId": INSTANCE, "Bucket": "b", "Tags": [], "Warnings": []}
    found = look_step.look(Ec2(instance("web")), Bucket(text), {**run, "Action": "Release", "Key": key})
    assert found["Group"]["AutoScalingGroupName"] == "first"
    found = look_step.look(Ec2(instance("web")), Bucket(text), {**run, "Action": "Contain", "Key": key})
    assert found["Group"]["AutoScalingGroupName"] == "second"


STANDBY_CALLS = [
    ["autoscaling", "CreateOrUpdateTags", {"Tags": []}],
    ["autoscaling", "UpdateAutoScalingGroup", {"MinSize": 1}],
    ["autoscaling", "EnterStandby", {}],
]


def standby_run(group: str) -> dict[str, Any]:
    calls = {"modifyAutoScalingGroup": STANDBY_CALLS}
    return {"InstanceId": INSTANCE, "AutoScaling": {"Name": group}, "Calls": calls}


@pytest.mark.parametrize("refused", ["create_or_update_tags", "update_auto_scaling_group", "enter_standby"])
def test_one_error_on_the_way_to_standby_is_made_good(refused: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service = AutoScaling("fleet", refused=refused, times=1)
    monkeypatch.setattr(standby_step, "client", lambda _service: service)
    assert standby_step.handler({"Run": standby_run("fleet"), "MinSize": 2}, None) == {}
    assert [method for method, _ in service.made].count(refused) == 2
    assert len(service.made) == 4


@pytest.mark.parametrize("group", ["fleet", "WarmStandby"])
@pytest.mark.parametrize(("state", "sizes"), [("InService", [1, 2]), ("Standby", [1]), ("EnteringStandby", [1])])
def test_min_size_is_put_back_where_the_instance_did_not_go_to_standby(
    group: str, state: str, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = AutoScaling(group, state, refused="enter_standby")
    monkeypatch.setattr(standby_step, "client", lambda _service: service)
    with pytest.raises(RuntimeError, match="EnterStandby failed"):
        standby_step.handler({"Run": standby_run(group), "MinSize": 2}, None)
    assert [size for method, size in service.made if method == "update_auto_scaling_group"] == sizes
