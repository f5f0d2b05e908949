"""Standby and the sizes of an Auto Scaling group.

moto 5.2.1 moves any instance in and out of Standby whatever the sizes are, takes a MinSize above MaxSize,
compares a new MinSize with the number of instances instead of the desired capacity, terminates instances in
Standby when it scales in, and fails with a server error for a group that does not exist.

- EnterStandby: only InService, and the new desired capacity not under MinSize:
  https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnterStandby.html
- ExitStandby raises the desired capacity, and is refused over MaxSize:
  https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExitStandby.html
- EnteringStandby while the load balancer's connections drain, Pending on the way back:
  https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-enter-exit-standby.html
  https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
- MinSize over the desired capacity raises it, MaxSize under it lowers it:
  https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html

The settings drainSeconds and pendingSeconds say how long the states between last (0: not at all), and
lifecycleStates puts an instance into any state.
"""

from __future__ import annotations

from typing import Any

from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import (
    AutoScalingBackend,
    EnterStandbyActivity,
    ExitStandbyActivity,
    FakeAutoScalingGroup,
    InstanceState,
)
from moto.autoscaling.responses import AutoScalingResponse

from patched_moto.clock import now
from patched_moto.patch import around, instead_of
from patched_moto.settings import settings_of

#: States of instances that the group counts as its capacity.
CAPACITY = ("InService", "Pending", "Pending:Wait", "Pending:Proceed")


def group_named(backend: Any, name: str) -> Any:
    """The group. Raises ValidationError when there is none."""
    if name not in backend.autoscaling_groups:
        message = f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"
        raise ValidationError(message)
    return backend.autoscaling_groups[name]


def apply() -> None:
    """Patches EnterStandby, ExitStandby, UpdateAutoScalingGroup, SetDesiredCapacity and the lifecycle states."""
    _lifecycle()
    _standby()
    _capacity()
    _sizes()


def _lifecycle() -> None:
    def read(member: Any) -> str:
        forced = settings_of(member.instance.ec2_backend.account_id).lifecycle_states.get(member.instance.id)
        if forced:
            return str(forced)
        state, until, then = vars(member)["lifecycle"]
        return str(then if now() >= until else state)

    def write(member: Any, state: str) -> None:
        vars(member)["lifecycle"] = (state, 0.0, state)

    InstanceState.lifecycle_state = property(read, write)


def _move(member: Any, between: str, seconds: float, then: str) -> None:
    vars(member)["lifecycle"] = (between, now() + seconds, then)


def _members(backend: Any, name: str, instance_ids: list[str], states: tuple[str, ...]) -> list[Any]:
    group = group_named(backend, name)
    members = {member.instance.id: member for member in group.instance_states}
    for instance_id in instance_ids:
        if instance_id not in members:
            message = f"The instance {instance_id} is not part of Auto Scaling group {name}."
            raise ValidationError(message)
        if members[instance_id].lifecycle_state not in states:
            message = f"The instance {instance_id} is not in {' or '.join(states)}."
            raise ValidationError(message)
    return [members[instance_id] for instance_id in dict.fromkeys(instance_ids)]


def _outside_sizes(group: Any, verb: str, count: int) -> ValidationError:
    return ValidationError(
        f"AutoScalingGroup {group.name} has min-size={group.min_size}, max-size={group.max_size}, and"
        f" desired-size={group.desired_capacity}. To {verb} standby {count} instance{'s' if count > 1 else ''},"
        " please update the AutoScalingGroup sizes appropriately."
    )


def _standby() -> None:
    @instead_of(AutoScalingBackend, "enter_standby_instances")
    def enter(self: Any, group_name: str, instance_ids: list[str], should_decrement: bool) -> list[Any]:
        members = _members(self, group_name, instance_ids, ("InService",))
        group = group_named(self, group_name)
        before = group.desired_capacity
        if should_decrement and before - len(members) < group.min_size:
            raise _outside_sizes(group, "place into", len(members))
        for member in members:
            _move(member, "EnteringStandby", settings_of(self.account_id).drain_seconds, "Standby")
        group.set_desired_capacity(before - len(members) if should_decrement else before)
        return [EnterStandbyActivity(member.instance, before) for member in members]

    @instead_of(AutoScalingBackend, "exit_standby_instances")
    def leave(self: Any, group_name: str, instance_ids: list[str]) -> list[Any]:
        members = _members(self, group_name, instance_ids, ("Standby",))
        group = group_named(self, group_name)
        before = group.desired_capacity
        if before + len(members) > group.max_size:
            raise _outside_sizes(group, "move out of", len(members))
        for member in members:
            _move(member, "Pending", settings_of(self.account_id).pending_seconds, "InService")
        group.set_desired_capacity(before + len(members))
        return [ExitStandbyActivity(member.instance, before) for member in members]


