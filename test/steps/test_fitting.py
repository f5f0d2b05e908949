"""Which groups a containment puts on interfaces: what it has just changed may be read as it was before."""

from typing import Any

import pytest
from createContainmentSecurityGroup import handler as step
from refusals import refusal
from shared.groups import EVERYTHING

NAME = "<containment group in v>"
RUN = {"InstanceId": "i-1", "Rules": {"Ingress": [], "Egress": []}}
CLOSED: list[dict[str, Any]] = []


class Ec2:
    """EC2 whose containment group has these egress rules at each look, the last ones for ever; None: not readable."""

    def __init__(self, *looks: list[dict[str, Any]] | None) -> None:
        self.looks = [*looks]

    def describe_security_groups(self, **_: Any) -> dict[str, Any]:
        egress = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if egress is None:
            raise refusal("UnauthorizedOperation", "DescribeSecurityGroups")
        return {"SecurityGroups": [{"GroupId": "sg-in", "IpPermissions": [], "IpPermissionsEgress": egress}]}


@pytest.mark.parametrize(
    ("looks", "good", "warning"),
    [
        ([CLOSED], True, ""),
        ([EVERYTHING, CLOSED], True, ""),
        ([EVERYTHING, EVERYTHING, CLOSED], True, ""),
        ([EVERYTHING], False, "can't be used: allows Egress"),
        # What can't be read made no trouble when its rules were given.
        ([None], True, "Groups can't be read"),
    ],
)
def test_a_group_is_looked_at_again_before_it_is_not_used(
    looks: list[Any], good: bool, warning: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    warnings: list[str] = []
    assert step.fit_groups(Ec2(*looks), RUN, {NAME: "sg-in"}, warnings) == ({"sg-in"} if good else set())
    assert len(warnings) == bool(warning)
    assert warning in "".join(warnings)
    assert sum(waited) <= 4
