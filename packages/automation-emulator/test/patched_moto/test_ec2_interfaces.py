"""Network interfaces, as AWS keeps their groups."""

from __future__ import annotations

from typing import Any

import pytest
from patched_aws import Account, Network, code, interface_groups, refusal

patch = pytest.mark.patch


@patch
def test_an_interface_has_exactly_the_groups_it_was_last_given(ec2: Any, network: Network) -> None:
    old, new = network.group("old"), network.group("new")
    instance = network.instance([old], [old])
    for interface in instance["NetworkInterfaces"]:
        ec2.modify_network_interface_attribute(NetworkInterfaceId=interface["NetworkInterfaceId"], Groups=[new])
    instance = network.instance_by_id(instance["InstanceId"])
    assert interface_groups(instance) == [[new], [new]]
    assert [group["GroupId"] for group in instance["SecurityGroups"]] == [new]


@patch
def test_instance_level_groups_do_not_stay_after_a_change(ec2: Any, network: Network) -> None:
    old, new = network.group("old"), network.group("new")
    launched = ec2.run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=network.subnet, SecurityGroupIds=[old]
    )
    instance = network.instance_by_id(launched["Instances"][0]["InstanceId"])
    interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    assert interface_groups(instance) == [[old]]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[new])
    assert interface_groups(network.instance_by_id(instance["InstanceId"])) == [[new]]
    shown = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"][0]
    assert [group["GroupId"] for group in shown["Groups"]] == [new]


@patch
def test_the_instance_shows_the_groups_of_its_primary_interface(network: Network) -> None:
    first, second = network.group("first"), network.group("second")
    instance = network.instance([first], [second])
    assert [group["GroupId"] for group in instance["SecurityGroups"]] == [first]


@patch
def test_an_unknown_group_is_not_found(ec2: Any, network: Network) -> None:
    instance = network.instance([network.group("own")])
    interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    refused = refusal(
        ec2.modify_network_interface_attribute, NetworkInterfaceId=interface, Groups=["sg-0123456789abcdef0"]
    )
    assert refused == ("InvalidGroup.NotFound", 400, "The security group 'sg-0123456789abcdef0' does not exist")
    assert interface_groups(network.instance_by_id(instance["InstanceId"])) == interface_groups(instance)


@patch
def test_a_group_of_another_vpc_belongs_to_a_different_network(ec2: Any, network: Network) -> None:
    instance = network.instance([network.group("own")])
    foreign = Network(ec2).group("foreign")
    interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    refused = refusal(ec2.modify_network_interface_attribute, NetworkInterfaceId=interface, Groups=[foreign])
    assert refused[0] == "InvalidGroup.NotFound"
    assert "different networks" in refused[2]


@patch
def test_a_launch_with_a_group_of_another_vpc_is_refused(ec2: Any, network: Network) -> None:
    foreign = Network(ec2).group("foreign")
    refused = code(
        ec2.run_instances,
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        SubnetId=network.subnet,
        SecurityGroupIds=[foreign],
    )
    assert refused == "InvalidParameter"


@patch
def test_an_interface_is_not_made_with_a_group_that_does_not_exist(ec2: Any, network: Network) -> None:
    refused = code(ec2.create_network_interface, SubnetId=network.subnet, Groups=["sg-0123456789abcdef0"])
    assert refused == "InvalidGroup.NotFound"


@patch
def test_an_interface_takes_five_groups_and_not_six(ec2: Any, network: Network) -> None:
    groups = [network.group(f"group {number}") for number in range(6)]
    instance = network.instance([groups[0]])
    interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=groups[:5])
    refused = code(ec2.modify_network_interface_attribute, NetworkInterfaceId=interface, Groups=groups)
    assert refused == "SecurityGroupsPerInterfaceLimitExceeded"


@patch
def test_a_malformed_interface_id_is_told_from_an_unknown_one(ec2: Any) -> None:
    for interface, kind in (("eni-bad", "Id.Malformed"), ("eni-0123456789abcdef0", "ID.NotFound")):
        wanted = f"InvalidNetworkInterface{kind}"
        assert code(ec2.describe_network_interfaces, NetworkInterfaceIds=[interface]) == wanted
        assert code(ec2.modify_network_interface_attribute, NetworkInterfaceId=interface, Groups=["sg-1"]) == wanted


@patch
def test_a_requester_managed_interface_says_so_and_is_found_by_it(ec2: Any, account: Account, network: Network) -> None:
    first, second = (each["NetworkInterfaceId"] for each in network.instance([], [])["NetworkInterfaces"])
    account.change(requesterManaged=[second])
    shown = ec2.describe_network_interfaces(NetworkInterfaceIds=[first, second])["NetworkInterfaces"]
    assert {each["NetworkInterfaceId"]: each["RequesterManaged"] for each in shown} == {first: False, second: True}
    filters = [{"Name": "requester-managed", "Values": ["true"]}]
    found = ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    assert [each["NetworkInterfaceId"] for each in found] == [second]


def test_a_stopped_instance_keeps_its_interfaces_and_takes_new_groups(ec2: Any, network: Network) -> None:
    old, new = network.group("old"), network.group("new")
    instance = network.instance([old], [old])
    ec2.stop_instances(InstanceIds=[instance["InstanceId"]])
    for interface in instance["NetworkInterfaces"]:
        ec2.modify_network_interface_attribute(NetworkInterfaceId=interface["NetworkInterfaceId"], Groups=[new])
    stopped = network.instance_by_id(instance["InstanceId"])
    assert (stopped["State"]["Name"], interface_groups(stopped)) == ("stopped", [[new], [new]])


