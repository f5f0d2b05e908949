"""A stack update of AWS::IAM::Role changes its trust, its inline and managed policies, or replaces it under a new name.

moto changes the description and nothing else, so that a role in the emulator would keep the permissions of its
first deployment. It also leaves nulls in policies where a template says AWS::NoValue, as that of `cdk bootstrap`
does.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

import json
from typing import Any

from moto.iam import models
from moto.utilities.utils import get_partition


def apply() -> None:
    """Replaces moto's update, and lets a new role have its managed policies."""
    create = models.Role.create_from_cloudformation_json.__func__

    def create_from_cloudformation_json(cls: Any, *args: Any, **kwargs: Any) -> Any:
        role = create(cls, *args, **kwargs)
        _, given, account_id, region = args[:4]
        _settle(models.iam_backends[account_id][get_partition(region)], role.name, given["Properties"])
        return role

    def update_from_cloudformation_json(  # noqa: PLR0917 (moto calls it so)
        cls: Any,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        backend = models.iam_backends[account_id][get_partition(region_name)]
        properties = cloudformation_json["Properties"]
        if properties.get("RoleName", original_resource.name) != original_resource.name:
            made = cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)
            _empty(backend, original_resource.name)
            cls.delete_from_cloudformation_json(original_resource.name, cloudformation_json, account_id, region_name)
            return made
        role = backend.get_role(original_resource.name)
        role.description = properties.get("Description", "")
        role.max_session_duration = properties.get("MaxSessionDuration", 3600)
        role.tags = properties.get("Tags") or []
        _empty(backend, role.name)
        _settle(backend, role.name, properties)
        return role

    models.Role.create_from_cloudformation_json = classmethod(create_from_cloudformation_json)
    models.Role.update_from_cloudformation_json = classmethod(update_from_cloudformation_json)


def _settle(backend: Any, name: str, properties: dict[str, Any]) -> None:
    """The policies that the template gives the role, inline ones as text as every client writes them."""
    role = backend.get_role(name)
    role.assume_role_policy_document = json.dumps(_without_no_values(properties["AssumeRolePolicyDocument"]))
    for policy in _without_no_values(properties.get("Policies") or []):
        role.put_policy(policy["PolicyName"], json.dumps(policy["PolicyDocument"]))
    for arn in properties.get("ManagedPolicyArns") or []:
        if arn not in role.managed_policies:
            backend.attach_role_policy(arn, name)


def _without_no_values(value: Any) -> Any:
    """Without the list entries and properties that are AWS::NoValue, which moto leaves there as nothing."""
    if isinstance(value, dict):
        return {key: _without_no_values(part) for key, part in value.items() if part is not None}
    return [_without_no_values(part) for part in value if part is not None] if isinstance(value, list) else value


def _empty(backend: Any, name: str) -> None:
    role = backend.get_role(name)
    for policy in list(role.policies):
        role.delete_policy(policy)
    for arn in list(role.managed_policies):
        backend.detach_role_policy(arn, name)
