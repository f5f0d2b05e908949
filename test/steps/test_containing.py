"""What a containment finds out and plans."""

import json
import shlex
import subprocess
from typing import Any

import pytest
from shared.containing import (
    backup_of,
    bucket_calls,
    group_calls,
    image_calls,
    look_at_interface,
    new_calls,
    next_commands,
)
from shared.dryRun import dry_run
from shared.groups import INSIDE, OUTSIDE, wrong_rules

RULE = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.1/32"}]}
RULES = {"Ingress": [RULE], "Egress": []}


def run_of(**changes: Any) -> dict[str, Any]:
    """What a run knows before its plan."""
    run: dict[str, Any] = {
        "AccountId": "1",
        "Region": "eu-west-1",
        "Partition": "aws-cn",
        "InstanceId": "i-1",
        "Execution": "e",
    }
    run |= {"Bucket": "b", "Key": "a/e", "Action": "Contain", "Rules": RULES, "Tags": [], "Tagging": [{"Key": "k"}]}
    return {**run, "Standby": False, "AutoScaling": {}, "Warnings": [], "Problems": [], "Backup": "", **changes}


def own(kind: str, key: str, rules: dict[str, Any]) -> dict[str, Any]:
    """A group of the runbook as EC2 describes it."""
    return {"Description": key, "IpPermissions": rules["Ingress"], "IpPermissionsEgress": rules["Egress"], "Kind": kind}


ASKED, OTHER = own(INSIDE, "new", RULES), own(INSIDE, "new", {"Ingress": [], "Egress": []})
BACKUPS = {"new": {"Interfaces": {"eni-1": {"Groups": ["sg-web"], "Names": {"sg-web": "web"}}}}}


@pytest.mark.parametrize(
    ("has", "groups", "backups", "expected"),
    [
        # Not contained: cut and closed.
        (["sg-web"], {}, {}, (["sg-web"], False, True)),
        # Contained as asked.
        (["sg-in"], {"sg-in": ASKED}, BACKUPS, (["sg-web"], True, False)),
        # Other rules than asked for: closed by a new group, never opened again.
        (["sg-in"], {"sg-in": OTHER}, BACKUPS, (["sg-web"], False, False)),
        # Half contained: another group beside it lets connections in, which are to be cut.
        (["sg-in", "sg-web"], {"sg-in": ASKED}, BACKUPS, (["sg-web"], False, True)),
        # Left open by a run that died.
        (["sg-out"], {"sg-out": own(OUTSIDE, "new", RULES)}, BACKUPS, (["sg-web"], False, False)),
        # The backup is gone: contained as it is, and all that is known of before is its group.
        (["sg-in"], {"sg-in": ASKED}, {}, (["sg-in"], True, False)),
        # A name like the runbook's on a group that lets other things in, with a backup that is none.
        (["sg-in"], {"sg-in": OTHER}, {}, (["sg-in"], False, True)),
        (["sg-out"], {"sg-out": own(OUTSIDE, "new", RULES)}, {}, ([], False, True)),
        # Groups can't be read: closed by a new group, and not opened, as it may be contained.
        (["sg-in"], {}, {}, (["sg-in"], False, False)),
        # The backup of another interface's group knows it too.
        (["sg-in"], {}, BACKUPS, (["sg-web"], False, False)),
        # A backup says nothing of an interface that was never contained.
        (["sg-db"], {}, BACKUPS, (["sg-db"], False, True)),
        # A backup that knows nothing of this interface.
        (["sg-in"], {"sg-in": ASKED}, {"new": {"Interfaces": {}}}, (["sg-in"], True, False)),
        # One that took the containment group for the group of before.
        (
            ["sg-in"],
            {"sg-in": ASKED},
            {"new": {"Interfaces": {"eni-1": {"Groups": ["sg-in"]}}}},
            (["sg-in"], True, False),
        ),
    ],
)
def test_an_interface_is_found_to_be_contained_or_what_it_lacks(
    has: list[str], groups: dict[str, Any], backups: dict[str, Any], expected: tuple[list[str], bool, bool]
) -> None:
    kinds = {"sg-in": INSIDE, "sg-out": OUTSIDE}
    own_groups = {name: kinds[name] for name in has if name in kinds}
    run = run_of(Interfaces={"eni-1": {"Vpc": "v", "Groups": has, "Names": {}, "Own": own_groups}})
    look_at_interface(run, "eni-1", groups, backups)
    now = run["Interfaces"]["eni-1"]
    assert (now["Before"], now["Done"], now["Cut"]) == expected


