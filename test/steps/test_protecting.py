"""Whole runs of ProtectEC2Evidence on an account that is unlucky, or not alone: the real handlers, one after the other
as the document has them."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from backupInstanceSecurityGroups import handler as writeProtectionBackup
from changeProtections import handler as changeProtections
from planProtection import handler as planProtection
from proveProtection import handler as proveProtection
from refusals import refusal

INSTANCE = "i-0123456789abcdef0"
ENI = "eni-0123456789abcdef0"
PLACE = f"{ENI} 10.0.0.4"
ADDRESS = "eipalloc-0123456789abcdef0"
ARN = "arn:aws:iam::111122223333:instance-profile/app"
KINDS = ("TerminationProtection", "KeepVolumes", "StopOnShutdown", "RevokeSessions", "DisassociateElasticIps")


class Account:
    """EC2, IAM, S3 and Systems Manager in one, as far as the handlers of ProtectEC2Evidence call them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.state = "running"
        self.attributes: dict[str, Any] = {
            "DisableApiTermination": False,
            "InstanceInitiatedShutdownBehavior": "terminate",
        }
        self.disks = {"/dev/xvda": True}
        self.volume = "vol-0123456789abcdef0"
        self.place = PLACE
        self.tags: dict[str, str] = {}
        self.policies: dict[str, str] = {}
        self.objects: dict[tuple[str, str], bytes] = {}
        self.executions: dict[str, Any] = {}
        self.document = "ProtectEC2Evidence"
        # What a test puts in the place of a call.
        self.instead: dict[str, Callable[..., Any]] = {}
        self.slept: list[float] = []
        for module in (planProtection, writeProtectionBackup, changeProtections, proveProtection):
            patch.setattr(module, "client", lambda _: self)
        patch.setattr("time.sleep", self.slept.append)
        self.meta = SimpleNamespace(events=SimpleNamespace(register=lambda *_: None))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The call of a client."""
        if f"_{name}" not in dir(type(self)):
            raise AttributeError(name)

        def call(**given: Any) -> Any:
            return self.instead[name](**given) if name in self.instead else getattr(self, f"_{name}")(**given)

        return call

    def start(self, action: str = "Protect", bucket: str = "evidence", prefix: str = "", **more: Any) -> "Run":
        """Starts an execution, and brings it to its plan."""
        execution = f"{len(self.executions):08d}-1111-4222-8333-444455556666"
        wanted = {kind: more.get(kind, True) for kind in KINDS}
        parameters = {"S3BucketName": [bucket]}
        self.executions[execution] = {
            **{"DocumentName": self.document, "Parameters": parameters, "StepExecutions": []},
            **{"AutomationExecutionStatus": "InProgress", "ExecutionStartTime": datetime.now(UTC)},
        }
        run: dict[str, Any] = {
            "AccountId": "111122223333",
            "Region": "eu-central-1",
            "Execution": execution,
            "Action": action,
        }
        run |= {
            "Execution": execution,
            "InstanceId": INSTANCE,
            "Bucket": bucket,
            "Wanted": wanted,
            "Role": "arn:aws:iam::111122223333:role/p",
        }
        dry = more.get("dry", False)
        events = {"Run": run, "Prefix": prefix, "Warnings": [], "DryRun": dry}
        planned = through(planProtection.handler, events)
        self.executions[execution]["StepExecutions"] = [{"StepName": "other"}, {"Outputs": {"Key": [planned["Key"]]}}]
        return Run(planned, self.executions[execution])

    def run(self, *args: Any, **more: Any) -> "Run":
        """An execution from its start to its report."""
        run = self.start(*args, **more)
        run.write()
        run.change()
        return run.prove()

    def _describe_instances(self, **given: Any) -> Any:
        interface, address = PLACE.split()
        instance = {
            "InstanceId": INSTANCE,
            "State": {"Name": self.state},
            "IamInstanceProfile": {"Arn": ARN},
            "NetworkInterfaces": [
                {"NetworkInterfaceId": interface, "PrivateIpAddresses": [{"PrivateIpAddress": address}]}
            ],
            "BlockDeviceMappings": [
                {"DeviceName": name, "Ebs": {"VolumeId": self.volume, "DeleteOnTermination": deleted}}
                for name, deleted in self.disks.items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
        }
        return {"Reservations": [{"Instances": [instance]}]}

    def _describe_instance_attribute(self, Attribute: str, **_: Any) -> Any:
        name = Attribute[0].upper() + Attribute[1:]
        return {name: {"Value": self.attributes[name]}}

    def _modify_instance_attribute(self, InstanceId: str, **given: Any) -> None:
        for disk in given.pop("BlockDeviceMappings", []):
            self.disks[disk["DeviceName"]] = disk["Ebs"]["DeleteOnTermination"]
        self.attributes |= {name: it["Value"] for name, it in given.items()}

    def _describe_addresses(self, **_: Any) -> Any:
        if not self.place:
            return {"Addresses": [{"AllocationId": ADDRESS}]}
        interface, address = self.place.split()
        there = {"NetworkInterfaceId": interface, "PrivateIpAddress": address, "AssociationId": "eipassoc-1"}
        return {"Addresses": [{"AllocationId": ADDRESS, **there}]}

    def _disassociate_address(self, **_: Any) -> None:
        self.place = ""

    def _associate_address(self, NetworkInterfaceId: str, PrivateIpAddress: str, **_: Any) -> None:
        self.place = f"{NetworkInterfaceId} {PrivateIpAddress}"

    def _create_tags(self, Tags: list[dict[str, str]], **_: Any) -> None:
        self.tags |= {tag["Key"]: tag["Value"] for tag in Tags}

    def _delete_tags(self, Tags: list[dict[str, str]], **_: Any) -> None:
        # One that has another value by now stays.
        self.tags = {key: value for key, value in self.tags.items() if {"Key": key, "Value": value} not in Tags}

    def _get_instance_profile(self, **_: Any) -> Any:
        return {"InstanceProfile": {"Roles": [{"RoleName": "app"}]}}

    def _get_role_policy(self, PolicyName: str, **_: Any) -> Any:
        if PolicyName not in self.policies:
            raise refusal("NoSuchEntity", "GetRolePolicy")
        return {"PolicyDocument": json.loads(self.policies[PolicyName])}

    def _put_role_policy(self, PolicyName: str, PolicyDocument: str, **_: Any) -> None:
        self.policies[PolicyName] = PolicyDocument

    def _delete_role_policy(self, PolicyName: str, **_: Any) -> None:
        del self.policies[PolicyName]

    def _put_object(self, Bucket: str, Key: str, Body: bytes, **_: Any) -> None:
        self.objects[Bucket, Key] = Body

    def _get_object(self, Bucket: str, Key: str, **_: Any) -> Any:
        if (Bucket, Key) not in self.objects:
            raise refusal("NoSuchKey", "GetObject")
        return {"Body": BytesIO(self.objects[Bucket, Key])}

    def _get_automation_execution(self, AutomationExecutionId: str) -> Any:
        if AutomationExecutionId not in self.executions:
            raise refusal("AutomationExecutionNotFoundException", "GetAutomationExecution")
        return {"AutomationExecution": self.executions[AutomationExecutionId]}


class Run:
    """An execution that is planned: each further step of it, as the document takes them."""

    def __init__(self, planned: dict[str, Any], execution: dict[str, Any]) -> None:
        self.execution = execution
        self.run, self.plan = planned["Run"], planned["Json"]
        self.notes: dict[str, Any] = {}
        self.report: dict[str, Any] = {}
        self.key = planned["Key"]

    def end(self, status: str, minutes: int = 0) -> None:
        """Ends it, some minutes ago."""
        self.execution["AutomationExecutionStatus"] = status
        self.execution["ExecutionEndTime"] = datetime.now(UTC) - timedelta(minutes=minutes)

    def write(self) -> None:
        """Writes the backup; a release has none."""
        if self.run["Action"] != "Release":
            through(writeProtectionBackup.handler, {"Run": self.run, "Missing": False})

    def change(self) -> None:
        """Changes what is planned."""
        self.notes = through(changeProtections.handler, {"Run": self.run})["Notes"]

    def prove(self) -> "Run":
        """Reads everything again, and has the report."""
        proved = through(proveProtection.handler, {"Run": self.run, "Notes": self.notes})
        self.outcome: str = proved["Outcome"]
        self.report = proved["Json"]
        self.title: str = self.report["Title"]
        self.end("Success" if self.outcome == "Done" else "Failed")
        return self


def through(handler: Callable[[dict[str, Any], Any], dict[str, Any]], events: dict[str, Any]) -> dict[str, Any]:
    """What a step gives to the next one: JSON, both ways."""
    given: dict[str, Any] = json.loads(json.dumps(handler(json.loads(json.dumps(events)), None)))
    return given


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account with nothing protected."""
    return Account(monkeypatch)


