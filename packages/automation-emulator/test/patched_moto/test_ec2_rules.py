"""The rules of security groups, as AWS takes, shows and counts them."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patched_aws import Account, Network, code, refusal

patch = pytest.mark.patch


def tcp(first: int, last: int, *cidrs: str) -> dict[str, Any]:
    """A permission for TCP."""
    return {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "IpRanges": [{"CidrIp": cidr} for cidr in cidrs]}


def permissions(ec2: Any, group: str, direction: str = "IpPermissions") -> list[dict[str, Any]]:
    """The group's rules as AWS shows them."""
    shown: list[dict[str, Any]] = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0][direction]
    return shown


@patch
def test_host_bits_are_cleared(ec2: Any, network: Network) -> None:
    group = network.group("g")
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(22, 22, "10.1.2.3/8")])
    assert permissions(ec2, group)[0]["IpRanges"] == [{"CidrIp": "10.0.0.0/8"}]
    assert (
        code(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[tcp(22, 22, "10.9.9.9/8")])
        == "InvalidPermission.Duplicate"
    )


@patch
def test_ipv6_ranges_are_shown_in_canonical_form(ec2: Any, network: Network) -> None:
    group = network.group("g")
    rule = {"IpProtocol": "udp", "FromPort": 1, "ToPort": 1, "Ipv6Ranges": [{"CidrIpv6": "2001:DB8:0::1/32"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    assert permissions(ec2, group)[0]["Ipv6Ranges"] == [{"CidrIpv6": "2001:db8::/32"}]


@patch
@pytest.mark.parametrize(
    "cidr", ["10.0.0.0/33", "10.0.0.0", "300.1.1.1/8", "::/0", "010.0.0.0/8", "10.0.0.0/255.0.0.0"]
)
def test_a_malformed_cidr_block_is_refused(ec2: Any, network: Network, cidr: str) -> None:
    group = network.group("g")
    refused = refusal(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[tcp(22, 22, cidr)])
    assert refused == ("InvalidParameterValue", 400, f"CIDR block {cidr} is malformed")


@patch
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=st.ip_addresses(v=4), length=st.integers(0, 32))
def test_any_address_is_shown_as_its_network(ec2: Any, network: Network, address: Any, length: int) -> None:
    made = ec2.create_security_group(GroupName=f"{address}/{length}", Description="x", VpcId=network.vpc)
    ec2.authorize_security_group_ingress(GroupId=made["GroupId"], IpPermissions=[tcp(1, 1, f"{address}/{length}")])
    shown = permissions(ec2, made["GroupId"])[0]["IpRanges"][0]["CidrIp"]
    assert shown == str(ipaddress.ip_interface(f"{address}/{length}").network)
    ec2.delete_security_group(GroupId=made["GroupId"])


@patch
@pytest.mark.parametrize(
    ("given", "shown"), [("6", "tcp"), ("17", "udp"), ("1", "icmp"), ("58", "icmpv6"), ("TCP", "tcp"), ("50", "50")]
)
def test_protocols_have_the_names_that_aws_shows(ec2: Any, network: Network, given: str, shown: str) -> None:
    group = network.group("g")
    rule = {"IpProtocol": given, "FromPort": 8, "ToPort": 9, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    egress = {"IpProtocol": shown, "FromPort": 8, "ToPort": 9, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    [permission] = permissions(ec2, group)
    assert permission["IpProtocol"] == shown
    assert ("FromPort" in permission) == (shown != "50")
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[egress])
    assert permissions(ec2, group) == []
    assert code(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[{**rule, "IpProtocol": "x"}])


@patch
def test_icmpv6_without_ports_means_all_types(ec2: Any, network: Network) -> None:
    group = network.group("g")
    rule = {"IpProtocol": "icmpv6", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    [permission] = permissions(ec2, group)
    assert (permission["FromPort"], permission["ToPort"]) == (-1, -1)


@patch
@pytest.mark.parametrize(
    "rule",
    [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 22},
        {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65536},
        {"IpProtocol": "tcp", "FromPort": 22},
        {"IpProtocol": "icmp", "FromPort": -1, "ToPort": 0},
        {"IpProtocol": "icmp", "FromPort": 256, "ToPort": 0},
        {"IpProtocol": "256"},
        {"IpProtocol": "telnet"},
    ],
)
def test_a_rule_that_can_not_be_is_an_invalid_parameter(ec2: Any, network: Network, rule: dict[str, Any]) -> None:
    group = network.group("g")
    rule = {**rule, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    assert code(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule]) == "InvalidParameterValue"


@patch
def test_a_rule_given_twice_in_one_request_is_refused(ec2: Any, network: Network) -> None:
    group = network.group("g")
    rules = [tcp(22, 22, "10.0.0.0/8"), tcp(22, 22, "10.0.0.1/8")]
    refused = refusal(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=rules)
    assert refused == ("InvalidParameterValue", 400, "The same permission must not appear multiple times")


@patch
def test_a_request_with_one_bad_rule_adds_none(ec2: Any, network: Network) -> None:
    group = network.group("g")
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(22, 22, "10.0.0.0/8")])
    rules = [tcp(80, 80, "10.0.0.0/8"), tcp(22, 22, "10.0.0.0/8")]
    refused = code(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=rules)
    assert refused == "InvalidPermission.Duplicate"
    assert [rule["FromPort"] for rule in permissions(ec2, group)] == [22]


@patch
def test_the_answer_names_every_rule_that_was_added(ec2: Any, network: Network) -> None:
    group = network.group("g")
    rules = [tcp(80, 80, "10.0.0.0/8"), tcp(22, 22, "10.0.0.0/8", "11.0.0.0/8")]
    answer = ec2.authorize_security_group_egress(GroupId=group, IpPermissions=rules)
    added = {(rule["FromPort"], rule["CidrIpv4"], rule["IsEgress"]) for rule in answer["SecurityGroupRules"]}
    assert added == {(80, "10.0.0.0/8", True), (22, "10.0.0.0/8", True), (22, "11.0.0.0/8", True)}


@patch
def test_an_unknown_rule_is_not_found_and_nothing_is_revoked(ec2: Any, network: Network) -> None:
    group = network.group("g")
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    missing = {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    refused = code(ec2.revoke_security_group_egress, GroupId=group, IpPermissions=[everything, missing])
    assert refused == "InvalidPermission.NotFound"
    assert permissions(ec2, group, "IpPermissionsEgress")[0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]


@patch
def test_in_a_default_vpc_the_answer_lists_the_unknown_rule(ec2: Any) -> None:
    group = ec2.create_security_group(GroupName="g", Description="x")["GroupId"]
    answer = ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[tcp(22, 22, "10.0.0.0/8")])
    assert answer["UnknownIpPermissions"][0]["FromPort"] == 22


@patch
def test_sixty_rules_of_each_address_family_fit_and_no_more(ec2: Any, network: Network) -> None:
    group = network.group("g")
    rules = [
        {
            **tcp(22, 22, *[f"10.0.{number}.0/24" for number in range(60)]),
            "Ipv6Ranges": [{"CidrIpv6": f"2001:db8:{number:x}::/48"} for number in range(60)],
        }
    ]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
    one_more = [tcp(22, 22, "11.0.0.0/8")]
    refused = code(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=one_more)
    assert refused == "RulesPerSecurityGroupLimitExceeded"
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=one_more)


