"""Clients, and calls that may be repeated."""

import time
from typing import Any

import boto3
from botocore.config import Config


# aws:executeScript retries nothing by itself: the client retries throttling, server errors and timeouts.
def client(service: str, region: str | None = None) -> Any:
    """A client of the run's Region, or of the given one.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html
    """
    return boto3.client(
        service,
        region_name=region,
        config=Config(retries={"mode": "standard", "total_max_attempts": 7}, read_timeout=20),
    )


def filters(wanted: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The Filters of a Describe call, from the values that each may have."""
    return [{"Name": name, "Values": values} for name, values in wanted.items()]


def code_of(error: Exception) -> str:
    """AWS's error code, or the empty string for any other error."""
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))


# What was made or freed a moment ago may not be seen yet (retry); a repeated call may find its work done (done).
def insist(method: Any, retry: str = "", done: str = "", /, **parameters: Any) -> Any:
    """Makes a call, again for up to about 15 seconds while it fails with `retry`; None where it fails with `done`.

    https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
    """
    for pause in (0.2, 0.5, 1, 2, 4, 8, 0):
        try:
            return method(**parameters)
        except Exception as error:
            if code_of(error) == done != "":
                return None
            if not pause or code_of(error) != retry:
                raise
        time.sleep(pause)
    return None
