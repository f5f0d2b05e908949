"""Makes the containment group and the all-access group, proves their rules, and tries whether they can be put on."""

from typing import Any

from botocore import xform_name
from shared.aws import attempt, client, together
from shared.groups import INSIDE, OUTSIDE, wrong_rules
from shared.instance import put_groups

EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]
# A group made a moment ago may not be found, nor its tag be seen by IAM.
NEW = "InvalidGroup.NotFound UnauthorizedOperation"
# What a repeated call answers, after an answer that came too late.
DONE = {"Revoke": "InvalidPermission.NotFound", "Author": "InvalidPermission.Duplicate"}


def make(ec2: Any, given: dict[str, Any], warnings: list[str]) -> str:
    """The id of a new group; empty where EC2 refuses it. Where it refuses only the tags, it is made without."""
    failed: list[str] = []
    named = [{"Name": "group-name", "Values": [given["GroupName"]]}, {"Name": "vpc-id", "Values": [given["VpcId"]]}]
    bare = {name: value for name, value in given.items() if name != "TagSpecifications"}
    made = attempt(failed, given["GroupName"], ec2.create_security_group, "", "InvalidGroup.Duplicate", **given)
    if not made:
        found = attempt(failed, "Groups could not be read", ec2.describe_security_groups, Filters=named)
        made = (
            found["SecurityGroups"][0]
            if found and found["SecurityGroups"]
            else attempt(failed, "Without tags", ec2.create_security_group, **bare)
        )
    warnings += failed
    return made["GroupId"] if made else ""


def fit(ec2: Any, run: dict[str, Any], ids: dict[str, str], warnings: list[str]) -> dict[str, dict[str, str]]:
    """The groups by kind and VPC that may be put on: those inside that allow no more than asked, those outside that
    allow all."""
    wanted = [name for name in ids.values() if name]
    seen = attempt(
        warnings, "The new groups' rules could not be read", ec2.describe_security_groups, NEW, GroupIds=wanted
    )
    good: dict[str, dict[str, str]] = {INSIDE: {}, OUTSIDE: {}}
    for group in seen["SecurityGroups"] if seen else []:
        kind = INSIDE if f"-{INSIDE}-" in group["GroupName"] else OUTSIDE
        wrong = wrong_rules(group, run["Rules"] if kind == INSIDE else {"Ingress": EVERYTHING, "Egress": EVERYTHING})
        if any(kind == OUTSIDE or line.startswith("allows") for line in wrong):
            warnings.append(f"{group['GroupId']} ({group['GroupName']}) can't be used: {'; '.join(wrong)}")
        else:
            good[kind][group["VpcId"]] = group["GroupId"]
    return good


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Groups: Cut and Shut (the group to put on each interface, to open and to close it), Outside (ids). Notes."""
    ec2, run, warnings = client("ec2"), events["Run"], [*events["Warnings"], *events["Notes"].get("Warnings", [])]
    calls = run["Calls"].get("createAllAccessSecurityGroup", [])
    creates = [given for _, operation, given in calls if operation == "CreateSecurityGroup"]
    names = [
        f"<{INSIDE if f'-{INSIDE}-' in given['GroupName'] else OUTSIDE} group in {given['VpcId']}>" for given in creates
    ]
    made = together([lambda given=given: make(ec2, given, warnings) for given in creates])  # type: ignore[misc]
    ids = dict(zip(names, made, strict=True))

    def rule(operation: str, given: dict[str, Any]) -> None:
        what = f"{operation} of the {given['GroupId'][1:-1]}"
        wanted = {**given, "GroupId": ids[given["GroupId"]]}
        if wanted["GroupId"]:
            attempt(warnings, what, getattr(ec2, xform_name(operation)), NEW, DONE[operation[:6]], **wanted)

    together([lambda it=it: rule(*it[1:]) for it in calls if "IpPermissions" in it[2]])  # type: ignore[misc]
    good = fit(ec2, run, ids, warnings) if any(made) else {INSIDE: {}, OUTSIDE: {}}
    interfaces = run["Interfaces"]
    cut = {
        name: [good[OUTSIDE][now["Vpc"]]]
        for name, now in interfaces.items()
        if now["Cut"] and now["Vpc"] in good[OUTSIDE]
    }
    shut = {name: [good[INSIDE][now["Vpc"]]] for name, now in interfaces.items() if now["Vpc"] in good[INSIDE]}
    bad, unshut = together(
        [lambda: put_groups(ec2, cut, warnings, NEW, True), lambda: put_groups(ec2, shut, warnings, NEW, True)]
    )
    cut = {name: groups for name, groups in cut.items() if name in shut and name not in bad | unshut}
    left = [name for name, now in interfaces.items() if run["Backup"] and now["Cut"] and name not in cut]
    if left:
        warnings.append(f"Not cut: connections of {', '.join(left)} that stand now may live on until they idle out.")
    return {"Groups": {"Cut": cut, "Shut": shut, "Outside": [*good[OUTSIDE].values()]}, "Notes": {"Warnings": warnings}}
