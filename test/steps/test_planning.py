"""What a containment plans from whatever it finds: a new containment, one that goes on, or nothing."""

import io
import json
from typing import Any

import pytest
from shared.backup import load, sealed
from shared.containing import plan_containment
from shared.groups import INSIDE, OUTSIDE

INSTANCE = "i-0123456789abcdef0"
ENI, WEB, SHUT, OPEN = "eni-0123456789abcdef0", *(f"sg-0123456789abcdef{at}" for at in range(3))
TAG = {"Key": "Case", "Value": "1"}


class Bucket:
    """S3 with objects by key."""

    def __init__(self, *backups: dict[str, Any]) -> None:
        self.texts = dict(sealed("old", backup) for backup in backups)

    def get_object(self, **asked: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.texts[asked["Key"]].encode())}


class Ec2:
    """EC2 that takes any group for any interface when asked with DryRun, and has no images."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def modify_network_interface_attribute(self, **given: Any) -> dict[str, Any]:
        self.asked.append(given)
        return {}

    def describe_images(self, **_: Any) -> dict[str, Any]:
        return {"Images": []}


def backup(**changes: Any) -> dict[str, Any]:
    """A backup as a containment writes it."""
    interfaces = {ENI: {"Vpc": "v", "Groups": [WEB], "Names": {}}}
    same = {"AccountId": "1", "Region": "r", "InstanceId": INSTANCE, "CreatedAt": "2026", "Interfaces": interfaces}
    return {**same, "AutoScaling": {}, "Supersedes": [], "Tagged": [INSTANCE, ENI], "Tags": [], **changes}


def group(kind: str, key: str, **rules: Any) -> dict[str, Any]:
    """A group of the runbook as EC2 describes it."""
    name = f"ContainEC2Instance-{kind}-{INSTANCE}-e"
    return {"GroupName": name, "Description": key, "IpPermissions": [], "IpPermissionsEgress": [], **rules}


def planned(
    has: dict[str, str],
    groups: dict[str, Any],
    s3: Bucket,
    *,
    tags_read: bool = True,
    member: Any = None,
    tags: Any = (),
    **more: Any,
) -> tuple[dict[str, Any], Ec2]:
    """The run after its plan, for an interface on these groups, each with its kind, empty where it is a stranger's;
    `member`: its Auto Scaling group, and its state there."""
    scaling, state = member or ({}, "")
    own = {name: kind for name, kind in has.items() if kind}
    interface = {"Vpc": "v", "Groups": sorted(has), "Names": {}, "Own": own}
    held = sorted({groups[name]["Description"] for name in own if name in groups})
    run: dict[str, Any] = {"AccountId": "1", "Region": "r", "Partition": "aws", "InstanceId": INSTANCE}
    run |= {"Execution": "new", "Bucket": "b", "Key": "2026/new", "Action": "Contain", "Backup": ""}
    run |= {"Rules": {"Ingress": [], "Egress": []}, "Tags": [TAG], "Images": False, "Standby": False}
    run |= {"Interfaces": {ENI: interface}, "Held": held, "AutoScaling": {}, "Warnings": [], "Problems": [], **more}
    instance = {"NetworkInterfaces": [{}], "RootDeviceType": "ebs"}
    found: dict[str, Any] = {"Groups": groups, "Instance": instance, "Group": scaling, "State": state, "Tags": tags}
    found["TagsRead"] = tags_read
    ec2 = Ec2()
    plan_containment(ec2, s3, run, {"Readers": [], "DryRun": False, "KmsKeyArn": "arn:key"}, found)
    return run, ec2


def made(run: dict[str, Any]) -> list[str]:
    """The kinds of the groups that are to be made."""
    calls = [call for step in run["Calls"].values() for call in step if call[1] == "CreateSecurityGroup"]
    return [OUTSIDE if OUTSIDE in call[2]["GroupName"] else INSIDE for call in calls]


KEY = sealed("old", backup())[0]
EVERY = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


@pytest.mark.parametrize(
    ("has", "groups", "kinds", "before"),
    [
        ({WEB: ""}, {}, [OUTSIDE, INSIDE], [WEB]),
        # Contained as asked: nothing is made, no backup is written.
        ({SHUT: INSIDE}, {SHUT: group(INSIDE, KEY)}, None, [WEB]),
        # With other rules, or left open: closed by a new group, and not opened for it.
        ({SHUT: INSIDE}, {SHUT: group(INSIDE, KEY, IpPermissions=EVERY)}, [INSIDE], [WEB]),
        ({OPEN: OUTSIDE}, {OPEN: group(OUTSIDE, KEY, IpPermissions=EVERY)}, [INSIDE], [WEB]),
        # Half contained: what another group lets in is cut.
        ({SHUT: INSIDE, WEB: ""}, {SHUT: group(INSIDE, KEY)}, [OUTSIDE, INSIDE], [WEB]),
    ],
)
def test_what_is_missing_is_planned_and_nothing_else(
    has: dict[str, str], groups: dict[str, Any], kinds: list[str] | None, before: list[str]
) -> None:
    run, ec2 = planned(has, groups, Bucket(backup()))
    assert run["Problems"] == []
    assert run["Interfaces"][ENI]["Before"] == before
    assert bool(run["Backup"]) == (kinds is not None)
    assert made(run) == (kinds or [])
    # Whether Release could give the groups back is asked before anything is changed.
    asked = [{"NetworkInterfaceId": ENI, "Groups": before, "DryRun": True}]
    assert ec2.asked == (asked if kinds is not None else [])
    assert run["Keys"] == [run["Key"]]
    assert (run["Key"] == KEY) == (kinds is None)


def test_a_backup_that_is_gone_leaves_the_instance_contained_and_is_a_problem() -> None:
    run, _ = planned({SHUT: INSIDE}, {SHUT: group(INSIDE, KEY)}, Bucket())
    assert run["Backup"] == ""
    assert made(run) == []
    assert len(run["Problems"]) == 2
    assert f"s3://b/{KEY} can't be used" in run["Problems"][0]
    assert f"Which groups {ENI} had before is not known" in run["Problems"][1]


def test_two_backups_that_are_held_are_joined_into_a_new_one() -> None:
    older = backup(CreatedAt="2025", Supersedes=["oldest"], Tagged=[INSTANCE])
    keys = [sealed("old", each)[0] for each in (backup(), older)]
    groups = {SHUT: group(INSIDE, keys[0]), OPEN: group(INSIDE, keys[1])}
    run, _ = planned({SHUT: INSIDE, OPEN: INSIDE}, groups, Bucket(backup(), older))
    assert run["Interfaces"][ENI]["Before"] == [WEB]
    assert run["Backup"]
    assert [key in run["Backup"] for key in (*keys, "oldest")] == [True] * 3
    # The groups of both go once the new one holds.
    deleted = [call[2]["GroupId"] for call in run["Calls"]["verdict"] if call[1] == "DeleteSecurityGroup"]
    assert deleted == [SHUT, OPEN]


@pytest.mark.parametrize("blind", ["groups", "backup"])
def test_a_containment_that_could_not_read_the_one_before_leads_the_next_to_its_backup(blind: str) -> None:
    groups = {SHUT: group(INSIDE, KEY, IpPermissions=EVERY)}
    run, _ = planned({SHUT: INSIDE}, {} if blind == "groups" else groups, Bucket())
    # It is closed and not opened, says what it does not know, and keeps the group that leads to the backup.
    assert made(run) == ([INSIDE] if blind == "groups" else [OUTSIDE, INSIDE])
    assert f"Which groups {ENI} had before is not known" in run["Problems"][-1]
    assert "DeleteSecurityGroup" not in str(run["Calls"]["verdict"])
    second = json.loads(run["Backup"])
    assert second["Interfaces"][ENI]["Groups"] == [SHUT]
    groups[OPEN] = group(INSIDE, sealed("old", second)[0])
    healed, _ = planned({OPEN: INSIDE}, groups, Bucket(backup(), second))
    assert healed["Problems"] == []
    third = json.loads(healed["Backup"])
    assert third["Interfaces"][ENI]["Groups"] == [WEB]
    assert third["Supersedes"] == sorted([KEY, sealed("old", second)[0]])
    deleted = [call[2]["GroupId"] for call in healed["Calls"]["verdict"] if call[1] == "DeleteSecurityGroup"]
    assert deleted == [SHUT, OPEN]


def test_the_tags_of_every_containment_that_is_taken_over_are_kept_for_release() -> None:
    older = backup(Tags=[{"Key": "Case", "Value": "0"}, {"Key": "Owner", "Value": "x"}])
    key = sealed("old", older)[0]
    run, _ = planned({SHUT: INSIDE}, {SHUT: group(INSIDE, key, IpPermissions=EVERY)}, Bucket(older))
    assert json.loads(run["Backup"])["Tags"] == [TAG, *older["Tags"]]


def test_the_verdict_tags_what_lacks_the_tag_and_says_where_the_backup_is() -> None:
    run, _ = planned({WEB: ""}, {}, Bucket())
    marks = [call[2] for call in run["Calls"]["verdict"] if call[1] == "CreateTags"]
    mark = {"Key": "ContainEC2Instance:Backup", "Value": f"s3://b/{run['Key']}"}
    # In one call: the role may give the other tags with the mark only.
    assert marks == [{"Resources": [ENI, INSTANCE], "Tags": [mark, TAG]}]


def test_what_carries_the_key_of_its_owner_keeps_its_value_and_gets_the_mark_alone() -> None:
    owners = [{"ResourceId": INSTANCE, "Key": "Case", "Value": "mine"}]
    run, _ = planned({WEB: ""}, {}, Bucket(), tags=owners)
    mark = {"Key": "ContainEC2Instance:Backup", "Value": f"s3://b/{run['Key']}"}
    calls = [call[2] for call in run["Calls"]["verdict"] if call[1] == "CreateTags"]
    assert calls == [{"Resources": [ENI], "Tags": [mark, TAG]}, {"Resources": [INSTANCE], "Tags": [mark]}]


def test_no_tag_of_an_owner_is_overwritten_where_tags_cannot_be_read_and_the_next_run_gives_what_is_missing() -> None:
    blind, _ = planned({WEB: ""}, {}, Bucket(), tags_read=False)
    assert [call for call in blind["Calls"]["verdict"] if call[1] == "CreateTags"] == []
    assert json.loads(blind["Backup"])["Tagged"] == []
    untagged = backup(Tagged=[])
    groups = {SHUT: group(INSIDE, sealed("old", untagged)[0])}
    run, _ = planned({SHUT: INSIDE}, groups, Bucket(untagged))
    assert made(run) == [INSIDE]
    assert json.loads(run["Backup"])["Tagged"] == [ENI, INSTANCE]
    again, _ = planned({SHUT: INSIDE}, groups, Bucket(untagged), tags_read=False)
    assert again["Backup"] == ""


SIZES = {"MinSize": 2, "DesiredCapacity": 2, "MaxSize": 4}
WAS = {"Name": "fleet", "State": "InService", "Owner": 2, "Tags": [], **SIZES}


def fleet(mark: str, state: str = "Standby") -> tuple[dict[str, Any], str]:
    """An Auto Scaling group whose MinSize was lowered by one, with a tag that leads to a backup."""
    tags = [{"Key": f"ContainEC2Instance:{INSTANCE}", "Value": mark}]
    members = [{"InstanceId": INSTANCE, "LifecycleState": state}, {"InstanceId": "i-2", "LifecycleState": "InService"}]
    sizes = {"MinSize": 1, "DesiredCapacity": 1, "MaxSize": 4}
    return {"AutoScalingGroupName": "fleet", "Tags": tags, "Instances": members, **sizes}, state


def test_a_run_that_died_in_standby_leads_the_next_to_what_was_before() -> None:
    died = backup(AutoScaling=WAS)
    run, _ = planned({WEB: ""}, {}, Bucket(died), member=fleet(sealed("old", died)[0]))
    assert run["AutoScaling"] == WAS
    assert not any("can't be used" in line for line in run["Warnings"])


def test_a_mark_whose_backup_can_not_be_read_is_a_warning() -> None:
    run, _ = planned({WEB: ""}, {}, Bucket(), member=fleet("2026/gone.json"))
    assert run["AutoScaling"]["State"] == "Standby"
    assert any("s3://b/2026/gone.json can't be used" in line for line in run["Warnings"])
    # One that was left over, as by a release that was not let, says nothing of a member in service.
    run, _ = planned({WEB: ""}, {}, Bucket(), member=fleet("2026/gone.json", "InService"))
    assert run["Standby"]
    assert not any("can't be used" in line for line in run["Warnings"])


# Whoever may write the bucket and tag the group may have planted it.
def test_a_planted_backup_can_not_raise_min_size_further_than_members_in_standby_explain() -> None:
    planted = backup(AutoScaling={**WAS, "Owner": 50, "MinSize": 51, "DesiredCapacity": 51})
    run, _ = planned({WEB: ""}, {}, Bucket(planted), member=fleet(sealed("old", planted)[0]))
    assert run["AutoScaling"]["Owner"] == 2


# As many interfaces and groups as an instance may have. A dry run, whose report names every call twice, may need more.
@pytest.mark.parametrize(("interfaces", "groups"), [(33, 5), (15, 16)])
def test_a_plan_of_many_interfaces_and_groups_with_long_names_is_what_a_step_may_return(
    interfaces: int, groups: int
) -> None:
    run, ec2 = planned({WEB: ""}, {}, Bucket())
    one = {"Vpc": "vpc-0123456789abcdef0", "Own": {}}
    names = [{f"sg-{at:03}{each:014}": "x" * 99 for each in range(groups)} for at in range(interfaces)]
    run["Interfaces"] = {f"eni-{at:017}": {**one, "Groups": [*each], "Names": each} for at, each in enumerate(names)}
    run |= {"Key": "2026/new", "Keys": [], "Held": [], "Backup": "", "Calls": {}}
    instance = {"NetworkInterfaces": [{}], "RootDeviceType": "ebs"}
    found = {"Groups": {}, "Instance": instance, "Group": {}, "State": "", "Tags": [], "TagsRead": True}
    plan_containment(ec2, Bucket(), run, {"Readers": [], "DryRun": False, "KmsKeyArn": "arn:key"}, found)
    assert len(json.dumps(run)) < 95_000
    # What was written can be read again.
    name, text = sealed("x", json.loads(run["Backup"]))
    assert text == run["Backup"]
    s3 = Bucket()
    s3.texts[name] = text
    assert load(s3, run, name) == (json.loads(text), "")


def test_groups_that_anybody_made_do_not_add_up_to_more_than_a_step_returns() -> None:
    groups = {f"sg-{at:017}": group(OUTSIDE, "x") for at in range(2500)}
    run, _ = planned({WEB: ""}, groups, Bucket())
    assert len(json.dumps(run)) < 50_000


def test_the_place_in_auto_scaling_is_kept_where_it_can_not_be_read_again() -> None:
    first = backup(AutoScaling=WAS)
    groups = {SHUT: group(INSIDE, sealed("old", first)[0], IpPermissions=EVERY)}
    run, _ = planned({SHUT: INSIDE}, groups, Bucket(first))
    assert json.loads(run["Backup"])["AutoScaling"] == WAS


# Members that were released and terminated since explain it: the group on the instance leads to that backup.
def test_min_size_that_a_containment_recorded_is_kept_by_the_next() -> None:
    first = backup(AutoScaling={**WAS, "Owner": 5})
    key = sealed("old", first)[0]
    groups = {SHUT: group(INSIDE, key, IpPermissions=EVERY)}
    run, _ = planned({SHUT: INSIDE}, groups, Bucket(first), member=fleet(key))
    assert json.loads(run["Backup"])["AutoScaling"]["Owner"] == 5


def test_planted_backups_do_not_add_up_to_more_than_a_step_returns() -> None:
    planted = [backup(CreatedAt=f"{at}", Tagged=[f"{at}" + "x" * 30_000]) for at in range(5)]
    keys = [sealed("old", each)[0] for each in planted]
    groups = {f"sg-0{at}": group(INSIDE, key) for at, key in enumerate(keys)}
    run, _ = planned(dict.fromkeys(groups, INSIDE), groups, Bucket(*planted))
    assert len(json.dumps(run)) < 90_000
    assert run["Interfaces"][ENI]["Before"] == [WEB]
    assert run["Backup"]


@pytest.mark.parametrize("wanted", [True, False])
def test_images_are_planned_only_where_they_are_asked_for(wanted: bool) -> None:
    run, _ = planned({WEB: ""}, {}, Bucket(), Images=wanted)
    assert ("createImage" in run["Calls"]) == wanted
