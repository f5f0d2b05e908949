"""EC2 is eventually consistent: what was made a moment ago may not be found yet.

moto finds it at once.

- a call that names a new resource may end with NotFound, and a list may lack it:
  https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html

The setting groupHiddenCalls says from how many of the calls that name it, or would list it, a security group made
from now on is hidden.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.responses._base_response import EC2BaseResponse

from patched_moto.patch import around
from patched_moto.settings import settings_of


def apply() -> None:
    """Hides new security groups for as many calls as the setting says."""

    @around(SecurityGroupBackend, "create_security_group")
    def create_security_group(original: Any, self: Any, *rest: Any, **kwargs: Any) -> Any:
        group = original(self, *rest, **kwargs)
        if not group.is_default:
            group.hidden_calls = settings_of(self.account_id).group_hidden_calls
        return group

    @around(SecurityGroupBackend, "describe_security_groups")
    def describe_security_groups(original: Any, self: Any, group_ids: Any = None, *rest: Any, **kwargs: Any) -> Any:
        found = original(self, group_ids, *rest, **kwargs)
        return found if group_ids else [group for group in found if not _hidden(group)]

    @around(EC2BaseResponse, "call_action")
    def call_action(original: Any, self: Any) -> Any:
        for name, values in self.querystring.items():
            group = None if name.startswith("Filter") else self.ec2_backend.get_security_group_from_id(values[0])
            if group is not None and _hidden(group):
                message = f"The security group '{group.id}' does not exist"
                refusal = EC2ClientError("InvalidGroup.NotFound", message)
                setattr(self, camelcase_to_underscores(self._get_action()), lambda error=refusal: ActionResult(error))
        return original(self)


def _hidden(group: Any) -> bool:
    """Whether this call does not see the group yet; it counts as one."""
    left: int = vars(group).get("hidden_calls", 0)
    group.hidden_calls = max(left - 1, 0)
    return left > 0
