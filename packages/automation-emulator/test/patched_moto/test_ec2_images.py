"""Images and their snapshots, as EC2 makes them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from patched_aws import Account, Network, code, refusal

patch = pytest.mark.patch


@pytest.fixture
def instance_id(network: Network) -> str:
    """An instance with two volumes."""
    instance = network.instance([network.group("g")])
    volume = network.ec2.create_volume(Size=9, AvailabilityZone=instance["Placement"]["AvailabilityZone"])
    network.ec2.attach_volume(VolumeId=volume["VolumeId"], InstanceId=instance["InstanceId"], Device="/dev/sdf")
    return str(instance["InstanceId"])


def image(ec2: Any, image_id: str) -> dict[str, Any]:
    """The image as DescribeImages gives it now."""
    shown: dict[str, Any] = ec2.describe_images(ImageIds=[image_id])["Images"][0]
    return shown


def settled(ec2: Any, image_id: str) -> dict[str, Any]:
    """The image when it is no longer pending."""
    for _ in range(200):
        shown = image(ec2, image_id)
        if shown["State"] != "pending":
            return shown
        time.sleep(0.02)
    raise AssertionError(f"{image_id} is still pending")


def made(ec2: Any, instance_id: str, **parameters: Any) -> str:
    """A new image's id."""
    parameters = {"Name": "evidence", "NoReboot": True, **parameters}
    return str(ec2.create_image(InstanceId=instance_id, **parameters)["ImageId"])


@patch
def test_an_image_is_pending_and_then_available(account: Account, ec2: Any, instance_id: str) -> None:
    # Long enough for the next call on a busy machine.
    account.change(imageDelay=2)
    image_id = made(ec2, instance_id, Description="of a test")
    pending = image(ec2, image_id)
    assert pending["State"] == "pending"
    assert "SnapshotId" not in pending["BlockDeviceMappings"][0]["Ebs"]
    shown = settled(ec2, image_id)
    assert (shown["State"], shown["Description"], shown["RootDeviceType"]) == ("available", "of a test", "ebs")
    assert ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]["State"]["Code"] == 16


@patch
def test_an_image_has_a_snapshot_of_each_volume(account: Account, ec2: Any, instance_id: str) -> None:
    shown = settled(ec2, made(ec2, instance_id))
    disks = {mapping["DeviceName"]: mapping["Ebs"] for mapping in shown["BlockDeviceMappings"]}
    assert set(disks) == {"/dev/sda1", "/dev/sdf"}
    assert disks["/dev/sdf"]["VolumeSize"] == 9
    snapshots = ec2.describe_snapshots(SnapshotIds=[disk["SnapshotId"] for disk in disks.values()])["Snapshots"]
    assert [(snapshot["OwnerId"], snapshot["State"]) for snapshot in snapshots] == [(account.id, "completed")] * 2


def test_an_image_is_never_available_without_its_snapshots(account: Account, ec2: Any, instance_id: str) -> None:
    for delay in range(20):
        account.change(imageDelay=delay / 1000)
        image_id = made(ec2, instance_id, Name=f"evidence-{delay}")
        while True:
            shown = image(ec2, image_id)
            [disk, *_] = shown["BlockDeviceMappings"]
            assert ("SnapshotId" in disk["Ebs"]) is (shown["State"] == "available")
            if shown["State"] == "available":
                break
    assert shown["SourceInstanceId"] == instance_id


@patch
def test_tags_go_to_the_image_and_to_its_snapshots(ec2: Any, instance_id: str) -> None:
    tags = [{"Key": "Case", "Value": "17"}]
    specification = [{"ResourceType": kind, "Tags": tags} for kind in ("image", "snapshot")]
    shown = settled(ec2, made(ec2, instance_id, TagSpecifications=specification))
    assert shown["Tags"] == tags
    for snapshot in ec2.describe_snapshots(Filters=[{"Name": "tag:Case", "Values": ["17"]}])["Snapshots"]:
        assert snapshot["Description"].startswith(f"Created by CreateImage({instance_id})")


@patch
def test_two_images_do_not_have_one_name(ec2: Any, instance_id: str) -> None:
    image_id = made(ec2, instance_id)
    refused = refusal(ec2.create_image, InstanceId=instance_id, Name="evidence")
    assert refused == ("InvalidAMIName.Duplicate", 400, f"AMI name evidence is already in use by AMI {image_id}")


@patch
def test_a_malformed_name_is_refused(ec2: Any, instance_id: str) -> None:
    assert code(ec2.create_image, InstanceId=instance_id, Name="evi:dence") == "InvalidAMIName.Malformed"


@patch
def test_an_image_can_fail_with_a_reason(account: Account, ec2: Any, instance_id: str) -> None:
    account.change(imageFailure="A volume could not be read")
    shown = settled(ec2, made(ec2, instance_id))
    assert shown["State"] == "failed"
    assert shown["StateReason"]["Message"] == "A volume could not be read"


@patch
def test_an_image_can_take_longer(account: Account, ec2: Any, instance_id: str) -> None:
    account.change(imageDelay=3600)
    assert image(ec2, made(ec2, instance_id))["State"] == "pending"


@patch
def test_an_instance_with_an_instance_store_root_has_no_image(account: Account, ec2: Any, instance_id: str) -> None:
    account.change(instanceStore=[instance_id])
    assert code(ec2.create_image, InstanceId=instance_id, Name="evidence") == "UnsupportedOperation"


@patch
def test_a_terminated_instance_has_no_image(ec2: Any, instance_id: str) -> None:
    ec2.terminate_instances(InstanceIds=[instance_id])
    assert code(ec2.create_image, InstanceId=instance_id, Name="evidence") == "IncorrectInstanceState"


