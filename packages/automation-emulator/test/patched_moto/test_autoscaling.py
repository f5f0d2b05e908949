"""Auto Scaling groups, as AWS keeps their sizes, states and tags."""

from __future__ import annotations

from typing import Any

import pytest
from patched_aws import Account, Network, code, refusal

patch = pytest.mark.patch
NAME = "web"


class Group:
    """An Auto Scaling group and what the tests ask of it."""

    def __init__(self, account: Account, network: Network, sizes: tuple[int, int, int]) -> None:
        low, desired, high = sizes
        self.account = account
        self.client = account.client("autoscaling")
        self.client.create_launch_configuration(
            LaunchConfigurationName="web", ImageId="ami-12c6146b", InstanceType="t3.micro"
        )
        self.client.create_auto_scaling_group(
            AutoScalingGroupName=NAME,
            MinSize=low,
            MaxSize=high,
            DesiredCapacity=desired,
            LaunchConfigurationName="web",
            VPCZoneIdentifier=network.subnet,
        )

    def shown(self) -> dict[str, Any]:
        """The group as DescribeAutoScalingGroups gives it."""
        group: dict[str, Any] = self.client.describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])[
            "AutoScalingGroups"
        ][0]
        return group

    def states(self) -> dict[str, str]:
        """The lifecycle state of each instance of the group."""
        return {each["InstanceId"]: each["LifecycleState"] for each in self.shown()["Instances"]}

    def sizes(self) -> tuple[int, int, int]:
        """MinSize, DesiredCapacity and MaxSize."""
        shown = self.shown()
        return shown["MinSize"], shown["DesiredCapacity"], shown["MaxSize"]

    def running(self) -> set[str]:
        """The ids of all instances of the account that run."""
        filters = [{"Name": "instance-state-name", "Values": ["running"]}]
        reservations = self.account.client("ec2").describe_instances(Filters=filters)["Reservations"]
        return {instance["InstanceId"] for reservation in reservations for instance in reservation["Instances"]}

    def standby(self, instance_id: str, decrement: bool = True) -> None:
        """Puts an instance into Standby."""
        self.client.enter_standby(
            AutoScalingGroupName=NAME, InstanceIds=[instance_id], ShouldDecrementDesiredCapacity=decrement
        )


@pytest.fixture
def make(account: Account, network: Network) -> Any:
    """Makes the group with MinSize, DesiredCapacity and MaxSize."""
    return lambda *sizes: Group(account, network, sizes)


@patch
def test_standby_below_min_size_is_refused_and_changes_nothing(make: Any) -> None:
    group = make(2, 2, 3)
    instance_id = min(group.states())
    refused = refusal(
        group.client.enter_standby,
        AutoScalingGroupName=NAME,
        InstanceIds=[instance_id],
        ShouldDecrementDesiredCapacity=True,
    )
    assert refused == (
        "ValidationError",
        400,
        "AutoScalingGroup web has min-size=2, max-size=3, and desired-size=2. To place into standby 1 instance,"
        " please update the AutoScalingGroup sizes appropriately.",
    )
    assert group.states()[instance_id] == "InService"


def test_standby_and_back_neither_start_nor_stop_an_instance(make: Any) -> None:
    group = make(1, 2, 3)
    before, running = group.shown(), group.running()
    instance_id = before["Instances"][0]["InstanceId"]
    group.standby(instance_id)
    assert (group.sizes(), group.states()[instance_id]) == ((1, 1, 3), "Standby")
    assert (group.running(), len(group.states())) == (running, 2)
    group.client.exit_standby(AutoScalingGroupName=NAME, InstanceIds=[instance_id])
    assert group.shown() == before
    assert group.running() == running


def test_standby_without_decrement_launches_a_replacement(make: Any) -> None:
    group = make(2, 2, 3)
    instance_id = min(group.states())
    group.standby(instance_id, decrement=False)
    assert group.sizes() == (2, 2, 3)
    assert sorted(group.states().values()) == ["InService", "InService", "Standby"]


