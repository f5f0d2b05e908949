"""Makes both groups, then replaces the interfaces' groups by the all-access group."""

import json
import time
from typing import Any

from botocore import xform_name
from shared.aws import client, code_of, filters, insist
from shared.instance import put_groups
from shared.names import BACKUP_TAG, backup_uri
from shared.notes import noted

# What a repeated call answers, after an answer that came too late, and a rehearsal that went well.
DONE = {
    "CreateSecurityGroup": "InvalidGroup.Duplicate",
    "RevokeSecurityGroupEgress": "InvalidPermission.NotFound",
    "AuthorizeSecurityGroupEgress": "InvalidPermission.Duplicate",
    "AuthorizeSecurityGroupIngress": "InvalidPermission.Duplicate",
    "ModifyNetworkInterfaceAttribute": "DryRunOperation",
}


def made_before(ec2: Any, run: dict[str, Any], make: dict[str, Any]) -> str:
    """The id of the group that a repeated call has made. RuntimeError if it is another run's."""
    wanted = {"group-name": [make["GroupName"]], "vpc-id": [make["VpcId"]], f"tag:{BACKUP_TAG}": [backup_uri(run)]}
    found = ec2.describe_security_groups(Filters=filters(wanted))["SecurityGroups"]
    if not found:
        raise RuntimeError(f"{make['GroupName']} belongs to another run. When no other is under way, start again.")
    return str(found[0]["GroupId"])


def work(events: dict[str, Any]) -> dict[str, Any]:
    """All that can fail comes first, the containment group among it. If opening fails, it closes at once."""
    ec2, plan = client("ec2"), events["Plan"]
    ids: dict[str, str] = {}
    opening: dict[str, str] = {}
    closing: dict[str, str] = {}
    failed: dict[str, str] = {}
    for entry in plan["Calls"]:
        operation, parameters = entry["Call"].split(":")[1], entry["Parameters"]
        interface, mine = parameters.get("NetworkInterfaceId", ""), entry["Step"] == "createAllAccessSecurityGroup"
        if interface:
            parameters["Groups"] = [ids.get(group, group) for group in parameters["Groups"]]
        elif "GroupId" in parameters:
            parameters["GroupId"] = ids.get(parameters["GroupId"], parameters["GroupId"])
        if interface and "DryRun" not in parameters:
            (opening if mine else closing)[interface] = parameters["Groups"][0]
        elif mine:
            try:
                method = getattr(ec2, xform_name(operation))
                made = insist(method, "InvalidGroup.NotFound", DONE[operation], **parameters)
            except Exception as error:
                # Where EC2 would refuse the group and not the role, the others can still be isolated.
                if not interface or code_of(error) == "UnauthorizedOperation":
                    raise
                failed[interface] = str(error)
            if operation == "CreateSecurityGroup":
                name = f"<{parameters['GroupName']} in {parameters['VpcId']}>"
                ids[name] = made["GroupId"] if made else made_before(ec2, plan["Run"], parameters)
    at = time.time()
    failed = failed or put_groups(ec2, opening)
    if failed:
        still = put_groups(ec2, closing)
        raise RuntimeError(
            f"The all-access group was not put on every interface: {json.dumps(failed)}. The containment group was put"
            f" at once on {', '.join(sorted(closing.keys() - still.keys())) or 'none'}; failed: {json.dumps(still)}."
        )
    groups = plan["Groups"]
    inside, outside = ({vpc: ids.get(name, name) for vpc, name in groups[kind].items()} for kind in groups)
    return {"Opened": {"Inside": inside, "Outside": outside, "Closing": closing, "At": at}}


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Both groups by VPC, and the opened interfaces with the containment group of each."""
    return noted("createAllAccessSecurityGroup", work, events)
