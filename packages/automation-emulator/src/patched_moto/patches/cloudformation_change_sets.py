"""Change sets belong to their stack, and executing one leaves the stack as its template says.

The name of a change set is unique within a stack, not within an account, and DescribeChangeSet,
DeleteChangeSet and ExecuteChangeSet take the stack's name beside it; moto looks among the change sets of all
stacks. `cdk deploy` names every change set `cdk-deploy-change-set`, so with two stacks it describes or
executes the wrong one. moto also keeps the outputs, parameters and tags of before the update, takes the
resolved value of a Parameter Store parameter for its previous value (which is its name), and turns a resource that
fails into an internal error where AWS rolls the stack back and says why in an event.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from typing import Any

from moto.cloudformation import models, responses
from moto.cloudformation.exceptions import CloudFormationError
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult


class ChangeSetNotFound(CloudFormationError):  # type: ignore[misc]
    """The error that AWS gives for a change set which the stack does not have."""

    code = "ChangeSetNotFoundException"

    def __init__(self, name: str) -> None:
        super().__init__(f"ChangeSet [{name}] does not exist")


def apply() -> None:
    backend = models.CloudFormationBackend
    response = responses.CloudFormationResponse

    def find(self: Any, change_set_name: str, stack_name: str | None) -> Any:
        for change_set in reversed(self.change_sets.values()):
            if change_set.change_set_id == change_set_name:
                return change_set
            if change_set.change_set_name == change_set_name and stack_name in (
                None,
                change_set.stack_name,
                change_set.stack_id,
            ):
                return change_set
        return None

    def describe(self: Any) -> ActionResult:
        name, stack_name = self._get_param("ChangeSetName"), self._get_param("StackName")
        backend_of_caller = self.cloudformation_backend
        if not name.startswith("arn:"):
            backend_of_caller.get_stack(stack_name)
        change_set = find(backend_of_caller, name, stack_name)
        if change_set is None:
            raise ChangeSetNotFound(name)
        return ActionResult(change_set)

    def delete(self: Any) -> EmptyResult:
        found = find(self.cloudformation_backend, self._get_param("ChangeSetName"), self._get_param("StackName"))
        if found is not None:
            del self.cloudformation_backend.change_sets[found.change_set_id]
        return EmptyResult()

    def execute(self: Any, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = find(self, change_set_name, stack_name)
        if change_set is None:
            raise ChangeSetNotFound(change_set_name)
        stack = self.stacks[change_set.stack_id]
        creates = change_set.change_set_type == "CREATE"
        verb = "CREATE" if creates else "UPDATE"
        stack._add_stack_event(f"{verb}_IN_PROGRESS", resource_status_reason="User Initiated")
        before = (stack.template, stack.parameters)
        try:
            change_set.apply()
        except Exception as error:
            change_set.execution_status = "EXECUTE_FAILED"
            _roll_back(stack, creates, error, before)
            return
        change_set.execution_status = "EXECUTE_COMPLETE"
        for export in stack.exports:
            self.exports.pop(export.name, None)
        stack.template = change_set.template
        stack.parameters = change_set.parameters or {}
        stack.tags = change_set.tags or {}
        stack._parse_template()
        stack.description = stack.template_dict.get("Description")
        stack.output_map = stack._create_output_map()
        for export in stack.exports:
            self.exports[export.name] = export
        stack.status = f"{verb}_COMPLETE"
        stack._add_stack_event(stack.status)

    def stack_parameters(self: Any) -> dict[str, Any]:
        declared = self.template_dict.get("Parameters") or {}
        defaults = {name: slot["Default"] for name, slot in declared.items() if "Default" in slot}
        return {**defaults, **(self.parameters or {})}

    models.Stack.stack_parameters = property(stack_parameters)
    response.describe_change_set = describe
    response.delete_change_set = delete
    backend.execute_change_set = execute


def _roll_back(stack: Any, creates: bool, error: Exception, before: tuple[Any, Any]) -> None:
    """As AWS does by default after a failed resource: a created stack is emptied, an updated one goes back."""
    reason = error.message if isinstance(error, ServiceException) else str(error)
    verb = "CREATE" if creates else "UPDATE"
    stack._add_stack_event(f"{verb}_FAILED", resource_status_reason=f"Resource handler returned message: {reason}")
    stack.resource_map._resource_json_map = {
        name: json
        for name, json in stack.resource_map._resource_json_map.items()
        if name in stack.resource_map._parsed_resources
    }
    if creates:
        stack.resource_map.delete()
        stack.status = "ROLLBACK_COMPLETE"
    else:
        stack.template, stack.parameters = before
        stack._parse_template()
        stack.resource_map.update(stack.template_dict, stack.parameters)
        stack.status = "UPDATE_ROLLBACK_COMPLETE"
    stack._add_stack_event(stack.status)
