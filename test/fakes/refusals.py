"""Errors as boto3 raises them, for the fake clients of the tests."""

from botocore.exceptions import ClientError


def refusal(code: str, operation: str) -> ClientError:
    """What boto3 raises for a call that AWS refuses."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)
