"""Tags of EC2 resources.

moto 5.2.1 takes keys that are AWS's own, of any length, and twice, deletes nothing when no tag is named, tags
instances and interfaces that do not exist, and finds nothing by a filter that does not exist.

- at most 50 tags, keys of 128 and values of 256 characters, no `aws:` in front (case does not matter):
  https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
- "each tag key must be unique": the same page
- the filters of DescribeTags: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTags.html
- DeleteTags without tags deletes all but AWS's own; a tag with a value (the empty one too) only goes with
  that value: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError, InvalidInstanceIdError, InvalidNetworkInterfaceIdError
from moto.ec2.models import EC2Backend
from moto.ec2.responses._base_response import EC2BaseResponse
from moto.ec2.responses.tags import TagResponse

from patched_moto.patch import around


def check_tags(tags: dict[str, str | None]) -> None:
    """Raises EC2ClientError for tags that nobody but AWS may set."""
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            message = "Tag keys starting with 'aws:' are reserved for internal use"
            raise EC2ClientError("InvalidParameterValue", message)
        if not 1 <= len(key) <= 128:
            message = "Tag key exceeds the maximum length of 128 characters" if key else "Tag key cannot be empty"
            raise EC2ClientError("InvalidParameterValue", message)
        if len(value or "") > 256:
            raise EC2ClientError("InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters")


def check_unique(tags: list[dict[str, str]]) -> None:
    """Raises EC2ClientError for a key that comes twice."""
    keys = [tag["Key"] for tag in tags]
    for key in keys:
        if keys.count(key) > 1:
            message = f"Duplicate tag key '{key}' specified."
            raise EC2ClientError("InvalidParameterValue", message)


def apply() -> None:
    """Patches CreateTags, DeleteTags and TagSpecifications."""

    @around(TagResponse, "create_tags")
    def create_tags(original: Any, self: Any) -> Any:
        given = self._get_param("Tags", [])
        for tag in given:
            tag.setdefault("Value", "")
        check_unique(given)
        check_tags({tag["Key"]: tag["Value"] for tag in given})
        return original(self)

    @around(TagResponse, "delete_tags")
    def delete_tags(original: Any, self: Any) -> Any:
        given = self._get_param("Tags", [])
        check_tags({tag["Key"]: tag.get("Value") for tag in given})
        answer = original(self)
        if not given:
            for resource_id in self._get_param("Resources", []):
                tags = self.ec2_backend.tags[resource_id]
                for key in [key for key in tags if not key.startswith("aws:")]:
                    tags.pop(key)
        return answer

    @around(TagResponse, "describe_tags")
    def describe_tags(original: Any, self: Any) -> Any:
        for name in self._filters_from_querystring():
            if name not in ("key", "resource-id", "resource-type", "value") and not name.startswith("tag:"):
                message = f"The filter '{name}' is invalid"
                raise EC2ClientError("InvalidParameterValue", message)
        return original(self)

    @around(EC2BaseResponse, "_parse_tag_specification")
    def parse_tag_specification(original: Any, self: Any, expected_type: str | None = None) -> Any:
        for given in self._get_param("TagSpecifications", []) or self._get_param("TagSpecification", []):
            check_unique(given.get("Tags", []))
        specification = original(self, expected_type)
        for tags in specification.values():
            check_tags(tags)
            if len(tags) > 50:
                raise EC2ClientError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
        return specification

    @around(EC2Backend, "do_resources_exist")
    def do_resources_exist(original: Any, self: Any, resource_ids: list[str]) -> Any:
        for resource_id in resource_ids:
            if resource_id.startswith("i-") and self.get_instance_by_id(resource_id) is None:
                raise InvalidInstanceIdError(resource_id)
            if resource_id.startswith("eni-") and resource_id not in self.enis:
                raise InvalidNetworkInterfaceIdError(resource_id)
        return original(self, resource_ids)
