"""Dry runs, tags and ids, as EC2 treats them."""

from __future__ import annotations

from typing import Any

import pytest
from patched_aws import Account, Network, code, refusal

patch = pytest.mark.patch


@pytest.mark.parametrize(
    "operation",
    [
        "modify_network_interface_attribute",
        "create_security_group",
        "authorize_security_group_ingress",
        "authorize_security_group_egress",
        "revoke_security_group_ingress",
        "revoke_security_group_egress",
        "delete_security_group",
        "create_tags",
        "delete_tags",
        "create_image",
        "copy_image",
        "describe_instances",
        pytest.param("describe_security_groups", marks=patch),
    ],
)
def test_a_dry_run_changes_nothing_and_answers_412(ec2: Any, network: Network, operation: str) -> None:
    group = network.group("g")
    instance = network.instance([group])
    rules = {"GroupId": group, "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}
    tags = {"Resources": [group], "Tags": [{"Key": "k", "Value": "v"}]}
    parameters: dict[str, Any] = {
        "modify_network_interface_attribute": {
            "NetworkInterfaceId": instance["NetworkInterfaces"][0]["NetworkInterfaceId"],
            "Groups": [group],
        },
        "create_security_group": {"GroupName": "n", "Description": "d", "VpcId": network.vpc},
        "authorize_security_group_ingress": rules,
        "authorize_security_group_egress": rules,
        "revoke_security_group_ingress": rules,
        "revoke_security_group_egress": rules,
        "delete_security_group": {"GroupId": group},
        "create_tags": tags,
        "delete_tags": tags,
        "create_image": {"InstanceId": instance["InstanceId"], "Name": "name"},
        "copy_image": {"SourceImageId": "ami-12c6146b", "SourceRegion": "us-east-1", "Name": "name"},
    }
    before = ec2.describe_security_groups()["SecurityGroups"]
    refused = refusal(getattr(ec2, operation), DryRun=True, **parameters.get(operation, {}))
    assert refused == ("DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set.")
    assert ec2.describe_security_groups()["SecurityGroups"] == before


@patch
@pytest.mark.parametrize(
    ("operation", "changes", "expected"),
    [
        ("modify_network_interface_attribute", {"Groups": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        (
            "modify_network_interface_attribute",
            {"NetworkInterfaceId": "eni-0123456789abcdef0"},
            "InvalidNetworkInterfaceID.NotFound",
        ),
        ("delete_security_group", {"GroupId": "sg-0123456789abcdef0"}, "InvalidGroup.NotFound"),
        ("authorize_security_group_egress", {"GroupId": "sg-0123456789abcdef0"}, "InvalidGroup.NotFound"),
        ("create_security_group", {"VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcID.NotFound"),
        (
            "describe_network_interfaces",
            {"NetworkInterfaceIds": ["eni-0123456789abcdef0"]},
            "InvalidNetworkInterfaceID.NotFound",
        ),
        ("describe_instances", {"InstanceIds": ["i-0123456789abcdef0"]}, "InvalidInstanceID.NotFound"),
        ("create_snapshot", {"VolumeId": "vol-0123456789abcdef0"}, "InvalidVolume.NotFound"),
        ("describe_images", {"ImageIds": ["ami-0123456789abcdef0"]}, "InvalidAMIID.NotFound"),
        ("create_image", {"InstanceId": "i-0123456789abcdef0"}, "InvalidInstanceID.NotFound"),
        ("create_tags", {"Resources": ["i-0123456789abcdef0"]}, "InvalidInstanceID.NotFound"),
    ],
)
def test_a_dry_run_finds_what_is_not_there(
    ec2: Any, network: Network, operation: str, changes: dict[str, Any], expected: str
) -> None:
    group = network.group("g")
    interface = network.instance([group])["NetworkInterfaces"][0]["NetworkInterfaceId"]
    parameters: dict[str, Any] = {
        "modify_network_interface_attribute": {"NetworkInterfaceId": interface, "Groups": [group]},
        "create_security_group": {"GroupName": "n", "Description": "d"},
        "authorize_security_group_egress": {"IpPermissions": []},
        "create_image": {"Name": "name"},
        "create_tags": {"Tags": [{"Key": "k", "Value": "v"}]},
    }
    given = {**parameters.get(operation, {}), **changes}
    assert code(getattr(ec2, operation), DryRun=True, **given) == expected


@patch
def test_a_dry_run_knows_what_an_interface_may_have(ec2: Any, account: Account, network: Network) -> None:
    groups = [network.group(f"g{number}") for number in range(6)]
    interface = network.instance([groups[0]])["NetworkInterfaces"][0]["NetworkInterfaceId"]
    change = {"NetworkInterfaceId": interface, "DryRun": True}
    refused = code(ec2.modify_network_interface_attribute, Groups=groups, **change)
    assert refused == "SecurityGroupsPerInterfaceLimitExceeded"
    account.change(requesterManaged=[interface])
    assert code(ec2.modify_network_interface_attribute, Groups=groups[:1], **change) == "AuthFailure"


@patch
def test_tag_keys_of_aws_are_reserved(ec2: Any, network: Network) -> None:
    group = network.group("g")
    for key in ("aws:mine", "AWS:mine"):
        tags = [{"Key": key, "Value": "v"}]
        assert code(ec2.create_tags, Resources=[group], Tags=tags) == "InvalidParameterValue"
        assert code(ec2.delete_tags, Resources=[group], Tags=tags) == "InvalidParameterValue"
        specification = [{"ResourceType": "security-group", "Tags": tags}]
        refused = code(
            ec2.create_security_group,
            GroupName="n",
            Description="d",
            VpcId=network.vpc,
            TagSpecifications=specification,
        )
        assert refused == "InvalidParameterValue"


@patch
@pytest.mark.parametrize("tag", [{"Key": "k" * 129, "Value": "v"}, {"Key": "k", "Value": "v" * 257}])
def test_a_tag_that_is_too_long_is_refused(ec2: Any, network: Network, tag: dict[str, str]) -> None:
    assert code(ec2.create_tags, Resources=[network.group("g")], Tags=[tag]) == "InvalidParameterValue"


def test_a_fifty_first_tag_exceeds_the_limit(ec2: Any, network: Network) -> None:
    group = network.group("g")
    ec2.create_tags(Resources=[group], Tags=[{"Key": f"k{number}", "Value": "v"} for number in range(50)])
    ec2.create_tags(Resources=[group], Tags=[{"Key": "k1", "Value": "other"}])
    assert code(ec2.create_tags, Resources=[group], Tags=[{"Key": "k50", "Value": "v"}]) == "TagLimitExceeded"


def test_a_tag_is_deleted_only_with_its_value_where_one_is_given(ec2: Any, network: Network) -> None:
    group = network.group("g")
    ec2.create_tags(Resources=[group], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    ec2.delete_tags(Resources=[group], Tags=[{"Key": "a", "Value": "other"}, {"Key": "b"}])
    assert tags_of(ec2, group) == {"a": "1"}


@patch
def test_an_empty_value_deletes_only_a_tag_with_an_empty_value(ec2: Any, network: Network) -> None:
    group = network.group("g")
    ec2.create_tags(Resources=[group], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    ec2.delete_tags(Resources=[group], Tags=[{"Key": "a", "Value": ""}, {"Key": "b", "Value": ""}])
    assert tags_of(ec2, group) == {"a": "1"}
    ec2.delete_tags(Resources=[group])
    assert tags_of(ec2, group) == {}


@patch
def test_what_does_not_exist_is_not_tagged(ec2: Any) -> None:
    tags = [{"Key": "k", "Value": "v"}]
    assert code(ec2.create_tags, Resources=["i-0123456789abcdef0"], Tags=tags) == "InvalidInstanceID.NotFound"
    refused = code(ec2.create_tags, Resources=["eni-0123456789abcdef0"], Tags=tags)
    assert refused == "InvalidNetworkInterfaceID.NotFound"


@patch
def test_a_malformed_instance_id_is_told_from_an_unknown_one(ec2: Any) -> None:
    for malformed in ("i-nothing", "i-123", "instance", "i-0123456789abcdef0;"):
        assert code(ec2.describe_instances, InstanceIds=[malformed]) == "InvalidInstanceID.Malformed"
    refused = refusal(ec2.describe_instances, InstanceIds=["i-0123456789abcdef0"])
    assert refused == ("InvalidInstanceID.NotFound", 400, "The instance ID 'i-0123456789abcdef0' does not exist")


@patch
def test_an_instance_may_have_an_instance_store_root(account: Account, network: Network) -> None:
    instance = network.instance([network.group("g")])
    assert instance["RootDeviceType"] == "ebs"
    account.change(instanceStore=[instance["InstanceId"]])
    assert network.instance_by_id(instance["InstanceId"])["RootDeviceType"] == "instance-store"


def tags_of(ec2: Any, resource: str) -> dict[str, str]:
    """The tags of a resource."""
    tags = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [resource]}])["Tags"]
    return {tag["Key"]: tag["Value"] for tag in tags}


def test_instance_types_and_public_images_are_there_though_they_are_read_late(account: Account) -> None:
    ec2 = account.client("ec2", "eu-west-1")
    offered = ec2.describe_instance_type_offerings(Filters=[{"Name": "instance-type", "Values": ["t3.micro"]}])
    assert [offer["Location"] for offer in offered["InstanceTypeOfferings"]] == ["eu-west-1"]
    images = ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "architecture", "Values": ["arm64"]}])
    assert len(images["Images"]) >= 1


