"""Security groups, as AWS makes, finds and deletes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from patched_aws import Account, Network, code, interface_groups, refusal

patch = pytest.mark.patch


@patch
def test_a_group_in_use_by_an_interface_is_not_deleted(ec2: Any, network: Network) -> None:
    group, other = network.group("used"), network.group("other")
    instance = network.instance([group])
    refused = refusal(ec2.delete_security_group, GroupId=group)
    assert refused == ("DependencyViolation", 400, f"resource {group} has a dependent object")
    interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[other])
    ec2.delete_security_group(GroupId=group)
    assert code(ec2.describe_security_groups, GroupIds=[group]) == "InvalidGroup.NotFound"


@patch
def test_a_group_that_another_group_names_is_not_deleted(ec2: Any, network: Network) -> None:
    named, naming = network.group("named"), network.group("naming")
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": [{"GroupId": named}]}
    ec2.authorize_security_group_ingress(GroupId=naming, IpPermissions=[rule])
    assert code(ec2.delete_security_group, GroupId=named) == "DependencyViolation"


def test_a_group_that_names_itself_is_deleted(ec2: Any, network: Network) -> None:
    group = network.group("self")
    rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    ec2.delete_security_group(GroupId=group)


@patch
def test_the_default_group_is_not_deleted(ec2: Any, network: Network) -> None:
    filters = [{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    default = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    assert code(ec2.delete_security_group, GroupId=default) == "CannotDelete"


@patch
def test_a_name_that_is_taken_in_the_vpc_is_a_duplicate(ec2: Any, network: Network) -> None:
    network.group("name")
    Network(ec2).group("name")
    refused = refusal(ec2.create_security_group, GroupName="name", Description="x", VpcId=network.vpc)
    expected = f"The security group 'name' already exists for VPC '{network.vpc}'"
    assert refused == ("InvalidGroup.Duplicate", 400, expected)


@patch
def test_of_two_groups_with_one_name_made_at_once_exactly_one_is_made(account: Account, network: Network) -> None:
    names = [f"raced {number}" for number in range(12)]

    def make(name: str) -> bool:
        try:
            account.client("ec2").create_security_group(GroupName=name, Description="x", VpcId=network.vpc)
        except ClientError as error:
            message = f"The security group '{name}' already exists for VPC '{network.vpc}'"
            assert error.response["Error"]["Message"] == message
            return False
        return True

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sum(pool.map(make, sorted(names * 4))) == len(names)


@patch
def test_past_the_quota_no_group_is_made(account: Account, ec2: Any, network: Network) -> None:
    present = len(ec2.describe_security_groups()["SecurityGroups"])
    account.change(groupQuota=present + 1)
    network.group("last")
    refused = code(ec2.create_security_group, GroupName="one more", Description="x", VpcId=network.vpc)
    assert refused == "SecurityGroupLimitExceeded"


@patch
@pytest.mark.parametrize("name", ["sg-12345678", "default", "naïve", "semi^colon", "n" * 256])
def test_a_name_outside_the_rules_is_refused(ec2: Any, network: Network, name: str) -> None:
    refused = code(ec2.create_security_group, GroupName=name, Description="x", VpcId=network.vpc)
    assert refused == "InvalidParameterValue"


@patch
def test_a_description_outside_the_rules_is_refused(ec2: Any, network: Network) -> None:
    refused = code(ec2.create_security_group, GroupName="fine", Description="50% of it", VpcId=network.vpc)
    assert refused == "InvalidParameterValue"


@patch
def test_a_malformed_id_is_told_from_an_unknown_one(ec2: Any) -> None:
    assert code(ec2.describe_security_groups, GroupIds=["sg-nothing"]) == "InvalidGroupId.Malformed"
    refused = refusal(ec2.describe_security_groups, GroupIds=["sg-0123456789abcdef0"])
    assert refused[2] == "The security group 'sg-0123456789abcdef0' does not exist"


@patch
def test_an_unknown_filter_is_an_invalid_parameter(ec2: Any) -> None:
    refused = code(ec2.describe_security_groups, Filters=[{"Name": "colour", "Values": ["red"]}])
    assert refused == "InvalidParameterValue"


def test_groups_are_found_by_name_vpc_id_and_tag(ec2: Any, network: Network) -> None:
    tags = [{"ResourceType": "security-group", "Tags": [{"Key": "Case", "Value": "17"}]}]
    made = ec2.create_security_group(GroupName="g", Description="d", VpcId=network.vpc, TagSpecifications=tags)
    for name, value in (
        ("group-name", "g"),
        ("tag:Case", "17"),
        ("tag-key", "Case"),
        ("group-id", made["GroupId"]),
        ("description", "d"),
    ):
        filters = [{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": name, "Values": [value]}]
        found = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
        assert [group["GroupId"] for group in found] == [made["GroupId"]], name
        assert found[0]["Tags"] == [{"Key": "Case", "Value": "17"}]


@patch
def test_a_deleted_group_leaves_no_tags(ec2: Any, network: Network) -> None:
    tags = [{"ResourceType": "security-group", "Tags": [{"Key": "Case", "Value": "18"}]}]
    made = ec2.create_security_group(GroupName="g", Description="d", VpcId=network.vpc, TagSpecifications=tags)
    ec2.delete_security_group(GroupId=made["GroupId"])
    assert ec2.describe_tags(Filters=[{"Name": "key", "Values": ["Case"]}])["Tags"] == []


@pytest.mark.parametrize("ipv6", [False, True])
def test_a_new_group_allows_all_egress_with_ipv6_only_where_the_vpc_has_it(ec2: Any, ipv6: bool) -> None:
    group = Network(ec2, ipv6).group("new")
    shown = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    assert shown["IpPermissions"] == []
    [egress] = shown["IpPermissionsEgress"]
    assert egress["IpProtocol"] == "-1"
    assert egress["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    assert egress["Ipv6Ranges"] == ([{"CidrIpv6": "::/0"}] if ipv6 else [])


def test_interfaces_keep_the_groups_of_their_launch(network: Network) -> None:
    first, second = network.group("first"), network.group("second")
    assert interface_groups(network.instance([first], [first, second])) == [[first], [first, second]]


@patch
def test_a_new_group_may_be_hidden_from_the_first_calls(account: Account, ec2: Any, network: Network) -> None:
    interface = network.instance([network.group("old")])["NetworkInterfaces"][0]["NetworkInterfaceId"]
    account.change(groupHiddenCalls=3)
    group = network.group("new")
    filters = [{"Name": "group-id", "Values": [group]}]
    change = {"NetworkInterfaceId": interface, "Groups": [group]}
    assert code(ec2.modify_network_interface_attribute, **change) == "InvalidGroup.NotFound"
    assert ec2.describe_security_groups(Filters=filters)["SecurityGroups"] == []
    assert code(ec2.describe_security_groups, GroupIds=[group]) == "InvalidGroup.NotFound"
    ec2.modify_network_interface_attribute(**change)
    assert len(ec2.describe_security_groups(Filters=filters)["SecurityGroups"]) == 1


@patch
def test_a_vpc_goes_with_its_default_group_but_not_while_it_has_others(ec2: Any, network: Network) -> None:
    group = network.group("other")
    ec2.delete_subnet(SubnetId=network.subnet)
    assert code(ec2.delete_vpc, VpcId=network.vpc) == "DependencyViolation"
    ec2.delete_security_group(GroupId=group)
    ec2.create_tags(Resources=[network.vpc], Tags=[{"Key": "Incident", "Value": "1"}])
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=network.vpc, InternetGatewayId=gateway)
    assert code(ec2.delete_vpc, VpcId=network.vpc) == "DependencyViolation"
    ec2.detach_internet_gateway(VpcId=network.vpc, InternetGatewayId=gateway)
    ec2.delete_vpc(VpcId=network.vpc)
    left = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [network.vpc]}])["SecurityGroups"]
    assert left == []
    assert code(ec2.describe_vpcs, VpcIds=[network.vpc]) == "InvalidVpcID.NotFound"
    assert ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [network.vpc]}])["Tags"] == []
