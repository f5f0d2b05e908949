"""What a release finds out and plans, and what the verdict says of an interface."""

import io
from typing import Any

import pytest
from shared.backup import sealed
from shared.images import evidence_of
from shared.releasing import give_back, plan_release, refuse_older_key
from shared.report import release_line
from verdict.handler import scaling_lines, state_of

INSTANCE = "i-0123456789abcdef0"
ENI, WEB, INSIDE = "eni-0123456789abcdef0", "sg-0123456789abcdef0", "sg-0123456789abcdef1"


@pytest.mark.parametrize(
    ("now", "before", "existing", "put", "problem"),
    [
        ({"Groups": [INSIDE], "Own": {INSIDE: "containment"}}, [WEB], {WEB}, [WEB], ""),
        ({"Groups": [WEB], "Own": {}}, [WEB], {WEB}, None, ""),
        ({}, [WEB], {WEB}, None, "is not attached any more"),
        ({"Groups": [INSIDE], "Own": {INSIDE: "containment"}}, [], set(), None, "is contained and not in the backup"),
        ({"Groups": [INSIDE], "Own": {INSIDE: "containment"}}, [WEB], set(), None, "can't get back"),
        ({"Groups": [INSIDE], "Own": {INSIDE: "containment"}}, ["sg-2", WEB], {WEB}, [WEB], "can't get back sg-2 (db)"),
        ({"Groups": ["sg-3"], "Own": {}}, [WEB], {WEB}, None, "got other groups meanwhile and keeps them"),
        # Attached since, with groups of its owner's.
        ({"Groups": ["sg-3"], "Own": {}}, [], set(), None, ""),
    ],
)
def test_an_interface_gets_back_what_it_had_or_the_report_says_why_not(
    now: dict[str, Any], before: list[str], existing: set[str], put: list[str] | None, problem: str
) -> None:
    interfaces = {ENI: {"Names": {}, **now}} if now else {}
    run: dict[str, Any] = {"Interfaces": interfaces, "Put": {}, "Problems": [], "Region": "r"}
    give_back(run, ENI, {"Groups": before, "Names": {"sg-2": "db"}}, existing)
    assert run["Put"] == ({ENI: put} if put else {})
    assert len(run["Problems"]) == bool(problem)
    assert all(problem in line and f"--network-interface-id {ENI} --groups" in line for line in run["Problems"])


class Bucket:
    """S3 with objects by key."""

    def __init__(self, **backups: dict[str, Any]) -> None:
        self.texts = dict(sealed(name, backup) for name, backup in backups.items())

    def get_object(self, **asked: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.texts[asked["Key"]].encode())}


BACKUP: dict[str, Any] = {"AccountId": "1", "Region": "r", "InstanceId": INSTANCE, "AutoScaling": {}, "Supersedes": []}
BACKUP |= {"Interfaces": {ENI: {"Groups": [WEB], "Names": {}}}, "Tags": [{"Key": "Case", "Value": "1"}]}
BACKUP |= {"Tagged": [ENI], "CreatedAt": "2026-01-01T00:00:00Z", "Rules": {}}


def run_of(**changes: Any) -> dict[str, Any]:
    run = {"AccountId": "1", "Region": "r", "InstanceId": INSTANCE, "Bucket": "b", "Key": "given.json", "Held": []}
    return {**run, "Keys": ["given.json"], "Warnings": [], "Problems": [], "Interfaces": {}, **changes}


def test_the_key_of_an_older_containment_is_refused_and_the_right_one_named() -> None:
    s3 = Bucket(newer=BACKUP)
    [newer] = s3.texts
    with pytest.raises(ValueError, match="is of an older containment") as raised:
        refuse_older_key(s3, run_of(Held=[newer]))
    assert newer in str(raised.value)


def test_a_group_that_names_a_backup_which_is_none_costs_a_warning() -> None:
    run = run_of(Held=["forged.json", "given.json"])
    refuse_older_key(Bucket(), run)
    assert len(run["Warnings"]) == 1
    assert "forged.json" in run["Warnings"][0]


class Ec2:
    """EC2 with groups and images."""

    def __init__(self, *groups: str, images: tuple[dict[str, Any], ...] = ()) -> None:
        self.groups, self.images = groups, images

    def describe_security_groups(self, **_: Any) -> dict[str, Any]:
        return {"SecurityGroups": [{"GroupId": name} for name in self.groups]}

    def describe_images(self, **_: Any) -> dict[str, Any]:
        return {"Images": [{"BlockDeviceMappings": [], **image} for image in self.images]}


