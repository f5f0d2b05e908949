"""How protections stand, should stand and get there; and what is believed of backups and tags."""

from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import (
    EndpointConnectionError,
    IncompleteReadError,
    ParamValidationError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from changeProtections import handler as changeProtections
from planProtection import handler as planProtection
from planProtection.handler import fault_of_origin, marked, to_change, why_not
from proveProtection.handler import lines_of
from refusals import refusal
from shared.protections import (
    MARK,
    NONE,
    call_to,
    command_of,
    places_of,
    policy_text,
    protections_of,
    state_of_sessions,
    unprotected,
)

INSTANCE = "i-0123456789abcdef0"
ENI = "eni-0123456789abcdef0"
EIP = "DisassociateElasticIps eipalloc-0123456789abcdef0"
DISK = "KeepVolumes /dev/xvda vol-0123456789abcdef0"
STOP = f"StopOnShutdown {INSTANCE}"
TERMINATION = f"TerminationProtection {INSTANCE}"
OWN = "RevokeSessions app ProtectEC2Evidence-11111111-2222-3333-4444-555555555555"
EARLIER = "RevokeSessions app ProtectEC2Evidence-99999999-2222-3333-4444-555555555555"
OLDER = "older than 2026-01-31T12:00:00Z"
THERE = {"NetworkInterfaces": [{"NetworkInterfaceId": ENI, "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.4"}]}]}
KINDS = ("TerminationProtection", "KeepVolumes", "StopOnShutdown", "RevokeSessions", "DisassociateElasticIps")


def run_of(**more: Any) -> dict[str, Any]:
    """A run that wants every protection."""
    wanted = dict.fromkeys(KINDS, True)
    return {
        **{"InstanceId": INSTANCE, "Region": "us-east-1", "AccountId": "1" * 12, "Wanted": wanted},
        **{"Associations": {"eipalloc-0123456789abcdef0": "eipassoc-1"}, "RevokeOlder": OLDER},
        **{"Execution": "mine", "Warnings": [], **more},
    }


@pytest.mark.parametrize(
    ("item", "value", "should"),
    [
        (TERMINATION, "off", "on"),
        (TERMINATION, "on", None),
        (STOP, "terminate", "stop"),
        (STOP, "stop", None),
        (DISK, "deleted", "kept"),
        (DISK, "kept", None),
        (EIP, f"{ENI} 10.0.0.4", NONE),
        (EIP, NONE, None),
        # Its owner has put it on something else.
        (EIP, "eni-ffffffffffffffff0 10.0.0.9", None),
        (OWN, NONE, OLDER),
        (OWN, OLDER, None),
        (OWN, "another policy", None),
    ],
)
def test_what_is_not_protected_is_to_be(item: str, value: str, should: str | None) -> None:
    found = unprotected(run_of(), THERE, {item: value})
    assert found == ({item: should} if should else {})
    off = run_of(Wanted={**run_of()["Wanted"], item.split(maxsplit=1)[0]: False})
    assert unprotected(off, THERE, {item: value}) == {}


@pytest.mark.parametrize(
    ("now", "kept", "own", "wanted"),
    [
        ({OWN: NONE}, {}, OWN, [OWN]),
        # The policy of an earlier run revokes already; one that its owner has removed is not put again by that name.
        ({EARLIER: OLDER, OWN: NONE}, {EARLIER: {}}, OWN, []),
        ({EARLIER: NONE, OWN: NONE}, {}, OWN, [OWN]),
        ({EARLIER: NONE}, {}, "", []),
        ({DISK: "kept", STOP: "terminate"}, {DISK: {}}, "", [STOP]),
    ],
)
def test_what_an_earlier_run_holds_is_not_changed_again(
    now: dict[str, str], kept: dict[str, Any], own: str, wanted: list[str]
) -> None:
    assert [*to_change(run_of(), THERE, now, kept, own)] == wanted


