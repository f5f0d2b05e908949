"""Making and deleting security groups.

moto 5.2.1 deletes a group that is in use, takes any name, drops tags that are given for another kind of
resource, knows no quota, and names all ids that it was asked
for when one is unknown.

- a group that an interface uses, or that a rule of another group names, is not deleted (DependencyViolation),
  nor is a VPC's default group (CannotDelete):
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
- names and descriptions, at most 255 characters of a given set, no `sg-` in front, not `default`:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
- 2,500 groups a Region: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
- error codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupBackend
from moto.ec2.responses.security_groups import SecurityGroups
from moto.ec2.utils import is_tag_filter

from patched_moto.patch import around
from patched_moto.patches.ram_sharing import participants
from patched_moto.settings import settings_of

ALLOWED = re.compile(r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]*$")
GROUP_ID = re.compile(r"^sg-([0-9a-f]{8}|[0-9a-f]{17})$")


def apply() -> None:
    """Patches CreateSecurityGroup, DeleteSecurityGroup and DescribeSecurityGroups."""

    @around(SecurityGroups, "create_security_group")
    def create(original: Any, self: Any) -> Any:
        for specification in self._get_param("TagSpecifications", []):
            kind = specification.get("ResourceType")
            if kind != "security-group":
                message = f"'{kind}' is not a valid taggable resource type for this operation."
                raise EC2ClientError("InvalidParameterValue", message)
        return original(self)

    @around(SecurityGroupBackend, "create_security_group")
    def create_security_group(
        original: Any, self: Any, name: str, description: str, vpc_id: str | None = None, **kwargs: Any
    ) -> Any:
        if kwargs.get("is_default") or kwargs.get("force"):
            return original(self, name, description, vpc_id=vpc_id, **kwargs)
        _check_names(name, description or "")
        if vpc_id is None and not self.default_vpc:
            raise EC2ClientError("VPCIdNotSpecified", "No default VPC for this user")
        vpc_id = vpc_id or self.default_vpc.id
        self.get_vpc(vpc_id)
        if any(group.name == name for group in self.groups[vpc_id].values()):
            message = f"The security group '{name}' already exists for VPC '{vpc_id}'"
            raise EC2ClientError("InvalidGroup.Duplicate", message)
        if sum(len(groups) for groups in self.groups.values()) >= settings_of(self.account_id).group_quota:
            raise EC2ClientError(
                "SecurityGroupLimitExceeded",
                f"The maximum number of security groups for VPC '{vpc_id}' has been reached.",
            )
        # moto would take a name that is another group's id for that group.
        return original(self, name, description, vpc_id=vpc_id, force=True, **kwargs)

    @around(SecurityGroupBackend, "_delete_security_group")
    def delete_security_group(original: Any, self: Any, vpc_id: str | None, group_id: str) -> None:
        group = self.get_security_group_from_id(group_id)
        if group is not None and group.is_default:
            message = f'the specified group: "{group_id}" name: "default" cannot be deleted by a user'
            raise EC2ClientError("CannotDelete", message)
        if group is not None and any(_is_used(backend, group_id) for backend in participants(group)):
            raise EC2ClientError("DependencyViolation", f"resource {group_id} has a dependent object")
        original(self, vpc_id, group_id)
        self.tags.pop(group_id, None)

    @around(SecurityGroupBackend, "describe_security_groups")
    def describe_security_groups(
        original: Any, self: Any, group_ids: Any = None, groupnames: Any = None, filters: Any = None
    ) -> list[Any]:
        for group_id in group_ids or []:
            if not GROUP_ID.match(group_id):
                raise EC2ClientError("InvalidGroupId.Malformed", f'Invalid id: "{group_id}" (expecting "sg-...")')
            if self.get_security_group_from_id(group_id) is None:
                raise EC2ClientError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        # A name stands for the default VPC's group; other VPCs' groups are found by id or filter.
        for name in groupnames or []:
            if not any(group.name == name for groups in self.groups.values() for group in groups.values()):
                raise EC2ClientError("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
        found: list[Any] = original(self, list(dict.fromkeys(group_ids or [])), groupnames, filters)
        return found

    @around(SecurityGroup, "matches_filter")
    def matches_filter(original: Any, self: Any, key: str, filter_value: Any) -> Any:
        if not is_tag_filter(key) and key not in self.filters:
            raise EC2ClientError("InvalidParameterValue", f"The filter '{key}' is invalid")
        return original(self, key, filter_value)


def _check_names(name: str, description: str) -> None:
    for label, value in (("GroupName", name), ("GroupDescription", description)):
        if not value.isascii():
            message = (
                f"Value ({value}) for parameter {label} is invalid. Character sets beyond ASCII are not supported."
            )
            raise EC2ClientError("InvalidParameterValue", message)
        if len(value) > 255 or not ALLOWED.match(value):
            raise EC2ClientError(
                "InvalidParameterValue",
                f"Invalid value for {label}: at most 255 characters of a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*",
            )
    if name.startswith("sg-"):
        message = f"Invalid value '{name}' for groupName. Group names may not be in the format sg-*."
        raise EC2ClientError("InvalidParameterValue", message)
    if name == "default":
        raise EC2ClientError("InvalidParameterValue", "Cannot use reserved security group name: default")


def _is_used(backend: Any, group_id: str) -> bool:
    if any(group.id == group_id for interface in backend.enis.values() for group in interface._group_set):
        return True
    return any(
        rule.source_group.get("GroupId") == group_id
        for groups in backend.groups.values()
        for group in groups.values()
        if group.id != group_id
        for rule in [*group.ingress_rules, *group.egress_rules]
    )