def test_what_is_protected_is_given_back(account: Account) -> None:
    before = {**account.attributes}, {**account.disks}, account.place
    run = account.run()
    assert (run.outcome, run.title.split(":")[0]) == ("Done", "PROTECTED")
    assert (account.place, account.disks, len(account.policies)) == ("", {"/dev/xvda": False}, 1)
    assert account.run().title.startswith("ALREADY PROTECTED:")
    released = account.run("Release", prefix=run.run["Key"])
    assert (released.outcome, released.title.split(":")[0]) == ("Done", "PROTECTION RELEASED")
    assert (account.attributes, account.disks, account.place) == before
    assert (account.policies, account.tags) == ({}, {})


def test_an_instance_that_is_being_terminated_is_never_called_protected(account: Account) -> None:
    account.run()
    account.state = "shutting-down"
    said = "The instance is being terminated: no protection ends that. Volumes that are kept stay."
    assert said in account.start(dry=True).plan["What can't be done"]
    for run in (account.run(), account.run(TerminationProtection=False)):
        assert run.outcome == "Failed"
        assert run.title.startswith("PROTECTION INCOMPLETE")
        assert run.report["What failed"] == [said]


def test_an_instance_that_is_terminated_while_it_is_protected_is_not_called_protected(account: Account) -> None:
    run = account.start()
    run.write()
    run.change()
    account.state = "shutting-down"
    assert run.prove().outcome == "Failed"


