"""Writes what the approvers read: on a phone, in the middle of the night."""

from typing import Any

# aws:approve takes 4,096 characters.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html
LONGEST = 4000


def plan_of(outputs: list[str]) -> str:
    """The report of the dry run among the outputs of its execution; the others say that there are none."""
    return next((text for text in outputs if text.startswith("DRY RUN OF CONTAIN")), "")


def without(plan: str, *headings: str) -> str:
    """The plan without its title and some of its sections."""
    sections = plan.split("\n\n")[1:]
    return "\n\n".join(each for each in sections if not each.startswith(headings))


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Needed (whether there is anything to do), Message (to the approvers) and Output (what to say where there is
    nothing to do)."""
    plan = plan_of(events["Plan"])
    if not plan:
        raise ValueError(f"The execution {events['PlanExecution']} gave no plan. Nothing was changed.")
    # The whole section: who names a security group may write these words elsewhere in the plan.
    needed = "Calls that would be made:\n  none: there is nothing to do" not in plan.split("\n\n")
    region, execution = events["Region"], events["Execution"]
    signal = (
        f"aws ssm send-automation-signal --region {region} --automation-execution-id {execution} --signal-type Approve"
    )
    lines = [
        "Contain this EC2 instance? Approve cuts it off from the network; Reject changes nothing.",
        *events["Summary"],
        f"Without an answer within {events['Hours']} hours nothing is done.",
        "",
        f"To approve: {signal}",
        "To reject: the same with Reject.",
        "",
        # The real run writes a backup of its own.
        without(plan, "Calls that would be made:", "Backup:"),
    ]
    message = "\n".join(lines)
    if len(message) > LONGEST:
        rest = f"\n… The whole plan: execution {events['PlanExecution']}."
        message = message[: LONGEST - len(rest)] + rest
    return {
        "Needed": needed,
        "Message": message,
        "Output": f"{events['Summary'][0]} is contained already: nobody was asked, nothing was changed.",
    }
