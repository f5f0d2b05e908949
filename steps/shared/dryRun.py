"""The report of a dry run."""

from typing import Any

from shared.groups import INSIDE, OUTSIDE, rules_of
from shared.instance import with_names
from shared.report import report


def dry_run(run: dict[str, Any], missing: bool) -> dict[str, Any]:
    """What changes for each interface, and every call that the real run would make."""
    changes, puts, steps, release = [], [], [*run["Calls"].items()], run.get("Put", {})
    here = "createContainmentSecurityGroup" if run["Action"] == "Contain" else "restoreInstanceConfiguration"
    back = [(name, it["Before"]) for name, it in run["Interfaces"].items() if run["Backup"] and it["Before"]]
    for name, it in run["Interfaces"].items():
        names = {**it["Names"], **run.get("Recorded", {}).get(name, {}).get("Names", {})}
        to = f"back to {with_names(release[name], names)}" if name in release else "stays as it is"
        if run["Backup"]:
            to = f"to the {INSIDE} group" + (", its connections cut" if it["Cut"] else "")
            puts += [
                (name, [f"<{kind} group in {it['Vpc']}>"]) for kind in (OUTSIDE, INSIDE) if it["Cut"] or kind == INSIDE
            ]
        changes.append(f"{name}: from {with_names(it['Groups'], names)}: {to}")
    dry = {"DryRun": True}
    tries = [("getAutoScalingInstanceInfo", back, dry), (here, puts, dry), (here, [*puts, *release.items()], {})]
    # What is put on interfaces comes after the four steps that prepare a containment, and first in a release.
    at = 4 if puts else 0
    steps[at:at] = [
        (
            step,
            [
                ["ec2", "ModifyNetworkInterfaceAttribute", {"NetworkInterfaceId": name, "Groups": groups, **asked}]
                for name, groups in each
            ],
        )
        for step, each, asked in tries
    ]
    calls: list[Any] = [
        {"Step": step if run["Action"] == "Contain" else here, "Call": f"{service}:{operation}", "Parameters": it}
        for step, each in steps
        for service, operation, it in each
        if missing or "Bucket" not in operation
    ]
    sections: dict[str, list[Any]] = {
        "What changes": changes,
        "Still allowed": [f"{way} {rule}" for way in run["Rules"] for rule in rules_of(run["Rules"][way])],
        "Warnings": run["Warnings"],
        "What can't be done": run["Problems"],
        "Calls that would be made": calls or ["none: there is nothing to do"],
        "Backup": [f"s3://{run['Bucket']}/{run['Key']}"],
    }
    return report(run, f"DRY RUN OF {run['Action'].upper()}, nothing was changed", sections)