def test_a_protect_beside_another_one_takes_over_the_policy_that_the_other_one_is_about_to_write(
    account: Account,
) -> None:
    second: list[Run] = []

    def meanwhile(**given: Any) -> None:
        del account.instead["put_role_policy"]
        second.append(account.run())
        account.put_role_policy(**given)

    account.instead["put_role_policy"] = meanwhile
    account.run()
    assert len(account.policies) == 2
    assert account.run("Release", prefix=second[0].key).title.startswith("PROTECTION RELEASED:")
    assert (account.policies, account.disks, account.place) == ({}, {"/dev/xvda": True}, PLACE)


def test_a_protect_takes_over_the_policy_of_an_earlier_one_that_iam_does_not_show_yet(account: Account) -> None:
    account.run()
    [earlier] = account.policies.items()
    account.policies.clear()
    run = account.start()
    account.policies.update([earlier])
    run.write()
    run.change()
    assert run.prove().outcome == "Done"
    assert account.run("Release", prefix=run.key).outcome == "Done"
    assert account.policies == {}


def test_a_release_names_the_policy_of_an_earlier_protect_that_somebody_has_changed(account: Account) -> None:
    account.run()
    [earlier] = account.policies
    account.policies[earlier] = "{}"
    run = account.run()
    released = account.run("Release", prefix=run.key)
    assert [*account.policies] == [earlier]
    assert released.outcome == "Failed"
    assert f"{earlier} is another policy" in str(released.report["What failed"])


