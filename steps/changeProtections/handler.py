"""Changes what is planned, each protection by itself."""

from typing import Any

from botocore import xform_name
from shared.aws import attempt, client
from shared.protections import call_to


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
    # The tag leads a further Protect to the backup: it is there from before the first change until all is given back.
    if run["Tag"] and not releasing:
        make("The tag", *run["Tag"])
    untagged = bool(failed)
    for item, value in run["Todo"].items():
        make(item, *call_to(run, item, value))
    # Once more: without it, the next Protect would take what this one made for the state of before.
    if untagged:
        failed.pop(0)
        make("The tag", *run["Tag"])
    if run["Tag"] and releasing and not failed and not run["Stays"]:
        make("The tag", *run["Tag"])
    return {"Notes": {"Made": made, "Failed": failed}}
