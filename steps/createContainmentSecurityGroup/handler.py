"""Replaces the all-access group by the containment group, and proves that every interface is contained."""

import time
from typing import Any

from shared.aws import client
from shared.instance import interfaces_now, put_groups
from shared.names import next_supplement
from shared.notes import noted
from shared.objects import put_backup


# What was attached after the backup is described there before it is changed.
def add_to_backup(run: dict[str, Any], late: list[dict[str, Any]]) -> None:
    """Writes a supplement with the interfaces; they count as known then."""
    content = {**run, "Interfaces": late, "AutoScaling": {}, "TagsBefore": {}}
    key = next_supplement(run)
    place = {"Bucket": run["Bucket"], "Key": key, "ExpectedBucketOwner": run["AccountId"]}
    put_backup(client("s3", run["BucketRegion"]), place, content)
    run["Supplements"].append(key)
    run["Interfaces"] += late


def work(events: dict[str, Any]) -> dict[str, Any]:
    """Closes first and looks afterwards: the time for which the instance was open ends here."""
    ec2, run, opened = client("ec2"), events["Plan"]["Run"], events["Opened"]
    failed = put_groups(ec2, opened["Closing"])
    seconds = time.time() - opened["At"] if opened["Closing"] else 0
    inside, outside = opened["Inside"], opened["Outside"]
    wrong = []
    for pause in (0, 0.5, 1, 2, 4, 8):
        time.sleep(pause)
        interfaces = interfaces_now(ec2, run["InstanceId"])
        wrong = [i for i in interfaces if i["Groups"] != [inside.get(i["VpcId"])]]
        if not wrong:
            return {"OpenSeconds": f"{seconds:.1f}"}
        here = [i for i in wrong if i["VpcId"] in inside]
        known = {i["Id"] for i in run["Interfaces"]}
        late = [i for i in here if i["Id"] not in known]
        if late:
            add_to_backup(run, late)
            put_groups(ec2, {i["Id"]: outside[i["VpcId"]] for i in late})
        failed = put_groups(ec2, {i["Id"]: inside[i["VpcId"]] for i in here})
    states = [f"{i['Id']} has {', '.join(i['Groups'])} ({failed.get(i['Id'], 'changed meanwhile')})" for i in wrong]
    raise RuntimeError(f"Not contained: {'; '.join(states)}")


def handler(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """For how long the instance was open, in seconds."""
    return noted("createContainmentSecurityGroup", work, events)