def stale(account: Account, reads: int) -> None:
    """Lets IAM and EC2 show what was before the changes for some reads more."""
    earlier, policies = {**account.disks}, {**account.policies}

    def policy(PolicyName: str, **_: Any) -> Any:
        nonlocal reads
        reads -= 1
        if reads < 0:
            del account.instead["get_role_policy"], account.instead["describe_instances"]
            return account.get_role_policy(PolicyName=PolicyName)
        if PolicyName not in policies:
            raise refusal("NoSuchEntity", "GetRolePolicy")
        return {"PolicyDocument": json.loads(policies[PolicyName])}

    def instances(**_: Any) -> Any:
        changed, account.disks = account.disks, {**earlier}
        found = account._describe_instances()
        account.disks = changed
        return found

    account.instead |= {"get_role_policy": policy, "describe_instances": instances}


@pytest.mark.parametrize("action", ["Protect", "Release"])
@pytest.mark.parametrize(("reads", "outcome"), [(0, "Done"), (3, "Done"), (99, "Failed")])
def test_what_aws_does_not_show_at_once_is_waited_for(account: Account, action: str, reads: int, outcome: str) -> None:
    key = account.run().key if action == "Release" else ""
    run = account.start(action, prefix=key)
    run.write()
    stale(account, reads)
    run.change()
    run.prove()
    assert run.outcome == outcome
    assert account.slept == [1, 2, 4, 8][: reads + 1]


def test_what_was_refused_is_not_waited_for(account: Account) -> None:
    def refuse(**_: Any) -> None:
        raise refusal("AccessDenied", "PutRolePolicy")

    account.instead["put_role_policy"] = refuse
    run = account.run()
    assert (run.outcome, account.slept) == ("Failed", [])
    assert "put-role-policy" in run.report["To finish by hand"][0]


def test_a_release_whose_answer_was_lost_does_not_say_that_nothing_was_changed(account: Account) -> None:
    run = account.start("Release", prefix=account.run().key)
    run.change()
    run.notes = {}
    run.prove()
    assert (run.outcome, run.title.split(":")[0]) == ("Done", "PROTECTION RELEASED, WITH WARNINGS")
    assert run.report["Calls made"] == ["Not known: changeProtections did not end."]
    assert "may go on for up to 10 minutes" in run.report["Warnings"][0]


def test_a_protect_of_nothing_is_refused(account: Account) -> None:
    with pytest.raises(ValueError, match=r"There is nothing to protect.*Nothing was changed"):
        account.start("Protect", "evidence", "", **dict.fromkeys(KINDS, False))


def test_a_report_says_which_protections_were_not_asked_for(account: Account) -> None:
    said = "TerminationProtection is false: left as it is."
    assert account.run(TerminationProtection=False).report["Not protected"][0] == said
    account.run()
    # An earlier run holds it.
    assert said not in account.run(TerminationProtection=False).report["Not protected"]


def test_a_protect_with_another_bucket_takes_over_what_the_first_one_changed(account: Account) -> None:
    before = {**account.attributes}, {**account.disks}, account.place
    first = account.run(KeepVolumes=False)
    second = account.run(bucket="other")
    assert (second.title.split(":")[0], second.run["Bucket"]) == ("PROTECTED", "other")
    with pytest.raises(ValueError, match=f"{second.key}: give that as S3PrefixName, and other as S3BucketName"):
        account.run("Release", prefix=first.key)
    assert account.run("Release", "other", second.key).title.startswith("PROTECTION RELEASED:")
    assert (account.attributes, account.disks, account.place) == before
    assert account.policies == {}


def test_a_protect_with_another_bucket_and_nothing_to_do_names_the_backup_where_it_is(account: Account) -> None:
    first = account.run()
    second = account.run(bucket="other")
    assert second.title.startswith("ALREADY PROTECTED:")
    assert second.report["Backup"] == [f"s3://evidence/{first.key}"]
    assert f"S3BucketName=evidence,S3PrefixName={first.key}" in second.report["To release"][0]