def test_the_runbooks_own_groups_are_never_what_was_before() -> None:
    own_groups = {"sg-in": INSIDE, "sg-out": OUTSIDE}
    has = {"Vpc": "v", "Groups": ["sg-db", "sg-in", "sg-out"], "Names": {}, "Own": own_groups}
    run = run_of(Interfaces={"eni-1": has})
    look_at_interface(run, "eni-1", {}, {})
    assert run["Interfaces"]["eni-1"]["Before"] == ["sg-db"]


def made(calls: list[Any]) -> dict[str, Any]:
    """The group that calls leave behind, as EC2 describes it: new groups allow all egress."""
    group: dict[str, Any] = {"IpPermissions": [], "IpPermissionsEgress": []}
    group["IpPermissionsEgress"] = [
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
    ]
    for _, operation, given in calls:
        way = "IpPermissionsEgress" if operation.endswith("Egress") else "IpPermissions"
        for rule in given.get("IpPermissions", []):
            if operation.startswith("Revoke"):
                group[way].remove(rule)
            else:
                group[way].append(rule)
    return group


def test_the_containment_group_ends_with_exactly_the_rules_asked_for() -> None:
    calls = group_calls(run_of(), INSIDE, "vpc-1")
    assert wrong_rules(made(calls), RULES) == []
    [service, operation, given] = calls[0]
    assert [service, operation] == ["ec2", "CreateSecurityGroup"]
    assert given["GroupName"] == "ContainEC2Instance-containment-i-1-e"
    assert [given["Description"], given["VpcId"]] == ["a/e", "vpc-1"]
    assert given["TagSpecifications"] == [{"ResourceType": "security-group", "Tags": [{"Key": "k"}]}]
    # Nothing is opened before the egress of every new group is closed.
    assert [call[1][:6] for call in calls] == ["Create", "Revoke", "Revoke", "Author"]


def test_the_all_access_group_lets_everything_in_both_ways_and_families() -> None:
    every = [
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
    ]
    assert wrong_rules(made(group_calls(run_of(), OUTSIDE, "vpc-1")), {"Ingress": every, "Egress": every}) == []


def interface(vpc: str, cut: bool) -> dict[str, Any]:
    return {"Vpc": vpc, "Cut": cut, "Groups": ["sg-1"], "Names": {}, "Before": ["sg-1"]}


