"""ModifyInstanceAttribute changes the one attribute that it is given, and nothing else.

moto 5.2.1 takes InstanceInitiatedShutdownBehavior for a change of groups, and so takes the instance its groups; fails
with a KeyError for a device that is not mapped; takes changes of nothing or of several attributes; and knows no filter
by instance profile.

- "You can specify only one attribute at a time", and the shutdown behavior is stop or terminate:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
- InvalidInstanceAttributeValue: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
- iam-instance-profile.arn: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import EmptyResult
from moto.ec2 import utils
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses.instances import InstanceResponse

from patched_moto.patch import around

#: What a request can change: the names of its parameters.
ATTRIBUTES = (
    "Attribute",
    "BlockDeviceMappings",
    "DisableApiStop.Value",
    "DisableApiTermination.Value",
    "EbsOptimized.Value",
    "EnaSupport.Value",
    "Groups",
    "InstanceInitiatedShutdownBehavior.Value",
    "InstanceType.Value",
    "Kernel.Value",
    "Ramdisk.Value",
    "SourceDestCheck.Value",
    "SriovNetSupport.Value",
    "UserData.Value",
)
BEHAVIORS = ("stop", "terminate")


def apply() -> None:
    """Patches ModifyInstanceAttribute, and a filter of DescribeInstances."""
    utils.filter_dict_attribute_mapping["iam-instance-profile.arn"] = "patched_profile_arn"

    @around(utils, "get_object_value")
    def get_object_value(original: Any, instance: Any, name: str) -> Any:
        if name == "patched_profile_arn":
            profile = instance.iam_instance_profile or {}
            return profile.get("Arn") if isinstance(profile, dict) else getattr(profile, "arn", None)
        return original(instance, name)

    @around(InstanceResponse, "modify_instance_attribute")
    def modify_instance_attribute(original: Any, self: Any) -> Any:
        given = [name for name in ATTRIBUTES if self._get_param(name) not in (None, [])]
        if not given:
            raise EC2ClientError("InvalidParameterCombination", "No attributes specified.")
        if len(given) > 1:
            message = f"Fields for multiple attribute types specified: {', '.join(given)}"
            raise EC2ClientError("InvalidParameterCombination", message)
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        behavior = self._get_param("InstanceInitiatedShutdownBehavior.Value")
        if behavior is not None:
            return _set_behavior(instance, behavior)
        for mapping in self._get_param("BlockDeviceMappings") or []:
            device = mapping.get("DeviceName")
            if device not in instance.block_device_mapping:
                message = f"No device is currently mapped at {device}"
                raise EC2ClientError("InvalidInstanceAttributeValue", message)
        return original(self)


def _set_behavior(instance: Any, behavior: str) -> Any:
    if behavior not in BEHAVIORS:
        message = f"Value ({behavior}) for parameter instanceInitiatedShutdownBehavior is invalid."
        raise EC2ClientError("InvalidParameterValue", message)
    instance.instance_initiated_shutdown_behavior = behavior
    return EmptyResult()
