"""A template may be named by any S3 URL: path style or virtual hosted, on AWS or on the emulator's loopback address.

The CDK command line uploads a template that is too large for the request (51,200 bytes) to the bootstrap bucket
and passes its URL. With an endpoint on 127.0.0.1 that URL is path style, and moto takes the host for the bucket.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

import ipaddress
import re
from urllib.parse import unquote, urlparse

from moto.cloudformation import models, responses, utils
from moto.cloudformation.exceptions import ValidationError
from moto.s3.models import s3_backends


def apply() -> None:
    def get_stack_from_s3_url(template_url: str, account_id: str, partition: str) -> str:
        bucket, key = bucket_and_key(template_url)
        found = s3_backends[account_id][partition].get_object(bucket, key)
        if found is None:
            raise ValidationError(message=f"S3 error: The specified key does not exist. {bucket}/{key}")
        text: str = found.value.decode("utf-8")
        return text

    for module in (utils, models, responses):
        module.get_stack_from_s3_url = get_stack_from_s3_url


def bucket_and_key(url: str) -> tuple[str, str]:
    """The bucket and the key that an S3 URL names."""
    parts = urlparse(url)
    host, path = parts.hostname or "", unquote(parts.path.lstrip("/"))
    if re.match(r"^s3[.-]([a-z0-9-]+\.)*amazonaws\.com", host) or _is_local(host):
        bucket, _, key = path.partition("/")
        return bucket, key
    return host.split(".s3")[0] if ".s3" in host else host.split(".")[0], path


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
