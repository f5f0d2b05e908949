"""What a containment has to do, found out without doing it."""

import json
import shlex
from datetime import UTC, datetime
from typing import Any

from botocore.utils import percent_encode_sequence

from shared.backup import SIZES, load, sealed
from shared.groups import BACKUP_TAG, EVERYTHING, INSIDE, OUTSIDE, kind_of, wrong_rules
from shared.images import EVIDENCE, images_of
from shared.instance import put_groups
from shared.scaling import MIN_SIZE_TAG, in_standby, owners_min_size, tag_call, tags_of


def earlier_backups(s3: Any, run: dict[str, Any], groups: dict[str, Any]) -> dict[str, Any]:
    """The backups that the runbook's groups on the instance name, by key, the latest last, as far as they are what
    their keys say; for any other, a problem. Held gets the keys of those that they took for the groups of before."""
    found: dict[str, Any] = {}
    keys = run["Held"] = [*run["Held"]]
    for key in keys:
        backup, fault = load(s3, run, key)
        # A step returns 100 KB: planted backups may not add up to that.
        found |= {key: backup} if backup and len(str({**found, key: backup})) < 60000 else {}
        run["Problems"] += [fault] if fault else []
        ids = {group for it in backup.get("Interfaces", {}).values() for group in it["Groups"]}
        keys += {groups[group]["Description"] for group in ids & groups.keys()} - {*keys}
    return dict(sorted(found.items(), key=lambda item: str(item[1]["CreatedAt"])))


# Where the backup of a group with the runbook's name can't be read, its interface counts as contained only while its
# rules are exactly those asked for. A new containment then records that group: it leads the next one to the backup.
def look_at_interface(run: dict[str, Any], name: str, groups: dict[str, Any], backups: dict[str, Any]) -> None:
    """Adds to an interface: Before (its groups before any containment), Done (it is contained as asked), Cut (its
    connections are to be cut)."""
    now = run["Interfaces"][name]
    keys = [groups[group]["Description"] for group in now["Own"] if group in groups]
    records = [backups[key]["Interfaces"].get(name) for key in (*keys, *backups) if now["Own"] and key in backups]
    recorded: dict[str, Any] = next((it for it in records if it and not groups.keys() & it["Groups"]), {})
    others = [group for group in now["Groups"] if group not in now["Own"]]
    now["Before"] = recorded.get("Groups") or others or [it for it, kind in now["Own"].items() if kind == INSIDE]
    now["Names"] |= recorded.get("Names", {})
    [group, *more] = now["Groups"]
    proved = group in groups and not more and not wrong_rules(groups[group], run["Rules"])
    now["Done"] = proved and now["Own"].get(group) == INSIDE
    now["Cut"] = not now["Done"] and bool(others or (keys and not recorded))


def look_at_scaling(s3: Any, run: dict[str, Any], found: dict[str, Any], backups: dict[str, Any]) -> None:
    """Sets AutoScaling: how the group and the instance's place in it were before the containment."""
    group, state = found["Group"], found["State"]
    name = group["AutoScalingGroupName"]
    was = {"Name": name, "State": state, "Owner": owners_min_size(group)}
    was |= {size: group[size] for size in SIZES}
    # A run that ended before it isolated left its mark, which leads to its backup: that, and it alone, says that the
    # instance was not in Standby by its owner's will.
    tags = tags_of(group)
    mark = tags.get(f"ContainEC2Instance:{run['InstanceId']}", "")
    was["Tags"] = [tag for tag in run["Tags"] if mark or tag["Key"] not in tags]
    warnings = run["Warnings"]
    if "Standby" in state:
        backup, fault = load(s3, run, mark) if mark and mark not in backups else ({}, "")
        warnings += [fault] if fault else []
        led = backup.get("AutoScaling")
        if led:
            # No more than members in Standby explain: whoever may tag may have written that backup, too.
            led["Owner"] = min(led["Owner"], group["MinSize"] + len(in_standby(group)))
        for old in (led, *(it["AutoScaling"] for it in backups.values())):
            if old and old["Name"] == name:
                was = old
    run |= {"AutoScaling": was, "Standby": state == "InService"}
    if state not in ("InService", "Standby", "EnteringStandby"):
        warnings.append(
            f"No way leads from {state} to Standby: {name} may terminate the instance. Contain again once InService."
        )
    if len(group["Instances"]) == 1:
        warnings.append(f"{name} has no other instance: nothing serves meanwhile.")
    warnings.append(f"An instance refresh of {name} may end it in Standby, its forced deletion does.")


