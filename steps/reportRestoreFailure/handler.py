"""Says what a failed release has not restored, and how to do it by hand."""

from typing import Any

from shared.aws import client
from shared.groups import own_groups
from shared.instance import interfaces_now
from shared.notes import read_notes
from shared.report import report
from shared.situation import interface_lines, scaling_lines


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """The report, as text and as JSON. Fails only where the instance can't be read."""
    ec2, run = client("ec2"), events["Run"]
    notes = read_notes(run)
    left = [line for note in notes for line in note["Left"]] if notes else events["Commands"]
    cancelled = ["No failure was noted: the run was cancelled, or a step ran out of time. What follows was its plan."]
    sections = {
        "What failed": [note["Reason"] for note in notes] or cancelled,
        "Interfaces": interface_lines(run, interfaces_now(ec2, run["InstanceId"]), own_groups(ec2, run)),
        "Auto Scaling": scaling_lines(run),
        "What can't be restored": events["Problems"],
        "Backup": [events["Uri"]],
        "To finish": ["Release again: it goes on where this run stopped.", events["Release"]],
        "To finish by hand": left,
    }
    return report(run, "RELEASE FAILED", sections)
