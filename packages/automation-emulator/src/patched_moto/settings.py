"""Settings that let a test bring about what AWS does rarely or slowly.

A setting belongs to one account, or to all (`default`). Set them while the server runs:

    POST /moto-api/settings   {"account": "111122223333", "imageDelay": 0.2}
    GET  /moto-api/settings?account=111122223333
    DELETE /moto-api/settings[?account=111122223333]

or for all accounts from the start: `serve.py --image-delay 0.2`, or the environment variable that stands
beside each setting below. `POST /moto-api/settings` without an account sets the setting for all accounts that
have no value of their own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Settings:
    """What can be set. Times are real seconds."""

    #: How long an image stays `pending` (EMULATOR_IMAGE_DELAY).
    image_delay: float = 0.5
    #: Images made from now on end as `failed` with this reason; empty: they become `available`.
    image_failure: str = ""
    #: How long an instance stays `EnteringStandby` while connections drain (EMULATOR_DRAIN_SECONDS).
    drain_seconds: float = 0.0
    #: How long an instance stays `Pending` after ExitStandby (EMULATOR_PENDING_SECONDS).
    pending_seconds: float = 0.0
    #: Instances of Auto Scaling groups that are in another lifecycle state than they would be, by their ids.
    lifecycle_states: dict[str, str] = field(default_factory=dict)
    #: Security groups an account may have in a Region (EMULATOR_GROUP_QUOTA).
    group_quota: int = 2500
    #: Rules a security group may have in each direction (EMULATOR_RULE_QUOTA).
    rule_quota: int = 60
    #: Groups one interface may have (EMULATOR_INTERFACE_GROUP_QUOTA).
    interface_group_quota: int = 5
    #: Interfaces that an AWS service manages: their ids.
    requester_managed: list[str] = field(default_factory=list)
    #: Interfaces that are trunks, as on EKS nodes whose pods have groups of their own: their ids.
    trunk_interfaces: list[str] = field(default_factory=list)
    #: Instances whose root device is an instance store: their ids.
    instance_store: list[str] = field(default_factory=list)
    #: Security groups that are made from now on are not found by as many calls that name them.
    group_hidden_calls: int = 0
    #: Systems Manager documents an account may have in a Region.
    document_quota: int = 500
    #: Versions a document may have.
    document_version_quota: int = 1000
    #: Accounts a document may be shared with.
    document_share_quota: int = 1000
    #: `stays`: a stack update of AWS::SSM::Document leaves the old default version, as is reported; empty: it moves.
    document_default: str = ""


#: The environment variable of a setting that can be set before the server starts.
VARIABLES = {
    "EMULATOR_IMAGE_DELAY": "image_delay",
    "EMULATOR_DRAIN_SECONDS": "drain_seconds",
    "EMULATOR_PENDING_SECONDS": "pending_seconds",
    "EMULATOR_GROUP_QUOTA": "group_quota",
    "EMULATOR_RULE_QUOTA": "rule_quota",
    "EMULATOR_INTERFACE_GROUP_QUOTA": "interface_group_quota",
}

ALL_ACCOUNTS = ""
_TYPES = {setting.name: type(getattr(Settings(), setting.name)) for setting in fields(Settings)}
_values: dict[str, dict[str, Any]] = {ALL_ACCOUNTS: {}}


def settings_of(account_id: str) -> Settings:
    """The settings as they stand for an account."""
    return Settings(**{**_values[ALL_ACCOUNTS], **_values.get(account_id, {})})


def change(account_id: str, values: dict[str, Any]) -> None:
    """Sets settings, named in camelCase or snake_case, for an account or for `ALL_ACCOUNTS`.

    Raises ValueError for a setting that does not exist or a value that is not of its type.
    """
    parsed: dict[str, Any] = {}
    for given, value in values.items():
        name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in given)
        wanted = _TYPES.get(name)
        if wanted is None:
            raise ValueError(f"there is no setting {given}; the settings are {', '.join(sorted(_TYPES))}")
        number = wanted in (int, float) and isinstance(value, int | float) and not isinstance(value, bool)
        parts = [*value, *(value.values() if isinstance(value, dict) else [])] if wanted in (list, dict) else []
        texts = (
            wanted in (str, list, dict) and isinstance(value, wanted) and all(isinstance(part, str) for part in parts)
        )
        if not (number or texts):
            raise ValueError(f"the setting {given} takes a {wanted.__name__}, not {value!r}")
        parsed[name] = wanted(value)
    _values.setdefault(account_id, {}).update(parsed)


def reset(account_id: str | None = None) -> None:
    """Puts the settings of an account, or of all, back to what the server started with."""
    if account_id is None:
        _values.clear()
        _values[ALL_ACCOUNTS] = {}
        from_environment()
    else:
        _values.pop(account_id, None)
        _values.setdefault(ALL_ACCOUNTS, {})


def from_environment() -> None:
    """Sets the settings whose environment variable is there."""
    found = {setting: float(os.environ[name]) for name, setting in VARIABLES.items() if os.environ.get(name)}
    change(ALL_ACCOUNTS, found)


def all_values() -> dict[str, dict[str, Any]]:
    """All that has been set, to be kept."""
    return {account: dict(values) for account, values in _values.items()}


def put_back(values: dict[str, dict[str, Any]]) -> None:
    """Sets what was kept; what the environment says of all accounts goes before it."""
    for account, kept in values.items():
        _values[account] = {**kept, **_values.get(account, {})}
