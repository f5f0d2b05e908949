"""What the verdict says of a containment whose interfaces are not those that it was planned for, and what it tags."""

from typing import Any

import pytest
from refusals import refusal
from verdict import handler as step

INSTANCE = "i-0123456789abcdef0"
INSIDE = f"ContainEC2Instance-containment-{INSTANCE}-e"


class Service:
    """EC2, and Auto Scaling without groups."""

    def __init__(self, interfaces: list[str] | None, images: list[dict[str, Any]]) -> None:
        self.interfaces, self.images = interfaces, images
        self.tagged: list[str] = []

    def describe_instances(self, **_: Any) -> dict[str, Any]:
        if self.interfaces is None:
            raise refusal("InvalidInstanceID.NotFound", "DescribeInstances")
        groups = [{"GroupId": "sg-in", "GroupName": INSIDE}]
        found = [{"NetworkInterfaceId": name, "VpcId": "v", "Groups": groups} for name in self.interfaces]
        return {"Reservations": [{"Instances": [{"InstanceId": INSTANCE, "NetworkInterfaces": found}]}]}

    def describe_auto_scaling_groups(self, **_: Any) -> dict[str, Any]:
        return {"AutoScalingGroups": []}

    def describe_security_groups(self, **_: Any) -> dict[str, Any]:
        same = {"GroupId": "sg-in", "GroupName": INSIDE, "VpcId": "v", "Description": "key.json"}
        return {"SecurityGroups": [{**same, "IpPermissions": [], "IpPermissionsEgress": []}]}

    def describe_images(self, **_: Any) -> dict[str, Any]:
        return {"Images": self.images}

    def create_tags(self, **given: Any) -> dict[str, Any]:
        self.tagged += given["Resources"]
        return {}


def verdict(service: Service, action: str, monkeypatch: pytest.MonkeyPatch, images: bool = False) -> dict[str, Any]:
    """The verdict of a run that was planned for eni-1 and eni-2."""
    monkeypatch.setattr(step, "client", lambda _service: service)
    planned = {name: {"Names": {}, "Before": ["sg-web"], "Groups": ["sg-web"]} for name in ("eni-1", "eni-2")}
    run: dict[str, Any] = {
        "Action": action,
        "Region": "r",
        "InstanceId": INSTANCE,
        "AccountId": "1",
        "Execution": "e",
        "Bucket": "b",
    }
    run |= {"Key": "key.json", "Keys": ["key.json"], "Held": [], "Role": "arn", "Backup": "{}", "Problems": []}
    run |= {"Warnings": [], "Interfaces": planned, "Recorded": planned, "AutoScaling": {}, "Calls": {}, "Next": []}
    run |= {"Rules": {"Ingress": [], "Egress": []}, "Tagging": [{"Key": "k"}]}
    notes: dict[str, Any] = {"OpenSeconds": "1"} if action == "Contain" else {"Made": []}
    return step.handler({"Run": run, "Notes": notes, "Warnings": [], "CreateAMIBackup": images}, None)


@pytest.mark.parametrize(
    ("interfaces", "problems"),
    [
        (["eni-1", "eni-2"], []),
        (["eni-1"], ["eni-2 was detached, or the instance terminated, after the backup."]),
        (["eni-1", "eni-2", "eni-3"], ["eni-3 was attached after the backup."]),
        ([], [f"eni-{at} was detached, or the instance terminated, after the backup." for at in (1, 2)]),
        (None, [f"eni-{at} was detached, or the instance terminated, after the backup." for at in (1, 2)]),
    ],
)
def test_contained_is_said_only_of_all_the_interfaces_that_were_backed_up(
    interfaces: list[str] | None, problems: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = verdict(Service(interfaces, []), "Contain", monkeypatch)
    assert sorted(told["Json"].get("What failed", [])) == problems
    assert told["Outcome"] == ("ContainmentFailed" if problems else "ContainmentDone")
    isolated = "IS" if interfaces else "is NOT"
    title = f"CONTAINMENT FAILED; the instance {isolated} isolated as asked" if problems else "CONTAINED: "
    assert told["Output"].startswith(title)


# EC2 shows a terminated instance for about an hour.
def test_an_instance_that_ec2_does_not_show_any_more_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    told = verdict(Service(None, []), "Release", monkeypatch)
    assert told["Outcome"] == "ReleaseDone"
    assert "What failed" not in told["Json"]


def test_an_image_gets_its_tags_once_it_has_all_its_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    disks = [{"Ebs": {"SnapshotId": "snap-1"}}]
    images: list[dict[str, Any]] = [
        {"ImageId": "ami-1", "Name": "x", "State": "available", "BlockDeviceMappings": disks},
        {"ImageId": "ami-2", "Name": "x-encrypted", "State": "pending", "BlockDeviceMappings": []},
    ]
    service = Service(["eni-1", "eni-2"], images)
    verdict(service, "Contain", monkeypatch, images=True)
    assert service.tagged == ["ami-1", "snap-1"]
