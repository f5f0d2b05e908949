"""A part of a request that moto does not know is refused, never taken for another part.

moto 5.2.1 tells requests of one operation apart by what it finds in them, and what it does not know falls through to
the last case: ModifyInstanceAttribute with a shutdown behaviour takes all security groups away, DELETE of a bucket's
metrics configuration deletes the bucket, PUT of an object with a new name overwrites it, and several Modify calls
answer success and change nothing.

- https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
- https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
- https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyImageAttribute.html
- subresources of S3: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html

What neither moto nor this has ends as NotImplementedError, of which the gateway makes the error NotImplemented.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import EmptyResult
from moto.core.utils import camelcase_to_underscores
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.responses.elastic_block_store import ElasticBlockStore
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
from moto.ec2.responses.instances import InstanceResponse
from moto.ec2.responses.subnets import Subnets
from moto.ec2.responses.vpcs import VPCs
from moto.s3.responses import S3Response

from patched_moto.patch import around

#: What ModifyInstanceAttribute changes, one at a time, and of which moto has all but the last line.
INSTANCE_ATTRIBUTES = (
    "Attribute",
    "BlockDeviceMappings",
    "DisableApiStop",
    "DisableApiTermination",
    "EbsOptimized",
    "Groups",
    "InstanceInitiatedShutdownBehavior",
    "InstanceType",
    "Kernel",
    "SourceDestCheck",
    "UserData",
    *("EnaSupport", "Ramdisk", "SriovNetSupport"),
)
SHUTDOWN_BEHAVIOURS = ("stop", "terminate")

#: Parameters of Modify calls that moto reads; the calls name their resource besides.
READ = {
    "modify_network_interface_attribute": (
        ElasticNetworkInterfaces,
        ("NetworkInterfaceId", "Groups", "SourceDestCheck", "Description", "Attachment"),
    ),
    "modify_image_attribute": (
        AmisResponse,
        (
            "ImageId",
            "Attribute",
            "Description",
            "LaunchPermission",
            "OperationType",
            "OrganizationArns",
            "OrganizationalUnitArns",
            "UserGroups",
            "UserIds",
        ),
    ),
    "modify_snapshot_attribute": (
        ElasticBlockStore,
        ("SnapshotId", "Attribute", "OperationType", "GroupNames", "UserIds"),
    ),
    "modify_vpc_attribute": (
        VPCs,
        ("VpcId", "EnableDnsSupport", "EnableDnsHostnames", "EnableNetworkAddressUsageMetrics"),
    ),
    "modify_subnet_attribute": (
        Subnets,
        (
            "SubnetId",
            "MapPublicIpOnLaunch",
            "AssignIpv6AddressOnCreation",
            "EnableResourceNameDnsARecordOnLaunch",
        ),
    ),
}

#: Subresources of S3 that moto has no case for, by method.
BUCKET_PARTS = {
    "GET": {"abac", "analytics", "intelligent-tiering", "metadataConfiguration", "metadataTable", "metrics"}
    | {"requestPayment", "session"},
    "PUT": {"abac", "analytics", "intelligent-tiering", "metadataInventoryTable", "metadataJournalTable", "metrics"}
    | {"requestPayment"},
    "DELETE": {"analytics", "intelligent-tiering", "inventory", "metadataConfiguration", "metadataTable", "metrics"},
    "POST": {"metadataConfiguration", "metadataTable"},
}
OBJECT_PARTS = {"GET": {"retention", "torrent"}, "PUT": {"encryption", "renameObject"}}


def apply() -> None:
    """Refuses what moto would take for something else, and adds what users of these calls need."""
    _instances()
    _others()
    _buckets()


def _instances() -> None:
    @around(InstanceResponse, "modify_instance_attribute")
    def modify_instance_attribute(original: Any, self: Any) -> Any:
        given = [name for name in INSTANCE_ATTRIBUTES if self._get_param(name) not in (None, [], {})]
        if not given:
            raise EC2ClientError("InvalidParameterCombination", "No attributes specified.")
        if len(given) > 1:
            message = f"Fields for multiple attribute types specified: {', '.join(given)}"
            raise EC2ClientError("InvalidParameterCombination", message)
        name, instance_id = given[0], self._get_param("InstanceId")
        if name == "Attribute":
            _check_attribute(self._get_param("Attribute"), self._get_param("Value"))
        elif name == "InstanceInitiatedShutdownBehavior":
            behaviour = self._get_param(f"{name}.Value")
            _check_attribute("instanceInitiatedShutdownBehavior", behaviour)
            self.ec2_backend.modify_instance_attribute(instance_id, camelcase_to_underscores(name), behaviour)
            return EmptyResult()
        elif name in INSTANCE_ATTRIBUTES[-3:] or (name == "BlockDeviceMappings" and not _mappings_known(self)):
            message = f"ModifyInstanceAttribute of {name}"
            raise NotImplementedError(message)
        return original(self)


def _check_attribute(name: str, value: Any) -> None:
    if name not in Instance.VALID_ATTRIBUTES:
        message = f"Value ({name}) for parameter attribute is invalid. Unknown attribute."
        raise EC2ClientError("InvalidParameterValue", message)
    if name == "instanceInitiatedShutdownBehavior" and value not in SHUTDOWN_BEHAVIOURS:
        message = f"Value ({value}) for parameter instanceInitiatedShutdownBehavior is invalid."
        raise EC2ClientError("InvalidParameterValue", message)


def _mappings_known(response: Any) -> bool:
    return all(
        mapping.get("Ebs", {}).get("DeleteOnTermination") is not None
        for mapping in response._get_param("BlockDeviceMappings")
    )


def _others() -> None:
    for operation, (owner, known) in READ.items():
        _only(operation, owner, (*known, "Action", "Version", "DryRun"))

    @around(ElasticNetworkInterfaces, "modify_network_interface_attribute")
    def modify_network_interface_attribute(original: Any, self: Any) -> Any:
        attachment = self._get_param("Attachment")
        answer = original(self)
        if attachment:
            interface = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
            if attachment.get("AttachmentId") != interface.attachment_id:
                message = f"The attachment '{attachment.get('AttachmentId')}' does not exist."
                raise EC2ClientError("InvalidAttachmentID.NotFound", message)
            interface.delete_on_termination = attachment.get("DeleteOnTermination")
        return answer

    @around(AmisResponse, "modify_image_attribute")
    def modify_image_attribute(original: Any, self: Any) -> Any:
        description = self._get_param("Description.Value")
        if description is not None:
            self.ec2_backend.describe_images(ami_ids=[self._get_param("ImageId")])[0].description = description
            return EmptyResult()
        return original(self)


def _only(operation: str, owner: Any, known: tuple[str, ...]) -> None:
    @around(owner, operation)
    def modify(original: Any, self: Any) -> Any:
        unknown = [name for name in self.params if name not in known]
        if unknown:
            message = f"{operation} with {', '.join(unknown)}"
            raise NotImplementedError(message)
        return original(self)


def _buckets() -> None:
    @around(S3Response, "_bucket_response")
    def bucket_response(original: Any, self: Any, request: Any, full_url: str) -> Any:
        _refuse_parts(BUCKET_PARTS, request)
        return original(self, request, full_url)

    @around(S3Response, "_key_response")
    def key_response(original: Any, self: Any, request: Any, full_url: str) -> Any:
        _refuse_parts(OBJECT_PARTS, request)
        return original(self, request, full_url)


def _refuse_parts(parts: dict[str, set[str]], request: Any) -> None:
    unknown = parts.get(request.method, set()) & set(request.args)
    if unknown:
        message = f"{request.method} of {', '.join(sorted(unknown))}"
        raise NotImplementedError(message)
