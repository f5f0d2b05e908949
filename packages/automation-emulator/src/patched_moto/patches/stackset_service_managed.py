"""Service-managed StackSets: trusted access, nested OUs, real stacks in the member accounts, auto deployment.

On AWS a StackSet with SERVICE_MANAGED permissions needs trusted access between StackSets and Organizations,
is used by the management account (CallAs SELF) or a delegated administrator (CallAs DELEGATED_ADMIN), reaches
every active account below the OUs however deep they nest, but never the management account, and makes a stack
named StackSet-NAME-UUID in each account and Region. With AutoDeployment an account that joins or moves into one
of the OUs gets its stacks, and one that leaves loses them unless RetainStacksOnAccountRemoval. An update of the
StackSet updates all its stacks. moto goes one level deep, reaches suspended accounts, hides the stacks, drops
AutoDeployment and leaves the stacks as they were after an update.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackInstances.html
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from moto.cloudformation import models, responses
from moto.cloudformation.exceptions import CloudFormationError, ValidationError
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random
from moto.organizations import models as organizations
from moto.utilities.utils import get_partition

from patched_moto.pages import page

from .organizations_delegated_administrators import STACKSETS, organization_of

PAGE = 100
SERVICE_MANAGED = "SERVICE_MANAGED"


def apply() -> None:
    _stack_sets()
    _instances()
    _auto_deployment()
    _organizations_access()


def targets(organization: Any, deployment: dict[str, Any]) -> list[tuple[str, str]]:
    """The active accounts below the OUs of a DeploymentTargets, each with the OU of the targets that holds it.

    Args:
        organization: the backend of the organization.
        deployment: OrganizationalUnitIds, and optionally Accounts with AccountFilterType.
    """
    units = deployment.get("OrganizationalUnitIds") or []
    named = set(deployment.get("Accounts") or [])
    kind = deployment.get("AccountFilterType", "NONE")
    parents = {unit.id: unit.parent_id for unit in organization.ou}
    unknown = [unit for unit in units if unit not in parents]
    if unknown:
        raise ValidationError(message=f"Organizational unit {unknown[0]} does not exist")
    found = []
    for account in organization.accounts:
        if account.status != "ACTIVE" or account.id == organization.org.master_account_id:
            continue
        unit = account.parent_id
        while unit is not None and unit not in units:
            unit = parents.get(unit)
        if kind == "UNION" and account.id in named:
            found.append((account.id, unit or account.parent_id))
        elif (
            unit is not None
            and (kind != "INTERSECTION" or account.id in named)
            and (kind != "DIFFERENCE" or account.id not in named)
        ):
            found.append((account.id, unit))
    return found


def owner_of(account_id: str, region: str, call_as: str | None) -> str:
    """The account whose StackSets a caller works on: its own, or the management account's for its delegate.

    Raises:
        ValidationError: no organization, no trusted access, or not the account for it.
    """
    organization = organization_of(account_id, get_partition(region))
    if organization is None or not any(service["ServicePrincipal"] == STACKSETS for service in organization.services):
        raise ValidationError(message="You must enable organizations access to operate a service managed stack set")
    management: str = organization.org.master_account_id
    if account_id == management:
        return management
    delegated = any(admin.account.id == account_id and STACKSETS in admin.services for admin in organization.admins)
    if delegated and call_as == "DELEGATED_ADMIN":
        return management
    raise ValidationError(
        message="Account used is not a delegated administrator"
        if call_as == "DELEGATED_ADMIN"
        else "You must be the management account or delegated admin account of an organization "
        "before operating a SERVICE_MANAGED stack set"
    )


def _stack_sets() -> None:
    response, backend = responses.CloudFormationResponse, models.CloudFormationBackend
    create, describe = response.create_stack_set, backend.describe_stack_set
    own = response.cloudformation_backend.fget

    def backend_of(self: Any) -> Any:
        if self._get_param("CallAs") == "DELEGATED_ADMIN":
            owner = owner_of(self.current_account, self.region, "DELEGATED_ADMIN")
            return models.cloudformation_backends[owner][self.region]
        return own(self)

    def create_stack_set(self: Any) -> ActionResult:
        if self._get_param("PermissionModel") == SERVICE_MANAGED:
            owner_of(self.current_account, self.region, self._get_param("CallAs"))
        name = self._get_param("StackSetName")
        sets = self.cloudformation_backend.stacksets.values()
        if any(known.name == name and known.status != "DELETED" for known in sets):
            raise CloudFormationError("NameAlreadyExistsException", f"StackSet {name} already exists")
        result = create(self)
        made = self.cloudformation_backend.describe_stack_set(name)
        made.auto_deployment = _auto_deployment_of(self)
        return result

    def describe_stack_set(self: Any, name: str) -> Any:
        found = describe(self, name)
        found.organizational_unit_ids = sorted({i.unit for i in found.stack_instances if getattr(i, "unit", None)})
        return found

    def update_stack_set(self: Any) -> ActionResult:
        owner = self.cloudformation_backend
        stack_set = owner.describe_stack_set(self._get_param("StackSetName"))
        template = self._get_param("TemplateBody")
        if self._get_param("TemplateURL"):
            template = self._get_stack_from_s3_url(self._get_param("TemplateURL"))
        parameters = self._get_param("Parameters", [])
        stack_set.update(
            template=template,
            description=self._get_param("Description"),
            parameters=owner._resolve_update_parameters(instance=stack_set, incoming_params=parameters),
            tags={tag["Key"]: tag["Value"] for tag in self._get_param("Tags", [])},
            admin_role=self._get_param("AdministrationRoleARN"),
            execution_role=self._get_param("ExecutionRoleName"),
            accounts=[],
            regions=[],
            operation_id=self._get_param("OperationId") or str(mock_random.uuid4()),
        )
        if self._get_param("AutoDeployment"):
            stack_set.auto_deployment = _auto_deployment_of(self)
        stack_set.instances.template = stack_set.template
        failed = [instance for instance in stack_set.stack_instances if not _update_stack(stack_set, instance)]
        operation = stack_set.operations[-1]
        operation["Status"] = "FAILED" if failed else "SUCCEEDED"
        operation["Instances"] = [{i.account_id: i.region_name} for i in stack_set.stack_instances]
        return ActionResult({"OperationId": operation["OperationId"]})

    response.cloudformation_backend = property(backend_of)
    response.create_stack_set = create_stack_set
    response.update_stack_set = update_stack_set
    backend.describe_stack_set = describe_stack_set
    models.StackSet.auto_deployment = {"Enabled": False}
    models.StackSet.organizational_unit_ids = []


def _auto_deployment_of(response: Any) -> dict[str, bool]:
    given = response._get_params().get("AutoDeployment") or {}
    flags = {name: str(value).lower() == "true" for name, value in given.items()}
    return {"Enabled": False, **flags}


def _instances() -> None:
    response = responses.CloudFormationResponse
    create_self_managed, delete_self_managed = response.create_stack_instances, response.delete_stack_instances

    def create_stack_instances(self: Any) -> ActionResult:
        stack_set = self.cloudformation_backend.describe_stack_set(self._get_param("StackSetName"))
        deployment = self._get_param("DeploymentTargets") or {}
        if stack_set.permission_model != SERVICE_MANAGED:
            return create_self_managed(self)
        if not deployment.get("OrganizationalUnitIds"):
            raise ValidationError(message="OrganizationalUnitIds are required")
        organization = organization_of(self.current_account, self.partition)
        overrides = self._get_param("ParameterOverrides", [])
        regions = self._get_param("Regions", [])
        stack_set.deployments = [*stack_set.deployments, (deployment, tuple(regions), overrides)]
        operation = deploy(stack_set, targets(organization, deployment), regions, overrides)
        return ActionResult({"OperationId": operation["OperationId"]})

    def delete_stack_instances(self: Any) -> ActionResult:
        stack_set = self.cloudformation_backend.describe_stack_set(self._get_param("StackSetName"))
        if stack_set.permission_model != SERVICE_MANAGED:
            return delete_self_managed(self)
        deployment = self._get_param("DeploymentTargets") or {}
        regions = self._get_param("Regions", [])
        units, accounts = deployment.get("OrganizationalUnitIds") or [], deployment.get("Accounts") or []
        stack_set.deployments = [
            (known, tuple(region for region in known_regions if region not in regions), overrides)
            if set(known.get("OrganizationalUnitIds") or []) <= set(units) and not accounts
            else (known, known_regions, overrides)
            for known, known_regions, overrides in stack_set.deployments
        ]
        below = {account for account, _ in targets(organization_of(self.current_account, self.partition), deployment)}
        leaving = [
            instance
            for instance in stack_set.stack_instances
            if instance.region_name in regions and (instance.unit in units or instance.account_id in below)
        ]
        operation = withdraw(stack_set, leaving, retain=self._get_bool_param("RetainStacks", False))
        return ActionResult({"OperationId": operation["OperationId"]})

    def list_stack_instances(self: Any) -> ActionResult:
        account, region = self._get_param("StackInstanceAccount"), self._get_param("StackInstanceRegion")
        every = [
            instance
            for instance in self.cloudformation_backend.list_stack_instances(self._get_param("StackSetName"))
            if account in (None, instance["Account"]) and region in (None, instance["Region"])
        ]
        shown, more = page(self, every, PAGE)
        return ActionResult({"Summaries": shown, **more})

    response.create_stack_instances = create_stack_instances
    response.delete_stack_instances = delete_stack_instances
    response.list_stack_instances = list_stack_instances
    models.StackSet.deployments = []


class Instance(models.StackInstance):  # type: ignore[misc]
    """A stack instance of a service-managed StackSet: the stack in the member account is an ordinary one."""

    def __init__(self, stack_set: Any, account_id: str, region: str, unit: str, overrides: list[dict[str, str]]):
        self.account_id, self.region_name, self.unit = account_id, region, unit
        self.stackset_id, self.name, self.parameters = stack_set.id, stack_set.name, overrides
        self.permission_model = SERVICE_MANAGED
        self.stack_id = ""
        self.reason: str | None = None

    @property
    def backend(self) -> Any:
        return models.cloudformation_backends[self.account_id][self.region_name]

    def create(self, stack_set: Any) -> bool:
        """Makes the stack; on failure the instance is OUTDATED and says why. It can be tried again."""
        self.stack_name = f"StackSet-{stack_set.name}-{mock_random.uuid4()}"
        try:
            stack = self.backend.create_stack(
                name=self.stack_name,
                template=stack_set.template,
                parameters={**stack_set.parameters, **_parameters(self.parameters)},
                tags=dict(stack_set.tags or {}),
            )
            self.stack_id, self.reason = stack.stack_id, None
        except Exception as error:  # AWS reports whatever went wrong in the account as the instance's reason
            self.reason = getattr(error, "message", None) or str(error)
        return self.reason is None

    def delete(self) -> None:
        if self.stack_id in self.backend.stacks:
            self.backend.delete_stack(self.stack_id)

    def to_dict(self) -> dict[str, Any]:
        return {
            "StackId": self.stack_id or None,
            "StackSetId": self.stackset_id,
            "Region": self.region_name,
            "Account": self.account_id,
            "OrganizationalUnitId": self.unit,
            "Status": "OUTDATED" if self.reason else "CURRENT",
            "StatusReason": self.reason,
            "ParameterOverrides": self.parameters,
            "StackInstanceStatus": {"DetailedStatus": "FAILED" if self.reason else "SUCCEEDED"},
        }


def deploy(
    stack_set: Any, accounts: Iterable[tuple[str, str]], regions: Iterable[str], overrides: list[dict[str, str]]
) -> dict[str, Any]:
    """Makes the missing instances of accounts (each with its OU) in Regions; returns the operation."""
    known = {(instance.account_id, instance.region_name) for instance in stack_set.stack_instances}
    made, failed = [], 0
    for account, unit in accounts:
        for region in regions:
            if (account, region) not in known:
                instance = Instance(stack_set, account, region, unit, overrides)
                failed += not instance.create(stack_set)
                made.append(instance)
    stack_set.stack_instances.extend(made)
    return _operation(stack_set, "CREATE", made, failed)


def withdraw(stack_set: Any, instances: list[Any], retain: bool) -> dict[str, Any]:
    """Takes instances out of the StackSet and, unless retained, deletes their stacks; returns the operation."""
    for instance in instances:
        if not retain:
            instance.delete()
        stack_set.stack_instances.remove(instance)
    return _operation(stack_set, "DELETE", instances, 0)


def _operation(stack_set: Any, action: str, instances: list[Any], failed: int) -> dict[str, Any]:
    operation: dict[str, Any] = stack_set._create_operation(
        operation_id=str(mock_random.uuid4()), action=action, status="FAILED" if failed else "SUCCEEDED"
    )
    operation["Instances"] = [{instance.account_id: instance.region_name} for instance in instances]
    operation["EndTimestamp"] = utcnow() + timedelta(seconds=1)
    return operation


def _update_stack(stack_set: Any, instance: Any) -> bool:
    if not isinstance(instance, Instance):
        return True
    if instance.stack_id not in instance.backend.stacks:
        return instance.create(stack_set)
    stack = instance.backend.get_stack(instance.stack_id)
    if stack.has_template(stack_set.template):
        return True
    try:
        stack.update(stack_set.template, parameters={**stack_set.parameters, **_parameters(instance.parameters)})
        instance.reason = None
    except Exception as error:  # as in Instance.create
        instance.reason = getattr(error, "message", None) or str(error)
    return instance.reason is None


def _parameters(overrides: list[dict[str, str]]) -> dict[str, str]:
    return {override["ParameterKey"]: override["ParameterValue"] for override in overrides}


def _auto_deployment() -> None:
    backend = organizations.OrganizationsBackend
    for name in ("move_account", "create_account", "close_account", "remove_account_from_organization"):
        setattr(backend, name, _then_reconcile(getattr(backend, name)))


def _then_reconcile(operation: Any) -> Any:
    def and_reconcile(self: Any, **kwargs: Any) -> Any:
        result = operation(self, **kwargs)
        _reconcile(self)
        return result

    return and_reconcile


def _reconcile(organization: Any) -> None:
    """Brings each StackSet with auto deployment to the accounts that are below its OUs now."""
    if organization.org is None:
        return
    regions = models.cloudformation_backends[organization.org.master_account_id]
    for backend in list(regions.values()):
        for stack_set in backend.stacksets.values():
            if not stack_set.auto_deployment["Enabled"] or stack_set.status == "DELETED":
                continue
            wanted = set()
            for deployment, in_regions, overrides in stack_set.deployments:
                reached = targets(organization, deployment)
                wanted |= {(account, region) for account, _ in reached for region in in_regions}
                missing = {(i.account_id, i.region_name) for i in stack_set.stack_instances}
                if {(account, region) for account, _ in reached for region in in_regions} - missing:
                    deploy(stack_set, reached, in_regions, overrides)
            # A closed account keeps its instances: auto deployment acts on accounts that change their place.
            active = {account.id for account in organization.accounts if account.status == "ACTIVE"}
            gone = [
                instance
                for instance in stack_set.stack_instances
                if (instance.account_id, instance.region_name) not in wanted and instance.account_id in active
            ]
            if gone:
                withdraw(stack_set, gone, retain=stack_set.auto_deployment.get("RetainStacksOnAccountRemoval", False))


def _organizations_access() -> None:
    response = responses.CloudFormationResponse

    def organization(self: Any) -> Any:
        found = organization_of(self.current_account, self.partition)
        if found is None:
            raise ValidationError(message="Account is not part of an organization")
        return found

    def activate_organizations_access(self: Any) -> EmptyResult:
        organization(self).enable_aws_service_access(ServicePrincipal=STACKSETS)
        return EmptyResult()

    def deactivate_organizations_access(self: Any) -> EmptyResult:
        organization(self).disable_aws_service_access(ServicePrincipal=STACKSETS)
        return EmptyResult()

    def describe_organizations_access(self: Any) -> ActionResult:
        enabled = any(service["ServicePrincipal"] == STACKSETS for service in organization(self).services)
        return ActionResult({"Status": "ENABLED" if enabled else "DISABLED"})

    response.activate_organizations_access = activate_organizations_access
    response.deactivate_organizations_access = deactivate_organizations_access
    response.describe_organizations_access = describe_organizations_access
