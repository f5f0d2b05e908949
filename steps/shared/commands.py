"""Calls as lines to paste into a shell."""

import json
import shlex
from typing import Any

from botocore import xform_name


def command(region: str, call: str, parameters: dict[str, Any]) -> str:
    """A call such as ec2:DeleteSecurityGroup as a line for the AWS command line, with every value filled in."""
    service, operation = call.split(":")
    words = ["aws", service.replace("s3", "s3api"), xform_name(operation, "-"), "--region", region]
    return shlex.join([*words, "--cli-input-json", json.dumps(parameters)])


def release_command(run: dict[str, Any]) -> str:
    """The line that releases the instance."""
    values = {"Action": "Release", "DryRun": "false", "InstanceId": run["InstanceId"], "S3BucketName": run["Bucket"]}
    values |= {"S3PrefixName": run["Key"], **({"AutomationAssumeRole": run["Role"]} if run["Role"] else {})}
    start = {"DocumentName": run["Document"], "Parameters": {name: [value] for name, value in values.items()}}
    return command(run["Region"], "ssm:StartAutomationExecution", start)
