"""Reads what the finding is about, and whether somebody is asked about the same instance already."""

import re
from typing import Any

from shared.aws import client
from shared.refuse import refuse


def instance_of(resource: str, account: str, region: str) -> str:
    """The instance's id. Refuses one of another account or Region: the runbook acts where it runs.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    match = re.fullmatch(r"(?:arn:[a-z-]+:ec2:([a-z0-9-]+):([0-9]{12}):instance/)?(i-[0-9a-f]+)", resource)
    if not match:
        refuse(f"Resource {resource} is neither the ID nor the ARN of an EC2 instance.")
    if match[1] and (match[1], match[2]) != (region, account):
        refuse(
            f"The instance of the finding is in account {match[2]}, {match[1]}; this runs in {account}, {region}."
            " Deploy the rule there."
        )
    return match[3]


# What comes from the finding; all else that an execution is started with says who is asked, and what would be done.
OF_FINDING = ("Resource", "FindingId", "FindingType", "Severity")


def same_question(mine: dict[str, Any], other: dict[str, Any], instance: str) -> bool:
    """Whether two executions ask the same people the same about the instance. Any other would keep them from being
    asked: of a document whose name begins like this one's, or started with approvers of somebody's own."""
    rest = [
        {name: values for name, values in each["Parameters"].items() if name not in OF_FINDING}
        for each in (mine, other)
    ]
    about = "".join(other["Parameters"].get("Resource", [])).split("/")[-1]
    return other["DocumentName"] == mine["DocumentName"] and about == instance and rest[0] == rest[1]


# A finding is sent again whenever it is updated: nobody should be asked twice. What can't be read is no reason to ask
# nobody.
def asked_already(ssm: Any, instance: str, own: str) -> str:
    """The id of an earlier execution that asks the same and has not ended, or the empty string.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeAutomationExecutions.html
    """

    def read(execution: str) -> Any:
        return ssm.get_automation_execution(AutomationExecutionId=execution)["AutomationExecution"]

    try:
        mine = read(own)
        wanted = {"DocumentNamePrefix": [mine["DocumentName"]], "ExecutionStatus": ["Waiting", "InProgress"]}
        filters = [{"Key": key, "Values": values} for key, values in wanted.items()]
        pages = ssm.get_paginator("describe_automation_executions").paginate(Filters=filters)
        for page in pages:
            for each in page["AutomationExecutionMetadataList"]:
                name = each["AutomationExecutionId"]
                other = read(name)
                # Of two that began together, one goes on: so both must see the same times, and those of a list may be
                # less exact.
                earlier = (other["ExecutionStartTime"], name) < (mine["ExecutionStartTime"], own)
                if earlier and same_question(mine, other, instance):
                    return str(name)
    except Exception as error:
        print(f"Whether somebody is asked already can't be read: {error}")
    return ""


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """InstanceId; Asked (the execution that waits for an answer already, or the empty string), and Output, which says
    so; Summary (of the finding, a line each)."""
    instance = instance_of(events["Resource"], events["AccountId"], events["Region"])
    asked = asked_already(client("ssm"), instance, events["Execution"])
    return {
        "InstanceId": instance,
        "Asked": asked,
        "Output": f"{instance}: execution {asked} waits for an answer already. Nothing was changed.",
        "Summary": [
            f"{instance} in account {events['AccountId']}, {events['Region']}",
            f"Finding: {events['FindingType']}, severity {events['Severity']}",
            f"ID: {events['FindingId']}",
        ],
    }
