"""A JSON template is read as JSON.

CloudFormation takes JSON and YAML. moto reads both as YAML 1.1, which misreads an escaped character beyond the
basic plane (`\\ud83d\\ude00`) and takes seconds for a template with a runbook in it, too long for an
organization of a thousand accounts. The same goes for the content of a document, read anew for every copy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

import copy
import json
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import yaml  # type: ignore[import-untyped]
from moto.cloudformation import models
from moto.ssm import models as ssm_models


def apply() -> None:
    read_yaml = models.Stack.parse_template

    @lru_cache(maxsize=16)
    def parse(template: str) -> Any:
        if template.lstrip().startswith("{"):
            try:
                return json.loads(template)
            except ValueError:
                pass
        return read_yaml(template)

    def parse_template(template: str) -> Any:
        return copy.deepcopy(parse(template))

    def parse_change_set(self: Any) -> None:
        self.template_dict = parse_template(self.template)

    models.Stack.parse_template = staticmethod(parse_template)
    models.ChangeSet._parse_template = parse_change_set

    @lru_cache(maxsize=16)
    def content(text: str) -> Any:
        return yaml.safe_load(text)

    ssm_models.yaml = SimpleNamespace(
        safe_load=lambda text: copy.deepcopy(content(text)), dump=yaml.dump, YAMLError=yaml.YAMLError
    )
