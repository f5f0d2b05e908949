"""Names and tags by which a containment is known."""

from typing import Any

BACKUP_TAG = "ContainEC2Instance:Backup"
MIN_SIZE_TAG = "ContainEC2Instance:MinSize"
PUT = "ec2:ModifyNetworkInterfaceAttribute"


def group_name(run: dict[str, Any], kind: str) -> str:
    """The name of a containment's group: unique in its VPC, so that two runs can't both make it."""
    return f"ContainEC2Instance-{kind}-{run['InstanceId']}{run['GroupSuffix']}"


def backup_uri(run: dict[str, Any]) -> str:
    """Where the backup lies: what the containment's groups carry as a tag, and are known by."""
    return f"s3://{run['Bucket']}/{run['Key']}"


def next_supplement(run: dict[str, Any]) -> str:
    """The key of the backup's next supplement."""
    return f"{run['Key'][:-4]}supplement-{len(run['Supplements']) + 1:03d}.json"


def tags_of(run: dict[str, Any]) -> list[dict[str, str]]:
    """The tags on all that the runbook makes or changes."""
    return [{"Key": BACKUP_TAG, "Value": backup_uri(run)}, *run["Tags"]]


def tags_in(resource: dict[str, Any]) -> dict[str, str]:
    """A resource's tags by their keys."""
    return {tag["Key"]: tag["Value"] for tag in resource.get("Tags", [])}


def marker_of(run: dict[str, Any]) -> dict[str, str]:
    """The tag which says that the runbook changed the Auto Scaling group for this instance."""
    return {"Key": f"ContainEC2Instance:{run['InstanceId']}", "Value": backup_uri(run)}
