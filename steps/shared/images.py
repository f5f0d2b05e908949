"""The images that a containment made."""

from typing import Any

from shared.aws import filters


def description_of(run: dict[str, Any]) -> str:
    """How the containment's images are described."""
    return f"Evidence of {run['InstanceId']}; backup {run['Key']}"


def images_of(ec2: Any, run: dict[str, Any]) -> list[dict[str, Any]]:
    """The images by their names and description, which can't be changed as tags can."""
    wanted = {"name": [f"ContainEC2Instance-{run['InstanceId']}-*"], "description": [description_of(run)]}
    found = ec2.describe_images(Owners=["self"], Filters=filters(wanted))["Images"]
    return sorted(found, key=lambda image: image["Name"])


def has_encrypted_image(images: list[dict[str, Any]]) -> bool:
    """Whether the last image of a containment, the encrypted copy, is there or under way."""
    names = [image["Name"] for image in images if image["State"] in ("available", "pending")]
    return any(name.endswith("-encrypted") for name in names)


def image_lines(images: list[dict[str, Any]]) -> list[str]:
    """Each image: id, name, state, and what went wrong with it."""
    reasons = [image.get("StateReason", {}).get("Message", "") for image in images]
    parts = zip(images, reasons, strict=True)
    return [f"{image['ImageId']} {image['Name']}: {image['State']} {reason}".strip() for image, reason in parts]


def evidence_of(images: list[dict[str, Any]]) -> list[str]:
    """The ids of images and of their snapshots."""
    disks = [(image["ImageId"], mapping.get("Ebs", {})) for image in images for mapping in image["BlockDeviceMappings"]]
    snapshots = [disk["SnapshotId"] for _, disk in disks if "SnapshotId" in disk]
    return [*(image["ImageId"] for image in images), *snapshots]
