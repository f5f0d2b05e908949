"""Changes what is planned, each protection by itself."""

from typing import Any

from botocore import xform_name
from shared.aws import attempt, client
from shared.protections import call_to, mark_of, writer_of


# Two that began together would each mark the instance, and a further Protect find the one alone. What nobody but
# Systems Manager has written can't keep this one from its work.
def beside(ec2: Any, ssm: Any, run: dict[str, Any]) -> list[str]:
    """Why nothing is to be changed: another Protect works on the instance, and has marked it since this one looked."""
    found = attempt([], "", ec2.describe_instances, InstanceIds=[run["InstanceId"]])
    value, bucket, key = mark_of(found["Reservations"][0]["Instances"][0]) if found else ("", "", "")
    if value in ("", run["Seen"]):
        return []
    try:
        mine, other = writer_of(ssm, run, bucket, key)
    except Exception as error:
        print(f"Who wrote {value} can't be read: {error}")
        return []
    if not other or other.get("ExecutionEndTime", mine["ExecutionStartTime"]) < mine["ExecutionStartTime"]:
        return []
    return [
        f"Another Protect has marked the instance since this one looked, with {value}: this one has changed nothing."
        " Start again when that has ended."
    ]


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Notes: Made (calls), Failed (why one did not work)."""
    run = events["Run"]
    made: list[dict[str, Any]] = []
    failed: list[str] = []
    clients = {service: client(service) for service in ("ec2", "iam")}

    def make(what: str, service: str, operation: str, given: dict[str, Any]) -> None:
        wrong: list[str] = []
        method = getattr(clients[service], xform_name(operation))
        # What a repeated call answers, after an answer that came too late.
        done = {"DisassociateAddress": "InvalidAssociationID.NotFound", "DeleteRolePolicy": "NoSuchEntity"}
        attempt(wrong, f"{what}: {operation}", method, "ConcurrentModification", done.get(operation, ""), **given)
        failed.extend(wrong)
        if not wrong:
            made.append({"Call": f"{service}:{operation}", "Parameters": given})

    releasing = run["Action"] == "Release"
    if run["Tag"] and not releasing and (why := beside(clients["ec2"], client("ssm"), run)):
        return {"Notes": {"Made": [], "Failed": why}}
    # The tag leads a further Protect to the backup: it is there from before the first change until all is given back.
    if run["Tag"] and not releasing:
        make("The tag", *run["Tag"])
    untagged = bool(failed)
    for item, value in run["Todo"].items():
        make(item, *call_to(run, item, value))
    # Once more: without it, the next Protect would take what this one made for the state of before.
    if untagged:
        failed.pop(0)
        count = len(failed)
        make("The tag", *run["Tag"])
        if len(failed) > count:
            failed.append(
                "Without the tag, a further Protect and its Release leave this out: release with this key too."
            )
    if run["Tag"] and releasing and not failed and not run["Stays"]:
        make("The tag", *run["Tag"])
    return {"Notes": {"Made": made, "Failed": failed}}
