"""Tags of Auto Scaling groups.

moto 5.2.1 fails with a server error for a group that does not exist, and takes AWS's own keys, any number and any
length.
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateOrUpdateTags.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html (50 tags, no `aws:`)
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Tag.html (keys of 128, values of 256 characters)
"""

from __future__ import annotations

from typing import Any

from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import AutoScalingBackend

from patched_moto.patch import around
from patched_moto.patches.autoscaling_standby import group_named


def apply() -> None:
    """Patches CreateOrUpdateTags and DeleteTags."""

    @around(AutoScalingBackend, "create_or_update_tags")
    def create_or_update_tags(original: Any, self: Any, tags: list[dict[str, Any]]) -> None:
        given: dict[str, set[str]] = {}
        for tag in tags:
            group = group_named(self, tag["ResourceId"])
            if tag["Key"].lower().startswith("aws:"):
                message = f"Tag key {tag['Key']} begins with aws:, which is reserved for AWS"
                raise ValidationError(message)
            for name, longest in (("Key", 128), ("Value", 256)):
                if len(tag.get(name) or "") > longest:
                    message = (
                        f"1 validation error detected: Value at 'tags.1.member.{name.lower()}' failed to satisfy"
                        f" constraint: Member must have length less than or equal to {longest}"
                    )
                    raise ValidationError(message)
            given.setdefault(group.name, {old["Key"] for old in group.tags}).add(tag["Key"])
        if any(len(keys) > 50 for keys in given.values()):
            message = "The number of tags exceeds the limit of 50"
            raise ValidationError(message)
        original(self, [{"Value": "", **tag} for tag in tags])

    @around(AutoScalingBackend, "delete_tags")
    def delete_tags(original: Any, self: Any, tags: list[dict[str, Any]]) -> None:
        for tag in tags:
            group_named(self, tag["ResourceId"])
        original(self, tags)
