"""A delegated administrator reads the organization; other members may only describe it.

AWS lets the management account register a member for any service that supports it, StackSets and Systems
Manager among them, and that member may then call Organizations' read operations and see the same organization.
Any other member gets AccessDeniedException. moto knows six services and shows every member an empty organization.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html
https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
"""

from typing import Any

from moto.organizations import models, responses
from moto.organizations.exceptions import OrganizationsClientError

STACKSETS = "member.org.stacksets.cloudformation.amazonaws.com"
FOR_EVERY_MEMBER = ("DescribeOrganization",)
FOR_MANAGEMENT_ONLY = ("Create", "Move", "Close", "Enable", "Disable", "Register", "Deregister", "Update", "Delete")


def apply() -> None:
    supported = models.FakeDelegatedAdministrator.SUPPORTED_SERVICES
    supported.extend(
        service
        for service in (STACKSETS, "stacksets.cloudformation.amazonaws.com", "securityhub.amazonaws.com")
        if service not in supported
    )

    def backend_for(self: Any) -> Any:
        own = models.organizations_backends[self.current_account][self.partition]
        management = models.organizations_backends.master_accounts.get(self.current_account)
        operation = self._get_action()
        if own.org is not None or management is None or operation in FOR_EVERY_MEMBER:
            return own
        organization = models.organizations_backends[management[0]][management[1]]
        delegated = any(admin.account.id == self.current_account for admin in organization.admins)
        if delegated and not operation.startswith(FOR_MANAGEMENT_ONLY):
            return organization
        raise OrganizationsClientError("AccessDeniedException", "You don't have permissions to access this resource.")

    responses.OrganizationsResponse.organizations_backend = property(backend_for)


def organization_of(account_id: str, partition: str) -> Any | None:
    """The backend of the organization that the account manages or is a member of; None outside of one."""
    own = models.organizations_backends[account_id][partition]
    if own.org is not None:
        return own
    management = models.organizations_backends.master_accounts.get(account_id)
    return models.organizations_backends[management[0]][management[1]] if management else None
