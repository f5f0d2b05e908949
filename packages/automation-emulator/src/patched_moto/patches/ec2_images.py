"""Images take their time, hold the instance's volumes, and have names of their own.

moto 5.2.1 makes an image at once, of one invented volume, forgets Encrypted, KmsKeyId, ClientToken and the
tags of snapshots, lets two images have one name, and lists the snapshots of all owners for each.

- `pending`, then `available` or `failed` with a StateReason:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html
- CreateImage of an EBS-backed instance makes a snapshot of each volume; tags for `image` and `snapshot`:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
- CopyImage: Encrypted, KmsKeyId by id, alias or ARN, which is looked up only after the call was answered, so
  that a bad key makes a failed image; ClientToken; CopyImageTags:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html
- InvalidAMIName.Duplicate, InvalidAMIName.Malformed, IdempotentParameterMismatch, IncorrectInstanceState:
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html

How long an image is pending is the setting imageDelay; imageFailure makes those that follow fail.
"""

from __future__ import annotations

import re
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError
from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ec2.models.elastic_block_store import Snapshot
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.responses.elastic_block_store import ElasticBlockStore
from moto.ec2.utils import random_ami_id

from patched_moto.clock import now
from patched_moto.patch import around, instead_of
from patched_moto.patches.ec2_instances import is_instance_store
from patched_moto.patches.kms import find_key
from patched_moto.settings import settings_of

NAME = re.compile(r"^[a-zA-Z0-9()\[\] ./\-'@_]{3,128}$")
IMAGE_ID = re.compile(r"^ami-([0-9a-f]{8}|[0-9a-f]{17})$")


def apply() -> None:
    """Patches CreateImage, CopyImage, DescribeImages and the state of images and snapshots."""
    _states()

    @instead_of(AmisResponse, "create_image")
    def create_image(self: Any) -> ActionResult:
        return ActionResult({"ImageId": _create(self).id})

    @instead_of(AmisResponse, "copy_image")
    def copy_image(self: Any) -> ActionResult:
        return ActionResult({"ImageId": _copy(self).id})

    @around(AmiBackend, "describe_images")
    def describe_images(original: Any, self: Any, ami_ids: Any = None, *rest: Any, **kwargs: Any) -> Any:
        for image_id in ami_ids or []:
            if not IMAGE_ID.match(image_id):
                raise EC2ClientError("InvalidAMIID.Malformed", f'Invalid id: "{image_id}" (expecting "ami-...")')
            if image_id not in self.amis:
                raise InvalidAMIIdError([image_id])
        return original(self, ami_ids, *rest, **kwargs)

    @instead_of(ElasticBlockStore, "describe_snapshots")
    def describe_snapshots(self: Any) -> ActionResult:
        backend = self.ec2_backend
        owners = {backend.account_id if owner == "self" else owner for owner in self._get_param("OwnerIds", [])}
        ids = self._get_param("SnapshotIds", [])
        found = backend.describe_snapshots(snapshot_ids=ids, filters=self._filters_from_querystring())
        return ActionResult({"Snapshots": [one for one in found if not owners or one.owner_id in owners]})


def _states() -> None:
    def state(image: Any) -> str:
        if now() < vars(image).get("ready_at", 0):
            return "pending"
        return "failed" if vars(image).get("failure") else str(vars(image)["given_state"])

    def state_reason(image: Any) -> dict[str, str] | None:
        if image.state != "failed":
            return None
        return {"Code": "Client.InternalError", "Message": image.failure}

    def mappings(image: Any) -> list[dict[str, Any]]:
        if "snapshots" not in vars(image):
            return list(original_mappings.fget(image))
        pending = image.state == "pending"
        return [
            {
                "DeviceName": device,
                "Ebs": {
                    "DeleteOnTermination": kept,
                    "VolumeSize": snapshot.volume.size,
                    "VolumeType": snapshot.volume.volume_type,
                    "Encrypted": snapshot.encrypted,
                    # A snapshot that is not made yet has no id to show.
                    **({} if pending else {"SnapshotId": snapshot.id}),
                },
            }
            for device, kept, snapshot in image.snapshots
        ]

    def status(snapshot: Any) -> str:
        if now() < vars(snapshot).get("ready_at", 0):
            return "pending"
        return "error" if vars(snapshot).get("failure") else str(vars(snapshot)["given_status"])

    original_mappings = Ami.block_device_mappings
    Ami.state = property(state, lambda image, value: vars(image).__setitem__("given_state", value))
    Ami.state_reason = property(state_reason)
    Ami.block_device_mappings = property(mappings)
    Snapshot.status = property(status, lambda snapshot, value: vars(snapshot).__setitem__("given_status", value))
    Snapshot.state = property(status)
    Snapshot.progress = property(lambda snapshot: "100%" if snapshot.status == "completed" else "0%")


