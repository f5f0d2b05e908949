"""Attributes of instances and Elastic IP addresses, as AWS changes them."""

from __future__ import annotations

from typing import Any

import pytest
from patched_aws import Account, Network, interface_groups, refusal

patch = pytest.mark.patch


@pytest.fixture
def instance(network: Network) -> dict[str, Any]:
    """An instance with one interface."""
    return network.instance([network.group("own")])


def attribute(ec2: Any, instance: dict[str, Any], name: str) -> Any:
    """An attribute's value as EC2 describes it."""
    found = ec2.describe_instance_attribute(InstanceId=instance["InstanceId"], Attribute=name)
    return found[name[0].upper() + name[1:]]["Value"]


def change(ec2: Any, instance: dict[str, Any], **given: Any) -> None:
    """Changes attributes of an instance."""
    ec2.modify_instance_attribute(InstanceId=instance["InstanceId"], **given)


@patch
def test_the_shutdown_behavior_is_changed_and_the_groups_stay(
    ec2: Any, network: Network, instance: dict[str, Any]
) -> None:
    change(ec2, instance, InstanceInitiatedShutdownBehavior={"Value": "terminate"})
    assert attribute(ec2, instance, "instanceInitiatedShutdownBehavior") == "terminate"
    assert interface_groups(network.instance_by_id(instance["InstanceId"])) == interface_groups(instance)


@patch
@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, "InvalidParameterCombination"),
        (
            {"DisableApiTermination": {"Value": True}, "EbsOptimized": {"Value": True}},
            "InvalidParameterCombination",
        ),
        ({"InstanceInitiatedShutdownBehavior": {"Value": "sleep"}}, "InvalidParameterValue"),
        (
            {"BlockDeviceMappings": [{"DeviceName": "/dev/none", "Ebs": {"DeleteOnTermination": False}}]},
            "InvalidInstanceAttributeValue",
        ),
    ],
)
def test_one_attribute_at_a_time_with_a_value_that_can_be(
    ec2: Any, instance: dict[str, Any], given: dict[str, Any], wanted: str
) -> None:
    assert refusal(change, ec2, instance, **given)[0] == wanted


def test_termination_protection_and_what_becomes_of_volumes_are_changed(
    ec2: Any, network: Network, instance: dict[str, Any]
) -> None:
    [device] = instance["BlockDeviceMappings"]
    assert device["Ebs"]["DeleteOnTermination"] is True
    kept = {"VolumeId": device["Ebs"]["VolumeId"], "DeleteOnTermination": False}
    change(ec2, instance, BlockDeviceMappings=[{"DeviceName": device["DeviceName"], "Ebs": kept}])
    change(ec2, instance, DisableApiTermination={"Value": True})
    [device] = network.instance_by_id(instance["InstanceId"])["BlockDeviceMappings"]
    assert device["Ebs"]["DeleteOnTermination"] is False
    assert attribute(ec2, instance, "disableApiTermination") is True


@patch
def test_instances_are_found_by_their_profile(account: Account, ec2: Any, network: Network) -> None:
    iam = account.client("iam")
    arn = iam.create_instance_profile(InstanceProfileName="app")["InstanceProfile"]["Arn"]
    launched = ec2.run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=network.subnet, IamInstanceProfile={"Name": "app"}
    )
    network.instance([network.group("own")])
    found = ec2.describe_instances(Filters=[{"Name": "iam-instance-profile.arn", "Values": [arn]}])
    ids = [it["InstanceId"] for each in found["Reservations"] for it in each["Instances"]]
    assert ids == [launched["Instances"][0]["InstanceId"]]


def associate(ec2: Any, address: dict[str, Any], instance: dict[str, Any], **given: Any) -> None:
    """Associates an address with the interface of an instance."""
    interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=interface, **given)


def place(ec2: Any, address: dict[str, Any]) -> tuple[str, str]:
    """The interface and the private address that an address is associated with."""
    [found] = ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"]
    return found.get("NetworkInterfaceId", ""), found.get("PrivateIpAddress", "")


@patch
def test_an_address_goes_to_the_private_address_that_is_named(ec2: Any, instance: dict[str, Any]) -> None:
    interface = instance["NetworkInterfaces"][0]
    ec2.assign_private_ip_addresses(
        NetworkInterfaceId=interface["NetworkInterfaceId"], SecondaryPrivateIpAddressCount=1
    )
    [shown] = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface["NetworkInterfaceId"]])[
        "NetworkInterfaces"
    ]
    second = next(it["PrivateIpAddress"] for it in shown["PrivateIpAddresses"] if not it["Primary"])
    address = ec2.allocate_address(Domain="vpc")
    associate(ec2, address, instance, PrivateIpAddress=second)
    assert place(ec2, address) == (interface["NetworkInterfaceId"], second)
    assert refusal(associate, ec2, address, instance, PrivateIpAddress="192.0.2.1")[0] == "InvalidParameterValue"


@patch
def test_an_address_moves_unless_that_is_forbidden(ec2: Any, network: Network, instance: dict[str, Any]) -> None:
    other = network.instance([network.group("second")])
    first, second = ec2.allocate_address(Domain="vpc"), ec2.allocate_address(Domain="vpc")
    associate(ec2, first, instance)
    refused = refusal(associate, ec2, first, other, AllowReassociation=False)
    assert refused[0] == "Resource.AlreadyAssociated"
    assert refusal(associate, ec2, second, instance, AllowReassociation=False)[0] == "Resource.AlreadyAssociated"
    associate(ec2, second, instance)
    assert place(ec2, first) == ("", "")
    associate(ec2, second, other)
    assert place(ec2, second)[0] == other["NetworkInterfaces"][0]["NetworkInterfaceId"]


def test_an_association_that_is_gone_is_not_found(ec2: Any, instance: dict[str, Any]) -> None:
    address = ec2.allocate_address(Domain="vpc")
    associate(ec2, address, instance)
    [found] = ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"]
    ec2.disassociate_address(AssociationId=found["AssociationId"])
    assert place(ec2, address) == ("", "")
    again = refusal(ec2.disassociate_address, AssociationId=found["AssociationId"])
    assert again[0] == "InvalidAssociationID.NotFound"
