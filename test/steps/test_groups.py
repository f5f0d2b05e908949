"""Whose a group is, and what it allows."""

from typing import Any

import pytest
from shared.groups import INSIDE, OUTSIDE, kind_of, rules_of, wrong_rules

INSTANCE = "i-0123456789abcdef0"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (f"ContainEC2Instance-containment-{INSTANCE}-e", INSIDE),
        (f"ContainEC2Instance-all-access-{INSTANCE}-e", OUTSIDE),
        (f"ContainEC2Instance-containment-{INSTANCE}", ""),
        ("ContainEC2Instance-containment-i-0123456789abcdef1-e", ""),
        (f"x ContainEC2Instance-containment-{INSTANCE}-e", ""),
        (f"ContainEC2Instance-other-{INSTANCE}-e", ""),
        ("web", ""),
    ],
)
def test_a_name_tells_whose_a_group_is(name: str, kind: str) -> None:
    assert kind_of(name, INSTANCE) == kind


def group(ingress: list[dict[str, Any]], egress: list[dict[str, Any]]) -> dict[str, Any]:
    return {"IpPermissions": ingress, "IpPermissionsEgress": egress}


SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}


def test_permissions_mean_the_same_however_ec2_joins_them() -> None:
    one, two = {"CidrIp": "10.0.0.0/8", "Description": "x"}, {"CidrIp": "192.0.2.0/24"}
    joined = [{**SSH, "IpRanges": [one, two], "Ipv6Ranges": [], "UserIdGroupPairs": [], "PrefixListIds": []}]
    apart = [{**SSH, "IpRanges": [two]}, {**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
    assert rules_of(joined) == rules_of(apart) == {"tcp 22-22 10.0.0.0/8", "tcp 22-22 192.0.2.0/24"}


@pytest.mark.parametrize(
    ("has", "wrong"),
    [
        (group([], []), ["lacks Ingress tcp 22-22 10.0.0.0/8"]),
        (group([{**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}], []), []),
        (
            group([{**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "UserIdGroupPairs": [{"GroupId": "sg-1"}]}], []),
            ["allows Ingress tcp 22-22 sg-1"],
        ),
        (
            group(
                [{**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}],
                [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}],
            ),
            ["allows Egress -1 -1--1 ::/0"],
        ),
    ],
)
def test_each_rule_too_many_or_too_few_is_named(has: dict[str, Any], wrong: list[str]) -> None:
    wanted = {"Ingress": [{**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}], "Egress": []}
    assert wrong_rules(has, wanted) == wrong