def test_a_protect_refuses_another_bucket_that_it_can_not_read(account: Account) -> None:
    account.run()

    def refuse(**_: Any) -> None:
        raise refusal("AccessDenied", "GetObject")

    account.instead["get_object"] = refuse
    with pytest.raises(ValueError, match=r"that can't be read now.*s3://evidence/.*Nothing was changed"):
        account.start(bucket="other")


@pytest.mark.parametrize("value", ["s3://evil/a.json", "s3://evil", "evil", "s3://", "s3://evil/00000000-{0}.1.json"])
def test_a_bucket_that_no_protect_used_is_not_read_for_a_tag(account: Account, value: str) -> None:
    account.tags["ProtectEC2Evidence:Backup"] = value.format("1111-4222-8333-444455556666")
    read: list[str] = []

    def get(Bucket: str, **given: Any) -> Any:
        read.append(Bucket)
        return account._get_object(Bucket, **given)

    account.instead["get_object"] = get
    assert account.run().title.startswith("PROTECTED, WITH WARNINGS:")
    assert {*read} == {"evidence"}


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["P", "arn:aws:ssm:eu-central-1:111122223333:document/P"], True),
        (["arn:aws-cn:ssm:eu-central-1:111122223333:document/P", "P"], True),
        (["arn:aws:ssm:eu-central-1:999922223333:document/P"] * 2, True),
        # Somebody else's document, shared under the same name.
        (["arn:aws:ssm:eu-central-1:999922223333:document/P", "P"], False),
    ],
)
def test_a_document_is_the_same_by_its_name_and_by_its_arn(account: Account, names: list[str], taken: bool) -> None:
    account.document, then = names
    account.run()
    account.document = then
    assert account.run().title.startswith("ALREADY PROTECTED:" if taken else "PROTECTED, WITH WARNINGS:")


def test_a_release_repeats_that_an_earlier_protect_may_have_been_left_out(account: Account) -> None:
    first = account.run()
    # Systems Manager keeps executions for 30 days.
    account.executions = {f"{9:08d}-1111-4222-8333-444455556666": {}}
    account.run()
    last = account.run(KeepVolumes=False)
    account.disks["/dev/xvdb"] = True
    last = account.run()
    released = account.run("Release", prefix=last.key)
    assert (released.outcome, released.title.split(":")[0]) == ("Done", "PROTECTION RELEASED, WITH WARNINGS")
    assert f"named s3://evidence/{first.key}, which did not count" in released.report["Warnings"][0]
    assert account.run("Release", prefix=first.key).outcome == "Done"
    assert (account.policies, account.place) == ({}, PLACE)


def test_no_line_to_paste_changes_the_volume_that_is_where_a_detached_one_was(account: Account) -> None:
    key = account.run().key
    account.volume = "vol-ffffffffffffffff0"
    released = account.run("Release", prefix=key)
    assert released.outcome == "Failed"
    assert "vol-0123456789abcdef0 is not found" in str(released.report["What failed"])
    assert account.disks == {"/dev/xvda": False}
    # Nothing is gained by another start: what is left is the tag.
    assert "nothing is left to do but to remove the tag" in released.report["To finish"][0]
    [line] = released.report["To finish by hand"]
    assert "ec2 delete-tags" in line


def test_what_was_refused_is_to_be_started_again_though_something_else_stays(account: Account) -> None:
    key = account.run().key
    account.volume = "vol-ffffffffffffffff0"

    def refuse(**_: Any) -> None:
        raise refusal("AccessDenied", "DeleteRolePolicy")

    account.instead["delete_role_policy"] = refuse
    released = account.run("Release", prefix=key)
    assert released.report["To finish"] == ["Start again with the same parameters."]
    [line] = released.report["To finish by hand"]
    assert "iam delete-role-policy" in line