@patch
def test_out_of_standby_over_max_size_is_refused(make: Any) -> None:
    group = make(1, 2, 2)
    instance_id = min(group.states())
    group.standby(instance_id, decrement=False)
    refused = refusal(group.client.exit_standby, AutoScalingGroupName=NAME, InstanceIds=[instance_id])
    assert refused[0] == "ValidationError"
    assert "max-size=2, and desired-size=2" in refused[2]


@patch
def test_only_an_instance_in_service_enters_and_only_one_in_standby_leaves(make: Any) -> None:
    group = make(0, 2, 3)
    first, second = sorted(group.states())
    group.standby(first)
    enter = {"AutoScalingGroupName": NAME, "ShouldDecrementDesiredCapacity": True}
    refused = refusal(group.client.enter_standby, InstanceIds=[first], **enter)
    assert refused == ("ValidationError", 400, f"The instance {first} is not in InService.")
    refused = refusal(group.client.exit_standby, AutoScalingGroupName=NAME, InstanceIds=[second])
    assert refused == ("ValidationError", 400, f"The instance {second} is not in Standby.")


@patch
def test_an_instance_of_no_group_is_not_part_of_it(make: Any) -> None:
    group = make(0, 1, 2)
    stranger = "i-0123456789abcdef0"
    refused = refusal(
        group.client.enter_standby,
        AutoScalingGroupName=NAME,
        InstanceIds=[stranger],
        ShouldDecrementDesiredCapacity=True,
    )
    assert refused == ("ValidationError", 400, f"The instance {stranger} is not part of Auto Scaling group web.")


@patch
def test_an_instance_behind_a_load_balancer_is_entering_standby_for_a_while(account: Account, make: Any) -> None:
    group = make(0, 2, 3)
    draining, quick = sorted(group.states())
    account.change(drainSeconds=3600)
    group.standby(draining)
    account.change(drainSeconds=0)
    group.standby(quick)
    assert group.states() == {draining: "EnteringStandby", quick: "Standby"}
    shown = group.client.describe_auto_scaling_instances(InstanceIds=[draining])["AutoScalingInstances"][0]
    assert shown["LifecycleState"] == "EnteringStandby"
    refused = refusal(group.client.exit_standby, AutoScalingGroupName=NAME, InstanceIds=[draining])
    assert refused[2] == f"The instance {draining} is not in Standby."


@patch
def test_back_from_standby_an_instance_is_pending_first_and_nothing_is_launched(account: Account, make: Any) -> None:
    group = make(0, 1, 2)
    [instance_id] = group.states()
    group.standby(instance_id)
    account.change(pendingSeconds=3600)
    group.client.exit_standby(AutoScalingGroupName=NAME, InstanceIds=[instance_id])
    group.client.update_auto_scaling_group(AutoScalingGroupName=NAME, MinSize=1)
    assert group.states() == {instance_id: "Pending"}
    assert group.running() == {instance_id}


@patch
@pytest.mark.parametrize("state", ["Pending", "Terminating", "Warmed:Stopped"])
def test_an_instance_can_be_in_any_state(account: Account, make: Any, state: str) -> None:
    group = make(0, 1, 2)
    [instance_id] = group.states()
    account.change(lifecycleStates={instance_id: state})
    assert group.states() == {instance_id: state}


@patch
def test_a_min_size_over_the_desired_capacity_raises_it(make: Any) -> None:
    group = make(1, 2, 3)
    instance_id = min(group.states())
    group.standby(instance_id)
    group.client.update_auto_scaling_group(AutoScalingGroupName=NAME, MinSize=2)
    assert group.sizes() == (2, 2, 3)
    assert sorted(group.states().values()) == ["InService", "InService", "Standby"]


@patch
def test_a_scale_in_spares_an_instance_in_standby(make: Any) -> None:
    group = make(0, 3, 3)
    instance_id = group.shown()["Instances"][0]["InstanceId"]
    group.standby(instance_id)
    group.client.update_auto_scaling_group(AutoScalingGroupName=NAME, DesiredCapacity=1)
    assert group.states()[instance_id] == "Standby"
    assert instance_id in group.running()


