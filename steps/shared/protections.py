"""The protections of an instance's evidence: how each stands, how it should, and the calls that bring it there.

A protection is named by its kind, which is the parameter that switches it off, and by what it is of, such as
`KeepVolumes /dev/xvda vol-0123456789abcdef0`. How it stands is a text."""

import json
import re
import shlex
from typing import Any

from botocore import xform_name

from shared.aws import attempt

MARK = "ProtectEC2Evidence:Backup"
NONE = "none"
UNKNOWN = "not found or not readable"
# How the kinds stand while the evidence is protected, but for RevokeSessions, where it is a time.
PROTECTED = {
    "TerminationProtection": "on",
    "KeepVolumes": "kept",
    "StopOnShutdown": "stop",
    "DisassociateElasticIps": NONE,
}
# What a backup may say: of what a protection is, and how it stands.
FORMS = {
    "TerminationProtection": ("i-[0-9a-f]+", "on|off"),
    "KeepVolumes": ("[!-~]+ vol-[0-9a-f]+", "kept|deleted"),
    "StopOnShutdown": ("i-[0-9a-f]+", "stop|terminate"),
    "DisassociateElasticIps": ("eipalloc-[0-9a-f]+", "none|eni-[0-9a-f]+ [0-9.]+"),
    "RevokeSessions": ("[a-zA-Z0-9_+=,.@-]+ ProtectEC2Evidence-[0-9a-f-]+", "none|older than [0-9TZ:-]{20}"),
}


def protections_of(backup: dict[str, Any]) -> dict[str, Any]:
    """Before and After of each protection in a backup, by its name; none where anything in them has another form."""
    try:
        found = {item: (it["Before"], it["After"]) for item, it in backup["Protections"].items()}
        for item, states in found.items():
            kind, _, name = item.partition(" ")
            names, values = FORMS[kind]
            if not re.fullmatch(names, name) or not all(re.fullmatch(values, state) for state in states):
                return {}
    except (AttributeError, KeyError, TypeError):
        return {}
    return {item: {"Before": before, "After": after} for item, (before, after) in found.items()}


def mark_of(instance: dict[str, Any]) -> tuple[str, str, str]:
    """The tag that leads to the last Protect's backup: its value, and the bucket and the key in it."""
    value = next((tag["Value"] for tag in instance.get("Tags", []) if tag["Key"] == MARK), "")
    bucket, _, key = value.removeprefix("s3://").partition("/")
    return value, bucket, key


def mark_to(run: dict[str, Any]) -> dict[str, str]:
    """The tag that leads to the backup of a run."""
    return {"Key": MARK, "Value": f"s3://{run['Bucket']}/{run['Key']}"[:256]}