def test_what_could_not_be_read_is_to_be_started_again(account: Account) -> None:
    key = account.run().key

    def refuse(**_: Any) -> None:
        raise refusal("RequestLimitExceeded", "DescribeInstanceAttribute")

    account.instead["describe_instance_attribute"] = refuse
    run = account.start("Release", prefix=key)
    account.instead.clear()
    run.change()
    run.prove()
    assert run.outcome == "Failed"
    assert run.report["To finish"] == ["Start again with the same parameters."]
    assert account.run("Release", prefix=key).outcome == "Done"


def test_a_volume_that_outlasts_its_instance_is_not_said_to_be_gone(account: Account) -> None:
    key = account.run().key

    def gone(**_: Any) -> None:
        raise refusal("InvalidInstanceID.NotFound", "DescribeInstances")

    account.instead["describe_instances"] = gone
    released = account.run("Release", prefix=key)
    assert released.outcome == "Done"
    assert any(
        line.startswith("KeepVolumes") and line.endswith("is still there.") for line in released.report["Warnings"]
    )


def test_a_release_says_what_is_still_protected_by_a_protect_whose_tag_was_taken_away(account: Account) -> None:
    first = account.run()
    account.tags.clear()
    released = account.run("Release", prefix=account.run().key)
    assert released.title.startswith("PROTECTION RELEASED:")
    assert released.report["Still protected, and not by that Protect"] == [
        f"TerminationProtection {INSTANCE}: on",
        f"StopOnShutdown {INSTANCE}: stop",
        f"KeepVolumes /dev/xvda {account.volume}: kept",
    ]
    assert "Still protected" not in str(account.run("Release", prefix=first.key).report)


def test_of_two_protects_that_looked_before_either_had_begun_the_second_changes_nothing(account: Account) -> None:
    before = {**account.attributes}, {**account.disks}, account.place
    first, second = account.start(), account.start(bucket="other")
    for run in (first, second):
        run.write()
    first.change()
    held = {**account.attributes}, {**account.disks}, {**account.tags}, {**account.policies}
    second.change()
    assert (account.attributes, account.disks, account.tags, account.policies) == held
    assert second.prove().outcome == "Failed"
    assert "this one has changed nothing. Start again when that has ended." in str(second.report["What failed"])
    first.prove()
    last = account.run(bucket="other")
    assert account.run("Release", last.run["Bucket"], last.key).outcome == "Done"
    assert (account.attributes, account.disks, account.place) == before


@pytest.mark.parametrize("genuine", [True, False])
def test_a_tag_that_was_forged_since_the_look_keeps_no_protect_from_its_work(account: Account, genuine: bool) -> None:
    old = account.run()
    [(name, value)] = account.tags.items()
    account.run("Release", prefix=old.key)
    run = account.start()
    run.write()
    account.tags[name] = value if genuine else value.replace("00000000", "99999999")
    run.change()
    assert run.prove().title.startswith("PROTECTED:")


@pytest.mark.parametrize("known", [True, False])
def test_a_protect_takes_over_what_another_one_that_has_not_ended_is_about_to_change(
    account: Account, known: bool
) -> None:
    second: list[Run] = []
    asked: list[str] = []

    # Who wrote the backup is known by two reads; whether that goes on may not be.
    def execution(AutomationExecutionId: str) -> Any:
        asked.append(AutomationExecutionId)
        if len(asked) > 2 and not known:
            raise refusal("ThrottlingException", "GetAutomationExecution")
        return account._get_automation_execution(AutomationExecutionId)

    def meanwhile(**given: Any) -> None:
        account.instead = {"get_automation_execution": execution}
        second.append(account.run(DisassociateElasticIps=False))
        account.instead = {}
        account.disassociate_address(**given)

    account.instead["disassociate_address"] = meanwhile
    account.run()
    assert account.place == ""
    assert account.run("Release", prefix=second[0].key).title.startswith("PROTECTION RELEASED:")
    assert (account.place, account.policies) == (PLACE, {})


