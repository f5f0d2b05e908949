"""Deleting VPCs and what is in them.

moto 5.2.1 goes on listing the tags of what was deleted, deletes a VPC that has security groups of its owner or an
attached internet gateway, and asks for the deletion of the default group as its owner would, which is refused
(ec2_security_groups.py).

- DescribeTags lists the tags of EC2 resources; of a terminated instance they are seen until it is:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTags.html

- "You must terminate all instances running in the VPC, delete all security groups associated with the VPC (except
  the default one)"; the default group goes with it:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
- an internet gateway must be detached first:
  https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
from moto.ec2.models.internet_gateways import InternetGatewayBackend
from moto.ec2.models.route_tables import RouteBackend
from moto.ec2.models.subnets import SubnetBackend
from moto.ec2.models.vpcs import VPCBackend

from patched_moto.patch import around


def apply() -> None:
    """Patches DeleteVpc, and the deletion of what has tags."""
    for owner, name in [
        (VPCBackend, "delete_vpc"),
        (SubnetBackend, "delete_subnet"),
        (RouteBackend, "delete_route_table"),
        (InternetGatewayBackend, "delete_internet_gateway"),
        (NetworkInterfaceBackend, "delete_network_interface"),
        (EBSBackend, "delete_volume"),
    ]:
        _with_tags(owner, name)

    @around(VPCBackend, "delete_vpc")
    def delete_vpc(original: Any, self: Any, vpc_id: str) -> Any:
        groups = [group for group in self.describe_security_groups() if group.vpc_id == vpc_id]
        attached = self.describe_internet_gateways(filters={"attachment.vpc-id": [vpc_id]})
        if attached or any(not group.is_default for group in groups):
            raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        for group in groups:
            group.is_default = False
        try:
            return original(self, vpc_id)
        finally:
            for group in groups:
                group.is_default = True


def _with_tags(owner: Any, name: str) -> None:
    """Lets the tags of a resource go with it."""

    @around(owner, name)
    def delete(original: Any, self: Any, *given: Any, **named: Any) -> Any:
        answer = original(self, *given, **named)
        self.tags.pop((*given, *named.values())[0], None)
        return answer