@patch
def test_the_quota_of_rules_can_be_lower(account: Account, ec2: Any, network: Network) -> None:
    account.change(ruleQuota=1)
    group = network.group("g")
    rules = [tcp(22, 22, "10.0.0.0/8", "11.0.0.0/8")]
    refused = code(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=rules)
    assert refused == "RulesPerSecurityGroupLimitExceeded"


@patch
def test_a_rule_names_a_group_of_its_own_vpc(ec2: Any, network: Network) -> None:
    foreign = Network(ec2).group("foreign")
    rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": foreign}]}
    refused = code(ec2.authorize_security_group_ingress, GroupId=network.group("g"), IpPermissions=[rule])
    assert refused == "InvalidGroup.NotFound"


@patch
def test_a_rule_with_another_description_is_the_same_rule(ec2: Any, network: Network) -> None:
    group, peer = network.group("g"), network.group("peer")
    rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": peer, "Description": "one"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    other = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": peer}]}
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[other])
    assert permissions(ec2, group) == []


@patch
@pytest.mark.parametrize("description", ["ü", "<b>", "x" * 256])
def test_a_description_of_other_characters_or_too_long_is_refused(ec2: Any, network: Network, description: str) -> None:
    group = network.group("g")

    def rule(text: str) -> list[dict[str, Any]]:
        return [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "192.0.2.0/24", "Description": text}]}]

    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule("a-Z 0._:/()#,@[]+=&;{}!$*"))
    refused = refusal(ec2.authorize_security_group_egress, GroupId=group, IpPermissions=rule(description))
    assert refused[0] == "InvalidParameterValue"
    assert refused[2].startswith("Invalid rule description.")
