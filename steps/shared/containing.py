"""What a containment has to do, found out without doing it."""

import json
from datetime import UTC, datetime
from typing import Any

from shared.aws import client, filters
from shared.backup import HERE, load_run
from shared.groups import own_groups, wrong_rules
from shared.images import description_of, has_encrypted_image, images_of
from shared.names import (
    BACKUP_TAG,
    MIN_SIZE_TAG,
    PUT,
    backup_uri,
    group_name,
    marker_of,
    next_supplement,
    tags_in,
    tags_of,
)
from shared.objects import put_parameters
from shared.scaling import describe_group, min_sizes, standby_calls

# Untracked connections, and only these, end when the rule that allows them goes. A connection is
# untracked while both directions allow every address and port:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
ALL_IPV4 = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
ALL_IPV6 = [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/creating-an-ami-instance-store.html
NO_IMAGE = "assertSourceInstanceRootVolumeIsEbs: the root volume is an instance store, so there is no image."


# Anybody may make a group with such a name and tag. Only one whose tag leads to a whole backup of this
# very instance counts; another never keeps the instance from being contained. A run that failed early
# may have left its tag on the Auto Scaling group alone.
def find_run(s3: Any, events: dict[str, Any], groups: list[dict[str, Any]], used: list[str]) -> dict[str, Any]:
    """The containment that one of the groups belongs to; empty if there is none. `used` are the ids of groups that the
    instance is in."""
    for group in groups:
        bucket, _, key = tags_in(group).get(BACKUP_TAG, "").removeprefix("s3://").partition("/")
        if not key:
            continue
        if bucket != events["Bucket"]:
            if group["GroupId"] not in used:
                continue
            raise ValueError(
                f"{group['GroupId']} says that the instance is contained already, with the backup in {bucket}. Start"
                " again with that bucket; or, if that is false, remove the tag that says so. Nothing was changed."
            )
        try:
            run = {} if events["BucketMissing"] else load_run(s3, events, key)
        except ValueError as error:
            print(f"{group['GroupId']} is not a containment's group: {error}")
            continue
        if run and group.get("GroupName") in (None, group_name(run, "containment")):
            return run
    return {}


def tags_before(ec2: Any, events: dict[str, Any], names: list[str], group: dict[str, Any]) -> dict[str, Any]:
    """The values that the containment's tags have already, by resource: Release gives them back."""
    keys = [BACKUP_TAG, *tags_in(events)]
    found: dict[str, Any] = {}
    for tag in ec2.describe_tags(Filters=filters({"resource-id": names, "key": keys}))["Tags"]:
        found.setdefault(tag["ResourceId"], {})[tag["Key"]] = tag["Value"]
    # What a run that failed before it made groups has put on the group is not the group's own.
    if group and marker_of(events)["Key"] not in tags_in(group):
        found[group["AutoScalingGroupName"]] = {key: old for key, old in tags_in(group).items() if key in keys}
    return found


# A run before this one went part of the way. What it has not touched is described as it is now.
def supplement_of(backup: dict[str, Any], run: dict[str, Any], ours: set[str]) -> dict[str, Any]:
    """The content of a supplement to an earlier run's backup; empty if nothing is to be added."""
    known = {i["Id"]: i["Groups"] for i in run["Interfaces"]}
    changed = [i for i in backup["Interfaces"] if not ours & set(i["Groups"]) and known.get(i["Id"]) != i["Groups"]]
    now, then = backup["AutoScaling"], run["AutoScaling"]
    names = ("AutoScalingGroupName", "LifecycleState", "MinSize")
    rescaled = now.get("LifecycleState") == "InService" and any(now[name] != then.get(name) for name in names)
    if not changed and not rescaled:
        return {}
    new = {i["Id"] for i in changed} - known.keys()
    before = {name: tags for name, tags in backup["TagsBefore"].items() if name in new}
    same = {name: run[name] for name in ("GroupSuffix", "Tags", "Rules")}
    return {**backup, **same, "Interfaces": changed, "AutoScaling": now if rescaled else {}, "TagsBefore": before}


# A new group allows all egress, over IPv6 too where its VPC has that:
# https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
def group_calls(run: dict[str, Any], vpc: str, kind: str, group: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Makes one group with its rules, or gives a group that is there, of which a run before this one may have made
    but a part, exactly its rules."""
    name, rules = group_name(run, kind), run["Rules"][kind]
    calls: list[tuple[str, dict[str, Any]]] = []
    if group:
        which, wrong = group["GroupId"], wrong_rules(group, rules)
        revoke = [group["IpPermissionsEgress"]] if group["IpPermissionsEgress"] else []
        if "Ingress" in wrong and group["IpPermissions"]:
            raise ValueError(
                f"{which} ({name}) has ingress rules that it must not have: revoke them, then start again."
            )
    else:
        which, wrong, revoke = f"<{name} in {vpc}>", ["Egress", "Ingress"], [ALL_IPV4, ALL_IPV6]
        tags = [{"ResourceType": "security-group", "Tags": tags_of(run)}]
        make = {"GroupName": name, "VpcId": vpc, "Description": name, "TagSpecifications": tags}
        calls.append(("ec2:CreateSecurityGroup", make))
    out = [("Revoke", "Egress", permissions) for permissions in revoke if "Egress" in wrong]
    new = [("Authorize", way, rules[way]) for way in wrong if rules[way]]
    for verb, way, permissions in (*out, *new):
        calls.append((f"ec2:{verb}SecurityGroup{way}", {"GroupId": which, "IpPermissions": permissions}))
    return calls


def image_calls(run: dict[str, Any], events: dict[str, Any]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Makes an image and its encrypted copy, which AWS's own actions do."""
    name, text = f"ContainEC2Instance-{run['InstanceId']}-{events['Execution']}", {"Description": description_of(run)}
    make = {"InstanceId": run["InstanceId"], "Name": name, **text, "NoReboot": True}
    copy = {"SourceRegion": run["Region"], "SourceImageId": "<image>", "Name": f"{name}-encrypted", **text}
    copy |= {"Encrypted": True, "KmsKeyId": events["KmsKeyArn"]}
    return {"createImage": [("ec2:CreateImage", make)], "createEncryptedCopy": [("ec2:CopyImage", copy)]}


def untagged_of(ec2: Any, run: dict[str, Any], interfaces: list[dict[str, Any]]) -> list[str]:
    """The instance and its interfaces, if any of them lacks the backup's tag."""
    names = [run["InstanceId"], *(i["Id"] for i in interfaces)]
    wanted = {"resource-id": names, "key": [BACKUP_TAG], "value": [backup_uri(run)]}
    return [] if len(ec2.describe_tags(Filters=filters(wanted))["Tags"]) == len(names) else names


# New buckets block public access and enforce their owner by themselves:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
def bucket_calls(events: dict[str, Any], key: str, tags: list[dict[str, str]]) -> list[tuple[str, dict[str, Any]]]:
    """Makes the bucket if it is missing, versioned and for encrypted connections only, and writes the backup."""
    name, region = events["Bucket"], events["Region"]
    place = {"Bucket": name, "ExpectedBucketOwner": events["AccountId"]}
    local = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    arn = f"arn:{events['Partition']}:s3:::{name}"
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
    statement = {**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    make: list[tuple[str, dict[str, Any]]] = [
        ("s3:CreateBucket", {"Bucket": name, **local}),
        ("s3:PutBucketVersioning", {**place, "VersioningConfiguration": {"Status": "Enabled"}}),
        ("s3:PutBucketPolicy", {**place, "Policy": policy}),
    ]
    put = [("s3:PutObject", {**put_parameters({**place, "Key": key}, tags), "IfNoneMatch": "*"})] if key else []
    return [*(make if events["BucketMissing"] else []), *put]


def undo_calls(run: dict[str, Any], names: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """What brings everything back by hand, but for the groups that are made."""
    scaling, before = run["AutoScaling"], run["TagsBefore"]
    calls = [(PUT, {"NetworkInterfaceId": i["Id"], "Groups": i["Groups"]}) for i in run["Interfaces"]]
    if scaling.get("LifecycleState") == "InService":
        place = {"AutoScalingGroupName": scaling["AutoScalingGroupName"]}
        calls.append(("autoscaling:ExitStandby", {**place, "InstanceIds": [run["InstanceId"]]}))
        calls.append(("autoscaling:UpdateAutoScalingGroup", {**place, "MinSize": scaling["MinSize"]}))
        keys = {MIN_SIZE_TAG, marker_of(run)["Key"], *tags_in(run)} - before.get(
            scaling["AutoScalingGroupName"], {}
        ).keys()
        group = {"ResourceId": scaling["AutoScalingGroupName"], "ResourceType": "auto-scaling-group"}
        calls.append(("autoscaling:DeleteTags", {"Tags": [{**group, "Key": key} for key in sorted(keys)]}))
    calls.append(("ec2:DeleteTags", {"Resources": names, "Tags": tags_of(run)}))
    for name in names:
        old = [{"Key": key, "Value": value} for key, value in before.get(name, {}).items()]
        calls += [("ec2:CreateTags", {"Resources": [name], "Tags": old})] if old else []
    return calls


def plan_containment(ec2: Any, s3: Any, events: dict[str, Any], interfaces: list[dict[str, Any]]) -> dict[str, Any]:
    """Run (the containment), Backup (key, empty if nothing is to be written; content, empty for the run itself),
    Groups (by kind and VPC), Calls by step, Undo (calls), Problems (what can't be done)."""
    name, key, state = events["AutoScalingGroupName"], events["Key"], events["LifecycleState"]
    group = describe_group(client("autoscaling"), name) if name else {}
    scaling = {part: group[part] for part in ("AutoScalingGroupName", "MaxSize", "DesiredCapacity") if group}
    if group:
        scaling |= {"LifecycleState": state, "MinSize": min_sizes(group)[0]}
    names = [events["InstanceId"], *(i["Id"] for i in interfaces)]
    named = filters({"group-name": [f"ContainEC2Instance-*-{events['InstanceId']}*"]})
    groups = ec2.describe_security_groups(Filters=named)["SecurityGroups"]
    everything = [*ALL_IPV4, *ALL_IPV6]
    backup = {
        "FormatVersion": "1",
        **{part: events[part] for part in ("AccountId", "Region", "InstanceId", "Tags")},
        "VpcId": interfaces[0]["VpcId"],
        "ExecutionId": events["Execution"],
        "CreatedAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "GroupSuffix": f"-{events['Execution']}" if groups else "",
        "Interfaces": interfaces,
        "AutoScaling": scaling,
        "Rules": {"containment": events["Rules"], "all-access": {"Egress": everything, "Ingress": everything}},
        "TagsBefore": tags_before(ec2, events, names, group),
    }
    mark = {"Key": BACKUP_TAG, "Value": tags_in(group).get(marker_of(events)["Key"], "")}
    used = [name, *(which for i in interfaces for which in i["Groups"])]
    found = find_run(s3, events, [*groups, {"GroupId": name, "Tags": [mark]}], used)
    content: dict[str, Any] = {}
    run = found or {**backup, **{part: events[part] for part in HERE}, "Key": key, "Supplements": []}
    own = own_groups(ec2, run)
    if found:
        content = supplement_of(backup, run, {group["GroupId"] for groups in own.values() for group in groups.values()})
        key = next_supplement(run) if content else ""
        run["Interfaces"] = list({i["Id"]: i for i in (*run["Interfaces"], *content.get("Interfaces", []))}.values())
        run["AutoScaling"] = content.get("AutoScaling") or run["AutoScaling"]
        run["Supplements"] += [key] if key else []
    groups = {
        kind: {
            i["VpcId"]: own[kind].get(i["VpcId"], {}).get("GroupId", f"<{group_name(run, kind)} in {i['VpcId']}>")
            for i in interfaces
        }
        for kind in ("containment", "all-access")
    }
    todo = [i for i in interfaces if i["Groups"] != [groups["containment"][i["VpcId"]]]]
    make, put = [], {}
    for kind, which in (("containment", interfaces), ("all-access", todo)):
        for vpc in sorted({i["VpcId"] for i in which}):
            make += group_calls(run, vpc, kind, own[kind].get(vpc, {}))
        put[kind] = [(PUT, {"NetworkInterfaceId": i["Id"], "Groups": [groups[kind][i["VpcId"]]]}) for i in todo]
    rehearse = [(call, {**it, "DryRun": True}) for kind in put for call, it in put[kind]]
    image = events["Images"] and not has_encrypted_image(images_of(ec2, run))
    instance = ec2.describe_instances(InstanceIds=names[:1])["Reservations"][0]["Instances"][0] if image else {}
    possible = instance.get("RootDeviceType") == "ebs"
    untagged = [*untagged_of(ec2, run, interfaces), *(["<both images and their snapshots>"] if possible else [])]
    calls = {
        "backupInstanceSecurityGroups": bucket_calls(events, key, backup.get("Tags", [])),
        "modifyAutoScalingGroup": standby_calls(run, group) if state == "InService" else [],
        "createAllAccessSecurityGroup": [*make, *rehearse, *put["all-access"]],
        "createContainmentSecurityGroup": put["containment"],
        **(image_calls(run, events) if possible else {"createImage": []} if image else {}),
        "conclude": [("ec2:CreateTags", {"Resources": untagged, "Tags": tags_of(run)})] if untagged else [],
    }
    return {
        "Run": run,
        "Backup": {"Key": key, "Content": content},
        "Groups": groups,
        "Calls": calls,
        "Undo": undo_calls(run, names),
        "Problems": [NO_IMAGE] if image and not possible else [],
    }
