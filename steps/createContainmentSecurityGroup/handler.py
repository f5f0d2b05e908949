"""Makes the containment group, proves the rules of both groups and tries whether they can be put on; then opens and
closes the interfaces in one act, proves that every one is contained, and deletes the all-access group."""

import time
from typing import Any

from botocore import xform_name
from shared.aws import attempt, client, side_by_side
from shared.groups import INSIDE, NEW, OUTSIDE, kind_of, named_for, wrong_rules
from shared.instance import interfaces_of, put_groups

EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]
# What a repeated call answers, after an answer that came too late.
DONE = {"Revoke": "InvalidPermission.NotFound", "Author": "InvalidPermission.Duplicate"}


def make_groups(ec2: Any, run: dict[str, Any], warnings: list[str]) -> dict[str, str]:
    """Makes the groups that are not there yet and gives all their rules; the ids by what the calls name them. What EC2
    refuses is a warning; where it refuses only the tags, a group is made without; one that it leaves open is not used."""
    ids: dict[str, str] = {}

    def keep(group: dict[str, Any], name: str, vpc: str) -> None:
        if group and name.endswith(run["Execution"]):
            ids[f"<{kind_of(name, run['InstanceId'])} group in {vpc}>"] = group["GroupId"]

    def find() -> None:
        found = attempt(
            warnings, "Groups can't be read", ec2.describe_security_groups, Filters=named_for(run["InstanceId"])
        )
        for each in found.get("SecurityGroups", []):
            keep(each, each["GroupName"], each["VpcId"])

    def make(given: dict[str, Any]) -> None:
        failed: list[str] = []
        made = attempt(failed, given["GroupName"], ec2.create_security_group, "", "InvalidGroup.Duplicate", **given)
        if failed:
            plain = {name: value for name, value in given.items() if name != "TagSpecifications"}
            made = attempt(failed, "Without tags", ec2.create_security_group, **plain)
            warnings.extend(failed)
        keep(made, given["GroupName"], given["VpcId"])
        if not made and not failed:
            find()

    def rule(operation: str, given: dict[str, Any]) -> None:
        failed, name = [], given["GroupId"]
        wanted = {**given, "GroupId": ids.get(name)}
        if ids.get(name):
            change = getattr(ec2, xform_name(operation))
            attempt(failed, f"{operation} of the {name[1:-1]}", change, NEW, DONE[operation[:6]], **wanted)
        warnings.extend(failed)
        if failed and operation.startswith("Revoke"):
            ids[name] = ""

    calls = run["Calls"]["createContainmentSecurityGroup"]
    makes = [(make, it[2]) for it in calls if it[1] == "CreateSecurityGroup"]
    side_by_side(lambda work, *given: work(*given), [(find,), *makes])
    side_by_side(rule, [it[1:] for it in calls if "IpPermissions" in it[2]])
    return ids


def fit_groups(ec2: Any, run: dict[str, Any], ids: dict[str, str], warnings: list[str]) -> dict[str, dict[str, str]]:
    """The groups by kind and VPC that may be put on: those inside that allow no more than asked, those outside that
    allow all. Where rules can't be read, those inside that made no trouble."""
    found = attempt(warnings, "Rules can't be read", ec2.describe_security_groups, Filters=named_for(run["InstanceId"]))
    good: dict[str, dict[str, str]] = {INSIDE: {}, OUTSIDE: {}}
    for it in run["Interfaces"].values() if not found else []:
        good[INSIDE] |= {it["Vpc"]: ids[name] for name in [f"<{INSIDE} group in {it['Vpc']}>"] if ids.get(name)}
    for each in found.get("SecurityGroups", []):
        kind = kind_of(each["GroupName"], run["InstanceId"])
        wrong = wrong_rules(each, run["Rules"] if kind == INSIDE else {"Ingress": EVERYTHING, "Egress": EVERYTHING})
        if each["GroupId"] not in ids.values():
            continue
        if any(kind == OUTSIDE or line.startswith("allows") for line in wrong):
            warnings.append(f"{each['GroupId']} ({each['GroupName']}) can't be used: {'; '.join(wrong)}")
        else:
            good[kind][each["VpcId"]] = each["GroupId"]
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
    warnings, interfaces = [*events["Warnings"], *events["Notes"].get("Warnings", [])], run["Interfaces"]
    good = fit_groups(ec2, run, make_groups(ec2, run, warnings), warnings)
    cut, shut = (
        {
            name: [good[kind][it["Vpc"]]]
            for name, it in interfaces.items()
            if it["Vpc"] in good[kind] and (it["Cut"] or kind == INSIDE)
        }
        for kind in (OUTSIDE, INSIDE)
    )
    bad = set().union(
        *side_by_side(lambda groups: put_groups(ec2, groups, warnings, NEW, DryRun=True), [(cut,), (shut,)])
    )
    cut = {name: groups for name, groups in cut.items() if name in shut and name not in bad}
    begin = time.time()
    # Whatever happens between opening and closing, closing is done: no step ends while an interface is open.
    try:
        bad = put_groups(ec2, cut, warnings)
    finally:
        put_groups(ec2, shut, [], NEW)
    seconds = f"{time.time() - begin:.1f}" if cut else "0"
    left = [name for name, it in interfaces.items() if it["Cut"] and name not in cut.keys() - bad]
    if left:
        warnings.append(f"Not cut: connections of {', '.join(left)} that stand now may live on until they idle out.")
    if shut:
        prove(ec2, run, shut, warnings)
    for group in good[OUTSIDE].values():
        delete, wait = ec2.delete_security_group, "DependencyViolation"
        attempt(warnings, f"{group} is not deleted", delete, wait, "InvalidGroup.NotFound", GroupId=group)
    return {"Notes": {"Warnings": warnings, "OpenSeconds": seconds}}
