"""What a responder without the runbook runs: three plain scripts, one call after the other, by boto3.

    python baselines.py seed|guide|orchestrator '{"instance": "i-…", "bucket": "…"}'

Each isolates the instance in the order of its source, and takes a bucket and a role as given. The benchmark
(test/bench) reads from the emulator's log of calls how long they take.

- `seed`: the order of the steps of the article that this project's runbook follows.
- `guide`: the order of AWS's incident response guide: keep what is known, protect, isolate, detach, snapshot, tag.
  https://docs.aws.amazon.com/security-ir/latest/userguide/containment.html
- `orchestrator`: the order of the published forensic orchestrator (1.1.0): both changes of an interface back to back.
  https://github.com/aws-solutions/automated-forensic-orchestrator-for-amazon-ec2
"""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3

WORLD = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
ALL = [{"IpProtocol": "-1", **WORLD}]


class Responder:
    """The clients and the instance of one incident."""

    def __init__(self, instance: str, bucket: str) -> None:
        self.ec2 = boto3.client("ec2")
        self.scaling = boto3.client("autoscaling")
        self.s3 = boto3.client("s3")
        self.instance, self.bucket = instance, bucket

    def look(self) -> dict[str, Any]:
        """The instance as EC2 describes it."""
        found = self.ec2.describe_instances(InstanceIds=[self.instance])
        described: dict[str, Any] = found["Reservations"][0]["Instances"][0]
        return described

    def group_name(self) -> str | None:
        """The Auto Scaling group of the instance."""
        found = self.scaling.describe_auto_scaling_instances(InstanceIds=[self.instance])["AutoScalingInstances"]
        return found[0]["AutoScalingGroupName"] if found else None

    def keep(self, described: dict[str, Any]) -> None:
        """Writes what was, and reads it back."""
        text = json.dumps(described, default=str)
        self.s3.put_object(Bucket=self.bucket, Key=f"{self.instance}.json", Body=text)
        self.s3.get_object(Bucket=self.bucket, Key=f"{self.instance}.json")["Body"].read()

    def open_group(self, vpc: str) -> str:
        """A security group that lets everything through, so that connections become untracked."""
        made = self.ec2.create_security_group(GroupName=f"open-{self.instance}", Description="open", VpcId=vpc)
        self.ec2.authorize_security_group_ingress(GroupId=made["GroupId"], IpPermissions=ALL)
        return str(made["GroupId"])

    def closed_group(self, vpc: str) -> str:
        """A security group without rules."""
        made = self.ec2.create_security_group(GroupName=f"closed-{self.instance}", Description="closed", VpcId=vpc)
        rules = self.ec2.describe_security_groups(GroupIds=[made["GroupId"]])["SecurityGroups"][0]
        if rules["IpPermissionsEgress"]:
            self.ec2.revoke_security_group_egress(GroupId=made["GroupId"], IpPermissions=rules["IpPermissionsEgress"])
        return str(made["GroupId"])

    def put_on(self, interface: str, group: str) -> None:
        """Gives one interface one group."""
        self.ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[group])

    def stand_by(self, name: str) -> None:
        """Takes the instance out of service, with room below the group's MinSize."""
        group = self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
        if group["DesiredCapacity"] - 1 < group["MinSize"]:
            self.scaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=group["MinSize"] - 1)
        self.scaling.enter_standby(
            InstanceIds=[self.instance], AutoScalingGroupName=name, ShouldDecrementDesiredCapacity=True
        )


def interfaces(described: dict[str, Any]) -> list[str]:
    """The ids of the instance's network interfaces."""
    return [one["NetworkInterfaceId"] for one in described["NetworkInterfaces"]]


def seed(responder: Responder) -> None:
    """Inputs, state, group, bucket, backup, Standby, all-access group, containment group; each for itself."""
    responder.look()
    described = responder.look()
    name = responder.group_name()
    s3, bucket = responder.s3, responder.bucket
    s3.head_bucket(Bucket=bucket)
    s3.get_public_access_block(Bucket=bucket)
    s3.get_bucket_acl(Bucket=bucket)
    responder.keep(described)
    if name:
        responder.stand_by(name)
    opened = responder.open_group(described["VpcId"])
    for interface in interfaces(described):
        responder.put_on(interface, opened)
    closed = responder.closed_group(described["VpcId"])
    for interface in interfaces(described):
        responder.put_on(interface, closed)
    responder.look()


def guide(responder: Responder) -> None:
    """What is known, termination protection, isolation, detaching, snapshots, tags. Connections are not cut."""
    described = responder.look()
    ec2 = responder.ec2
    ec2.modify_instance_attribute(InstanceId=responder.instance, DisableApiTermination={"Value": True})
    closed = responder.closed_group(described["VpcId"])
    for interface in interfaces(described):
        responder.put_on(interface, closed)
    name = responder.group_name()
    if name:
        responder.scaling.detach_instances(
            InstanceIds=[responder.instance], AutoScalingGroupName=name, ShouldDecrementDesiredCapacity=False
        )
    for disk in described.get("BlockDeviceMappings", []):
        ec2.create_snapshot(VolumeId=disk["Ebs"]["VolumeId"])
    ec2.create_tags(Resources=[responder.instance], Tags=[{"Key": "Status", "Value": "Quarantine"}])


def orchestrator(responder: Responder) -> None:
    """Protection, groups, then for each interface both changes back to back, then tags."""
    described = responder.look()
    ec2 = responder.ec2
    ec2.modify_instance_attribute(InstanceId=responder.instance, DisableApiTermination={"Value": True})
    opened = responder.open_group(described["VpcId"])
    closed = responder.closed_group(described["VpcId"])
    for interface in interfaces(described):
        responder.put_on(interface, opened)
        responder.put_on(interface, closed)
    ec2.create_tags(Resources=[responder.instance], Tags=[{"Key": "Status", "Value": "Quarantine"}])


ORDERS = {"seed": seed, "guide": guide, "orchestrator": orchestrator}

if __name__ == "__main__":
    ORDERS[sys.argv[1]](Responder(**json.loads(sys.argv[2])))
