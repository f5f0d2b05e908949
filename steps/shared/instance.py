"""The instance's network interfaces."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shared.aws import code_of, insist


def interfaces_now(ec2: Any, instance_id: str) -> list[dict[str, Any]]:
    """Each attached interface: Id, VpcId, Groups (ids, sorted) and Names of the groups by their ids.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    """
    instance = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    found = []
    for interface in sorted(instance["NetworkInterfaces"], key=lambda part: part["NetworkInterfaceId"]):
        names = {group["GroupId"]: group["GroupName"] for group in interface["Groups"]}
        place = {"Id": interface["NetworkInterfaceId"], "VpcId": interface["VpcId"]}
        found.append({**place, "Groups": sorted(names), "Names": names})
    return found


# All at once: the time for which an instance is open counts. One interface that fails does not hold up the others.
def put_groups(ec2: Any, groups: dict[str, str]) -> dict[str, str]:
    """Gives each interface one group in place of all that it has; what failed, and why, by interface.

    An interface that is gone needs nothing more. A group made a moment ago may not be found yet.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
    """

    def put(name: str) -> tuple[str, str]:
        try:
            call = ec2.modify_network_interface_attribute
            insist(call, "InvalidGroup.NotFound", NetworkInterfaceId=name, Groups=[groups[name]])
        except Exception as error:
            return name, "" if code_of(error) == "InvalidNetworkInterfaceID.NotFound" else str(error)
        return name, ""

    with ThreadPoolExecutor(15) as pool:
        return {name: error for name, error in pool.map(put, sorted(groups)) if error}
