"""The images of a containment."""

from typing import Any

from shared.aws import attempt

# An image's description can't be changed, as its tags can. The steps that make images write the same
# (steps/evidence.ts): the instance, and the key of its backup.
EVIDENCE = "Evidence of {}; backup {}"


def images_of(ec2: Any, run: dict[str, Any], failed: list[str]) -> list[dict[str, Any]]:
    """The images whose description names the containment's backup, or one that it took over."""
    values = [EVIDENCE.format(run["InstanceId"], key) for key in run["Keys"]]
    wanted = [{"Name": "description", "Values": values}]
    found = attempt(failed, "Images can't be read", ec2.describe_images, Owners=["self"], Filters=wanted)
    return [*found.get("Images", [])]


def evidence_of(images: list[dict[str, Any]]) -> list[str]:
    """The ids of images and of their snapshots."""
    disks = [disk.get("Ebs", {}) for image in images for disk in image["BlockDeviceMappings"]]
    return [image["ImageId"] for image in images] + [disk["SnapshotId"] for disk in disks if "SnapshotId" in disk]
