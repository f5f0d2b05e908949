"""Which bucket policies S3 calls public."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patched_moto.policy import is_public


def policy(**statement: Any) -> str:
    """A policy of one statement that allows everybody to read, but for what is given."""
    whole = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": {key: part for key, part in whole.items() if part}})


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    """A condition."""
    return {"Condition": {operator: {key: list(values)}}}


@pytest.mark.parametrize(
    "statement",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": ["arn:aws:iam::111122223333:root", "*"]}},
        {"Principal": None, "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}},
        when("StringLike", "aws:SourceVpc", "vpc-*"),
        when("StringEquals", "aws:SourceVpc", "vpc-1", "vpc-*"),
        when("StringNotEquals", "aws:SourceVpc", "vpc-91237329"),
        when("StringEqualsIfExists", "aws:SourceVpc", "vpc-91237329"),
        when("StringEquals", "aws:UserAgent", "mine"),
        when("Bool", "aws:SecureTransport", "true"),
        when("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"),
        when("StringEquals", "aws:PrincipalOrgID", "${aws:PrincipalOrgID}"),
        when("IpAddress", "aws:SourceIp", "0.0.0.0/1"),
        when("IpAddress", "aws:SourceIp", "12.0.0.0/7"),
        when("IpAddress", "aws:SourceIp", "2001:db8::/31"),
        when("StringLike", "aws:userid", "AROAEXAMPLE:*"),
    ],
)
def test_a_policy_for_everybody_is_public(statement: dict[str, Any]) -> None:
    assert is_public(policy(**statement))


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny"},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Principal": {"AWS": "111122223333"}},
        {"Principal": {"Service": "logging.s3.amazonaws.com"}},
        {"Principal": {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}},
        when("StringEquals", "aws:SourceVpc", "vpc-91237329"),
        when("StringEquals", "aws:SourceVpce", "vpce-1", "vpce-2"),
        when("StringEquals", "AWS:sourceaccount", "111122223333"),
        when("StringEquals", "aws:PrincipalOrgID", "o-exampleorgid"),
        when("ArnEquals", "aws:SourceArn", "arn:aws:sns:us-east-1:111122223333:topic"),
        when("ArnLike", "s3:DataAccessPointArn", "arn:aws:s3:us-east-1:111122223333:accesspoint/*"),
        when("IpAddress", "aws:SourceIp", "12.0.0.0/8", "192.0.2.0/24"),
        when("IpAddress", "aws:SourceIp", "172.16.0.0/12"),
        when("IpAddress", "aws:SourceIp", "2001:db8::/32"),
    ],
)
def test_a_policy_for_somebody_is_not_public(statement: dict[str, Any]) -> None:
    assert not is_public(policy(**statement))


def test_one_public_statement_makes_the_policy_public() -> None:
    private, public = (json.loads(policy(**part))["Statement"] for part in ({"Principal": {"AWS": "1" * 12}}, {}))
    assert is_public(json.dumps({"Statement": [private, public]}))
    assert not is_public(json.dumps({"Statement": [private, private]}))


@given(length=st.integers(0, 32))
def test_addresses_are_somebodys_from_length_eight_on(length: int) -> None:
    assert is_public(policy(**when("IpAddress", "aws:SourceIp", f"54.0.0.0/{length}"))) is (length < 8)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Statement": "*"}', "<Policy/>"])
def test_what_is_no_policy_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|policy|extra"):
        is_public(text)