def _create(response: Any) -> Any:
    backend = response.ec2_backend
    instance = backend.get_instance(response._get_param("InstanceId"))
    name, tags = response._get_param("Name"), response._parse_tag_specification()
    _check_name(backend, name)
    if instance.state not in ("running", "stopped"):
        message = f"Instance '{instance.id}' is not 'running' or 'stopped'."
        raise EC2ClientError("IncorrectInstanceState", message)
    if is_instance_store(instance):
        message = f"The instance '{instance.id}' does not have an 'ebs' root device type and cannot be imaged"
        raise EC2ClientError("UnsupportedOperation", message)
    image = _image(backend, name, response._get_param("Description", ""), instance=instance)
    image.root_device_name = instance.root_device_name
    for device, attachment in instance.block_device_mapping.items():
        volume = backend.get_volume(attachment.volume_id)
        text = f"Created by CreateImage({instance.id}) for {image.id}"
        snapshot = backend.create_snapshot(volume.id, text, backend.account_id, from_ami=image.id)
        snapshot.kms_key_id = volume.kms_key_id
        image.snapshots.append((device, bool(attachment.delete_on_termination), snapshot))
    _finish(backend, image, tags, settings_of(backend.account_id).image_failure)
    return image


def _copy(response: Any) -> Any:
    backend = response.ec2_backend
    source_id, region = response._get_param("SourceImageId"), response._get_param("SourceRegion")
    name, tags = response._get_param("Name"), response._parse_tag_specification()
    encrypted, key_id = response._get_bool_param("Encrypted", False), response._get_param("KmsKeyId")
    description, token = response._get_param("Description"), response._get_param("ClientToken")
    asked = (source_id, region, name, encrypted, key_id, description)
    made = vars(backend).setdefault("copies_by_token", {})
    if token and token in made:
        if made[token][0] != asked:
            message = f"The client token {token} was used with other parameters."
            raise EC2ClientError("IdempotentParameterMismatch", message)
        return backend.amis[made[token][1]]
    if key_id and not encrypted:
        message = "The parameter KmsKeyId requires the parameter Encrypted to be set."
        raise EC2ClientError("InvalidParameterDependency", message)
    source_backend = ec2_backends[backend.account_id][region]
    source = source_backend.describe_images(ami_ids=[source_id])[0]
    if source.state != "available":
        raise EC2ClientError("InvalidAMIID.Unavailable", f"The image {source_id} is {source.state}, not available")
    _check_name(backend, name)
    image = _image(backend, name, description or "", source=source)
    image.source_image_id, image.source_image_region = source_id, region
    image.root_device_name = source.root_device_name
    key_arn, failure = _key_for(backend, encrypted, key_id)
    originals = vars(source).get("snapshots", [(source.root_device_name, True, source.ebs_snapshot)])
    for device, kept, original in originals:
        snapshot = backend.copy_snapshot(
            original.id,
            region,
            f"Copied for DestinationAmi {image.id} from SourceAmi {source_id} for SourceSnapshot {original.id}.",
            None,
        )
        snapshot.owner_id, snapshot.from_ami = backend.account_id, image.id
        snapshot.encrypted = encrypted or original.encrypted
        snapshot.kms_key_id = key_arn or original.kms_key_id
        image.snapshots.append((device, kept, snapshot))
    if response._get_bool_param("CopyImageTags", False):
        image.add_tags({tag["key"]: tag["value"] for tag in source.get_tags() if not tag["key"].startswith("aws:")})
    _finish(backend, image, tags, failure or settings_of(backend.account_id).image_failure)
    if token:
        made[token] = (asked, image.id)
    return image


def _key_for(backend: Any, encrypted: bool, key_id: str | None) -> tuple[str | None, str]:
    """The ARN of the key for an encrypted copy, and why it can't be used, if it can't."""
    if not encrypted:
        return None, ""
    try:
        key = find_key(backend.account_id, backend.region_name, key_id or "alias/aws/ebs")
    except JsonRESTError:
        return None, f"The KMS key {key_id} is not accessible"
    if key.key_state != "Enabled" or key.key_spec != "SYMMETRIC_DEFAULT" or key.key_usage != "ENCRYPT_DECRYPT":
        return key.arn, f"The KMS key {key.arn} can't be used to encrypt a volume"
    return key.arn, ""


def _check_name(backend: Any, name: str) -> None:
    if not NAME.match(name):
        message = (
            "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')',"
            " '.', '-', '/', '_', '[', ']', ' ', '@' and '''."
        )
        raise EC2ClientError("InvalidAMIName.Malformed", message)
    for image in backend.amis.values():
        if image.name == name and image.owner_id == backend.account_id:
            raise EC2ClientError("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI {image.id}")


def _image(backend: Any, name: str, description: str, instance: Any = None, source: Any = None) -> Any:
    image = Ami(
        backend,
        random_ami_id(),
        instance=instance,
        source_ami=source,
        name=name,
        description=description,
        root_device_type="ebs",
    )
    # moto's image has a snapshot of a volume that nobody has.
    backend.snapshots.pop(image.ebs_snapshot.id)
    image.snapshots = []
    return image


def _finish(backend: Any, image: Any, tags: dict[str, dict[str, str]], failure: str) -> None:
    unknown = set(tags) - {"image", "snapshot"}
    if unknown:
        message = f"'{min(unknown)}' is not a valid taggable resource type for this operation."
        raise EC2ClientError("InvalidParameterValue", message)
    ready_at = now() + settings_of(backend.account_id).image_delay
    image.ready_at, image.failure = ready_at, failure
    image.add_tags(tags.get("image", {}))
    for _, _, snapshot in image.snapshots:
        snapshot.ready_at, snapshot.failure = ready_at, failure
        snapshot.add_tags(tags.get("snapshot", {}))
    backend.amis[image.id] = image