@pytest.mark.parametrize(
    ("interfaces", "api", "script"),
    [
        # One VPC: the API step makes the all-access group.
        ([("v1", True)], [OUTSIDE], [INSIDE]),
        ([("v1", True), ("v2", True)], [OUTSIDE], [OUTSIDE, INSIDE, INSIDE]),
        # Nothing is to be cut: no group is opened at all.
        ([("v1", False)], [], [INSIDE]),
        ([("v1", True), ("v2", False)], [OUTSIDE], [INSIDE, INSIDE]),
        ([("v1", True)] * 33, [OUTSIDE], [INSIDE]),
    ],
)
def test_each_vpc_gets_the_groups_that_its_interfaces_need(
    interfaces: list[tuple[str, bool]], api: list[str], script: list[str]
) -> None:
    run = run_of(Interfaces={f"eni-{at}": interface(*it) for at, it in enumerate(interfaces)})
    calls = new_calls(run, {"Readers": []})

    def kinds(step: str, operation: str) -> list[str]:
        text = [json.dumps(call[2]) for call in calls[step] if call[1] == operation]
        return [OUTSIDE if OUTSIDE in each else INSIDE for each in text]

    assert kinds("createAllAccessSecurityGroup", "CreateSecurityGroup") == api
    assert kinds("createContainmentSecurityGroup", "CreateSecurityGroup") == script
    # What is made open to all is deleted at the end.
    every = [*api, *script]
    assert kinds("createContainmentSecurityGroup", "DeleteSecurityGroup") == [OUTSIDE] * every.count(OUTSIDE)
    assert calls["modifyAutoScalingGroup"] == []


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_a_new_bucket_is_versioned_and_takes_encrypted_connections_only(region: str) -> None:
    tags = [{"Key": "Case & co", "Value": "47=11"}]
    calls = {call[1]: call[2] for call in bucket_calls(run_of(Region=region, Tags=tags), [])}
    place = {"Bucket": "b", "ExpectedBucketOwner": "1"}
    # us-east-1 must not be named: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    assert ("CreateBucketConfiguration" in calls["CreateBucket"]) == (region != "us-east-1")
    assert calls["PutBucketVersioning"] == {**place, "VersioningConfiguration": {"Status": "Enabled"}}
    [statement] = json.loads(calls["PutBucketPolicy"]["Policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == ["arn:aws-cn:s3:::b", "arn:aws-cn:s3:::b/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert calls["PutObject"] == {
        **place,
        "Key": "a/e",
        "ChecksumAlgorithm": "SHA256",
        "Tagging": "Case%20%26%20co=47%3D11",
    }


def test_those_who_may_read_a_new_bucket_may_only_read() -> None:
    readers = ["arn:aws:iam::1:root"]
    calls = {call[1]: call[2] for call in bucket_calls(run_of(), readers)}
    [_, allowed] = json.loads(calls["PutBucketPolicy"]["Policy"])["Statement"]
    assert allowed["Principal"] == {"AWS": readers}
    assert all(action.startswith(("s3:Get", "s3:List")) for action in allowed["Action"])
    assert "Tagging" not in calls["PutObject"]


def test_images_are_made_without_reboot_and_copied_encrypted_with_the_key() -> None:
    calls = image_calls(run_of(), "arn:key")
    [[_, _, image]], [[_, _, copy]] = calls["createImage"], calls["createEncryptedCopy"]
    assert image["NoReboot"] is True
    assert [copy["Encrypted"], copy["KmsKeyId"], copy["Name"]] == [True, "arn:key", f"{image['Name']}-encrypted"]
    assert image["Description"] == copy["Description"] == "Evidence of i-1; backup a/e"


def test_a_backup_takes_over_what_earlier_ones_say() -> None:
    earlier = {
        "old": {"Supersedes": ["oldest"], "Tagged": ["i-1"], "Tags": []},
        "older": {"Supersedes": [], "Tagged": ["eni-9"], "Tags": []},
    }
    it = {"Vpc": "v", "Groups": ["sg-in"], "Before": ["sg-web"], "Names": {"sg-web": "web", "sg-in": "x"}}
    unknown = {"Vpc": "v", "Groups": ["sg-in"], "Before": [], "Names": {}}
    backup = backup_of(run_of(Interfaces={"eni-1": it, "eni-2": unknown}), earlier, {"eni-1"})
    assert backup["Supersedes"] == ["old", "older", "oldest"]
    assert backup["Tagged"] == ["eni-1", "eni-9", "i-1"]
    assert backup["Interfaces"] == {"eni-1": {"Vpc": "v", "Groups": ["sg-web"], "Names": {"sg-web": "web"}}}
    assert backup["Rules"] == RULES


HOSTILE = "x'; touch PWNED; $(touch PWNED) `touch PWNED` \" \\"


def test_the_lines_to_paste_hold_hostile_names_as_data(tmp_path: Any) -> None:
    instance = {
        "BlockDeviceMappings": [{"DeviceName": f"/dev/{HOSTILE}"}],
        "IamInstanceProfile": {"Arn": f"arn:aws:iam::1:instance-profile/path/{HOSTILE}"},
        "NetworkInterfaces": [
            {"Association": {"IpOwnerId": "1", "PublicIp": "203.0.113.9"}},
            {"Association": {"IpOwnerId": "amazon", "PublicIp": "203.0.113.10"}},
            {},
        ],
    }
    lines = next_commands(run_of(), instance)
    answered: list[list[str]] = []
    for line in lines:
        script = f"aws() {{ printf '%s\\0' \"$@\" END >> calls; printf answer; }}\n{line}\n"
        done = subprocess.run(["/bin/bash", "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True)  # noqa: S603
        assert done.stderr == ""
    words = (tmp_path / "calls").read_text(encoding="utf-8").split("\0")
    while "END" in words:
        end = words.index("END")
        answered.append(words[:end])
        words = words[end + 1 :]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calls"]
    mappings = [call[-1] for call in answered if "--block-device-mappings" in call]
    assert json.loads(mappings[0])[0]["DeviceName"] == f"/dev/{HOSTILE}"
    [profile] = [call for call in answered if "get-instance-profile" in call]
    assert profile[profile.index("--instance-profile-name") + 1] == HOSTILE
    [policy] = [call for call in answered if "put-role-policy" in call]
    assert policy[policy.index("--role-name") + 1] == "answer"
    assert json.loads(policy[-1])["Statement"][0]["Effect"] == "Deny"
    # Amazon's own public address can't be disassociated.
    assert len([call for call in answered if "disassociate-address" in call]) == 1
    assert "203.0.113.10" not in str(lines)


def test_an_instance_without_a_profile_or_addresses_needs_fewer_lines() -> None:
    lines = next_commands(run_of(), {"NetworkInterfaces": [{}]})
    assert [shlex.split(line)[4] for line in lines] == ["modify-instance-attribute"] * 2


@pytest.mark.parametrize("count", [1, 4, 33])
def test_a_dry_run_names_every_call_for_any_number_of_interfaces(count: int) -> None:
    interfaces = {f"eni-{at}": interface("v1", True) for at in range(count)}
    run = run_of(Interfaces=interfaces, Backup="{}")
    run["Calls"] = {**new_calls(run, {"Readers": []}), "verdict": [["ec2", "CreateTags", {}]]}
    told = dry_run(run, True)
    calls = told["Json"]["Calls that would be made"]
    puts = [it["Parameters"] for it in calls if it["Call"] == "ec2:ModifyNetworkInterfaceAttribute"]
    live = [it for it in puts if "DryRun" not in it]
    # Rehearsed: giving back what was before, opening, closing.
    assert len(puts) == len(live) + 3 * count
    for name in interfaces:
        groups = [it["Groups"] for it in live if it["NetworkInterfaceId"] == name]
        assert groups == [[f"<{OUTSIDE} group in v1>"], [f"<{INSIDE} group in v1>"]]
    assert calls[-1]["Call"] == "ec2:CreateTags"
    assert calls[0]["Call"] == "s3:CreateBucket"
    assert told["Output"].startswith("DRY RUN OF CONTAIN, nothing was changed: i-1 in 1, eu-west-1")
    # Settings of a bucket that is there already are let alone.
    there = dry_run(run, False)["Json"]["Calls that would be made"]
    assert [it["Call"] for it in there if it["Call"].startswith("s3:")] == ["s3:PutObject"]


def test_a_dry_run_with_nothing_to_do_says_so() -> None:
    run = run_of(Interfaces={"eni-1": interface("v1", False)}, Calls={})
    told = dry_run(run, False)["Json"]
    assert told["Calls that would be made"] == ["none: there is nothing to do"]
    assert told["What changes"] == ["eni-1: from sg-1 (?): stays as it is"]
