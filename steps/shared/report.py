"""Reports: one content as text for a tired person and as JSON for a program."""

import json
from typing import Any


def report(run: dict[str, Any], title: str, sections: dict[str, list[Any]]) -> dict[str, Any]:
    """Output (text) and Json (the same); sections without entries are left out."""
    first = f"{title}: {run['InstanceId']} in {run['AccountId']}, {run['Region']}, execution {run['Execution']}"
    full, lines = {heading: entries for heading, entries in sections.items() if entries}, [first]
    for heading, entries in full.items():
        lines += [
            "",
            f"{heading}:",
            *(f"  {each if isinstance(each, str) else json.dumps(each)}" for each in entries),
        ]
    return {"Output": "\n".join(lines), "Json": {"Title": first, **full}}


def release_line(run: dict[str, Any]) -> str:
    """The line that releases the instance by the document's name, or ARN, that this execution was started by."""
    aws, query = f"aws --region {run['Region']} ssm", "--query AutomationExecution.DocumentName --output text"
    name = f"{aws} get-automation-execution --automation-execution-id {run['Execution']} {query}"
    return (
        f'{aws} start-automation-execution --document-name "$({name})" --parameters Action=Release,DryRun=false,'
        f"InstanceId={run['InstanceId']},S3BucketName={run['Bucket']},S3PrefixName={run['Key']},AutomationAssumeRole={run['Role']}"
    )
