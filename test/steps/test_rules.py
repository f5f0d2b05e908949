"""The rules of a direction, beyond what Systems Manager takes as a parameter's values."""

import json

import pytest
from validateRequiredInputs.handler import permissions


def rules(count: int) -> list[dict[str, str]]:
    """As many rules, each unlike the others."""
    return [
        {"Cidr": "198.51.100.7/32", "IpProtocol": "tcp", "FromPort": str(port), "ToPort": str(port)}
        for port in range(count)
    ]


def test_a_group_takes_sixty_rules_in_a_direction() -> None:
    assert len(permissions("IngressInput", rules(60))) == 60
    with pytest.raises(ValueError, match="IngressInput has 61 rules; a security group takes 60 in a direction"):
        permissions("IngressInput", rules(61))


def test_a_rule_that_is_given_twice_counts_once() -> None:
    assert permissions("EgressInput", [*rules(60), *rules(60)]) == permissions("EgressInput", rules(60))


def test_a_wrong_rule_is_quoted_with_its_number() -> None:
    wrong = {**rules(1)[0], "ToPort": "70000"}
    with pytest.raises(ValueError) as raised:
        permissions("EgressInput", [*rules(2), wrong])
    assert str(raised.value).startswith(f"EgressInput, rule 3, {json.dumps(wrong)}: ToPort must be a whole number")
