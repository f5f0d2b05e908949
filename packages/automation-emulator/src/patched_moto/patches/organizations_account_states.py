"""Accounts have a State, OUs a unique name under their parent, and pages do not lose anyone.

moto pages ListAccounts by the time of joining, which is the same for accounts made in the same moment, so that
pages repeat or lose accounts; ListChildren never pages. Creating an OU whose name its parent has already is
DuplicateOrganizationalUnitException, and OUs nest at most five deep.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListChildren.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

import json
from typing import Any

from moto.organizations import models, responses, utils
from moto.organizations.exceptions import (
    ConstraintViolationException,
    DuplicateOrganizationalUnitException,
)

from patched_moto.pages import page

DEPTH = 5
PAGE = 20


def apply() -> None:
    utils.PAGINATION_MODEL["list_accounts"]["unique_attribute"] = "Id"
    create_unit = models.OrganizationsBackend.create_organizational_unit

    def create_organizational_unit(self: Any, **kwargs: Any) -> Any:
        parent_id = self.validate_parent_id(kwargs["ParentId"])
        if any(ou.parent_id == parent_id and ou.name == kwargs["Name"] for ou in self.ou):
            raise DuplicateOrganizationalUnitException
        depth, parents = 1, {ou.id: ou.parent_id for ou in self.ou}
        while parents.get(parent_id):
            depth, parent_id = depth + 1, parents[parent_id]
        if depth > DEPTH:
            raise ConstraintViolationException("You have exceeded the maximum depth of the OU hierarchy.")
        return create_unit(self, **kwargs)

    def list_children(self: Any) -> str:
        children = self.organizations_backend.list_children(**self.request_params)["Children"]
        shown, more = page(self, children, PAGE)
        return json.dumps({"Children": shown, **more})

    models.OrganizationsBackend.create_organizational_unit = create_organizational_unit
    responses.OrganizationsResponse.list_children = list_children
