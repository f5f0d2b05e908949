"""Names, sizes, content and versions of Systems Manager documents.

moto 5.2.1 takes documents of any size and number, any step list, and names that begin with AWS's own words in
other cases; it does not know `$DEFAULT`, calls an unknown version an unknown document, and sorts versions as
text, so that 9 comes after 10.

- 64 KB, reserved prefixes, 500 documents:
  https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
- 1,000 versions, DuplicateDocumentContent, DuplicateDocumentVersionName:
  https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateDocument.html
- InvalidDocumentVersion; a default is a number:
  https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateDocumentDefaultVersion.html
- https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListDocumentVersions.html

The settings documentQuota and documentVersionQuota say how many documents and versions there may be.
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ssm.exceptions import InvalidDocumentContent, InvalidDocumentVersion, SSMException, ValidationException
from moto.ssm.models import Document, Documents, SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

from patched_moto.automation_content import problem
from patched_moto.pages import page
from patched_moto.patch import around
from patched_moto.settings import settings_of

SIZE_LIMIT = 64 * 1024
VERSIONS_PAGE = 50
NAME = re.compile(r"^[a-zA-Z0-9_\-.]{3,128}$")
VERSION_NAME = re.compile(r"^[a-zA-Z0-9_\-.]{1,128}$")
VERSION = re.compile(r"^([$]LATEST|[$]DEFAULT|[1-9][0-9]*)$")
#: In any case. AWSEC2, AWSSupport and AWSConfigRemediation begin so too.
RESERVED = ("aws", "amazon", "amzn")


def constrained(field: str, value: str | None, pattern: re.Pattern[str]) -> None:
    """Raises ValidationException for a value that is given and does not match."""
    if value and not pattern.match(value):
        message = (
            f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {pattern.pattern}"
        )
        raise ValidationException(message)


def apply() -> None:
    """Patches CreateDocument, UpdateDocument, DeleteDocument, the versions, and adds ListDocumentVersions."""
    _content()
    _limits()
    _versions()


def _content() -> None:
    @around(Document, "__init__")
    def init(original: Any, self: Any, *rest: Any, **kwargs: Any) -> None:
        try:
            original(self, *rest, **kwargs)
        except (TypeError, AttributeError):
            # moto expects an object.
            raise InvalidDocumentContent("The content for the document is not valid.") from None
        if self.document_type != "Automation":
            return
        if self.schema_version != "0.3":
            raise SSMException("InvalidDocumentSchemaVersion", "The version of the document schema is not supported.")
        wrong = problem(self.content_json)
        if wrong:
            raise InvalidDocumentContent(wrong)
        self.platform_types = ["Windows", "Linux", "MacOS"]


def _limits() -> None:
    backend = SimpleSystemManagerBackend

    @around(backend, "create_document")
    def create_document(original: Any, self: Any, **kwargs: Any) -> Any:
        name = kwargs["name"]
        constrained("name", name, NAME)
        if name.lower().startswith(RESERVED):
            message = f"Invalid document name {name}: names that begin with aws, amazon or amzn are reserved."
            raise ValidationException(message)
        constrained("versionName", kwargs.get("version_name"), VERSION_NAME)
        _check_content(kwargs["content"])
        if name not in self._documents and len(self._documents) >= settings_of(self.account_id).document_quota:
            raise SSMException("DocumentLimitExceeded", "You can have at most 500 active SSM documents.")
        return original(self, **kwargs)

    @around(backend, "update_document")
    def update_document(original: Any, self: Any, **kwargs: Any) -> Any:
        constrained("name", kwargs["name"], NAME)
        constrained("versionName", kwargs.get("version_name"), VERSION_NAME)
        constrained("documentVersion", kwargs.get("document_version"), VERSION)
        _check_content(kwargs["content"])
        versions = self._get_documents(kwargs["name"]).versions
        if len(versions) >= settings_of(self.account_id).document_version_quota:
            raise SSMException(
                "DocumentVersionLimitExceeded",
                "The document has too many versions. Delete one or more document versions and try again.",
            )
        return original(self, **kwargs)


def _check_content(content: Any) -> None:
    # A template may give an object; its size is that of its text.
    text = content if isinstance(content, str) else json.dumps(content)
    if not text:
        message = (
            "1 validation error detected: Value '' at 'content' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1"
        )
        raise ValidationException(message)
    if len(text.encode()) > SIZE_LIMIT:
        raise SSMException("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.")


def unknown_version() -> InvalidDocumentVersion:
    """The error for a version that the document does not have."""
    return InvalidDocumentVersion("The document version is not valid or does not exist.")


def _versions() -> None:
    @around(Documents, "find")
    def find(
        original: Any,
        self: Any,
        document_version: str | None = None,
        version_name: str | None = None,
        strict: bool = True,
    ) -> Any:
        constrained("documentVersion", document_version, VERSION)
        if document_version == "$DEFAULT":
            document_version = self.default_version
        if document_version == "$LATEST" and version_name:
            document_version = self.latest_version
        found = original(self, document_version, version_name, strict=False)
        if found is None and strict:
            raise unknown_version()
        return found

    @around(Documents, "delete")
    def delete(original: Any, self: Any, *versions: str) -> None:
        original(self, *versions)
        if self.versions:
            self.latest_version = max(self.versions, key=int)

    @around(SimpleSystemManagerBackend, "update_document_default_version")
    def update_document_default_version(original: Any, self: Any, name: str, document_version: str) -> Any:
        constrained("documentVersion", document_version, re.compile(r"^[1-9][0-9]*$"))
        if document_version not in self._get_documents(name).versions:
            raise unknown_version()
        return original(self, name, document_version)

    def list_document_versions(self: Any) -> ActionResult:
        documents = self.ssm_backend._get_documents(self._get_param("Name"))
        newest_first = sorted(documents.versions.values(), key=lambda document: -int(document.document_version))
        on_page, more = page(self, newest_first, VERSIONS_PAGE)
        shown = [
            {
                "Name": document.name,
                "DocumentVersion": document.document_version,
                "CreatedDate": document.created_date,
                "IsDefaultVersion": document.document_version == documents.default_version,
                "DocumentFormat": document.document_format,
                "Status": document.status,
                **({"VersionName": document.version_name} if document.version_name else {}),
            }
            for document in on_page
        ]
        return ActionResult({"DocumentVersions": shown, **more})

    SimpleSystemManagerResponse.list_document_versions = list_document_versions