@pytest.mark.parametrize(
    ("item", "value", "call"),
    [
        (TERMINATION, "on", ["ModifyInstanceAttribute", {"DisableApiTermination": {"Value": True}}]),
        (TERMINATION, "off", ["ModifyInstanceAttribute", {"DisableApiTermination": {"Value": False}}]),
        (STOP, "stop", ["ModifyInstanceAttribute", {"InstanceInitiatedShutdownBehavior": {"Value": "stop"}}]),
        (EIP, NONE, ["DisassociateAddress", {"AssociationId": "eipassoc-1"}]),
        (
            EIP,
            f"{ENI} 10.0.0.4",
            [
                "AssociateAddress",
                {
                    "AllocationId": "eipalloc-0123456789abcdef0",
                    "NetworkInterfaceId": ENI,
                    "PrivateIpAddress": "10.0.0.4",
                    "AllowReassociation": False,
                },
            ],
        ),
        (OWN, NONE, ["DeleteRolePolicy", {"RoleName": "app", "PolicyName": OWN.split()[2]}]),
        (
            OWN,
            OLDER,
            [
                "PutRolePolicy",
                {"RoleName": "app", "PolicyName": OWN.split()[2], "PolicyDocument": policy_text(OLDER)},
            ],
        ),
    ],
)
def test_a_protection_is_brought_to_stand_so_by_one_call(item: str, value: str, call: list[Any]) -> None:
    service, operation, given = call_to(run_of(), item, value)
    assert service == ("iam" if "RolePolicy" in operation else "ec2")
    instance = {"InstanceId": INSTANCE} if operation == "ModifyInstanceAttribute" else {}
    assert [operation, given] == [call[0], {**instance, **call[1]}]


@pytest.mark.parametrize(("value", "deleted"), [("kept", False), ("deleted", True)])
def test_a_volume_is_changed_by_its_device(value: str, deleted: bool) -> None:
    *_, given = call_to(run_of(), DISK, value)
    [mapping] = given["BlockDeviceMappings"]
    assert mapping == {"DeviceName": "/dev/xvda", "Ebs": {"DeleteOnTermination": deleted}}


def test_a_command_to_paste_quotes_what_it_is_given() -> None:
    line = command_of(run_of(), "iam", "DeleteRolePolicy", {"RoleName": "a'; rm -rf /"})
    assert line.startswith("aws --region us-east-1 iam delete-role-policy --cli-input-json '")
    assert """'"'"'; rm""" in line


@pytest.mark.parametrize(
    ("item", "before", "after"),
    [
        ("Nothing x", "on", "off"),
        (f"TerminationProtection {INSTANCE} more", "off", "on"),
        (TERMINATION, "off", "maybe"),
        ("KeepVolumes /dev/xvda i-0123", "kept", "deleted"),
        (EIP, "eni-0123 10.0.0.4; rm", NONE),
        ("RevokeSessions admin AdministratorAccess", OLDER, NONE),
        (OWN, NONE, '{"Effect": "Allow"}'),
    ],
)
def test_a_backup_that_says_what_no_protect_writes_counts_for_none(item: str, before: str, after: str) -> None:
    good = {DISK: {"Before": "deleted", "After": "kept"}}
    assert protections_of({"Protections": good}) == good
    assert protections_of({"Protections": {**good, item: {"Before": before, "After": after}}}) == {}


@pytest.mark.parametrize(
    "wrong", [None, 1, "x", [], {}, {DISK: 1}, {DISK: {"Before": "kept"}}, {DISK: {"Before": 1, "After": 2}}]
)
def test_a_backup_with_nothing_of_the_kind_counts_for_none(wrong: Any) -> None:
    assert protections_of({"Protections": wrong}) == {}
    assert protections_of({"Interfaces": {}}) == {}