def found_of(**changes: Any) -> dict[str, Any]:
    mark = {"Key": "ContainEC2Instance:Backup", "Value": "s3://b/given.json"}
    tags = [{"ResourceId": name, **mark} for name in (INSTANCE, ENI)]
    tags += [{"ResourceId": INSTANCE, "Key": "Case", "Value": "1"}]
    # The role may not take this one away, and it may not keep the others.
    tags += [{"ResourceId": "eni-forged", "Key": mark["Key"], "Value": "x"}]
    groups = {INSIDE: {"Description": "given.json"}}
    found = {"Backup": BACKUP, "Instance": {"x": 1}, "Tags": tags, "Group": {}, "State": "", "Groups": groups}
    return {**found, **changes}


def test_a_release_takes_only_tags_that_the_containment_gave() -> None:
    now = {"Groups": [INSIDE], "Own": {INSIDE: "containment"}, "Names": {}}
    run = run_of(Interfaces={ENI: now})
    plan_release(Ec2(WEB), Bucket(), run, found_of())
    assert run["Put"] == {ENI: [WEB]}
    calls = [*run["Calls"]["tags"], *run["Calls"]["marks"]]
    deleted = [(call[2]["Resources"], call[2]["Tags"]) for call in calls if call[1] == "DeleteTags"]
    # The instance had the key already, and keeps its value.
    assert deleted == [
        ([ENI], [{"Key": "Case", "Value": "1"}]),
        ([INSTANCE, ENI], [{"Key": "ContainEC2Instance:Backup"}]),
    ]
    assert run["Calls"]["groups"] == [["ec2", "DeleteSecurityGroup", {"GroupId": INSIDE}]]
    assert run["Problems"] == []


def test_a_containment_group_that_was_taken_for_the_group_of_before_stays_and_contain_again_is_the_advice() -> None:
    first, second = INSIDE, "sg-0123456789abcdef2"
    now = {"Groups": [second], "Own": {second: "containment"}, "Names": {}}
    run = run_of(Interfaces={ENI: now})
    backup = {**BACKUP, "Interfaces": {ENI: {"Groups": [first], "Names": {first: "ContainEC2Instance-containment"}}}}
    groups = {name: {"GroupName": "x", "VpcId": "v", "Description": "given.json"} for name in (first, second)}
    plan_release(Ec2(first), Bucket(), run, found_of(Backup=backup, Groups=groups))
    assert run["Put"] == {}
    assert "can't get back sg-0123456789abcdef1 (ContainEC2Instance-containment)" in run["Problems"][0]
    assert "contain again first" in run["Problems"][0]
    assert run["Calls"]["groups"] == [["ec2", "DeleteSecurityGroup", {"GroupId": second}]]


def test_a_terminated_instance_is_released_without_its_interfaces() -> None:
    run = run_of()
    plan_release(Ec2(), Bucket(), run, found_of(Instance={}))
    assert run["Put"] == {}
    assert run["Problems"] == []
    assert run["Calls"]["groups"]


def test_the_key_of_a_protection_is_refused() -> None:
    backup = {name: it for name, it in BACKUP.items() if name != "Rules"}
    with pytest.raises(ValueError, match=r"given\.json is of no containment\. Nothing was changed"):
        plan_release(Ec2(), Bucket(), run_of(), found_of(Backup=backup))


# It may be of a later containment, whose key alone says what the instance had.
def test_nothing_is_released_while_a_group_on_the_instance_is_not_known() -> None:
    now = {"Groups": [INSIDE], "Own": {INSIDE: "containment"}, "Names": {}}
    run = run_of(Interfaces={ENI: now}, Warnings=["Groups can't be read: no"])
    with pytest.raises(ValueError, match=r"holds is unknown: .*Groups can't be read: no.*Nothing was"):
        plan_release(Ec2(WEB), Bucket(), run, found_of(Groups={}))


def test_a_group_that_only_has_a_name_like_the_runbooks_stays() -> None:
    tagged = [{"Key": "ContainEC2Instance:Backup", "Value": "s3://b/older"}]
    groups = {
        INSIDE: {"Description": "given.json"},
        "sg-older": {"Description": "older", "Tags": tagged},
        "sg-planted": {"Description": "whatever", "Tags": [{"Key": "Name", "Value": "x"}]},
    }
    run = run_of()
    plan_release(Ec2(WEB), Bucket(), run, found_of(Groups=groups))
    assert [call[2]["GroupId"] for call in run["Calls"]["groups"]] == [INSIDE, "sg-older"]