def executions_of(ssm: Any, run: dict[str, Any], key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """This execution, and the one whose id is in a backup's key. Raises what Systems Manager answers."""
    ids = (run["Execution"], key.rpartition("/")[2].partition(".")[0])
    mine, other = (ssm.get_automation_execution(AutomationExecutionId=each)["AutomationExecution"] for each in ids)
    return mine, other


# Anybody who may tag the instance and write to the bucket could plant a backup. Only Systems Manager writes the history
# of executions, which it keeps for 30 days.
# https://docs.aws.amazon.com/general/latest/gr/ssm.html
def writer_of(ssm: Any, run: dict[str, Any], bucket: str, key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """This execution, and that of this document which has written a backup; empty if none has. Raises what Systems
    Manager answers."""
    mine, other = executions_of(ssm, run, key)
    given = [step.get("Outputs", {}).get("Key") for step in other["StepExecutions"]]
    # A document of this account may be started by its name or by its ARN.
    here = rf"arn:[a-z-]+:ssm:{run['Region']}:{run['AccountId']}:document/"
    names = {re.sub(here, "", each["DocumentName"]) for each in (mine, other)}
    ours = len(names) == 1 and other["Parameters"]["S3BucketName"] == [bucket] and [key] in given
    return mine, other if ours else {}


# As the IAM console does it, but under a name of its own, so that neither takes the other for its own.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
def policy_text(value: str) -> str:
    """The inline policy that denies everything to the sessions issued before a time, given as `older than TIME`."""
    older = {"DateLessThan": {"aws:TokenIssueTime": value.removeprefix("older than ")}}
    deny = {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": older}
    return json.dumps({"Version": "2012-10-17", "Statement": [deny]})


def state_of_sessions(iam: Any, role: str, policy: str, failed: list[str]) -> str:
    """How the policy of a protection stands: none, `older than TIME`, or that it is not as this document writes it."""
    wrong: list[str] = []
    given = {"RoleName": role, "PolicyName": policy}
    found = attempt(wrong, f"Policies of {role} can't be read", iam.get_role_policy, "", "NoSuchEntity", **given)
    failed += wrong
    if not found:
        return UNKNOWN if wrong else NONE
    text = json.dumps(found["PolicyDocument"])
    time = re.search("[0-9-]{10}T[0-9:]{8}Z", text)
    value = f"older than {time[0]}" if time else ""
    return value if text == policy_text(value) else "another policy"


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
def ending(instance: dict[str, Any]) -> list[str]:
    """What is wrong with an instance that is being terminated, however its protections stand by now; else nothing."""
    if instance.get("State", {}).get("Name") != "shutting-down":
        return []
    return ["The instance is being terminated: no protection ends that. Volumes that are kept stay."]


def places_of(instance: dict[str, Any]) -> list[str]:
    """Where an Elastic IP may be on the instance: interface and private address."""
    return [
        f"{interface['NetworkInterfaceId']} {address['PrivateIpAddress']}"
        for interface in instance.get("NetworkInterfaces", [])
        for address in interface.get("PrivateIpAddresses", [])
    ]


def look_at_addresses(
    ec2: Any, run: dict[str, Any], instance: dict[str, Any], known: list[str], failed: list[str]
) -> dict[str, str]:
    """Where each Elastic IP of the instance's interfaces, and each known one, is; sets Associations, their ids."""
    now = {}
    interfaces = [interface["NetworkInterfaceId"] for interface in instance.get("NetworkInterfaces", [])]
    for name, values in (("network-interface-id", interfaces), ("allocation-id", known)):
        # Filters, unlike ids, find no fault with an address that is gone.
        wanted = [{"Name": name, "Values": values}]
        found = attempt(failed, "Elastic IPs can't be read", ec2.describe_addresses, Filters=wanted) if values else {}
        for each in found.get("Addresses", []):
            item = f"DisassociateElasticIps {each['AllocationId']}"
            now[item] = (
                f"{each['NetworkInterfaceId']} {each['PrivateIpAddress']}" if each.get("AssociationId") else NONE
            )
            run["Associations"][each["AllocationId"]] = each.get("AssociationId", "")
    return now


def look(
    clients: dict[str, Any], run: dict[str, Any], instance: dict[str, Any], known: Any, failed: list[str]
) -> dict[str, str]:
    """How each protection of the instance that is wanted stands, and each known one, by its name. What can't be read is
    left out, with a line in `failed`."""
    ec2, name, now = clients["ec2"], run["InstanceId"], {}
    kinds = {kind for kind, wanted in run["Wanted"].items() if wanted} | {item.split(" ")[0] for item in known}
    attributes = (
        ("TerminationProtection", "DisableApiTermination"),
        ("StopOnShutdown", "InstanceInitiatedShutdownBehavior"),
    )
    for kind, attribute in attributes:
        if instance and kind in kinds:
            given = {"InstanceId": name, "Attribute": attribute[0].lower() + attribute[1:]}
            found = attempt(failed, f"{kind} can't be read", ec2.describe_instance_attribute, **given)
            value = found.get(attribute, {}).get("Value")
            if found:
                now[f"{kind} {name}"] = {True: "on", False: "off"}.get(value, value)
    for disk in instance.get("BlockDeviceMappings", []) if "KeepVolumes" in kinds else []:
        item = f"KeepVolumes {disk['DeviceName']} {disk['Ebs']['VolumeId']}"
        now[item] = "deleted" if disk["Ebs"]["DeleteOnTermination"] else "kept"
    if "DisassociateElasticIps" in kinds:
        allocations = [item.split(" ")[1] for item in known if item.startswith("DisassociateElasticIps")]
        now |= look_at_addresses(ec2, run, instance, allocations, failed)
    for item in known:
        kind, role, *policy = item.split(" ")
        if kind == "RevokeSessions":
            now[item] = state_of_sessions(clients["iam"], role, policy[0], failed)
    return {item: value for item, value in now.items() if value != UNKNOWN}


def unprotected(run: dict[str, Any], instance: dict[str, Any], now: dict[str, str]) -> dict[str, str]:
    """What is wanted and does not stand as it should, with how it should."""
    found = {}
    interfaces = [place.split(" ")[0] for place in places_of(instance)]
    for item, value in now.items():
        kind, *_ = item.split(" ")
        should = PROTECTED.get(kind, run["RevokeOlder"])
        # An address that its owner has put elsewhere, or a policy that is another's, is none of ours.
        ours = {"DisassociateElasticIps": value.split(" ")[0] in interfaces, "RevokeSessions": value == NONE}
        if run["Wanted"][kind] and value != should and ours.get(kind, True):
            found[item] = should
    return found


# One protection a call: one that fails does not keep the others from being changed.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
def call_to(run: dict[str, Any], item: str, value: str) -> list[Any]:
    """The call that brings a protection to stand so: service, operation, parameters."""
    kind, name, *more = item.split(" ")
    change: dict[str, Any] = {"InstanceId": run["InstanceId"]}
    if kind == "RevokeSessions":
        which = {"RoleName": name, "PolicyName": more[0]}
        if value == NONE:
            return ["iam", "DeleteRolePolicy", which]
        return ["iam", "PutRolePolicy", {**which, "PolicyDocument": policy_text(value)}]
    if kind == "DisassociateElasticIps":
        # By its association: one that the owner has made meanwhile is another, and stays.
        if value == NONE:
            return ["ec2", "DisassociateAddress", {"AssociationId": run["Associations"].get(name, "?")}]
        interface, address = value.split(" ")
        place = {"NetworkInterfaceId": interface, "PrivateIpAddress": address}
        return ["ec2", "AssociateAddress", {"AllocationId": name, **place, "AllowReassociation": False}]
    if kind == "TerminationProtection":
        change["DisableApiTermination"] = {"Value": value == "on"}
    elif kind == "StopOnShutdown":
        change["InstanceInitiatedShutdownBehavior"] = {"Value": value}
    else:
        change["BlockDeviceMappings"] = [{"DeviceName": name, "Ebs": {"DeleteOnTermination": value == "deleted"}}]
    return ["ec2", "ModifyInstanceAttribute", change]


def command_of(run: dict[str, Any], service: str, operation: str, given: dict[str, Any]) -> str:
    """A call as a line to paste."""
    words = ["aws", "--region", run["Region"], service, xform_name(operation, "-")]
    return shlex.join([*words, "--cli-input-json", json.dumps(given)])
