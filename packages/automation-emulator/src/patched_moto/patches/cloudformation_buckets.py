"""A bucket of a template has all that the template says, and its policy.

moto takes the encryption and the tags of AWS::S3::Bucket, drops versioning, public access block, ownership,
lifecycle and Object Lock, and does not know AWS::S3::BucketPolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html
"""

import json
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.s3 import models
from moto.utilities.utils import get_partition


class BucketPolicy(CloudFormationModel):  # type: ignore[misc]
    """AWS::S3::BucketPolicy."""

    def __init__(self, bucket: str):
        self.bucket = bucket

    @property
    def physical_resource_id(self) -> str:
        return self.bucket

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Bucket"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::S3::BucketPolicy"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> "BucketPolicy":
        del resource_name, kwargs
        properties = cloudformation_json["Properties"]
        backend = models.s3_backends[account_id][get_partition(region_name)]
        backend.put_bucket_policy(properties["Bucket"], json.dumps(properties["PolicyDocument"]).encode())
        return cls(properties["Bucket"])

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "BucketPolicy",
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> "BucketPolicy":
        del original_resource
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        del cloudformation_json
        backend = models.s3_backends[account_id][get_partition(region_name)]
        if resource_name in backend.buckets:
            backend.delete_bucket_policy(resource_name)


def apply() -> None:
    """Completes buckets of templates."""
    for name in ("create_from_cloudformation_json", "update_from_cloudformation_json"):
        original = getattr(models.FakeBucket, name).__func__
        setattr(models.FakeBucket, name, classmethod(_completed(original)))


def _completed(original: Any) -> Any:
    def with_properties(cls: Any, *args: Any, **kwargs: Any) -> Any:
        bucket = original(cls, *args, **kwargs)
        given = kwargs.get("cloudformation_json") or next(arg for arg in args if isinstance(arg, dict))
        account_id, region = kwargs.get("account_id"), kwargs.get("region_name")
        if account_id is None:
            at = args.index(given)
            account_id, region = args[at + 1], args[at + 2]
        backend = models.s3_backends[account_id][get_partition(region)]
        _complete(backend, bucket, given["Properties"])
        return bucket

    return with_properties


def _complete(backend: Any, bucket: Any, properties: dict[str, Any]) -> None:
    if "VersioningConfiguration" in properties:
        backend.put_bucket_versioning(bucket.name, properties["VersioningConfiguration"]["Status"])
    block = properties.get("PublicAccessBlockConfiguration")
    if block is not None:
        bucket.public_access_block = models.PublicAccessBlock(
            block.get("BlockPublicAcls", False),
            block.get("IgnorePublicAcls", False),
            block.get("BlockPublicPolicy", False),
            block.get("RestrictPublicBuckets", False),
        )
    if "OwnershipControls" in properties:
        backend.put_bucket_ownership_controls(bucket.name, {"Rule": properties["OwnershipControls"]["Rules"][0]})
    rules = (properties.get("LifecycleConfiguration") or {}).get("Rules")
    if rules:
        backend.put_bucket_lifecycle_configuration(bucket.name, [_rule(rule) for rule in rules])
    if properties.get("ObjectLockEnabled"):
        bucket.object_lock_enabled = True
        bucket.versioning_status = "Enabled"
        retention = ((properties.get("ObjectLockConfiguration") or {}).get("Rule") or {}).get("DefaultRetention") or {}
        bucket.default_lock_mode = retention.get("Mode")
        bucket.default_lock_days = retention.get("Days") or 0
        bucket.default_lock_years = retention.get("Years") or 0


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    """A lifecycle rule of a template as the S3 API spells it."""
    spelled: dict[str, Any] = {"ID": rule.get("Id"), "Status": rule["Status"], "Filter": {"Prefix": ""}}
    if "NoncurrentVersionExpiration" in rule:
        days = rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
        spelled["NoncurrentVersionExpiration"] = {"NoncurrentDays": str(days)}
    if "ExpirationInDays" in rule:
        spelled["Expiration"] = {"Days": str(rule["ExpirationInDays"])}
    if "AbortIncompleteMultipartUpload" in rule:
        days = rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
        spelled["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": str(days)}
    return spelled