def test_an_interface_attached_later_is_the_instances(ec2: Any, network: Network) -> None:
    group = network.group("g")
    instance = network.instance([group])
    later = ec2.create_network_interface(SubnetId=network.subnet, Groups=[group])["NetworkInterface"]
    ec2.attach_network_interface(
        NetworkInterfaceId=later["NetworkInterfaceId"], InstanceId=instance["InstanceId"], DeviceIndex=3
    )
    shown = network.instance_by_id(instance["InstanceId"])["NetworkInterfaces"]
    assert {each["NetworkInterfaceId"]: each["Attachment"]["DeviceIndex"] for each in shown} == {
        instance["NetworkInterfaces"][0]["NetworkInterfaceId"]: 0,
        later["NetworkInterfaceId"]: 3,
    }
    filters = [{"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}]
    assert len(ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]) == 2


@patch
def test_a_requester_managed_interface_refuses_new_groups(ec2: Any, account: Account, network: Network) -> None:
    group = network.group("own")
    instance = network.instance([group])
    interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    account.change(requesterManaged=[interface])
    assert code(ec2.modify_network_interface_attribute, NetworkInterfaceId=interface, Groups=[group]) == "AuthFailure"


@patch
def test_groups_of_an_instance_with_two_interfaces_can_not_be_set_on_the_instance(ec2: Any, network: Network) -> None:
    group = network.group("own")
    instance = network.instance([group], [group])
    refused = code(ec2.modify_instance_attribute, InstanceId=instance["InstanceId"], Groups=[group])
    assert refused == "InvalidInstanceID"


@patch
def test_a_terminated_instance_has_no_interfaces_and_the_primary_one_is_gone(ec2: Any, network: Network) -> None:
    instance = network.instance([network.group("own")])
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    terminated = network.instance_by_id(instance["InstanceId"])
    assert terminated["State"]["Name"] == "terminated"
    assert terminated["NetworkInterfaces"] == []
    assert terminated["SecurityGroups"] == []
    assert "VpcId" not in terminated
    gone = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    refused = code(ec2.describe_network_interfaces, NetworkInterfaceIds=[gone])
    assert refused == "InvalidNetworkInterfaceID.NotFound"


@patch
def test_an_attached_interface_survives_its_instance(ec2: Any, network: Network) -> None:
    group = network.group("own")
    instance = network.instance([group])
    spare = ec2.create_network_interface(SubnetId=network.subnet, Groups=[group])
    spare_id = spare["NetworkInterface"]["NetworkInterfaceId"]
    ec2.attach_network_interface(NetworkInterfaceId=spare_id, InstanceId=instance["InstanceId"], DeviceIndex=1)
    assert interface_groups(network.instance_by_id(instance["InstanceId"])) == [[group], [group]]
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    shown = ec2.describe_network_interfaces(NetworkInterfaceIds=[spare_id])["NetworkInterfaces"][0]
    assert shown["Status"] == "available"


@patch
def test_a_sixteenth_interface_exceeds_the_limit(ec2: Any, network: Network) -> None:
    group = network.group("own")
    instance = network.instance(*[[group]] * 15)
    assert len(instance["NetworkInterfaces"]) == 15
    spare = ec2.create_network_interface(SubnetId=network.subnet)["NetworkInterface"]["NetworkInterfaceId"]
    place = {"InstanceId": instance["InstanceId"], "DeviceIndex": 15}
    assert code(ec2.attach_network_interface, NetworkInterfaceId=spare, **place) == "AttachmentLimitExceeded"


@patch
def test_a_taken_device_index_is_refused(ec2: Any, network: Network) -> None:
    instance = network.instance([network.group("own")])
    spare = ec2.create_network_interface(SubnetId=network.subnet)["NetworkInterface"]["NetworkInterfaceId"]
    place = {"InstanceId": instance["InstanceId"], "DeviceIndex": 0}
    assert code(ec2.attach_network_interface, NetworkInterfaceId=spare, **place) == "InvalidParameterValue"


@patch
def test_an_attached_interface_is_not_deleted(ec2: Any, network: Network) -> None:
    instance = network.instance([network.group("own")])
    interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    assert code(ec2.delete_network_interface, NetworkInterfaceId=interface) == "InvalidParameterValue"


@patch
def test_a_change_of_an_interface_is_of_one_attribute(ec2: Any, network: Network) -> None:
    group = network.group("g")
    interface = network.instance([group])["NetworkInterfaces"][0]["NetworkInterfaceId"]
    change = {"NetworkInterfaceId": interface, "Groups": [group]}
    nothing = refusal(ec2.modify_network_interface_attribute, **{**change, "Groups": []})
    assert nothing == ("InvalidParameterCombination", 400, "No attributes specified.")
    dry = code(ec2.modify_network_interface_attribute, NetworkInterfaceId=interface, DryRun=True)
    assert dry == "InvalidParameterCombination"
    several = code(ec2.modify_network_interface_attribute, **change, SourceDestCheck={"Value": False})
    assert several == "InvalidParameterCombination"
    ec2.modify_network_interface_attribute(**change)
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, SourceDestCheck={"Value": False})
