"""What RespondToFinding reads of a finding, and what it writes to its approvers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from readFinding.handler import asked_already, instance_of
from writeOutcome.handler import handler as outcome
from writeRequest.handler import LONGEST
from writeRequest.handler import handler as request

HERE = ("111122223333", "eu-central-1")
ARN = "arn:aws:ec2:eu-central-1:111122223333:instance/i-0123456789abcdef0"


@pytest.mark.parametrize("resource", ["i-0123456789abcdef0", ARN, ARN.replace("arn:aws:", "arn:aws-cn:")])
def test_an_instance_is_named_by_its_id_or_its_arn(resource: str) -> None:
    assert instance_of(resource, *HERE) == "i-0123456789abcdef0"


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (ARN.replace("eu-central-1", "us-east-1"), "111122223333, us-east-1; this runs in 111122223333, eu-central-1"),
        (ARN.replace("1111", "9999", 1), "in account 999922223333"),
        ("arn:aws:s3:::bucket", "neither the ID nor the ARN of an EC2 instance"),
        ("i-0123456789abcdef0; reboot", "neither the ID nor the ARN of an EC2 instance"),
    ],
)
def test_any_other_resource_is_refused_in_words(resource: str, said: str) -> None:
    with pytest.raises(ValueError, match="Nothing was changed") as refused:
        instance_of(resource, *HERE)
    assert said in str(refused.value)


START = datetime(2026, 1, 1, tzinfo=UTC)


class Executions:
    """Systems Manager with some executions, by their ids: when each began, about which resource, and what else is
    said of it."""

    def __init__(self, executions: dict[str, tuple[Any, ...]]) -> None:
        self.executions = executions

    def get_automation_execution(self, **given: str) -> dict[str, Any]:
        began, resource, *more = self.executions[given["AutomationExecutionId"]]
        asked = {"Approvers": ["a", "b"], "ApprovalTopic": ["t"]}
        execution = {
            "DocumentName": "RespondToFinding",
            "ExecutionStartTime": START + timedelta(seconds=began),
            "Parameters": {**asked, "Resource": [resource], "FindingId": [f"{began}"]},
        }
        for each in more:
            execution |= each
        return {"AutomationExecution": execution}

    def get_paginator(self, operation: str) -> "Executions":
        assert operation == "describe_automation_executions"
        return self

    def paginate(self, **given: Any) -> list[dict[str, Any]]:
        assert {"Key": "ExecutionStatus", "Values": ["Waiting", "InProgress"]} in given["Filters"]
        return [
            {
                "AutomationExecutionMetadataList": [
                    # In whole seconds.
                    {"AutomationExecutionId": name, "ExecutionStartTime": START + timedelta(seconds=began // 1)}
                ]
            }
            for name, (began, *_) in self.executions.items()
        ]


@pytest.mark.parametrize(
    ("others", "asked"),
    [
        ({}, ""),
        ({"b": (-1, ARN)}, "b"),
        ({"b": (-1, "i-0123456789abcdef0")}, "b"),
        ({"b": (-1, "i-0123456789abcdef1")}, ""),
        # Of two that began together, one goes on: the one whose id comes first.
        ({"b": (0, ARN)}, ""),
        ({"0": (0, ARN)}, "0"),
        ({"b": (1, ARN)}, ""),
        # Whoever may start automations must not keep the approvers from being asked.
        ({"b": (-1, ARN, {"DocumentName": "RespondToFinding-mine"})}, ""),
        ({"b": (-1, ARN, {"Parameters": {"Resource": [ARN], "Approvers": ["evil"], "ApprovalTopic": ["t"]}})}, ""),
        ({"b": (-1, ARN, {"Parameters": {}})}, ""),
        ({"b": (-2, ARN, {"Parameters": {"Resource": [ARN, ARN]}}), "c": (-1, ARN)}, "c"),
    ],
)
def test_an_earlier_execution_that_asks_the_same_is_found(others: dict[str, tuple[Any, ...]], asked: str) -> None:
    ssm = Executions({"a": (0, ARN), **others})
    assert asked_already(ssm, "i-0123456789abcdef0", "a") == asked


def test_of_two_that_began_in_the_same_second_one_goes_on() -> None:
    ssm = Executions({"a": (0.2, ARN), "b": (0.7, ARN)})
    assert [asked_already(ssm, "i-0123456789abcdef0", own) for own in ("a", "b")] == ["", "a"]


def test_what_can_not_be_read_keeps_nobody_from_being_asked() -> None:
    assert asked_already(Executions({}), "i-0123456789abcdef0", "a") == ""


def events(plan: str) -> dict[str, Any]:
    return {
        "Region": "eu-central-1",
        "Execution": "11111111-2222-4333-8444-555555555555",
        "Summary": ["i-0123456789abcdef0 in account 111122223333, eu-central-1", "Finding: X, severity 8", "ID: 1"],
        "Plan": ["No output available yet because the step is not successfully executed", plan],
        "PlanExecution": "22222222-2222-4333-8444-555555555555",
        "Hours": 24,
    }


PLAN = (
    "DRY RUN OF CONTAIN, nothing was changed: i-0\n\nWhat changes:\n  eni-1: from sg-1\n\nCalls that would be made:\n  "
)


def test_the_approvers_read_what_changes_and_how_to_answer_but_no_calls() -> None:
    written = request(events(PLAN + "{}\n\nBackup:\n  s3://b/k"), None)
    assert written["Needed"] is True
    assert "What changes:\n  eni-1: from sg-1" in written["Message"]
    assert "--automation-execution-id 11111111-2222-4333-8444-555555555555 --signal-type Approve" in written["Message"]
    assert "Calls" not in written["Message"]
    assert "s3://" not in written["Message"]


def test_a_plan_that_is_too_long_is_cut_and_says_where_the_whole_is() -> None:
    long = PLAN.replace("eni-1: from sg-1", "eni-1: from sg-1\n" * 1000)
    message = request(events(long), None)["Message"]
    assert len(message) == LONGEST
    assert message.endswith("… The whole plan: execution 22222222-2222-4333-8444-555555555555.")


def test_nobody_is_asked_where_there_is_nothing_to_do() -> None:
    assert request(events(PLAN + "none: there is nothing to do\n\nBackup:\n  s3://b/k"), None)["Needed"] is False


def test_a_group_whose_name_says_that_there_is_nothing_to_do_keeps_nobody_from_being_asked() -> None:
    for name in ("none: there is nothing to do", "Calls that would be made: none: there is nothing to do"):
        plan = PLAN.replace("from sg-1", f"from sg-1 ({name})")
        assert request(events(plan + "{}\n\nBackup:\n  s3://b/k"), None)["Needed"] is True


def test_without_a_plan_the_step_fails() -> None:
    with pytest.raises(ValueError, match="gave no plan"):
        request(events("CONTAINED: i-0"), None)


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        (["No output available yet", "CONTAINED, WITH WARNINGS: i-0"], "CONTAINED, WITH WARNINGS: i-0"),
        (["ALREADY CONTAINED: i-0"], "ALREADY CONTAINED: i-0"),
        (["No output available yet"], "The report is in execution 2."),
    ],
)
def test_the_outcome_is_the_report_under_the_finding(outputs: list[str], told: str) -> None:
    given = {"Summary": ["i-0", "Finding: X"], "Outputs": outputs, "Containment": "2"}
    assert outcome(given, None)["Output"] == f"i-0\nFinding: X\n\n{told}"
