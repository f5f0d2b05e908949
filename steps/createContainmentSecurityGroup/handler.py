"""Makes the containment group, proves the rules of both groups and tries whether they can be put on; then opens and
closes the interfaces in one act, proves that every one is contained, and deletes the all-access group."""

import time
from typing import Any

from botocore import xform_name
from shared.aws import attempt, client, side_by_side
from shared.groups import EVERYTHING, INSIDE, NEW, OUTSIDE, kind_of, own_groups, wrong_rules
from shared.instance import interfaces_of, put_groups

# What a repeated call answers, after an answer that came too late.
DONE = "InvalidPermission.NotFound InvalidPermission.Duplicate"


def make_groups(ec2: Any, run: dict[str, Any], warnings: list[str]) -> dict[str, str]:
    """Makes the groups that are not there yet and gives all their rules; the ids by what the calls name them. What EC2
    refuses is a warning; where it refuses only tags, a group is made without; one that it leaves open is not used."""
    ids: dict[str, str] = {}
    calls = run["Calls"]["createContainmentSecurityGroup"]

    def keep(name: str, vpc: str, group: str) -> None:
        if name.endswith(run["Execution"]):
            ids[f"<{kind_of(name, run['InstanceId'])} group in {vpc}>"] = group

    def find() -> None:
        for each in own_groups(ec2, run, warnings).values():
            keep(each["GroupName"], each["VpcId"], each["GroupId"])

    def make(given: dict[str, Any]) -> None:
        failed: list[str] = []
        # Without its tag only a person can delete it.
        for wanted in (given, given, {name: it for name, it in given.items() if name != "TagSpecifications"}):
            made = attempt(failed, "A group", ec2.create_security_group, "", "InvalidGroup.Duplicate", **wanted)
            if made:
                keep(given["GroupName"], given["VpcId"], made["GroupId"])
                return
        # A call that failed may have worked.
        find()
        warnings.extend(failed[1:])

    def rule(operation: str, given: dict[str, Any]) -> None:
        name = given["GroupId"]
        failed: list[str] = []
        if ids.get(name):
            change, wanted = getattr(ec2, xform_name(operation)), {**given, "GroupId": ids[name]}
            attempt(failed, f"{operation} of the {name[1:-1]}", change, NEW, DONE, **wanted)
        if failed and operation[0] == "R":
            ids[name] = ""
        warnings.extend(failed)

    makes = [(make, it[2]) for it in calls if it[1] == "CreateSecurityGroup"]
    side_by_side((find,), *makes)
    side_by_side(*((rule, *it[1:]) for it in calls if "IpPermissions" in it[2]))
    return ids


def fit_groups(ec2: Any, run: dict[str, Any], ids: dict[str, str], warnings: list[str]) -> set[str]:
    """The groups that may be put on: those inside that allow no more than asked, those outside that allow all. Where
    rules can't be read, those inside that made no trouble."""
    everything = {"Ingress": EVERYTHING, "Egress": EVERYTHING}
    # What has just been changed may be read as it was before.
    for pause in (0, 1, 3):
        time.sleep(pause)
        failed: list[str] = []
        seen, good = own_groups(ec2, run, failed), set()
        for name, group in ids.items():
            inside, wrong = name.startswith(f"<{INSIDE}"), []
            if group in seen:
                wrong = wrong_rules(seen[group], run["Rules"] if inside else everything)
            if any(line[0] == "a" for line in wrong) or (not inside and (wrong or group not in seen)):
                failed.append(f"The {name[1:-1]} can't be used: {'; '.join(wrong) or 'its rules are not known'}.")
            elif group:
                good.add(group)
        if len(good) == len(ids):
            break
    warnings.extend(failed)
    return good


def prove(ec2: Any, run: dict[str, Any], shut: dict[str, list[str]], warnings: list[str]) -> None:
    """Looks, and puts the containment group on what has it not, again and again for half a minute; an interface that is
    open even then gets what it had: rather as it was than open to the world."""
    for pause in (0, 0.5, 1, 2, 4, 8, 8):
        time.sleep(pause)
        answer = ec2.describe_instances(InstanceIds=[run["InstanceId"]])
        seen = interfaces_of(answer["Reservations"][0]["Instances"][0])
        left = {name: groups for name, groups in shut.items() if name in seen and seen[name]["Groups"] != groups}
        if not left:
            return
        put_groups(ec2, left, warnings, NEW)
    back = {name: run["Interfaces"][name]["Before"] for name in left if OUTSIDE in seen[name]["Own"].values()}
    put_groups(ec2, back, warnings)


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Notes: Warnings, OpenSeconds (for how long the instance was open)."""
    ec2, run = client("ec2"), events["Run"]
    warnings, interfaces = [*events["Warnings"]], run["Interfaces"]
    ids = make_groups(ec2, run, warnings)
    cut, shut = (
        {name: [group] for name, it in interfaces.items() if (group := ids.get(f"<{kind} group in {it['Vpc']}>"))}
        for kind in (OUTSIDE, INSIDE)
    )
    cut = {name: group for name, group in cut.items() if interfaces[name]["Cut"]}
    good, refused, unshut = side_by_side(
        (fit_groups, ec2, run, ids, warnings),
        *((lambda each: put_groups(ec2, each, warnings, NEW, DryRun=True), each) for each in (cut, shut)),
    )
    shut = {name: groups for name, groups in shut.items() if groups[0] in good}
    cut = {name: groups for name, groups in cut.items() if groups[0] in good and name in shut.keys() - refused - unshut}
    begin = time.time()
    # Whatever happens between opening and closing, closing is done: no step ends while an interface is open.
    try:
        bad = put_groups(ec2, cut, warnings)
    finally:
        put_groups(ec2, shut, [], NEW)
    seconds = f"{time.time() - begin:.1f}" if cut else "0"
    left = [name for name, it in interfaces.items() if it["Cut"] and name not in cut.keys() - bad]
    if left:
        warnings.append(f"Not cut: connections of {', '.join(left)} may live on until they idle out.")
    if shut:
        prove(ec2, run, shut, warnings)
    for name, group in ids.items():
        if name.startswith(f"<{OUTSIDE}"):
            delete, wait = ec2.delete_security_group, "DependencyViolation"
            attempt(
                warnings,
                f"{group}, the {name[1:-1]}, is not deleted",
                delete,
                wait,
                "InvalidGroup.NotFound",
                GroupId=group,
            )
    return {"Notes": {"Warnings": warnings, "OpenSeconds": seconds}}