@patch
@pytest.mark.parametrize("by", ["KeyId", "Arn", "alias", "default"])
def test_an_encrypted_copy_has_encrypted_snapshots_under_its_key(
    account: Account, ec2: Any, instance_id: str, by: str
) -> None:
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/evidence", TargetKeyId=key["KeyId"])
    named = {"alias": "alias/evidence"}.get(by) or key.get(by)
    source = settled(ec2, made(ec2, instance_id))["ImageId"]
    parameters = {"Encrypted": True, **({"KmsKeyId": named} if named else {})}
    copy = ec2.copy_image(SourceImageId=source, SourceRegion="us-east-1", Name="copy", **parameters)["ImageId"]
    shown = settled(ec2, copy)
    disks = [mapping["Ebs"] for mapping in shown["BlockDeviceMappings"]]
    assert [disk["Encrypted"] for disk in disks] == [True, True]
    expected = key["Arn"] if named else kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["Arn"]
    for snapshot in ec2.describe_snapshots(SnapshotIds=[disk["SnapshotId"] for disk in disks])["Snapshots"]:
        assert (snapshot["Encrypted"], snapshot["KmsKeyId"]) == (True, expected)
    assert not any(mapping["Ebs"]["Encrypted"] for mapping in image(ec2, source)["BlockDeviceMappings"])


@patch
def test_a_copy_under_a_disabled_key_ends_failed(account: Account, ec2: Any, instance_id: str) -> None:
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    place = {"SourceImageId": settled(ec2, made(ec2, instance_id))["ImageId"], "SourceRegion": "us-east-1"}
    copy = ec2.copy_image(**place, Name="copy", Encrypted=True, KmsKeyId=key)["ImageId"]
    assert settled(ec2, copy)["State"] == "failed"


@patch
def test_a_key_without_encryption_is_refused(ec2: Any, instance_id: str) -> None:
    place = {"SourceImageId": settled(ec2, made(ec2, instance_id))["ImageId"], "SourceRegion": "us-east-1"}
    assert code(ec2.copy_image, **place, Name="copy", KmsKeyId="alias/aws/ebs") == "InvalidParameterDependency"


@patch
def test_a_copy_is_pending_too(account: Account, ec2: Any, instance_id: str) -> None:
    account.change(imageDelay=0)
    place = {"SourceImageId": made(ec2, instance_id), "SourceRegion": "us-east-1"}
    account.change(imageDelay=3600)
    assert image(ec2, ec2.copy_image(**place, Name="copy")["ImageId"])["State"] == "pending"


@patch
def test_a_pending_image_is_not_copied(account: Account, ec2: Any, instance_id: str) -> None:
    account.change(imageDelay=3600)
    place = {"SourceImageId": made(ec2, instance_id), "SourceRegion": "us-east-1"}
    assert code(ec2.copy_image, **place, Name="copy") == "InvalidAMIID.Unavailable"


@patch
def test_a_repeated_copy_with_one_token_makes_one_image(ec2: Any, instance_id: str) -> None:
    place = {"SourceImageId": settled(ec2, made(ec2, instance_id))["ImageId"], "SourceRegion": "us-east-1"}
    first = ec2.copy_image(**place, Name="copy", ClientToken="once")["ImageId"]
    assert ec2.copy_image(**place, Name="copy", ClientToken="once")["ImageId"] == first
    refused = code(ec2.copy_image, **place, Name="other", ClientToken="once")
    assert refused == "IdempotentParameterMismatch"


@patch
def test_a_copy_says_where_it_came_from_and_takes_tags_when_asked(ec2: Any, instance_id: str) -> None:
    tags = [{"Key": "Case", "Value": "17"}]
    source = made(ec2, instance_id, TagSpecifications=[{"ResourceType": "image", "Tags": tags}])
    place = {"SourceImageId": settled(ec2, source)["ImageId"], "SourceRegion": "us-east-1"}
    with_tags = image(ec2, ec2.copy_image(**place, Name="tagged", CopyImageTags=True)["ImageId"])
    without = image(ec2, ec2.copy_image(**place, Name="untagged")["ImageId"])
    assert (with_tags["SourceImageId"], with_tags["SourceImageRegion"]) == (source, "us-east-1")
    assert (with_tags["Tags"], without.get("Tags", [])) == (tags, [])


@patch
def test_images_are_found_by_name_description_and_tag(account: Account, ec2: Any, instance_id: str) -> None:
    account.change(imageDelay=3600)
    tags = [{"ResourceType": "snapshot", "Tags": [{"Key": "Case", "Value": "17"}]}]
    image_id = made(ec2, instance_id, Description="of a test", TagSpecifications=tags)
    ec2.create_tags(Resources=[image_id], Tags=[{"Key": "Case", "Value": "17"}])
    for name, value in (("name", "evid*"), ("description", "of a test"), ("tag:Case", "17"), ("state", "pending")):
        found = ec2.describe_images(Owners=["self"], Filters=[{"Name": name, "Values": [value]}])["Images"]
        assert [each["ImageId"] for each in found] == [image_id], name


@patch
def test_one_unknown_image_among_known_ones_is_not_found(ec2: Any, instance_id: str) -> None:
    image_ids = [made(ec2, instance_id), "ami-0123456789abcdef0"]
    assert code(ec2.describe_images, ImageIds=image_ids) == "InvalidAMIID.NotFound"
    assert code(ec2.describe_images, ImageIds=["ami-nothing"]) == "InvalidAMIID.Malformed"
