"""DryRun asks whether a call is permitted, and does nothing.

moto 5.2.1 does not look at it in some operations, DescribeSecurityGroups among them, which then answer as if
it were not there.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.ec2.exceptions import DryRunClientError
from moto.ec2.responses._base_response import EC2BaseResponse

from emulator.moto.patch import around


def apply() -> None:
    """Mends DryRun for every EC2 operation."""

    @around(EC2BaseResponse, "call_action")
    def call_action(original: Any, self: Any) -> Any:
        if self._get_param("DryRun", False):
            setattr(self, camelcase_to_underscores(self._get_action()), _permitted)
        return original(self)


def _permitted() -> None:
    raise DryRunClientError
