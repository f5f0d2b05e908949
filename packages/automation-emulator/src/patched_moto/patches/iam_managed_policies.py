"""AWS's own managed policies, such as ReadOnlyAccess, which `cdk bootstrap` attaches to its roles.

moto has them only where it loads more than a thousand of them for every account. Here an account gets one when
it is first attached.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
"""

import functools
import json
from collections.abc import Callable
from typing import Any

from moto.iam import models
from moto.iam.aws_managed_policies import aws_managed_policies_data

from patched_moto.patch import around


def apply() -> None:
    for name in ("attach_role_policy", "attach_user_policy", "attach_group_policy", "get_policy"):
        around(models.IAMBackend, name)(_with_policy)


def _with_policy(original: Callable[..., Any], self: Any, policy_arn: str, *args: Any, **kwargs: Any) -> Any:
    if policy_arn not in self.managed_policies:
        _, _, path = policy_arn.partition("::aws:policy/")
        name = path.rpartition("/")[2]
        if name in _known():
            policy = models.AWSManagedPolicy.from_data(name, self.account_id, self.region_name, _known()[name])
            self.managed_policies[policy.arn] = policy
    return original(self, policy_arn, *args, **kwargs)


@functools.cache
def _known() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(aws_managed_policies_data)
    return known
