"""Network interfaces have the groups that they were given, and nothing else.

moto 5.2.1 shows an interface's groups together with those its instance was launched with, takes groups that
do not exist or belong to another VPC, takes a change of nothing or of several attributes, leaves a terminated
instance its interfaces, and knows no interface that a service manages (one is made such by the setting
requesterManaged).

- Groups replaces the groups of the interface; an instance's SecurityGroups are the primary interface's:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
- "You can specify only one attribute at a time", and an empty list of groups names none:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
- error codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
- at most 5 groups an interface: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
- an AWS service's interface can't be changed by its account:
  https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.elastic_network_interfaces import NetworkInterface, NetworkInterfaceBackend
from moto.ec2.models.instances import Instance, InstanceBackend
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
from moto.ec2.responses.instances import InstanceResponse

from patched_moto.patch import around, instead_of
from patched_moto.settings import settings_of

#: What the largest instance types have; the small ones, which have less, are not told apart.
INTERFACES_PER_INSTANCE = 15
#: Types with several network cards have more: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
INTERFACES_WITH_CARDS = {"p5.48xlarge": 64}

#: What ModifyNetworkInterfaceAttribute changes, one at a time.
ATTRIBUTES = (
    "Attachment",
    "ConnectionTrackingSpecification",
    "Description.Value",
    "EnaSrdSpecification",
    "EnablePrimaryIpv6",
    "Groups",
    "SourceDestCheck.Value",
)

INTERFACE_ID = re.compile(r"^eni-([0-9a-f]{8}|[0-9a-f]{17})$")
OTHER_NETWORK = "You have specified two resources that belong to different networks."


def groups_in_vpc(backend: Any, vpc_id: str, group_ids: list[str], subnet_id: str | None = None) -> list[Any]:
    """The groups by their ids, as an interface in that VPC may have them.

    A launch names the subnet in its error, a later change does not.
    """
    groups = []
    for group_id in dict.fromkeys(group_ids):
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            raise EC2ClientError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if group.vpc_id != vpc_id and subnet_id is not None:
            message = f"Security group {group_id} and subnet {subnet_id} belong to different networks."
            raise EC2ClientError("InvalidParameter", message)
        if group.vpc_id != vpc_id:
            raise EC2ClientError("InvalidGroup.NotFound", OTHER_NETWORK)
        groups.append(group)
    if len(groups) > settings_of(backend.account_id).interface_group_quota:
        raise EC2ClientError(
            "SecurityGroupsPerInterfaceLimitExceeded",
            "The maximum number of security groups per interface has been reached.",
        )
    return groups


def check_change(backend: Any, interface: Any, group_ids: list[str]) -> list[Any]:
    """The groups, if the interface's account may give them to it."""
    if interface.requester_managed:
        raise EC2ClientError("AuthFailure", "You do not have permission to access the specified resource.")
    return groups_in_vpc(backend, interface.vpc_id, group_ids)


def change_groups(backend: Any, interface: Any, group_ids: list[str]) -> None:
    """Replaces the groups of an interface, if its account may change it."""
    interface._group_set = check_change(backend, interface, group_ids)


def apply() -> None:
    """Patches the groups of interfaces and instances, and what termination leaves."""
    _ids()
    _groups()
    _changes()
    _launch()
    _attachment()
    _termination()