def test_a_release_is_refused_while_its_protect_has_not_ended(account: Account) -> None:
    run = account.start()
    run.write()
    with pytest.raises(ValueError, match=r"has not ended\. Wait for its end.*Nothing was changed"):
        account.start("Release", prefix=run.key)
    run.change()
    run.prove()
    assert account.run("Release", prefix=run.key).title.startswith("PROTECTION RELEASED:")


@pytest.mark.parametrize(("status", "minutes", "warned"), [("Cancelled", 1, True), ("Cancelled", 11, False)])
def test_a_release_says_until_when_a_cancelled_protect_may_go_on(
    account: Account, status: str, minutes: int, warned: bool
) -> None:
    run = account.start()
    run.write()
    run.end(status, minutes)
    released = account.run("Release", prefix=run.key)
    assert released.outcome == "Done"
    assert ("may go on until" in str(released.report.get("Warnings"))) == warned


def test_a_release_needs_no_history_of_executions(account: Account) -> None:
    key = account.run().key

    def refuse(**_: Any) -> None:
        raise refusal("AccessDeniedException", "GetAutomationExecution")

    account.instead["get_automation_execution"] = refuse
    assert account.run("Release", prefix=key).title.startswith("PROTECTION RELEASED:")


CALLS = [name.removeprefix("_") for name in vars(Account) if name.startswith("_") and not name.startswith("__")]


class Trouble:
    """Calls that fail, before or after their effect, and a run that begins in the middle of another one, by chance."""

    def __init__(self, account: Account, seed: int) -> None:
        self.account, self.chance = account, random.Random(seed)  # noqa: S311
        self.rate = self.chance.choice([0.02, 0.1, 0.3])
        self.keys: list[tuple[str, str]] = []

    def begin(self, beside: bool) -> None:
        """Has calls fail from now on, or one of them wait for another run."""
        at = self.chance.randint(1, 15)
        # The tag that a further run is led by is put: without it, the report says that its backup stands alone.
        names = [name for name in CALLS if name != "create_tags"]
        self.account.instead = {name: partial(self.call, name, [at] if beside else []) for name in names}

    def call(self, name: str, waits: list[int], **given: Any) -> Any:
        """One call."""
        real = getattr(self.account, f"_{name}")
        if waits:
            waits[0] -= 1
            if waits[0] == 0:
                self.account.instead = {}
                self.run(False)
        elif self.chance.random() < self.rate:
            if self.chance.random() < 0.5:
                real(**given)
            raise refusal("InternalError", name)
        return real(**given)

    def run(self, beside: bool) -> None:
        """A Protect or a Release, whatever comes of it."""
        bucket = self.chance.choice(["evidence", "other"])
        wanted = {kind: self.chance.random() < 0.7 for kind in KINDS}
        release = bool(self.keys) and self.chance.random() < 0.4
        if not beside:
            self.begin(False)
        try:
            if release:
                run = self.account.start("Release", *self.chance.choice(self.keys))
            else:
                run = self.account.start("Protect", bucket, "", **wanted)
            run.write()
            self.keys += [] if release or not run.key else [(run.run["Bucket"], run.key)]
            self.begin(beside)
            run.change()
            run.prove()
        except ValueError as error:
            assert "Nothing was changed" in str(error)
        self.account.instead = {}


@pytest.mark.parametrize("seed", range(300))
def test_whatever_failed_or_ran_beside_a_release_that_says_so_has_given_all_back(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    account = Account(monkeypatch)
    before = {**account.attributes}, {**account.disks}, account.place, {**account.policies}
    trouble = Trouble(account, seed)
    for _ in range(trouble.chance.randint(1, 3)):
        trouble.run(beside=seed % 2 == 0)
    for execution in account.executions.values():
        execution.setdefault("ExecutionEndTime", datetime.now(UTC))
    last = account.run()
    assert last.outcome == "Done"
    released = account.run("Release", last.run["Bucket"], last.key)
    assert released.outcome == "Done"
    assert (account.attributes, account.disks, account.place, account.policies) == before