def _capacity() -> None:
    @instead_of(FakeAutoScalingGroup, "active_instances")
    def active_instances(self: Any) -> list[Any]:
        return [member for member in self.instance_states if member.lifecycle_state in CAPACITY]

    @around(FakeAutoScalingGroup, "set_desired_capacity")
    def set_desired_capacity(original: Any, self: Any, new_capacity: int | None) -> None:
        # Only what counts as capacity is terminated when there is too much of it.
        spared = [
            member
            for member in self.instance_states
            if not member.protected_from_scale_in and member.lifecycle_state not in CAPACITY
        ]
        for member in spared:
            member.protected_from_scale_in = True
        order = list(self.instance_states)
        try:
            original(self, new_capacity)
        finally:
            for member in spared:
                member.protected_from_scale_in = False
        # moto shuffles those that stay.
        self.instance_states.sort(key=lambda member: order.index(member) if member in order else len(order))

    @around(AutoScalingBackend, "set_desired_capacity")
    def set_desired(original: Any, self: Any, group_name: str, desired_capacity: int | None) -> None:
        group = group_named(self, group_name)
        original(self, group.name, desired_capacity)

    @around(AutoScalingBackend, "delete_auto_scaling_group")
    def delete(original: Any, self: Any, group_name: str) -> None:
        group = group_named(self, group_name)
        # Deleting a group terminates what is in Standby too.
        for member in group.instance_states:
            member.lifecycle_state = "InService"
        original(self, group_name)


def _sizes() -> None:
    @around(FakeAutoScalingGroup, "__init__")
    def init(original: Any, self: Any, *rest: Any, **kwargs: Any) -> None:
        _check_sizes(kwargs["min_size"], kwargs["max_size"], kwargs.get("desired_capacity"))
        original(self, *rest, **kwargs)

    @around(FakeAutoScalingGroup, "update")
    def update(original: Any, self: Any, **kwargs: Any) -> None:
        given = kwargs.get("min_size"), kwargs.get("max_size")
        low = self.min_size if given[0] is None else given[0]
        high = self.max_size if given[1] is None else given[1]
        _check_sizes(low, high, kwargs.get("desired_capacity"))
        policy = self.mixed_instances_policy
        kept = min(max(self.desired_capacity, low), high)
        if kwargs.get("desired_capacity") is None:
            kwargs["desired_capacity"] = kept
        original(self, **kwargs)
        if not any(kwargs.get(name) for name in ("launch_config_name", "launch_template", "mixed_instances_policy")):
            self.mixed_instances_policy = policy

    @around(AutoScalingResponse, "set_desired_capacity")
    def set_desired_capacity(original: Any, self: Any) -> Any:
        group = group_named(self.autoscaling_backend, self._get_param("AutoScalingGroupName"))
        wanted = self._get_int_param("DesiredCapacity")
        for wrong, word, limit in (
            (wanted < group.min_size, "below min", group.min_size),
            (wanted > group.max_size, "above max", group.max_size),
        ):
            if wrong:
                message = f"New SetDesiredCapacity value {wanted} is {word} value {limit} for the AutoScalingGroup."
                raise ValidationError(message)
        return original(self)


def _check_sizes(low: int, high: int, desired: int | None) -> None:
    if low > high:
        message = f"Max bound, {high}, must be greater than or equal to min bound, {low}"
        raise ValidationError(message)
    if desired is not None and not low <= desired <= high:
        message = f"Desired capacity:{desired} must be between the specified min size:{low} and max size:{high}"
        raise ValidationError(message)
