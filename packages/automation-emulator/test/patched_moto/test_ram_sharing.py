"""Shared VPCs and security groups, as a participant sees them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from patched_aws import Account, Network, code

pytestmark = pytest.mark.patch


def share(owner: Account, participant: Account, *resources: str) -> str:
    arns = [
        f"arn:aws:ec2:us-east-1:{owner.id}:{'subnet' if name.startswith('subnet') else 'security-group'}/{name}"
        for name in resources
    ]
    made = owner.client("ram").create_resource_share(name="s", resourceArns=arns, principals=[participant.id])
    return str(made["resourceShare"]["resourceShareArn"])


@pytest.fixture
def participant(new_account: Callable[[], Account]) -> Account:
    """Another account."""
    return new_account()


def test_a_participant_sees_the_owner_of_a_shared_subnet_and_vpc(
    account: Account, participant: Account, network: Network
) -> None:
    ec2 = participant.client("ec2")
    assert code(ec2.describe_subnets, SubnetIds=[network.subnet]) == "InvalidSubnetID.NotFound"
    share(account, participant, network.subnet)
    assert ec2.describe_subnets(SubnetIds=[network.subnet])["Subnets"][0]["OwnerId"] == account.id
    assert ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"][0]["OwnerId"] == account.id
    assert code(ec2.delete_subnet, SubnetId=network.subnet) == "UnauthorizedOperation"
    assert code(ec2.delete_vpc, VpcId=network.vpc) == "UnauthorizedOperation"


def test_a_participant_makes_groups_interfaces_and_instances_of_its_own(
    account: Account, participant: Account, network: Network
) -> None:
    share(account, participant, network.subnet)
    ec2 = participant.client("ec2")
    made = ec2.create_security_group(GroupName="own", Description="d", VpcId=network.vpc)["GroupId"]
    run = ec2.run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=network.subnet, SecurityGroupIds=[made]
    )
    interface = run["Instances"][0]["NetworkInterfaces"][0]
    assert interface["OwnerId"] == participant.id
    assert interface["VpcId"] == network.vpc
    assert [group["GroupId"] for group in interface["Groups"]] == [made]
    found = ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]
    assert found["OwnerId"] == participant.id
    theirs = account.client("ec2").describe_security_groups()["SecurityGroups"]
    assert made not in [group["GroupId"] for group in theirs]


def test_a_shared_group_can_be_used_and_not_changed_nor_deleted_while_it_is(
    account: Account, participant: Account, network: Network
) -> None:
    shared = network.group("shared")
    share(account, participant, network.subnet, shared)
    ec2 = participant.client("ec2")
    assert ec2.describe_security_groups(GroupIds=[shared])["SecurityGroups"][0]["OwnerId"] == account.id
    interface = ec2.create_network_interface(SubnetId=network.subnet, Groups=[shared])["NetworkInterface"]
    assert [group["GroupId"] for group in interface["Groups"]] == [shared]
    rule = {"GroupId": shared, "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}]}
    assert code(ec2.authorize_security_group_ingress, **rule) == "UnauthorizedOperation"
    assert code(ec2.delete_security_group, GroupId=shared) == "UnauthorizedOperation"
    assert code(account.client("ec2").delete_security_group, GroupId=shared) == "DependencyViolation"
    ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])
    account.client("ec2").delete_security_group(GroupId=shared)


def test_what_is_shared_no_longer_is_gone(account: Account, participant: Account, network: Network) -> None:
    arn = share(account, participant, network.subnet)
    ec2 = participant.client("ec2")
    ec2.describe_subnets(SubnetIds=[network.subnet])
    account.client("ram").delete_resource_share(resourceShareArn=arn)
    assert code(ec2.describe_subnets, SubnetIds=[network.subnet]) == "InvalidSubnetID.NotFound"
    assert code(ec2.describe_vpcs, VpcIds=[network.vpc]) == "InvalidVpcID.NotFound"


def test_only_the_owner_shares(account: Account, participant: Account, network: Network) -> None:
    with pytest.raises(Exception, match="UnknownResourceException"):
        share(participant, account, network.subnet)
    arn = f"arn:aws:ec2:us-east-1:{account.id}:subnet/{network.subnet}"
    ram = participant.client("ram")
    assert code(ram.create_resource_share, name="s", resourceArns=[arn], principals=[account.id]) == (
        "UnknownResourceException"
    )
