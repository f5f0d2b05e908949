"""AWS's own managed policies."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from patched_aws import Account

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.mark.patch
def test_can_be_attached_to_a_role(account: Account) -> None:
    iam = account.client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="reader", PolicyArn=READ_ONLY)
    (policy,) = iam.list_attached_role_policies(RoleName="reader")["AttachedPolicies"]
    assert policy["PolicyArn"] == READ_ONLY
    assert iam.get_policy(PolicyArn=READ_ONLY)["Policy"]["AttachmentCount"] == 1


def test_one_that_aws_does_not_have_can_not(account: Account) -> None:
    iam = account.client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)
    with pytest.raises(ClientError, match="does not exist"):
        iam.attach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/Nothing")
