"""A private document, shared with accounts.

moto 5.2.1 takes any number of accounts, shows all of them at once, and lets nobody read what is shared.

- 20 accounts a call and 1,000 a document (DocumentPermissionLimit):
  https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ModifyDocumentPermission.html
- pages: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeDocumentPermission.html
- an account reads what is shared with it by its ARN, in its Region, in the versions that are shared (the
  default version where none is named); ListDocuments shows it with Owner `Private`:
  https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ssm.exceptions import DocumentPermissionLimit, InvalidDocument
from moto.ssm.models import SimpleSystemManagerBackend, ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from patched_moto.pages import page
from patched_moto.patch import around, instead_of
from patched_moto.patches.ssm_documents import NAME, constrained, unknown_version
from patched_moto.settings import settings_of

ARN = re.compile(r"^arn:[^:]+:ssm:([^:]+):(\d{12}):document/(.+)$")
ACCOUNTS_A_CALL = 20
PAGE = 50


def apply() -> None:
    """Patches ModifyDocumentPermission, DescribeDocumentPermission, GetDocument, DescribeDocument and ListDocuments."""
    _permissions()
    _reading()

    @around(SimpleSystemManagerResponse, "list_documents")
    def list_documents(original: Any, self: Any) -> Any:
        owners = [each["Values"] for each in self._get_param("Filters") or [] if each["Key"] == "Owner"]
        if owners != [["Private"]]:
            return original(self)
        return ActionResult({"DocumentIdentifiers": _shared_with(self.ssm_backend)})


def _permissions() -> None:
    @around(SimpleSystemManagerBackend, "modify_document_permission")
    def modify_document_permission(
        original: Any, self: Any, name: str, account_ids_to_add: Any, account_ids_to_remove: Any, **kwargs: Any
    ) -> None:
        constrained("name", name, NAME)
        adding, removing = account_ids_to_add or [], account_ids_to_remove or []
        too_many = "The document cannot be shared with more AWS accounts."
        if max(len(adding), len(removing)) > ACCOUNTS_A_CALL:
            raise DocumentPermissionLimit(f"{too_many} You can specify at most 20 accounts per API operation.")
        known = self._documents[name].permissions if name in self._documents else {}
        if len({*known, *adding} - {*removing}) > settings_of(self.account_id).document_share_quota:
            raise DocumentPermissionLimit(too_many)
        original(self, name=name, account_ids_to_add=adding, account_ids_to_remove=removing, **kwargs)

    @instead_of(SimpleSystemManagerResponse, "describe_document_permission")
    def describe_document_permission(self: Any) -> ActionResult:
        every = self.ssm_backend.describe_document_permission(name=self._get_param("Name"))
        _, more = page(self, every["AccountIds"], PAGE)
        return ActionResult({**{name: page(self, values, PAGE)[0] for name, values in every.items()}, **more})


def _reading() -> None:
    for operation in ("get_document", "describe_document"):

        @around(SimpleSystemManagerBackend, operation)
        def read(original: Any, self: Any, **kwargs: Any) -> Any:
            arn = ARN.match(kwargs["name"])
            if arn is None:
                return original(self, **kwargs)
            region, owner, name = arn.groups()
            if region != self.region_name:
                raise InvalidDocument(f"Document with name {kwargs['name']} does not exist.")
            if owner == self.account_id:
                return original(self, **{**kwargs, "name": name})
            backend = ssm_backends[owner][region]
            permission = _permission(backend, name, self.account_id)
            if permission is None:
                raise InvalidDocument(f"Document with name {kwargs['name']} does not exist.")
            documents = backend._get_documents(name)
            asked = documents.find(kwargs["document_version"], kwargs["version_name"])
            if permission.version != "$ALL" and asked is not documents.find(permission.version):
                raise unknown_version()
            answer = original(backend, **{**kwargs, "name": name})
            # Tags are the owner's.
            return {**{key: value for key, value in answer.items() if key != "Tags"}, "Name": kwargs["name"]}


def _permission(backend: Any, name: str, account_id: str) -> Any:
    documents = backend._documents.get(name)
    return documents and (documents.permissions.get(account_id) or documents.permissions.get("all"))


def _shared_with(backend: Any) -> list[dict[str, Any]]:
    """The documents of other accounts that name this one."""
    shown = []
    for owner, regions in sorted(ssm_backends.items()):
        if owner == backend.account_id or backend.region_name not in regions:
            continue
        for name, documents in sorted(regions[backend.region_name]._documents.items()):
            permission = documents.permissions.get(backend.account_id)
            if permission:
                version = "" if permission.version == "$ALL" else permission.version
                arn = f"arn:{backend.partition}:ssm:{backend.region_name}:{owner}:document/{name}"
                shown.append({**documents.find(version).list_describe(), "Name": arn})
    return shown
