"""A stack update of AWS::SSM::Document with UpdateMethod NewVersion makes a new version of the document.

moto deletes the document and makes it anew, or drops the update. On AWS, NewVersion publishes a version and
makes it the default; content or a version name that exists already is success without a new version and
without a new default, which is why a deployer must verify. Tags follow the template, and what is shared stays
shared.

A 2026 report says that the default version stays although the stack says UPDATE_COMPLETE. With the setting
`documentDefault` at `stays` the emulator does the same.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-document.html
https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2539
"""

from typing import Any

from moto.ssm import models
from moto.ssm.exceptions import DuplicateDocumentContent, DuplicateDocumentVersionName

from patched_moto.settings import settings_of


def apply() -> None:
    replace = models.Document.update_from_cloudformation_json.__func__

    def update_from_cloudformation_json(  # noqa: PLR0917 (moto calls it so)
        cls: Any,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        properties = cloudformation_json["Properties"]
        renamed = properties.get("Name") not in (None, original_resource.name)
        if properties.get("UpdateMethod") != "NewVersion" or renamed:
            return replace(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name)
        backend = models.ssm_backends[account_id][region_name]
        name = original_resource.name
        _retag(backend, name, properties.get("Tags") or [])
        try:
            made = backend.update_document(
                content=properties.get("Content"),
                attachments=properties.get("Attachments"),
                name=name,
                version_name=properties.get("VersionName"),
                document_version="$LATEST",
                document_format=properties.get("DocumentFormat") or "JSON",
                target_type=properties.get("TargetType"),
            )
        except (DuplicateDocumentContent, DuplicateDocumentVersionName):
            return backend._get_documents(name).get_default_version()
        if settings_of(account_id).document_default != "stays":
            backend.update_document_default_version(name, made["DocumentVersion"])
        return backend._get_documents(name).get_latest_version()

    models.Document.update_from_cloudformation_json = classmethod(update_from_cloudformation_json)


def _retag(backend: Any, name: str, tags: list[dict[str, str]]) -> None:
    wanted = {tag["Key"]: tag["Value"] for tag in tags}
    present = {tag["Key"] for tag in backend._get_documents_tags(name)}
    backend.remove_tags_from_resource("Document", name, sorted(present - set(wanted)))
    backend.add_tags_to_resource("Document", name, wanted)
