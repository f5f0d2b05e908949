"""The report of a dry run."""

from typing import Any

from shared.groups import INSIDE, OUTSIDE, rules_of
from shared.instance import with_names
from shared.report import report


def dry_run(run: dict[str, Any], missing: bool) -> dict[str, Any]:
    """What changes for each interface, and every call that the real run would make."""
    changes, opens, closes = [], [], []
    for name, it in run["Interfaces"].items():
        to, names = "stays as it is", {**it["Names"], **run.get("Recorded", {}).get(name, {}).get("Names", {})}
        if name in run.get("Put", {}):
            to = f"back to {with_names(run['Put'][name], names)}"
        elif run["Backup"]:
            to = f"to the {INSIDE} group" + (", its connections cut" if it["Cut"] else "")
            opens += [(name, [f"<{OUTSIDE} group in {it['Vpc']}>"])] if it["Cut"] else []
            closes.append((name, [f"<{INSIDE} group in {it['Vpc']}>"]))
        changes.append(f"{name}: from {with_names(it['Groups'], names)}: {to}")
    calls = []
    for step, each in run["Calls"].items():
        puts = (
            [*opens, *closes]
            if step == "createContainmentSecurityGroup"
            else run.get("Put", {}).items()
            if step == "scaling"
            else []
        )
        changed = [
            ["ec2", "ModifyNetworkInterfaceAttribute", {"NetworkInterfaceId": name, "Groups": groups}]
            for name, groups in puts
        ]
        tried = [[*call[:2], {**call[2], "DryRun": True}] for call in changed if step != "scaling"]
        made = [call for call in each if missing or "Bucket" not in call[1]]
        last = [call for call in made if call[1] == "DeleteSecurityGroup" and changed]
        order = [*(call for call in made if call not in last), *tried, *changed, *last] if closes else [*changed, *made]
        calls += [
            {"Step": step, "Call": f"{service}:{operation}", "Parameters": given} for service, operation, given in order
        ]
    sections = {
        "What changes": changes,
        "May then reach the instance, or be reached": [
            f"{way} {rule}" for way in run["Rules"] for rule in rules_of(run["Rules"][way])
        ],
        "Warnings": run["Warnings"],
        "What can't be done": run["Problems"],
        "Calls that would be made": [*calls] or ["none: there is nothing to do"],
        "Backup": [f"s3://{run['Bucket']}/{run['Key']}"],
    }
    return report(run, f"DRY RUN OF {run['Action'].upper()}, nothing was changed", sections)