@patch
@pytest.mark.parametrize("sizes", [{"MinSize": 4}, {"MaxSize": 0}, {"DesiredCapacity": 4}, {"DesiredCapacity": 0}])
def test_sizes_that_contradict_each_other_are_refused(make: Any, sizes: dict[str, int]) -> None:
    group = make(1, 1, 3)
    refused = code(group.client.update_auto_scaling_group, AutoScalingGroupName=NAME, **sizes)
    assert refused == "ValidationError"
    assert group.sizes() == (1, 1, 3)


@patch
@pytest.mark.parametrize(("wanted", "words"), [(0, "below min value 1"), (4, "above max value 3")])
def test_a_desired_capacity_outside_the_sizes_is_refused(make: Any, wanted: int, words: str) -> None:
    group = make(1, 1, 3)
    refused = refusal(group.client.set_desired_capacity, AutoScalingGroupName=NAME, DesiredCapacity=wanted)
    assert refused[2] == f"New SetDesiredCapacity value {wanted} is {words} for the AutoScalingGroup."


@patch
def test_a_group_that_does_not_exist_is_a_validation_error(account: Account) -> None:
    client = account.client("autoscaling")
    name = {"AutoScalingGroupName": "none"}
    instance = {"InstanceIds": ["i-0123456789abcdef0"]}
    tag = {"ResourceId": "none", "ResourceType": "auto-scaling-group", "Key": "k", "Value": "v"}
    assert code(client.enter_standby, **name, **instance, ShouldDecrementDesiredCapacity=True) == "ValidationError"
    assert code(client.exit_standby, **name, **instance) == "ValidationError"
    assert code(client.update_auto_scaling_group, **name, MinSize=1) == "ValidationError"
    assert code(client.create_or_update_tags, Tags=[tag]) == "ValidationError"
    assert code(client.delete_tags, Tags=[tag]) == "ValidationError"
    assert client.describe_auto_scaling_groups(AutoScalingGroupNames=["none"])["AutoScalingGroups"] == []


def test_tags_of_a_group_are_made_changed_and_deleted_and_do_not_reach_the_instances(make: Any) -> None:
    group = make(0, 1, 1)
    place = {"ResourceId": NAME, "ResourceType": "auto-scaling-group"}
    for value in ("1", "2"):
        tag = {**place, "Key": "k", "Value": value, "PropagateAtLaunch": False}
        group.client.create_or_update_tags(Tags=[tag])
    filters = [{"Name": "auto-scaling-group", "Values": [NAME]}]
    assert group.client.describe_tags(Filters=filters)["Tags"] == [{**tag, "Value": "2"}]
    [instance_id] = group.states()
    instance = group.account.client("ec2").describe_instances(InstanceIds=[instance_id])
    tags = instance["Reservations"][0]["Instances"][0]["Tags"]
    assert tags == [{"Key": "aws:autoscaling:groupName", "Value": NAME}]
    group.client.delete_tags(Tags=[{**place, "Key": "k"}])
    assert group.client.describe_tags(Filters=filters)["Tags"] == []


@patch
def test_a_groups_tags_have_awss_limits(make: Any) -> None:
    group = make(0, 0, 1)
    place = {"ResourceId": NAME, "ResourceType": "auto-scaling-group", "Value": "v", "PropagateAtLaunch": False}
    assert code(group.client.create_or_update_tags, Tags=[{**place, "Key": "aws:k"}]) == "ValidationError"
    assert code(group.client.create_or_update_tags, Tags=[{**place, "Key": "k" * 129}]) == "ValidationError"
    long = {**place, "Key": "k", "Value": "v" * 257}
    assert code(group.client.create_or_update_tags, Tags=[long]) == "ValidationError"
    group.client.create_or_update_tags(Tags=[{**place, "Key": "k" * 128, "Value": "v" * 256}])
    group.client.delete_tags(Tags=[{**place, "Key": "k" * 128}])
    group.client.create_or_update_tags(Tags=[{**place, "Key": f"k{number}"} for number in range(50)])
    assert code(group.client.create_or_update_tags, Tags=[{**place, "Key": "k50"}]) == "ValidationError"