class Roles:
    """IAM with one policy."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def get_role_policy(self, **_: Any) -> dict[str, Any]:
        """The policy; a refusal where there is to be one."""
        if isinstance(self.document, Exception):
            raise self.document
        return {"PolicyDocument": self.document}


def error(code: str) -> Exception:
    """An error of AWS with a code."""
    found = RuntimeError(code)
    found.response = {"Error": {"Code": code}}  # type: ignore[attr-defined]
    return found


def denying(**more: Any) -> dict[str, Any]:
    """The policy that revokes, but for what is said otherwise."""
    older = {"DateLessThan": {"aws:TokenIssueTime": "2026-01-31T12:00:00Z"}}
    deny = {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": older, **more}
    return {"Version": "2012-10-17", "Statement": [deny]}


@pytest.mark.parametrize(
    ("document", "state", "lines"),
    [
        (denying(), OLDER, 0),
        (denying(Action=["s3:*"]), "another policy", 0),
        (denying(Effect="Allow"), "another policy", 0),
        (denying(Sid="x"), "another policy", 0),
        ({"Version": "2012-10-17", "Statement": []}, "another policy", 0),
        (error("NoSuchEntity"), NONE, 0),
        (error("AccessDenied"), "not found or not readable", 1),
    ],
)
def test_a_policy_is_ours_only_if_it_is_so_byte_for_byte(document: Any, state: str, lines: int) -> None:
    failed: list[str] = []
    assert state_of_sessions(Roles(document), "app", "ProtectEC2Evidence-1", failed) == state
    assert len(failed) == lines


@pytest.mark.parametrize(
    ("item", "before", "after", "value", "why"),
    [
        (DISK, "deleted", "kept", "kept", ""),
        (DISK, "deleted", "kept", "gone", "is gone, not kept as Protect left it: it stays."),
        (EIP, f"{ENI} 10.0.0.4", NONE, NONE, ""),
        (EIP, f"{ENI} 10.0.0.5", NONE, NONE, f"can't go back to {ENI} 10.0.0.5: the instance has that no more."),
        (EIP, f"{ENI} 10.0.0.4", NONE, "eni-1 10.0.0.9", "is eni-1 10.0.0.9, not none as Protect left it: it stays."),
    ],
)
def test_what_was_changed_since_stays(item: str, before: str, after: str, value: str, why: str) -> None:
    assert why_not({"Before": before, "After": after}, item, value, {item: value}, THERE) == why


def test_an_address_does_not_go_back_where_another_one_is() -> None:
    place = f"{ENI} 10.0.0.4"
    assert places_of(THERE) == [place]
    other = {EIP: NONE, f"{EIP}1": place}
    assert "has another Elastic IP" in why_not({"Before": place, "After": NONE}, EIP, NONE, other, THERE)


NO_EXECUTION = (
    "its execution can't be read: An error occurred (AutomationExecutionNotFoundException) when calling the"
    " GetAutomationExecution operation: no."
)


class Executions:
    """Systems Manager with two executions."""

    def __init__(self, document: str, key: str) -> None:
        self.known = {
            "mine": {"DocumentName": "ProtectEC2Evidence"},
            "other": {
                "DocumentName": document,
                "Parameters": {"S3BucketName": ["b"]},
                "StepExecutions": [{"StepName": "checkBackupBucket"}, {"Outputs": {"Key": [key]}}],
            },
        }

    def get_automation_execution(self, AutomationExecutionId: str) -> dict[str, Any]:
        """An execution."""
        if AutomationExecutionId not in self.known:
            raise refusal("AutomationExecutionNotFoundException", "GetAutomationExecution")
        return {"AutomationExecution": self.known[AutomationExecutionId]}


@pytest.mark.parametrize(
    ("document", "given", "key", "fault"),
    [
        ("ProtectEC2Evidence", "a/other.1.json", "a/other.1.json", ""),
        ("ProtectEC2Evidence", "a/other.1.json", "a/other.2.json", "no execution of this document has written it."),
        ("Evil", "a/other.1.json", "a/other.1.json", "no execution of this document has written it."),
        ("ProtectEC2Evidence", "a/other.1.json", "a/none.1.json", NO_EXECUTION),
    ],
)
def test_a_tag_counts_only_where_the_services_own_history_says_the_same(
    document: str, given: str, key: str, fault: str
) -> None:
    assert fault_of_origin(Executions(document, given), run_of(), "b", key) == fault


@pytest.mark.parametrize(("refusals", "failed"), [(0, 0), (1, 0), (2, 1)])
def test_the_tag_that_leads_the_next_protect_is_tried_again_at_the_end(
    refusals: int, failed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    class Service:
        def create_tags(self, **_: Any) -> None:
            calls.append("tag")
            if calls.count("tag") <= refusals:
                raise refusal("InternalFailure", "CreateTags")

        def modify_instance_attribute(self, **_: Any) -> None:
            calls.append("change")

        def describe_instances(self, **_: Any) -> dict[str, Any]:
            return {"Reservations": [{"Instances": [{}]}]}

    monkeypatch.setattr(changeProtections, "client", lambda _service: Service())
    run = run_of(Action="Protect", Seen="", Tag=["ec2", "CreateTags", {}], Todo={STOP: "stop"}, Stays={})
    notes = changeProtections.handler({"Run": run}, None)["Notes"]
    assert calls == ["tag", "change", *(["tag"] if refusals else [])]
    assert len(notes["Made"]) == 2 - failed
    assert [line[:16] for line in notes["Failed"]] == ["The tag: CreateT", "Without the tag,"][: 2 * failed]


NO_ANSWER = EndpointConnectionError(endpoint_url="https://ssm")


@pytest.mark.parametrize(
    ("error", "action", "refused"),
    [
        (refusal("AccessDeniedException", "GetAutomationExecution"), "Protect", True),
        (refusal("ThrottlingException", "GetAutomationExecution"), "Protect", True),
        (NO_ANSWER, "Protect", True),
        (refusal("AccessDeniedException", "GetAutomationExecution"), "Release", False),
        (NO_ANSWER, "Release", False),
        # What a forged name is answered, by the service and by boto3.
        (refusal("AutomationExecutionNotFoundException", "GetAutomationExecution"), "Protect", False),
        (refusal("ValidationException", "GetAutomationExecution"), "Protect", False),
        (ParamValidationError(report="too short"), "Protect", False),
    ],
)
def test_a_protect_that_cannot_find_out_about_an_earlier_one_is_refused(
    error: Exception, action: str, refused: bool
) -> None:
    class Silent:
        def get_automation_execution(self, **_: str) -> None:
            raise error

    run = run_of(Action=action, Bucket="b")
    if refused:
        with pytest.raises(ValueError, match="Let the role call ssm:GetAutomationExecution"):
            fault_of_origin(Silent(), run, "b", "a/other.1.json")
    else:
        assert "its execution can't be read" in fault_of_origin(Silent(), run, "b", "a/other.1.json")


class Stored:
    """S3 with one object, or none that it gives."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer

    def get_object(self, **_: str) -> dict[str, Any]:
        """The object, or the error."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"Body": BytesIO(self.answer)}


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("action", ["Protect", "Release"])
@pytest.mark.parametrize(
    ("answer", "known"),
    [
        (refusal("InternalError", "GetObject"), False),
        (refusal("SlowDown", "GetObject"), False),
        (refusal("AccessDenied", "GetObject"), False),
        (EndpointConnectionError(endpoint_url="https://s3"), False),
        (ReadTimeoutError(endpoint_url="https://s3"), False),
        (ResponseStreamingError(error="reset"), False),
        (IncompleteReadError(actual_bytes=1, expected_bytes=2), False),
        (refusal("NoSuchKey", "GetObject"), True),
        (refusal("NoSuchBucket", "GetObject"), True),
        (b"garbage", True),
        (b"{}", True),
        (b"\xff", True),
    ],
)
def test_a_protect_goes_on_without_an_earlier_one_only_where_its_backup_is_gone_or_another(
    answer: bytes | Exception, known: bool, action: str, ours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "a/other.1.json"
    monkeypatch.setattr(planProtection, "client", lambda _: Executions("ProtectEC2Evidence", key if ours else "x"))
    run = run_of(Action=action, Bucket="b", Key="a/mine.2.json")
    instance = {"Tags": [{"Key": MARK, "Value": f"s3://b/{key}"}]}
    if ours and not known and action == "Protect":
        with pytest.raises(ValueError, match=r"can't be read now.*Start again.*Nothing was changed"):
            marked(Stored(answer), run, instance)
        return
    assert marked(Stored(answer), run, instance) == ("", "", {})
    assert ["which does not count" in warning for warning in run["Warnings"]] == [True]


def test_a_report_shows_each_protection_before_and_now() -> None:
    run = run_of(Protections={DISK: {"Before": "deleted", "After": "kept"}})
    assert lines_of(run, {STOP: "stop"}) == [f"{DISK}: before deleted; now not found or not readable", f"{STOP}: stop"]


class Fleet:
    """EC2 with as many instances of a profile, or a refusal."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.filters: list[dict[str, Any]] = []

    def describe_instances(self, Filters: list[dict[str, Any]]) -> dict[str, Any]:
        """The instances, the run's own among them."""
        if self.count < 0:
            raise refusal("UnauthorizedOperation", "DescribeInstances")
        self.filters = Filters
        names = [INSTANCE, *(f"i-{number:017x}" for number in range(self.count))]
        return {"Reservations": [{"Instances": [{"InstanceId": name}]} for name in names]}


@pytest.mark.parametrize(
    ("count", "said", "warnings"),
    [
        (0, "no other instance in this Region.", 0),
        (2, "i-00000000000000000, i-00000000000000001.", 0),
        # A step returns 100 KB: a large fleet must not keep its instance from being protected.
        (5000, "i-00000000000000031 and 4950 more.", 0),
        (-1, "instances that can't be read.", 1),
    ],
)
def test_who_else_is_cut_is_named_as_far_as_it_is_known(count: int, said: str, warnings: int) -> None:
    run = run_of(Action="Protect", Todo={OWN: OLDER})
    ec2 = Fleet(count)
    [line] = planProtection.cut_too(ec2, run, {"IamInstanceProfile": {"Arn": "arn:aws:iam::1:instance-profile/app"}})
    assert line.endswith(said)
    assert len(line) < 2000
    assert len(run["Warnings"]) == warnings
    states = [each["Values"] for each in ec2.filters if each["Name"] == "instance-state-name"]
    assert count < 0 or (states and "terminated" not in states[0])
