"""DryRun asks whether a call is permitted, and does nothing.

moto 5.2.1 does not look at it in some operations, DescribeSecurityGroups among them, which then answer as if
it were not there, and in the others does not look at anything else.

- DryRunOperation (412) if the caller has the permissions, UnauthorizedOperation otherwise:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
- The pages don't say what else is checked. A permission can depend on the resource (its tags, its VPC), so EC2
  looks for the resources first, and a dry run that names one that is not there ends with its NotFound. What
  only the work itself would show is not found: a name that is taken, a quota of the account, a rule given twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.ec2.exceptions import DryRunClientError
from moto.ec2.responses._base_response import EC2BaseResponse

from patched_moto.patch import around
from patched_moto.patches.ec2_interfaces import check_attributes, check_change
from patched_moto.patches.ram_sharing import CHANGES, check_owner


def apply() -> None:
    """Patches DryRun for every EC2 operation."""

    @around(EC2BaseResponse, "call_action")
    def call_action(original: Any, self: Any) -> Any:
        if self._get_param("DryRun", False):
            setattr(self, camelcase_to_underscores(self._get_action()), lambda: _answer(self))
        return original(self)


def _answer(response: Any) -> None:
    backend, action = response.ec2_backend, response._get_action()
    if action == "ModifyNetworkInterfaceAttribute":
        check_attributes(response)
        interface = backend.get_network_interface(response._get_param("NetworkInterfaceId"))
        check_change(backend, interface, response._get_param("Groups") or [])
    else:
        _find(response, backend)
    if camelcase_to_underscores(action) in CHANGES:
        check_owner(backend, backend.get_security_group_from_id(response._get_param("GroupId") or ""))
    raise DryRunClientError


def _find(response: Any, backend: Any) -> None:
    """Raises EC2ClientError for a resource that the call names and that is not there."""
    lookups: dict[str, Callable[[str], Any]] = {
        "InstanceId": backend.get_instance,
        "NetworkInterfaceId": backend.get_network_interface,
        "VpcId": backend.get_vpc,
        "SubnetId": backend.get_subnet,
        "GroupId": lambda group: backend.describe_security_groups(group_ids=[group]),
        "SecurityGroupId": lambda group: backend.describe_security_groups(group_ids=[group]),
        "VolumeId": backend.get_volume,
        "SnapshotId": backend.get_snapshot,
        "ImageId": lambda image: backend.describe_images(ami_ids=[image]),
    }
    for name, find in lookups.items():
        given = response._get_param(name)
        several = response._get_param(f"{name}s")
        for value in [given] if isinstance(given, str) else several if isinstance(several, list) else []:
            find(value)
    # ModifyInstanceAttribute and CreateNetworkInterface name groups so, and a rule names its peers.
    peers = [
        pair.get("GroupId")
        for rule in response._get_param("IpPermissions", []) or []
        for pair in rule.get("UserIdGroupPairs", []) or []
    ]
    groups = response._get_param("Groups", []) or []
    for group in [*groups, *peers]:
        if isinstance(group, str) and group.startswith("sg-"):
            lookups["GroupId"](group)
    resources = response._get_param("Resources")
    if resources:
        backend.do_resources_exist(resources)
