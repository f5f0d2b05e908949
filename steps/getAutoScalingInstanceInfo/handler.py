"""Gets the instance's place in an Auto Scaling group, and refuses states in which it can't be contained."""

from typing import Any

from shared.aws import client


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """The group's name and the lifecycle state, both empty for an instance outside any group.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
    """
    answer = client("autoscaling").describe_auto_scaling_instances(InstanceIds=[events["InstanceId"]])
    found = answer["AutoScalingInstances"]
    if not found:
        return {"AutoScalingGroupName": "", "LifecycleState": "", "IsMember": "false"}
    name, state = found[0]["AutoScalingGroupName"], found[0]["LifecycleState"]
    if events["Action"] == "Contain" and state not in ("InService", "EnteringStandby", "Standby"):
        raise ValueError(
            f"{events['InstanceId']} is {state} in the Auto Scaling group {name}: only an instance that is InService"
            " or in Standby can be contained. Wait until it is, or detach it from the group"
            f" (aws autoscaling detach-instances), and start again. Nothing was changed."
        )
    return {"AutoScalingGroupName": name, "LifecycleState": state, "IsMember": "true"}
