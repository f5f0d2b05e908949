"""A KMS key of a template has its policy as text and its tags, and a stack update changes them.

moto keeps the policy as an object, which no client can read, fails on tags as templates write them, and knows no
update.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
"""

import json
from typing import Any

from moto.kms import models


def apply() -> None:
    create = models.Key.create_from_cloudformation_json.__func__

    def create_from_cloudformation_json(cls: Any, resource_name: str, template: Any, *args: Any, **kwargs: Any) -> Any:
        return create(cls, resource_name, {**template, "Properties": _as_api(template["Properties"])}, *args, **kwargs)

    def update_from_cloudformation_json(  # noqa: PLR0917 (moto calls it so)
        cls: Any,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        del cls, new_resource_name
        properties = _as_api(cloudformation_json["Properties"])
        backend = models.kms_backends[account_id][region_name]
        original_resource.policy = properties["KeyPolicy"]
        original_resource.description = properties.get("Description", "")
        original_resource.enabled = properties.get("Enabled", True)
        original_resource.key_rotation_status = properties.get("EnableKeyRotation", False)
        backend.tag_resource(original_resource.id, properties["Tags"])
        return original_resource

    models.Key.create_from_cloudformation_json = classmethod(create_from_cloudformation_json)
    models.Key.update_from_cloudformation_json = classmethod(update_from_cloudformation_json)


def _as_api(properties: dict[str, Any]) -> dict[str, Any]:
    """A template's properties in the form of KMS's API."""
    tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags") or []]
    policy = properties["KeyPolicy"]
    return {**properties, "Tags": tags, "KeyPolicy": policy if isinstance(policy, str) else json.dumps(policy)}
