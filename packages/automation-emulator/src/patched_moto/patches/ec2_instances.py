"""Instances by their ids, and their root device.

moto 5.2.1 knows no malformed id, and calls every root device `ebs`.

- InvalidInstanceID.Malformed: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
- rootDeviceType is `ebs` or `instance-store`:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
  (an instance is made one by the setting instanceStore)
"""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance, InstanceBackend

from patched_moto.patch import around
from patched_moto.settings import settings_of

INSTANCE_ID = re.compile(r"^i-([0-9a-f]{8}|[0-9a-f]{17})$")


def check_instance_ids(instance_ids: list[str]) -> None:
    """Raises EC2ClientError for the first id that can't be an instance's."""
    for instance_id in instance_ids:
        if not INSTANCE_ID.match(instance_id):
            raise EC2ClientError("InvalidInstanceID.Malformed", f'Invalid id: "{instance_id}"')


def is_instance_store(instance: Any) -> bool:
    """Whether the instance's root device is an instance store, which has no snapshots."""
    return instance.id in settings_of(instance.ec2_backend.account_id).instance_store


def apply() -> None:
    """Patches the ways in which an instance is found, and rootDeviceType."""
    for name in ("get_reservations_by_instance_ids", "get_multi_instances_by_id"):

        @around(InstanceBackend, name)
        def by_ids(original: Any, self: Any, instance_ids: list[str], *rest: Any, **kwargs: Any) -> Any:
            check_instance_ids(instance_ids)
            return original(self, list(dict.fromkeys(instance_ids)), *rest, **kwargs)

    @around(InstanceBackend, "get_instance")
    def get_instance(original: Any, self: Any, instance_id: str) -> Any:
        check_instance_ids([instance_id])
        return original(self, instance_id)

    def read(instance: Any) -> str:
        return "instance-store" if is_instance_store(instance) else "ebs"

    def write(instance: Any, value: str) -> None:
        del instance, value

    Instance.root_device_type = property(read, write)
