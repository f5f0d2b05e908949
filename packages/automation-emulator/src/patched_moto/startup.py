"""What moto need not read when it starts, nor make for each account.

moto 5.2.1 reads which instance types each Region offers when it is imported (94 files), parses botocore's list
of endpoints once for every question, loads what validates OpenAPI with a grammar that is built at each start, and
gives each account and Region 1,177 images. Together they are three quarters of the time that the start takes, and
nine tenths of what a new account costs.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
import types
from pathlib import Path
from typing import Any, cast

#: The public images that an account finds.
IMAGES = Path(__file__).with_name("amis.json")


def lighten() -> None:
    """Makes moto start faster. To be called before moto is imported."""
    os.environ.setdefault("MOTO_AMIS_PATH", str(IMAGES))
    # jsonschema takes it where it is there, to check one format of text, and it builds its grammar when it is imported.
    sys.modules.setdefault("rfc3987_syntax", cast(Any, None))
    _postpone_openapi()
    loaders: Any = importlib.import_module("botocore.loaders")
    # All sessions share what one of them has read.
    loaders.create_loader = functools.cache(loaders.create_loader)
    utils: Any = importlib.import_module("moto.utilities.utils")
    load = utils.load_resource

    def without_offerings(package: str, resource: str) -> Any:
        return [] if "/instance_type_offerings/" in resource else load(package, resource)

    utils.load_resource = without_offerings
    try:
        kinds: Any = importlib.import_module("moto.ec2.models.instance_types")
    finally:
        utils.load_resource = load
    for kind in kinds.INSTANCE_TYPE_OFFERINGS:
        kinds.INSTANCE_TYPE_OFFERINGS[kind] = _Offerings(kind, functools.partial(load, kinds.__name__))
    kinds.load_resource = load


def _postpone_openapi() -> None:
    """Lets moto's API Gateway, which CloudFormation imports, load the validator of OpenAPI when it validates.

    Until then two modules with the two names that it takes stand for 150.
    """
    root = "openapi_spec_validator"
    names = (root, f"{root}.validation", f"{root}.validation.exceptions")
    if root in sys.modules:
        return
    package, validation, exceptions = (types.ModuleType(name) for name in names)

    def validate(document: Any) -> None:
        for name in names:
            if sys.modules.get(name) in (package, validation, exceptions):
                del sys.modules[name]
        models: Any = importlib.import_module("moto.apigateway.models")
        models.validate = importlib.import_module(root).validate
        models.OpenAPIValidationError = importlib.import_module(names[2]).OpenAPIValidationError
        models.validate(document)

    vars(package).update(validate=validate, __path__=[])
    vars(validation).update(__path__=[])
    vars(exceptions).update(OpenAPIValidationError=Exception)
    sys.modules.update(zip(names, (package, validation, exceptions), strict=True))


class _Offerings(dict[str, Any]):
    """The offerings of each Region, read when they are asked for."""

    def __init__(self, kind: str, load: Any) -> None:
        super().__init__()
        self._kind, self._load = kind, load

    def __missing__(self, region: str) -> Any:
        try:
            offers = self._load(f"../resources/instance_type_offerings/{self._kind}/{region}.json")
        except FileNotFoundError:
            raise KeyError(region) from None
        for offer in offers:
            offer["LocationType"] = self._kind
        self[region] = offers
        return offers

    def get(self, region: str, default: Any = None) -> Any:
        try:
            return self[region]
        except KeyError:
            return default
