"""The rules of a direction."""

import ipaddress
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validateRequiredInputs.handler import permissions, tags


def rules(count: int) -> list[dict[str, str]]:
    """As many rules, each unlike the others."""
    return [
        {"Cidr": "198.51.100.7/32", "IpProtocol": "tcp", "FromPort": str(port), "ToPort": str(port)}
        for port in range(count)
    ]


def test_a_rule_that_is_given_twice_counts_once() -> None:
    assert permissions("EgressInput", [*rules(60), *rules(60)]) == permissions("EgressInput", rules(60))


def test_a_wrong_rule_is_quoted_with_its_number() -> None:
    wrong = {**rules(1)[0], "ToPort": "70000"}
    with pytest.raises(ValueError) as raised:
        permissions("EgressInput", [*rules(2), wrong])
    sentence = (
        f"EgressInput, rule 3, {json.dumps(wrong)}: ToPort must be an integer from 0 to 65535. Nothing was changed."
    )
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    "rule", [None, 7, "tcp", [], {}, {"Cidr": 5, "IpProtocol": "tcp"}, {"Cidr": "10.0.0.0/8", "IpProtocol": None}]
)
def test_what_is_not_a_rule_is_refused_with_a_sentence(rule: Any) -> None:
    with pytest.raises(ValueError, match=r"^IngressInput, rule 1, .*Nothing was changed\.$"):
        permissions("IngressInput", [rule])


# EC2 takes no zone of an address, and refuses with it all the rules that come in the same call.
@pytest.mark.parametrize("cidr", ["fe80::1%eth0/128", "fe80::%1/10", "2001:db8::%/64"])
def test_an_address_with_a_zone_is_refused(cidr: str) -> None:
    with pytest.raises(ValueError, match="Cidr must be an IPv4 or IPv6 range"):
        permissions("IngressInput", [{"Cidr": cidr, "IpProtocol": "-1"}])


networks = st.builds(
    lambda bits, length: ipaddress.ip_network((bits >> (32 - length) << (32 - length), length)),
    st.integers(0, 2**32 - 1),
    st.integers(1, 32),
)


@given(networks, st.integers(0, 65535), st.integers(0, 65535))
def test_any_range_of_ports_from_any_network_is_taken_as_it_is(network: Any, one: int, other: int) -> None:
    low, high = sorted((one, other))
    rule = {"Cidr": str(network), "IpProtocol": "udp", "FromPort": str(low), "ToPort": str(high)}
    assert permissions("IngressInput", [rule]) == [
        {"IpProtocol": "udp", "FromPort": low, "ToPort": high, "IpRanges": [{"CidrIp": str(network)}]}
    ]


@given(st.sampled_from([0, 1, 2, 3, 6]), st.booleans())
def test_ranges_that_together_are_every_address_are_refused(depth: int, six: bool) -> None:
    everything = ipaddress.ip_network("::/0" if six else "0.0.0.0/0")
    parts = everything.subnets(new_prefix=depth)
    rules = [{"Cidr": str(part), "IpProtocol": "-1"} for part in parts]
    with pytest.raises(ValueError, match="IngressInput allows every address"):
        permissions("IngressInput", rules)
    assert len(permissions("IngressInput", rules[1:])) == len(rules) - 1


def test_the_tag_may_not_begin_with_a_prefix_that_is_taken() -> None:
    assert tags("Key=Case,Value=4711") == [{"Key": "Case", "Value": "4711"}]
    assert tags("KEY=a=b,VALUE=") == [{"Key": "a=b", "Value": ""}]
    assert tags("") == []
    for key in ("aws:x", "AWS:x", "ContainEC2Instance:Backup"):
        with pytest.raises(ValueError, match="not yours to use"):
            tags(f"Key={key},Value=1")
