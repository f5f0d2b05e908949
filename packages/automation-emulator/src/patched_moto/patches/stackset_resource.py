"""AWS::CloudFormation::StackSet in a template.

moto does not know the resource. It makes the StackSet and its instances (StackInstancesGroup), an update brings
both to what the template says, and a deletion takes the instances away first.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stackset.html
"""

from typing import Any

from moto.cloudformation import models, utils
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.core.common_models import CloudFormationModel
from moto.utilities.utils import get_partition

from . import stackset_service_managed as service_managed
from .organizations_delegated_administrators import organization_of


class StackSetResource(CloudFormationModel):  # type: ignore[misc]
    """The resource in a stack; the StackSet itself lives in the backend of its owner."""

    def __init__(self, owner: str, region: str, stack_set: Any):
        self.owner, self.region, self.stack_set = owner, region, stack_set

    @property
    def physical_resource_id(self) -> str:
        identifier: str = self.stack_set.id
        return identifier

    @staticmethod
    def cloudformation_name_type() -> str:
        return "StackSetName"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::CloudFormation::StackSet"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "StackSetId"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        if attribute_name != "StackSetId":
            raise ValidationError(message=f"StackSet does not support attribute {attribute_name}")
        return self.physical_resource_id

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> "StackSetResource":
        properties = cloudformation_json["Properties"]
        managed = properties["PermissionModel"] == service_managed.SERVICE_MANAGED
        owner = service_managed.owner_of(account_id, region_name, properties.get("CallAs")) if managed else account_id
        backend = models.cloudformation_backends[owner][region_name]
        name = properties["StackSetName"]
        if any(known.name == name and known.status != "DELETED" for known in backend.stacksets.values()):
            raise AlreadyExistsException(f"StackSet {name} already exists")
        stack_set = backend.create_stack_set(
            name=name,
            template=_template(properties, account_id, region_name),
            parameters=service_managed._parameters(properties.get("Parameters") or []),
            tags=_tags(properties),
            permission_model=properties["PermissionModel"],
            admin_role=properties.get("AdministrationRoleARN"),
            exec_role=properties.get("ExecutionRoleName"),
            description=properties.get("Description"),
        )
        resource = cls(owner, region_name, stack_set)
        _settle(resource, properties)
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "StackSetResource",
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> "StackSetResource":
        properties = cloudformation_json["Properties"]
        stack_set = original_resource.stack_set
        stack_set.template = _template(properties, account_id, region_name)
        stack_set.instances.template = stack_set.template
        stack_set.parameters = service_managed._parameters(properties.get("Parameters") or [])
        stack_set.description, stack_set.tags = properties.get("Description"), _tags(properties)
        for instance in stack_set.stack_instances:
            service_managed._update_stack(stack_set, instance)
        _settle(original_resource, properties)
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        for owner in {account_id, _management(account_id, region_name)}:
            for stack_set in models.cloudformation_backends[owner][region_name].stacksets.values():
                if stack_set.id == resource_name:
                    service_managed.withdraw(stack_set, list(stack_set.stack_instances), retain=False)
                    stack_set.delete()


def apply() -> None:
    """Nothing more to do: moto finds its resources among the subclasses of CloudFormationModel."""


def _settle(resource: StackSetResource, properties: dict[str, Any]) -> None:
    """Instances where the groups want them, none elsewhere; more failures than tolerated fail the resource."""
    stack_set = resource.stack_set
    given = properties.get("AutoDeployment") or {}
    stack_set.auto_deployment = {
        "Enabled": False,
        **{name: str(value).lower() == "true" for name, value in given.items()},
    }
    organization = organization_of(resource.owner, get_partition(resource.region))
    stack_set.deployments = [
        (group["DeploymentTargets"], tuple(group["Regions"]), group.get("ParameterOverrides") or [])
        for group in properties.get("StackInstancesGroup") or []
    ]
    wanted = set()
    for deployment, regions, overrides in stack_set.deployments:
        reached = service_managed.targets(organization, deployment)
        wanted |= {(account, region) for account, _ in reached for region in regions}
        service_managed.deploy(stack_set, reached, regions, overrides)
    gone = [i for i in stack_set.stack_instances if (i.account_id, i.region_name) not in wanted]
    if gone:
        service_managed.withdraw(stack_set, gone, retain=False)
    failed = [instance for instance in stack_set.stack_instances if instance.to_dict()["Status"] != "CURRENT"]
    preferences = properties.get("OperationPreferences") or {}
    tolerated = int(preferences.get("FailureToleranceCount") or 0)
    percentage = int(preferences.get("FailureTolerancePercentage") or 0)
    if len(failed) > max(tolerated, len(wanted) * percentage // 100):
        raise ValidationError(
            message=f"StackSet operation failed in account {failed[0].account_id}, Region {failed[0].region_name}: "
            f"{failed[0].to_dict().get('StatusReason')}"
        )


def _template(properties: dict[str, Any], account_id: str, region_name: str) -> str:
    if properties.get("TemplateURL"):
        text: str = utils.get_stack_from_s3_url(properties["TemplateURL"], account_id, get_partition(region_name))
        return text
    body: str = properties["TemplateBody"]
    return body


def _tags(properties: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}


def _management(account_id: str, region_name: str) -> str:
    organization = organization_of(account_id, get_partition(region_name))
    management: str = organization.org.master_account_id if organization else account_id
    return management
