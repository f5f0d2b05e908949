"""Clients, and calls that are repeated, made side by side, or allowed to fail."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config


# aws:executeScript retries nothing by itself: the client retries throttling, server errors and timeouts.
def client(service: str) -> Any:
    """A client of the run's Region, for as many calls side by side as an instance has interfaces.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html
    """
    return boto3.client(
        service,
        config=Config(retries={"mode": "standard", "total_max_attempts": 7}, read_timeout=20, max_pool_connections=40),
    )


# What was made a moment ago may not be found yet, nor its tag be seen by IAM (retry); a repeated call may find its work
# done (done). https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
def attempt(
    failed: list[str], what: str, method: Callable[..., Any], retry: str = "", done: str = "", /, **given: Any
) -> Any:
    """A call's answer; an empty one where it fails, with a line in `failed` unless its code is one of `done`. While
    the code is one of `retry` the call is made again, for some seconds."""
    for pause in (0.2, 0.5, 1, 2, 4, 4, 0):
        try:
            return method(**given)
        except Exception as error:
            # An error that is not of AWS has no code.
            code = getattr(error, "response", {}).get("Error", {}).get("Code") or "?"
            if not pause or code not in retry or (code[0] == "U" and pause > 2):
                failed += [f"{what}: {error}"[:400]] if code not in done else []
                break
        time.sleep(pause)
    return {}


def side_by_side(*calls: tuple[Any, ...]) -> list[Any]:
    """The results of calls, each given as a function and its arguments, made at a time; in their order. Raises the
    first error."""
    with ThreadPoolExecutor(40) as pool:
        return [*pool.map(lambda call: call[0](*call[1:]), calls)]
