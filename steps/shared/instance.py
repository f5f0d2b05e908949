"""The instance, its network interfaces, and putting groups on them."""

from typing import Any

from shared.aws import attempt, side_by_side
from shared.groups import kind_of
from shared.refuse import refuse


def instance_of(ec2: Any, run: dict[str, Any]) -> dict[str, Any]:
    """The instance as EC2 describes it; empty if it has no interface any more, as one that is terminated, or is gone,
    which all but a release refuse.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    """
    failed: list[str] = []
    gone = "InvalidInstanceID.NotFound"
    answer = attempt(failed, "The instance", ec2.describe_instances, "", gone, InstanceIds=[run["InstanceId"]])
    found: dict[str, Any] = answer["Reservations"][0]["Instances"][0] if answer else {}
    if found.get("NetworkInterfaces"):
        return found
    if failed or run["Action"] != "Release":
        refuse(*(failed or [f"{run['InstanceId']} is terminated or not in this account and Region."]))
    return {}


def interfaces_of(instance: dict[str, Any]) -> dict[str, Any]:
    """Each attached interface by its id: Vpc, Groups (ids, sorted), Names (of the groups, by id, no longer than the
    runbook's own: a step returns 100 KB), Own (the kinds of those that are the runbook's, by id)."""
    found = {}
    for each in instance.get("NetworkInterfaces", []):
        names = {group["GroupId"]: group["GroupName"][:99] for group in each["Groups"]}
        own = {group: kind for group, name in names.items() if (kind := kind_of(name, instance["InstanceId"]))}
        found[each["NetworkInterfaceId"]] = {"Vpc": each["VpcId"], "Groups": sorted(names), "Names": names, "Own": own}
    return found


# All at once: the time for which an instance is open counts. One that fails does not hold up the others, and one that
# is gone needs nothing more.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
def put_groups(ec2: Any, groups: dict[str, list[str]], failed: list[str], retry: str = "", **dry: Any) -> set[str]:
    """Gives each interface its groups in place of all that it has, or asks whether that would go; those that failed."""

    def put(name: str, wanted: list[str]) -> str:
        wrong: list[str] = []
        attempt(
            wrong,
            f"Groups of {name}",
            ec2.modify_network_interface_attribute,
            retry,
            "DryRunOperation InvalidNetworkInterfaceID.NotFound",
            NetworkInterfaceId=name,
            Groups=wanted,
            **dry,
        )
        failed.extend(wrong)
        return name if wrong else ""

    return {*side_by_side(*((put, *each) for each in groups.items()))} - {""}


def with_names(groups: list[str], names: dict[str, str]) -> str:
    """Groups for a person: each id with its name."""
    return ", ".join(f"{group} ({names.get(group, '?')})" for group in groups) or "unknown"
