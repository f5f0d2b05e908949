"""What Systems Manager refuses in the content of an Automation document when it is created.

Only what AWS documents or is known to answer; the validator knows much more.

- shape: https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
- steps: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
- parameters: https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

STEP_NAME = re.compile(r"^[a-zA-Z0-9_]+$")
PARAMETER_TYPE = re.compile(r"^(String|StringList|Integer|Boolean|MapList|StringMap|(List<)?AWS::[A-Za-z0-9:]+>?)$")
REFERENCE = re.compile(r"\{\{\s*([a-zA-Z0-9_]+)\s*\}\}")
#: Data of a step's own language, in which braces need not be a reference.
LITERAL_INPUTS = ("Script",)


def problem(content: Any) -> str | None:
    """The first thing that is wrong with the content, in AWS's words where they are known; None when nothing is."""
    return next(_problems(content), None)


def _problems(content: Any) -> Iterator[str]:
    if not isinstance(content, dict):
        yield "The content for the document is not valid."
        return
    steps = content.get("mainSteps")
    if not isinstance(steps, list) or not steps or not all(isinstance(step, dict) for step in steps):
        yield "The document must have at least one step in mainSteps."
        return
    parameters = content.get("parameters") or {}
    for name, parameter in parameters.items():
        kind = parameter.get("type") if isinstance(parameter, dict) else None
        if not isinstance(kind, str) or not PARAMETER_TYPE.match(kind):
            yield f"Parameter {name} has an invalid type: {kind}."
    yield from _steps(steps)
    for text in (text for step in steps for text in _texts(step)):
        yield from (
            f'Parameter "{name}" is not declared.' for name in REFERENCE.findall(text) if name not in parameters
        )
    role = str(content.get("assumeRole") or "")
    yield from (f'Parameter "{name}" is not declared.' for name in REFERENCE.findall(role) if name not in parameters)


def _steps(steps: list[dict[str, Any]]) -> Iterator[str]:
    names = [step.get("name") for step in steps]
    for step, name in zip(steps, names, strict=True):
        if not isinstance(name, str) or not STEP_NAME.match(name):
            yield f"Step name {name} is not valid: it must match {STEP_NAME.pattern}."
        if names.count(name) > 1:
            yield f"Step name {name} is not unique."
        if not str(step.get("action", "")).startswith("aws:"):
            yield f"Step {name} has an invalid action: {step.get('action')}."
        for target in _targets(step):
            if target not in names:
                yield f"Step {name} leads to the step {target}, which does not exist."
        for operator, count in _junctions(step.get("inputs")):
            if count < 2:
                yield f"Expect at least two expressions for operator: {operator} in step: {name}. Provided: {count}"


def _targets(step: dict[str, Any]) -> Iterator[str]:
    given = step.get("inputs")
    inputs = given if isinstance(given, dict) else {}
    choices = inputs.get("Choices") or [] if step.get("action") == "aws:branch" else []
    found = [step.get("nextStep"), *(choice.get("NextStep") for choice in choices if isinstance(choice, dict))]
    if step.get("action") == "aws:branch":
        found.append(inputs.get("Default"))
    for handler in (step.get("onFailure"), step.get("onCancel")):
        if isinstance(handler, str) and handler.startswith("step:"):
            found.append(handler.removeprefix("step:"))
    # A next step may be a variable, which is known only when it runs.
    return (name for name in found if isinstance(name, str) and "{{" not in name)


def _junctions(value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key in ("Or", "And") and isinstance(part, list):
                yield key, len(part)
            yield from _junctions(part)
    elif isinstance(value, list):
        for part in value:
            yield from _junctions(part)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in LITERAL_INPUTS:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