def test_tags_that_others_gave_an_image_stay_and_are_no_reason_to_change_anything() -> None:
    mark = {"Key": "ContainEC2Instance:Backup", "Value": "s3://b/given.json"}
    images = (
        {"ImageId": "ami-1", "Tags": [mark, {"Key": "Case", "Value": "1"}]},
        {"ImageId": "ami-2", "Tags": [{"Key": "Owner", "Value": "auto-tagger"}]},
        {"ImageId": "ami-3"},
    )
    run = run_of()
    plan_release(Ec2(WEB, images=images), Bucket(), run, found_of(Tags=[]))
    assert run["Calls"]["marks"] == [["ec2", "DeleteTags", {"Resources": ["ami-1"], "Tags": [{"Key": mark["Key"]}]}]]
    again = run_of()
    plan_release(Ec2(WEB, images=images[1:]), Bucket(), again, found_of(Tags=[]))
    assert (again["Calls"]["tags"], again["Calls"]["marks"]) == ([], [])


def test_evidence_is_images_with_their_snapshots() -> None:
    disks = [{"Ebs": {"SnapshotId": "snap-1"}}, {"VirtualName": "ephemeral0"}, {"Ebs": {}}]
    assert evidence_of([{"ImageId": "ami-1", "BlockDeviceMappings": disks}]) == ["ami-1", "snap-1"]


def own(key: str, ingress: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Description": key, "IpPermissions": ingress, "IpPermissionsEgress": []}


OPEN = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


@pytest.mark.parametrize(
    ("has", "kinds", "groups", "state"),
    [
        (["sg-in"], {"sg-in": "containment"}, {"sg-in": own("mine", [])}, "contained"),
        (["sg-in"], {"sg-in": "containment"}, {"sg-in": own("mine", OPEN)}, "NOT AS ASKED, sg-in (In) allows Ingress"),
        (["sg-in"], {"sg-in": "containment"}, {"sg-in": own("theirs", [])}, "NOT AS ASKED, sg-in (In) of another run"),
        (["sg-in"], {"sg-in": "containment"}, {}, "NOT PROVED"),
        (["sg-in", "sg-web"], {"sg-in": "containment"}, {"sg-in": own("mine", [])}, "NOT PROVED"),
        (["sg-in", "sg-out"], {"sg-in": "containment", "sg-out": "all-access"}, {}, "OPEN TO ALL"),
        (["sg-out"], {"sg-out": "all-access"}, {"sg-out": own("mine", [])}, "OPEN TO ALL"),
        (["sg-web"], {}, {}, "as before"),
        (["sg-x"], {}, {}, "OTHER GROUPS"),
    ],
)
def test_isolated_is_said_only_of_what_is_proved(
    has: list[str], kinds: dict[str, str], groups: dict[str, Any], state: str
) -> None:
    run = {"Action": "Contain", "Rules": {"Ingress": [], "Egress": []}, "Keys": ["mine"]}
    assert state_of(run, {"Groups": has, "Own": kinds, "Names": {"sg-in": "In"}}, ["sg-web"], groups).startswith(state)


def test_the_line_that_releases_names_the_document_by_what_was_started() -> None:
    line = release_line(run_of(Execution="e", Role="arn:role"))
    assert "AutomationExecution.DocumentName" in line
    assert "--automation-execution-id e" in line
    for part in ("Action=Release", "DryRun=false", f"InstanceId={INSTANCE}", "S3PrefixName=given.json", "arn:role"):
        assert part in line


def test_a_contained_member_that_is_not_in_standby_is_a_warning() -> None:
    was = {"Name": "fleet", "State": "InService", "MinSize": 2, "DesiredCapacity": 2}
    group = {"MinSize": 1, "DesiredCapacity": 1}
    run = {"Action": "Contain", "InstanceId": "i-1", "AutoScaling": was}
    for state, count in (("Standby", 0), ("EnteringStandby", 1), ("InService", 1)):
        warnings: list[str] = []
        members = [{"InstanceId": "i-1", "LifecycleState": state}]
        [line] = scaling_lines(run, {**group, "Instances": members}, warnings)
        assert f"before InService, MinSize 2, desired capacity 2; now {state}, MinSize 1, desired capacity 1" in line
        assert len(warnings) == count
    assert scaling_lines(run, {}, []) == []
