"""The security groups of a containment."""

from typing import Any

from shared.names import BACKUP_TAG, backup_uri, group_name


def own_groups(ec2: Any, run: dict[str, Any]) -> dict[str, dict[str, str]]:
    """This containment's groups: by kind, their ids by VPC. A name alone, which anybody may give, does not count."""
    kinds = ("containment", "all-access")
    names = {"Name": "group-name", "Values": [group_name(run, kind) for kind in kinds]}
    tag = {"Name": f"tag:{BACKUP_TAG}", "Values": [backup_uri(run)]}
    found = ec2.describe_security_groups(Filters=[names, tag])["SecurityGroups"]
    return {
        kind: {group["VpcId"]: group["GroupId"] for group in found if group["GroupName"] == group_name(run, kind)}
        for kind in kinds
    }
