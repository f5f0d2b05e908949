"""An account on the emulated AWS, and what the tests make in it."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

#: Whether the server is moto as it is installed, without the patches.
PLAIN = bool(os.environ.get("EMULATOR_PLAIN"))

#: moto checks no signature.
SECRET = "unused"  # noqa: S105
_session = boto3.Session(aws_access_key_id="unused", aws_secret_access_key=SECRET, region_name="us-east-1")


class Account:
    """An account that no other test uses."""

    def __init__(self, endpoint: str, account_id: str) -> None:
        self.endpoint = endpoint
        self.id = account_id
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A client that is this account's administrator."""
        if (service, region) not in self._clients:
            client = _session.client(
                service,
                region_name=region,
                endpoint_url=self.endpoint,
                aws_access_key_id=self.id,
                aws_secret_access_key=SECRET,
                config=Config(
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                    # S3 Control puts the account before the host's name, which only a proxy can resolve.
                    proxies={"http": self.endpoint},
                ),
            )
            if PLAIN:
                client.meta.events.register("before-sign", self._name_account)
            self._clients[(service, region)] = client
        return self._clients[(service, region)]

    def _name_account(self, request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = self.id

    def change(self, **values: Any) -> None:
        """Sets settings for this account; plain moto has none."""
        if PLAIN:
            return
        body = json.dumps({"account": self.id, **values}).encode()
        with urllib.request.urlopen(f"{self.endpoint}/moto-api/settings", data=body, timeout=5) as answer:  # noqa: S310 (of this test)
            assert answer.status == 200


def refusal(call: Callable[..., Any], *positional: Any, **parameters: Any) -> tuple[str, int, str]:
    """Code, HTTP status and message of the error that the call must end with."""
    with pytest.raises(ClientError) as caught:
        call(*positional, **parameters)
    response = caught.value.response
    return (
        response["Error"]["Code"],
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"].get("Message", ""),
    )


def code(call: Callable[..., Any], *positional: Any, **parameters: Any) -> str:
    """The code of the error that the call must end with."""
    return refusal(call, *positional, **parameters)[0]


class Network:
    """A VPC with a subnet and as many groups as wanted."""

    def __init__(self, ec2: Any, ipv6: bool = False) -> None:
        self.ec2 = ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=ipv6)["Vpc"]["VpcId"]
        self.subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]

    def group(self, name: str) -> str:
        """A new security group's id."""
        made = self.ec2.create_security_group(GroupName=name, Description="of a test", VpcId=self.vpc)
        return str(made["GroupId"])

    def instance(self, *interfaces: list[str]) -> dict[str, Any]:
        """A new instance with one interface for each list of groups."""
        specification = [
            {"DeviceIndex": index, "SubnetId": self.subnet, "Groups": groups} for index, groups in enumerate(interfaces)
        ]
        launched = self.ec2.run_instances(
            ImageId="ami-12c6146b", MinCount=1, MaxCount=1, NetworkInterfaces=specification
        )
        return self.instance_by_id(launched["Instances"][0]["InstanceId"])

    def instance_by_id(self, instance_id: str) -> dict[str, Any]:
        """The instance as DescribeInstances gives it."""
        found = self.ec2.describe_instances(InstanceIds=[instance_id])
        instance: dict[str, Any] = found["Reservations"][0]["Instances"][0]
        return instance


def interface_groups(instance: dict[str, Any]) -> list[list[str]]:
    """The ids of the groups of each interface, in the order of the device index."""
    interfaces = sorted(instance["NetworkInterfaces"], key=lambda interface: interface["Attachment"]["DeviceIndex"])
    return [[group["GroupId"] for group in interface["Groups"]] for interface in interfaces]
