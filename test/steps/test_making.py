"""Making the containment group: with its tag where that can be, as the role may delete no other."""

from typing import Any

import pytest
from createContainmentSecurityGroup import handler as step
from refusals import refusal

NAME = "ContainEC2Instance-containment-i-1-e"
KEY = "<containment group in v>"
TAGGED = {"GroupName": NAME, "VpcId": "v", "TagSpecifications": [{"Tags": [{"Key": "k"}]}]}
RUN = {
    "InstanceId": "i-1",
    "Execution": "e",
    "Calls": {"createContainmentSecurityGroup": [["ec2", "CreateSecurityGroup", TAGGED]]},
}


class Ec2:
    """EC2 that answers so to the calls that make a group: "made", "lost" (made, but an error), or an error's code."""

    def __init__(self, *answers: str) -> None:
        self.answers = [*answers]
        self.group: dict[str, Any] = {}

    def create_security_group(self, **given: Any) -> dict[str, Any]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if self.group:
            raise refusal("InvalidGroup.Duplicate", "CreateSecurityGroup")
        if answer == "no tags" and "TagSpecifications" in given:
            raise refusal("UnauthorizedOperation", "CreateSecurityGroup")
        if answer in ("made", "lost", "no tags"):
            self.group = {"GroupId": "sg-in", **given}
        if answer not in ("made", "no tags"):
            raise refusal("InternalError" if answer == "lost" else answer, "CreateSecurityGroup")
        return {"GroupId": "sg-in"}

    def describe_security_groups(self, **_: Any) -> dict[str, Any]:
        return {"SecurityGroups": [self.group] if self.group else []}


@pytest.mark.parametrize(
    ("answers", "ids", "tagged", "warned"),
    [
        (["made"], {KEY: "sg-in"}, True, 0),
        (["InternalError", "made"], {KEY: "sg-in"}, True, 0),
        (["InternalError", "InternalError", "made"], {KEY: "sg-in"}, False, 0),
        (["no tags"], {KEY: "sg-in"}, False, 0),
        (["lost"], {KEY: "sg-in"}, True, 0),
        (["InternalError", "lost"], {KEY: "sg-in"}, True, 1),
        (["UnauthorizedOperation"], {}, False, 2),
    ],
)
def test_one_error_costs_a_group_neither_its_tag_nor_its_being_found(
    answers: list[str], ids: dict[str, str], tagged: bool, warned: int
) -> None:
    ec2 = Ec2(*answers)
    warnings: list[str] = []
    assert step.make_groups(ec2, RUN, warnings) == ids
    assert ("TagSpecifications" in ec2.group) == tagged
    assert len(warnings) == warned