def _groups() -> None:
    NetworkInterface.group_set = property(lambda self: list(self._group_set))

    def read(instance: Any) -> list[Any]:
        nics = vars(instance).get("nics", {})
        if 0 in nics:
            return list(nics[0]._group_set)
        return [] if nics or instance.state == "terminated" else list(vars(instance).get("launch_groups", []))

    def write(instance: Any, groups: list[Any]) -> None:
        vars(instance)["launch_groups"] = groups

    Instance.security_groups = property(read, write)

    @around(NetworkInterface, "get_filter_value")
    def get_filter_value(original: Any, self: Any, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name == "requester-managed":
            return str(self.requester_managed).lower()
        if filter_name == "attachment.device-index":
            return None if self.device_index is None else str(self.device_index)
        return original(self, filter_name, method_name)


def _ids() -> None:
    @around(NetworkInterfaceBackend, "get_network_interface")
    def get_network_interface(original: Any, self: Any, eni_id: str) -> Any:
        _check_id(eni_id)
        return original(self, eni_id)

    @around(NetworkInterfaceBackend, "get_all_network_interfaces")
    def get_all_network_interfaces(original: Any, self: Any, eni_ids: Any = None, filters: Any = None) -> Any:
        for eni_id in eni_ids or []:
            _check_id(eni_id)
        return original(self, list(dict.fromkeys(eni_ids or [])), filters)

    def read(interface: Any) -> bool:
        return interface.id in settings_of(interface.ec2_backend.account_id).requester_managed

    def write(interface: Any, value: bool) -> None:
        del interface, value

    NetworkInterface.requester_managed = property(read, write)

    def read_type(interface: Any) -> str:
        trunk = interface.id in settings_of(interface.ec2_backend.account_id).trunk_interfaces
        return "trunk" if trunk else str(vars(interface).get("own_type", "interface"))

    def write_type(interface: Any, value: str) -> None:
        vars(interface)["own_type"] = value

    NetworkInterface.interface_type = property(read_type, write_type)


def _check_id(eni_id: str) -> None:
    if not INTERFACE_ID.match(eni_id):
        raise EC2ClientError("InvalidNetworkInterfaceId.Malformed", f'Invalid id: "{eni_id}"')


def check_attributes(response: Any) -> None:
    """Raises EC2ClientError for a change of an interface that is not of exactly one attribute."""
    given = [name.split(".")[0] for name in ATTRIBUTES if response._get_param(name) not in (None, [])]
    if not given:
        raise EC2ClientError("InvalidParameterCombination", "No attributes specified.")
    if len(given) > 1:
        message = f"Fields for multiple attribute types specified: {', '.join(given)}"
        raise EC2ClientError("InvalidParameterCombination", message)


def _changes() -> None:
    @around(ElasticNetworkInterfaces, "modify_network_interface_attribute")
    def modify(original: Any, self: Any) -> Any:
        check_attributes(self)
        return original(self)

    @around(NetworkInterfaceBackend, "modify_network_interface_attribute")
    def modify_network_interface_attribute(
        original: Any, self: Any, eni_id: str, group_ids: list[str], *rest: Any
    ) -> None:
        if group_ids:
            change_groups(self, self.get_network_interface(eni_id), group_ids)
        original(self, eni_id, [], *rest)

    @instead_of(InstanceBackend, "modify_instance_security_groups")
    def modify_instance_security_groups(self: Any, instance_id: str, new_group_id_list: list[str]) -> Any:
        instance = self.get_instance(instance_id)
        if len(instance.nics) > 1:
            raise EC2ClientError(
                "InvalidInstanceID",
                f"There are multiple interfaces attached to instance '{instance_id}'."
                " Please specify an interface ID for the operation instead.",
            )
        change_groups(self, instance.nics[0], new_group_id_list)
        return instance

    @around(InstanceBackend, "modify_instance_attribute")
    def modify_instance_attribute(original: Any, self: Any, instance_id: str, key: str, value: Any) -> Any:
        if camelcase_to_underscores(key) in ("group_set", "security_groups"):
            return self.modify_instance_security_groups(instance_id, value)
        return original(self, instance_id, key, value)


def _launch() -> None:
    @around(NetworkInterface, "__init__")
    def init(original: Any, self: Any, ec2_backend: Any, subnet: Any, *rest: Any, **kwargs: Any) -> None:
        if isinstance(subnet, str):
            subnet = ec2_backend.get_subnet(subnet)
        group_ids = kwargs.get("group_ids") or []
        if subnet is not None:
            groups_in_vpc(ec2_backend, subnet.vpc_id, group_ids, subnet.id)
        kwargs["group_ids"] = list(dict.fromkeys(group_ids))
        original(self, ec2_backend, subnet, *rest, **kwargs)

    @around(Instance, "prep_nics")
    def prep_nics(original: Any, self: Any, nic_spec: list[dict[str, Any]], *rest: Any, **kwargs: Any) -> None:
        # The primary interface goes with its instance, unless the launch says otherwise.
        for nic in nic_spec:
            if int(nic.get("DeviceIndex", 0)) == 0 and "NetworkInterfaceId" not in nic:
                nic.setdefault("DeleteOnTermination", True)
        original(self, nic_spec, *rest, **kwargs)
        if not nic_spec:
            self.nics[0].delete_on_termination = True

    @around(InstanceResponse, "run_instances")
    def run_instances(original: Any, self: Any) -> Any:
        if self._get_param("NetworkInterfaces") and self._get_param("SecurityGroupIds"):
            raise EC2ClientError(
                "InvalidParameterCombination",
                "Network interfaces and an instance-level security groups may not be specified on the same request",
            )
        return original(self)


def _attachment() -> None:
    @around(NetworkInterfaceBackend, "attach_network_interface")
    def attach_network_interface(original: Any, self: Any, eni_id: str, instance_id: str, device_index: int) -> Any:
        interface, instance = self.get_network_interface(eni_id), self.get_instance(instance_id)
        if interface.attachment_id:
            raise EC2ClientError("InvalidParameterValue", f"Interface: [{eni_id}] in use.")
        if int(device_index) in instance.nics:
            message = f"Instance '{instance_id}' already has an interface attached at device index '{device_index}'."
            raise EC2ClientError("InvalidParameterValue", message)
        if len(instance.nics) >= INTERFACES_WITH_CARDS.get(instance.instance_type, INTERFACES_PER_INSTANCE):
            message = f"Interface count {len(instance.nics) + 1} exceeds the limit for {instance.instance_type}"
            raise EC2ClientError("AttachmentLimitExceeded", message)
        return original(self, eni_id, instance_id, device_index)

    @around(NetworkInterfaceBackend, "delete_network_interface")
    def delete_network_interface(original: Any, self: Any, eni_id: str) -> None:
        interface = self.enis.get(eni_id)
        if interface is not None and interface.attachment_id:
            message = f"Network interface '{eni_id}' is currently in use."
            raise EC2ClientError("InvalidParameterValue", message)
        original(self, eni_id)


def _termination() -> None:
    @around(Instance, "terminate")
    def terminate(original: Any, self: Any) -> Any:
        if self.state == "terminated":
            return self._state
        interfaces = list(self.nics.values())
        doomed = [interface for interface in interfaces if interface.delete_on_termination]
        for interface in interfaces:
            interface.stop()
            interface.delete_on_termination = False
        previous = original(self)
        for interface in interfaces:
            self.detach_eni(interface)
        for interface in doomed:
            interface.delete()
        return previous

    for name in (
        "private_ip",
        "private_ip_address",
        "private_dns_name",
        "public_ip",
        "public_ip_address",
        "public_dns_name",
        "vpc_id",
        "subnet_id",
    ):
        setattr(Instance, name, _until_terminated(getattr(Instance, name)))


def _until_terminated(original: Any) -> property:
    def read(instance: Any) -> Any:
        state = vars(instance).get("_state")
        if state is not None and state.name == "terminated" and not instance.nics:
            return None
        return original.fget(instance)

    return property(read)
