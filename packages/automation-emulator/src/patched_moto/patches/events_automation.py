"""A rule of EventBridge starts automations.

moto 5.2.1 raises NotImplementedError where a target is Systems Manager's. On AWS, EventBridge assumes the target's role
and calls StartAutomationExecution with what Input or InputTransformer make of the event:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
Like all deliveries this comes after PutEvents has answered; what fails is seen in the log of calls only.

PutEvents on AWS takes no event whose source begins with `aws.`; here a test plays GuardDuty with it.
"""

from __future__ import annotations

import copy
import json
import threading
from typing import Any

import boto3
from botocore.config import Config
from flask import request
from moto.events import models
from moto.utilities.arns import parse_arn

from patched_moto.patch import around


def apply() -> None:
    """Patches what a rule does with its targets."""

    @around(models.Rule, "send_to_targets")
    def send_to_targets(original: Any, self: Any, event: Any, transform_input: bool = True) -> None:
        automations = [target for target in self.targets if ":automation-definition/" in target["Arn"]]
        rest = copy.copy(self)
        rest.targets = [target for target in self.targets if target not in automations]
        original(rest, event, transform_input)
        if automations and self.event_pattern.matches_event(event):
            endpoint = request.host_url.rstrip("/")
            for target in automations:
                threading.Thread(target=_start, args=(endpoint, self, target, event), daemon=True).start()


def _start(endpoint: str, rule: Any, target: dict[str, Any], event: dict[str, Any]) -> None:
    """Starts the automation of a target, as EventBridge in the name of the rule."""
    arn = parse_arn(target["Arn"])
    name, _, version = arn.resource_id.partition(":")
    administrator = {"aws_access_key_id": rule.account_id, "aws_secret_access_key": "x"}  # the gateway checks none

    def client(service: str, keys: dict[str, str]) -> Any:
        agent = Config(user_agent_extra=f"exec-env/events-{rule.name}")
        return boto3.client(service, endpoint_url=endpoint, region_name=rule.region_name, config=agent, **keys)

    role = client("sts", administrator).assume_role(RoleArn=target["RoleArn"], RoleSessionName=rule.name[:64])
    session = {
        "aws_access_key_id": role["Credentials"]["AccessKeyId"],
        "aws_secret_access_key": role["Credentials"]["SecretAccessKey"],
        "aws_session_token": role["Credentials"]["SessionToken"],
    }
    client("ssm", session).start_automation_execution(
        DocumentName=name, DocumentVersion=version or "$DEFAULT", Parameters=_input(target, event)
    )


def _input(target: dict[str, Any], event: dict[str, Any]) -> Any:
    """What the target is given: a constant, or made of the event."""
    if "Input" in target:
        return json.loads(target["Input"])
    made = target.get("InputTransformer", {})
    parse = models.EventTemplateParser.parse
    return parse(input_template=made["InputTemplate"], input_paths_map=made.get("InputPathsMap", {}), event=event)
