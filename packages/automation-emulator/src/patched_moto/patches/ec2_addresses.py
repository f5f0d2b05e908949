"""Elastic IP addresses go to one private address of an interface, and move only if that is allowed.

moto 5.2.1 gives every address to the interface's primary private address, moves none unless it is told to, and lets
several share one private address.

- PrivateIpAddress and AllowReassociation ("Reassociation is automatic, but you can specify false"); an address that the
  private one has already is disassociated: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html
- Resource.AlreadyAssociated, "resource eipalloc-… is already associated with associate-id eipassoc-…":
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.elastic_ip_addresses import ElasticAddress, ElasticAddressBackend
from moto.ec2.responses.elastic_ip_addresses import ElasticIPAddresses

from patched_moto.patch import around


def private_address_of(interface: Any, wanted: str | None) -> str:
    """The private address of the interface that is meant: the primary one where none is named."""
    if wanted is None:
        return str(interface.private_ip_address)
    if wanted not in [each.get("PrivateIpAddress") for each in interface.private_ip_addresses]:
        message = f"The private IP address {wanted} is not assigned to the network interface {interface.id}."
        raise EC2ClientError("InvalidParameterValue", message)
    return wanted


def refuse_taken(resource: str, address: Any) -> None:
    """Raises EC2ClientError for what is associated with an address."""
    message = f"resource {resource} is already associated with associate-id {address.association_id}"
    raise EC2ClientError("Resource.AlreadyAssociated", message)


def apply() -> None:
    """Patches AssociateAddress, and the private address that an Elastic IP shows."""

    def read(address: Any) -> str | None:
        if not address.eni:
            return None
        return str(vars(address).get("own_private_address") or address.eni.private_ip_address)

    def write(address: Any, value: str | None) -> None:
        vars(address)["own_private_address"] = value

    ElasticAddress.private_ip_address = property(read, write)

    @around(ElasticIPAddresses, "associate_address")
    def associate_address(original: Any, self: Any) -> Any:
        # How the backend, which is not told of it, learns of it.
        self.ec2_backend.wanted_private_address = self._get_param("PrivateIpAddress")
        self.ec2_backend.may_reassociate = self._get_param("AllowReassociation", True)
        try:
            return original(self)
        finally:
            del self.ec2_backend.wanted_private_address, self.ec2_backend.may_reassociate

    @around(ElasticAddressBackend, "associate_address")
    def associate(original: Any, self: Any, instance: Any = None, eni: Any = None, **given: Any) -> Any:
        interface = eni or (instance and instance.nics[0])
        allocation, public = given.get("allocation_id"), given.get("address")
        [address] = self.address_by_allocation([allocation]) if allocation else self.address_by_ip([public])
        place = private_address_of(interface, getattr(self, "wanted_private_address", None))
        may_move = getattr(self, "may_reassociate", True)
        taken = [each for each in self.addresses if each.eni is interface and each.private_ip_address == place]
        if taken == [address]:
            return address
        if address.eni and not may_move:
            refuse_taken(address.allocation_id, address)
        for other in taken:
            if not may_move:
                refuse_taken(interface.id, other)
            self.disassociate_address(association_id=other.association_id)
        found = original(self, instance=instance, eni=eni, **{**given, "reassociate": True})
        found.private_ip_address = place
        return found