# EnterStandby lowers the desired capacity by one, and is refused where that would be under MinSize.
def standby_calls(run: dict[str, Any]) -> list[Any]:
    """Brings the instance to Standby: tags, MinSize lowered by one if it must be, EnterStandby.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnterStandby.html
    """
    was, instance = run["AutoScaling"], run["InstanceId"]
    place, less = {"AutoScalingGroupName": was["Name"]}, was["MinSize"] - 1
    tags = [*was["Tags"], {"Key": f"ContainEC2Instance:{instance}", "Value": run["Key"]}]
    enter = {**place, "InstanceIds": [instance], "ShouldDecrementDesiredCapacity": True}
    calls = [["autoscaling", "EnterStandby", enter]]
    if was["DesiredCapacity"] <= was["MinSize"]:
        tags.append({"Key": MIN_SIZE_TAG, "Value": f"{was['Owner']}/{less}"})
        calls.insert(0, ["autoscaling", "UpdateAutoScalingGroup", {**place, "MinSize": less}])
    return [tag_call(was["Name"], tags), *calls]


# New buckets block public access and enforce their owner by themselves:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
def bucket_calls(run: dict[str, Any], readers: list[str]) -> list[Any]:
    """Makes the bucket, versioned, for encrypted connections only, readable by `readers`; writes the backup."""
    bucket, region = run["Bucket"], run["Region"]
    place, arn = {"Bucket": bucket, "ExpectedBucketOwner": run["AccountId"]}, f"arn:{run['Partition']}:s3:::{bucket}"
    local = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    on = {"Resource": [arn, f"{arn}/*"]}
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    statements = [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", **on, "Condition": insecure}]
    if readers:
        read = ["s3:GetObject*", "s3:ListBucket*"]
        statements.append({"Effect": "Allow", "Principal": {"AWS": readers}, "Action": read, **on})
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    tagging = percent_encode_sequence([(tag["Key"], tag["Value"]) for tag in run["Tags"]])
    put = {**place, "Key": run["Key"], "ChecksumAlgorithm": "SHA256", **({"Tagging": tagging} if tagging else {})}
    return [
        ["s3", "CreateBucket", {"Bucket": bucket, **local}],
        ["s3", "PutBucketVersioning", {**place, "VersioningConfiguration": {"Status": "Enabled"}}],
        ["s3", "PutBucketPolicy", {**place, "Policy": policy}],
        ["s3", "PutObject", put],
    ]


# A new group allows all egress, over IPv6 too where its VPC has that:
# https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
def group_calls(run: dict[str, Any], kind: str, vpc: str) -> list[Any]:
    """Makes a group and gives it its rules. Its description says which backup belongs to it."""
    name, inside = f"ContainEC2Instance-{kind}-{run['InstanceId']}-{run['Execution']}", kind == INSIDE
    tags = [{"ResourceType": "security-group", "Tags": run["Tagging"]}]
    make = {"GroupName": name, "Description": run["Key"], "VpcId": vpc, "TagSpecifications": tags}
    rules = run["Rules"] if inside else {"Ingress": EVERYTHING}
    given = [("Revoke" if inside else "Authorize", "Egress", [each]) for each in EVERYTHING]
    given += [("Authorize", way, rules[way]) for way in rules if rules[way]]
    which = {"GroupId": f"<{kind} group in {vpc}>"}
    changes = [[f"{verb}SecurityGroup{way}", {**which, "IpPermissions": each}] for verb, way, each in given]
    return [["ec2", *call] for call in (["CreateSecurityGroup", make], *changes)]


def image_calls(run: dict[str, Any], key_arn: str) -> dict[str, list[Any]]:
    """Makes an image and its encrypted copy, which AWS's own actions do."""
    name = f"ContainEC2Instance-{run['InstanceId']}-{run['Execution']}"
    text = {"Description": EVIDENCE.format(run["InstanceId"], run["Key"])}
    make = {"InstanceId": run["InstanceId"], "Name": name, **text, "NoReboot": True}
    copy = {
        "SourceRegion": run["Region"],
        "SourceImageId": "<image>",
        "Name": f"{name}-encrypted",
        **text,
        "Encrypted": True,
        "KmsKeyId": key_arn,
    }
    return {"createImage": [["ec2", "CreateImage", make]], "createEncryptedCopy": [["ec2", "CopyImage", copy]]}


def next_commands(run: dict[str, Any], instance: dict[str, Any]) -> list[str]:
    """What responders do next and the runbook's role may not, as lines to paste."""
    aws, query = f"aws --region {run['Region']} ec2", "--output text --query"
    change = f"{aws} modify-instance-attribute --instance-id {run['InstanceId']}"
    lines = [f"{change} --disable-api-termination", f"{change} --instance-initiated-shutdown-behavior stop"]
    for each in instance.get("BlockDeviceMappings", []):
        kept = json.dumps([{"DeviceName": each["DeviceName"], "Ebs": {"DeleteOnTermination": False}}])
        lines.append(f"{change} --block-device-mappings {shlex.quote(kept)}")
    profile = shlex.quote(instance.get("IamInstanceProfile", {}).get("Arn", "").split("/")[-1])
    if profile != "''":
        older = {"DateLessThan": {"aws:TokenIssueTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}}
        deny = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": older}
        policy = shlex.quote(json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
        role = (
            f"aws iam get-instance-profile --instance-profile-name {profile} {query} InstanceProfile.Roles[0].RoleName"
        )
        put = f'aws iam put-role-policy --role-name "$({role})" --policy-name RevokeOlderSessions --policy-document'
        lines.append(f"{put} {policy}")
    for interface in instance["NetworkInterfaces"]:
        address = interface.get("Association", {})
        if address.get("IpOwnerId", "amazon") != "amazon":
            find = f"{aws} describe-addresses --public-ips {address['PublicIp']} {query} Addresses[0].AssociationId"
            lines.append(f'{aws} disassociate-address --association-id "$({find})"')
    return lines


def backup_of(run: dict[str, Any], backups: dict[str, Any], tagged: set[str]) -> dict[str, Any]:
    """All that a release needs: this alone is enough. Tagged: what has got, or is to get, TagIdentifier."""
    return {
        **{name: run[name] for name in ("AccountId", "Region", "InstanceId", "Rules", "AutoScaling")},
        "Tags": [*{str(tag): tag for each in (run, *backups.values()) for tag in each["Tags"]}.values()],
        "FormatVersion": "1",
        "ExecutionId": run["Execution"],
        "CreatedAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Interfaces": {
            name: {
                "Vpc": it["Vpc"],
                "Groups": it["Before"],
                "Names": {group: it["Names"].get(group, "") for group in it["Before"]},
            }
            for name, it in run["Interfaces"].items()
            if it["Before"]
        },
        "Supersedes": sorted({key for old, each in backups.items() for key in (old, *each["Supersedes"])}),
        "Tagged": sorted(tagged.union(*(each["Tagged"] for each in backups.values()))),
    }


def new_calls(run: dict[str, Any], events: dict[str, Any]) -> dict[str, list[Any]]:
    """The calls of a containment that has something to change, by step."""
    interfaces = run["Interfaces"].values()
    outside = sorted({it["Vpc"] for it in interfaces if it["Cut"] or run["Standby"]})
    made = [call for vpc in outside for call in group_calls(run, OUTSIDE, vpc)]
    made += [call for vpc in sorted({it["Vpc"] for it in interfaces}) for call in group_calls(run, INSIDE, vpc)]
    deletes = [["ec2", "DeleteSecurityGroup", {"GroupId": f"<{OUTSIDE} group in {vpc}>"}] for vpc in outside]
    return {
        "backupInstanceSecurityGroups": bucket_calls(run, events["Readers"]),
        "modifyAutoScalingGroup": standby_calls(run) if run["Standby"] else [],
        # The step of an API call makes one group, of the first VPC; the script makes the others.
        "createAllAccessSecurityGroup": made[:1] if outside else [],
        "createContainmentSecurityGroup": [*(made[1:] if outside else made), *deletes],
    }


def plan_containment(ec2: Any, s3: Any, run: dict[str, Any], events: dict[str, Any], found: dict[str, Any]) -> None:
    """Adds to the run what is to be done: Key, Backup (its text; empty where nothing is to be changed), Calls (service,
    operation and parameters of each by step, but for those that put groups on interfaces), Images, Next."""
    groups, instance, interfaces = found["Groups"], found["Instance"], run["Interfaces"]
    backups, problems = earlier_backups(s3, run, groups), run["Problems"]
    for name in interfaces:
        look_at_interface(run, name, groups, backups)
    unknown = [name for name, it in interfaces.items() if {*it["Before"]} <= it["Own"].keys()]
    if unknown:
        problems.append(f"Which groups {', '.join(unknown)} had before is not known: a release can't give them.")
    # Also where its group can't be read now.
    for old in backups.values():
        run["AutoScaling"] = old["AutoScaling"] or run["AutoScaling"]
    if found["Group"]:
        look_at_scaling(s3, run, found, backups)
    if any(each.get("InterfaceType") == "trunk" for each in instance["NetworkInterfaces"]):
        run["Warnings"].append("Not cut: pods on branch interfaces of a trunk interface.")
    run["Next"] = next_commands(run, instance)
    last = [*backups][-1:]
    run["Keys"] = [key for old in last for key in (old, *backups[old]["Supersedes"])] or run["Held"]
    # Where tags can't be read none is given, as one of the owner's might be lost. The next run that can gives them.
    ids = [run["InstanceId"], *interfaces] if found["TagsRead"] else []
    tagged = {*ids} - {tag["ResourceId"] for tag in found["Tags"] if tag["Key"] != BACKUP_TAG}
    known = [tagged <= {*backups[old]["Tagged"]} for old in last]
    reached = all([*known, {*run["Held"]} <= {*run["Keys"]}, *(it["Done"] for it in interfaces.values())])
    # What is not taken over keeps its groups.
    run["Held"] = [*backups]
    if reached and not run["Standby"]:
        run["Key"] = run["Keys"][0]
    else:
        # A dry run makes no call that could change something, not even to ask.
        before = {name: it["Before"] for name, it in interfaces.items() if it["Before"] and not events["DryRun"]}
        put_groups(ec2, before, problems, DryRun=True)
        run["Key"], run["Backup"] = sealed(run["Key"], backup_of(run, backups, tagged))
        run["Keys"] = [run["Key"]]
    mark = {"Key": BACKUP_TAG, "Value": f"s3://{run['Bucket']}/{run['Key']}"[:256]}
    run["Tagging"] = [mark, *run["Tags"]]
    run["Calls"] = new_calls(run, events) if run["Backup"] else {}
    images = images_of(ec2, run, run["Warnings"]) if run["Images"] else []
    if any(it["Name"].endswith("-encrypted") and it["State"] in ("available", "pending") for it in images):
        run["Images"] = False
    elif run["Images"] and instance["RootDeviceType"] == "ebs":
        run["Calls"] |= image_calls(run, events["KmsKeyArn"])
    fine = {tag["ResourceId"] for tag in found["Tags"] if tag["Key"] == BACKUP_TAG and tag["Value"] == mark["Value"]}
    bare = [name for name in ids if (run["Backup"] or backups) and name not in fine]
    # The mark and the other tags in one call: the role may give the others with it only, and what has it needs none.
    both = [(sorted(tagged & {*bare}), run["Tagging"]), ([name for name in bare if name not in tagged], [mark])]
    both += [(["<images and snapshots>"], run["Tagging"])] if "createImage" in run["Calls"] else []
    stale = [
        name
        for name, it in groups.items()
        if kind_of(it["GroupName"], run["InstanceId"]) == OUTSIDE
        or (run["Backup"] and it["Description"] in run["Held"])
    ]
    run["Calls"]["verdict"] = [
        *(["ec2", "CreateTags", {"Resources": names, "Tags": tags}] for names, tags in both if names and tags),
        # Anybody may make groups with such names, and a step returns 100 KB.
        *(["ec2", "DeleteSecurityGroup", {"GroupId": name}] for name in stale[:50]),
    ]
