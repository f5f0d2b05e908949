"""Subnets and security groups that another account shares.

moto 5.2.1 writes a resource share down and shares nothing, and takes no security group.

- participants see the shared subnet and its VPC, with the owner's account in OwnerId, and make their own
  interfaces, instances and security groups there; they can't change what is the owner's:
  https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
  https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing-permissions.html
- a shared security group can be put on interfaces in the shared VPC, its rules belong to the owner:
  https://docs.aws.amazon.com/vpc/latest/userguide/security-group-sharing.html
- CreateResourceShare takes accounts, organizations and organizational units (of which the emulator shares with
  the whole organization): https://docs.aws.amazon.com/ram/latest/APIReference/API_CreateResourceShare.html

With which code EC2 refuses a participant's change of a shared resource is documented nowhere; here it is
UnauthorizedOperation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.models.subnets import SubnetBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.organizations.models import organizations_backends
from moto.ram.exceptions import UnknownResourceException
from moto.ram.models import ResourceAccessManagerBackend, ResourceShare

from patched_moto.patch import around

ARN = re.compile(r"^arn:[^:]+:ec2:([^:]+):(\d{12}):(subnet|security-group)/(.+)$")
CHANGES = (
    "authorize_security_group_ingress",
    "authorize_security_group_egress",
    "revoke_security_group_ingress",
    "revoke_security_group_egress",
    "delete_security_group",
)


def apply() -> None:
    """Makes resource shares work for subnets and security groups."""
    ResourceShare.SHAREABLE_RESOURCES = [*ResourceShare.SHAREABLE_RESOURCES, "security-group"]

    @around(ResourceAccessManagerBackend, "create_resource_share")
    def create_resource_share(original: Any, self: Any, **kwargs: Any) -> Any:
        shared = [_shared(self.account_id, arn) for arn in kwargs.get("resourceArns", []) if ARN.match(arn)]
        answer = original(self, **kwargs)
        for account_id in _accounts(self, kwargs.get("principals", [])):
            for resource in shared:
                _give(account_id, resource)
        return answer

    @around(ResourceAccessManagerBackend, "delete_resource_share")
    def delete_resource_share(original: Any, self: Any, resource_share_arn: str | None) -> Any:
        answer = original(self, resource_share_arn)
        ended = next(share for share in self.resource_shares if share.arn == resource_share_arn)
        for account_id in _accounts(self, ended.principals):
            for arn in ended.resource_arns:
                if ARN.match(arn):
                    _take(account_id, _shared(self.account_id, arn))
        return answer

    for name in CHANGES:

        @around(SecurityGroupBackend, name)
        def change(original: Any, self: Any, *rest: Any, **kwargs: Any) -> Any:
            named = kwargs.get("group_name_or_id") or kwargs.get("group_id") or (rest[0] if rest else None)
            group = self.get_security_group_from_id(named) if named else None
            check_owner(self, group)
            return original(self, *rest, **kwargs)

    @around(VPCBackend, "delete_vpc")
    def delete_vpc(original: Any, self: Any, vpc_id: str) -> Any:
        check_owner(self, self.vpcs.get(vpc_id))
        return original(self, vpc_id)

    @around(SubnetBackend, "delete_subnet")
    def delete_subnet(original: Any, self: Any, subnet_id: str) -> Any:
        check_owner(self, self.get_subnet(subnet_id))
        return original(self, subnet_id)


def participants(resource: Any) -> Iterator[Any]:
    """The EC2 backends of the resource's owner and of all who see it by a share."""
    region = resource.ec2_backend.region_name
    for account_id in list(ec2_backends):
        regions = ec2_backends[account_id]
        if region in regions and resource.vpc_id in regions[region].vpcs:
            yield regions[region]


def check_owner(backend: Any, resource: Any) -> None:
    """Raises EC2ClientError where the resource is another account's, which shares it."""
    if resource is not None and resource.owner_id != backend.account_id:
        raise EC2ClientError("UnauthorizedOperation", "You are not authorized to perform this operation.")


def _shared(owner: str, arn: str) -> Any:
    """The subnet or the security group. Raises UnknownResourceException for one that the account does not own."""
    region, account_id, kind, name = ARN.match(arn).groups()  # type: ignore[union-attr]
    backend = ec2_backends[owner][region]
    found: Any = None
    if account_id == owner and kind == "security-group":
        found = backend.get_security_group_from_id(name)
    elif account_id == owner:
        found = next((subnets[name] for subnets in backend.subnets.values() if name in subnets), None)
    if found is None or found.owner_id != owner:
        message = f"The resource {arn} could not be found."
        raise UnknownResourceException(message)
    return found


def _accounts(backend: Any, principals: list[str]) -> set[str]:
    accounts: set[str] = set()
    for principal in principals:
        account = re.match(r"^(?:arn:[^:]+:iam::)?(\d{12})(?::.*)?$", principal)
        if account:
            accounts.add(account.group(1))
        elif ":organizations:" in principal:
            organizations = organizations_backends[backend.account_id][backend.partition]
            accounts.update(each.id for each in organizations.accounts)
    return accounts - {backend.account_id}


def _give(account_id: str, resource: Any) -> None:
    owner = resource.ec2_backend
    backend = ec2_backends[account_id][owner.region_name]
    if hasattr(resource, "cidr_block"):
        backend.vpcs[resource.vpc_id] = owner.vpcs[resource.vpc_id]
        backend.subnets[resource.availability_zone][resource.id] = resource
    else:
        backend.groups[resource.vpc_id][resource.id] = resource


def _take(account_id: str, resource: Any) -> None:
    backend = ec2_backends[account_id][resource.ec2_backend.region_name]
    if hasattr(resource, "cidr_block"):
        backend.subnets[resource.availability_zone].pop(resource.id, None)
        if not any(subnet.vpc_id == resource.vpc_id for zone in backend.subnets.values() for subnet in zone.values()):
            backend.vpcs.pop(resource.vpc_id, None)
    else:
        backend.groups[resource.vpc_id].pop(resource.id, None)
