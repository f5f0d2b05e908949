"""What moto does not know in a request is not taken for something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from patched_aws import Account, Network, code, interface_groups

patch = pytest.mark.patch

#: Of a page that moto answers for what it does not have, the gateway makes an error.
REFUSED = (ClientError, ResponseParserError)


@patch
def test_a_shutdown_behaviour_leaves_the_groups_alone(ec2: Any, network: Network) -> None:
    group = network.group("g")
    instance_id = network.instance([group])["InstanceId"]
    for behaviour in ("terminate", "stop"):
        ec2.modify_instance_attribute(InstanceId=instance_id, InstanceInitiatedShutdownBehavior={"Value": behaviour})
        assert interface_groups(network.instance_by_id(instance_id)) == [[group]]
        found = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="instanceInitiatedShutdownBehavior")
        assert found["InstanceInitiatedShutdownBehavior"]["Value"] == behaviour


@patch
@pytest.mark.parametrize(
    "attribute",
    [
        {},
        {"EnaSupport": {"Value": True}},
        {"SriovNetSupport": {"Value": "simple"}},
        {"BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeId": "vol-0123456789abcdef0"}}]},
        {"DisableApiTermination": {"Value": True}, "EbsOptimized": {"Value": True}},
        {"InstanceInitiatedShutdownBehavior": {"Value": "explode"}},
        {"Attribute": "enaSupport", "Value": "true"},
    ],
)
def test_an_attribute_that_is_not_known_is_refused_and_changes_nothing(
    ec2: Any, network: Network, attribute: dict[str, Any]
) -> None:
    group = network.group("g")
    instance_id = network.instance([group])["InstanceId"]
    with pytest.raises(REFUSED):
        ec2.modify_instance_attribute(InstanceId=instance_id, **attribute)
    assert interface_groups(network.instance_by_id(instance_id)) == [[group]]


@pytest.mark.parametrize(
    ("attribute", "name"),
    [({"DisableApiTermination": {"Value": True}}, "disableApiTermination")],
)
def test_known_attributes_are_changed(ec2: Any, network: Network, attribute: dict[str, Any], name: str) -> None:
    group = network.group("g")
    instance_id = network.instance([group])["InstanceId"]
    ec2.modify_instance_attribute(InstanceId=instance_id, **attribute)
    found = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute=name)
    assert found[name[0].upper() + name[1:]]["Value"] is True
    assert interface_groups(network.instance_by_id(instance_id)) == [[group]]


@patch
def test_an_attachment_is_kept_when_its_instance_ends(ec2: Any, network: Network) -> None:
    interface = network.instance([network.group("g")])["NetworkInterfaces"][0]
    interface_id, attachment = interface["NetworkInterfaceId"], interface["Attachment"]["AttachmentId"]
    for kept in (True, False):
        change = {"AttachmentId": attachment, "DeleteOnTermination": not kept}
        ec2.modify_network_interface_attribute(NetworkInterfaceId=interface_id, Attachment=change)
        found = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface_id])["NetworkInterfaces"][0]
        assert found["Attachment"]["DeleteOnTermination"] is not kept


@patch
def test_a_success_that_would_change_nothing_is_refused(ec2: Any, network: Network) -> None:
    interface = network.instance([network.group("g")])["NetworkInterfaces"][0]["NetworkInterfaceId"]
    tracking = {"TcpEstablishedTimeout": 60}
    with pytest.raises(REFUSED):
        ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, ConnectionTrackingSpecification=tracking)
    with pytest.raises(REFUSED):
        ec2.modify_subnet_attribute(SubnetId=network.subnet, EnableDns64={"Value": True})


@patch
def test_a_buckets_configurations_are_not_taken_for_the_bucket(account: Account) -> None:
    s3 = account.client("s3")
    name = f"parts-{account.id}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    calls: list[Callable[[], Any]] = [
        lambda: s3.delete_bucket_metrics_configuration(Bucket=name, Id="i"),
        lambda: s3.delete_bucket_analytics_configuration(Bucket=name, Id="i"),
        lambda: s3.put_bucket_request_payment(Bucket=name, RequestPaymentConfiguration={"Payer": "Requester"}),
        lambda: s3.get_bucket_request_payment(Bucket=name),
        lambda: s3.get_object_torrent(Bucket=name, Key="k"),
        lambda: s3.rename_object(Bucket=name, Key="k", RenameSource="/k2"),
    ]
    for call in calls:
        with pytest.raises(REFUSED):
            call()
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"x"
    s3.delete_object(Bucket=name, Key="k")
    assert code(s3.get_object, Bucket=name, Key="k") == "NoSuchKey"
    with pytest.raises(REFUSED):
        s3.delete_bucket_metrics_configuration(Bucket=name, Id="i")
    s3.head_bucket(Bucket=name)