@patch
def test_tags_of_every_kind_of_resource_are_described(ec2: Any, network: Network) -> None:
    instance = network.instance([network.group("g")])
    image = ec2.create_image(InstanceId=instance["InstanceId"], Name="evidence")["ImageId"]
    [snapshot] = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    kinds = {
        instance["InstanceId"]: "instance",
        instance["NetworkInterfaces"][0]["NetworkInterfaceId"]: "network-interface",
        image: "image",
        snapshot["SnapshotId"]: "snapshot",
        instance["SecurityGroups"][0]["GroupId"]: "security-group",
    }
    ec2.create_tags(Resources=list(kinds), Tags=[{"Key": "Case", "Value": "17"}])
    shown = ec2.describe_tags(Filters=[{"Name": "tag:Case", "Values": ["17"]}])["Tags"]
    assert {tag["ResourceId"]: tag["ResourceType"] for tag in shown} == kinds
    for resource, kind in kinds.items():
        filters = [{"Name": "resource-id", "Values": [resource]}, {"Name": "resource-type", "Values": [kind]}]
        assert [tag["Value"] for tag in ec2.describe_tags(Filters=filters)["Tags"]] == ["17"]


@patch
def test_a_tag_key_comes_once(ec2: Any, network: Network) -> None:
    twice = [{"Key": "Case", "Value": "1"}, {"Key": "Case", "Value": "2"}]
    assert code(ec2.create_tags, Resources=[network.vpc], Tags=twice) == "InvalidParameterValue"
    group = {"GroupName": "n", "Description": "d", "VpcId": network.vpc}
    specification = [{"ResourceType": "security-group", "Tags": twice}]
    assert code(ec2.create_security_group, **group, TagSpecifications=specification) == "InvalidParameterValue"


@patch
def test_tags_for_another_kind_of_resource_are_refused(ec2: Any, network: Network) -> None:
    group = {"GroupName": "n", "Description": "d", "VpcId": network.vpc}
    specification = [{"ResourceType": "instance", "Tags": [{"Key": "Case", "Value": "1"}]}]
    refused = refusal(ec2.create_security_group, **group, TagSpecifications=specification)
    expected = "'instance' is not a valid taggable resource type for this operation."
    assert (refused[0], refused[2]) == ("InvalidParameterValue", expected)


@patch
def test_tags_are_described_by_filters_that_exist(ec2: Any) -> None:
    filters = [{"Name": "resource", "Values": ["i-1"]}]
    refused = refusal(ec2.describe_tags, Filters=filters)
    assert (refused[0], refused[2]) == ("InvalidParameterValue", "The filter 'resource' is invalid")
