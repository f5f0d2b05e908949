"""What moto finds out anew for every request is found out once, and what it rarely needs is loaded then."""

import json
import subprocess
import sys
from pathlib import Path

from patched_aws import Account, code

SCRIPT = """
import inspect, os
import patched_moto.serve
from patched_moto.patches import speed
from moto.core.responses import BaseResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
import moto.core.responses as responses

application = DomainDispatcherApplication(create_backend_app)
before = [application.get_backend_for_host(host) for host in ("ec2", "ec2.us-east-1.amazonaws.com", "nothing.here")]
names = set(responses.method_names_from_class(BaseResponse))
speed.apply()
assert set(responses.method_names_from_class(BaseResponse)) == names

def found_out_again(*_, **__):
    raise AssertionError("found out again")

os.listdir = inspect.getmembers = found_out_again
assert before == [
    application.get_backend_for_host(host) for host in ("ec2", "ec2.us-east-1.amazonaws.com", "nothing.here")
]
assert set(responses.method_names_from_class(BaseResponse)) == names
"""


def test_neither_moto_s_folders_nor_its_methods_are_looked_up_for_every_request() -> None:
    root = Path(__file__).parents[2] / "src"
    command = [sys.executable, "-c", SCRIPT]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    assert run.returncode == 0, run.stderr


STARTED = """
import sys
from patched_moto.startup import lighten
lighten()
import moto.cloudformation.models
print([name for name in ("rfc3987_syntax.syntax_helpers", "openapi_spec_validator.shortcuts") if name in sys.modules])
"""


def test_what_validates_openapi_is_not_loaded_at_the_start() -> None:
    root = Path(__file__).parents[2] / "src"
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", STARTED], cwd=root, capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == "[]", run.stderr


def test_an_api_is_validated_all_the_same(account: Account) -> None:
    api = account.client("apigateway")
    document = {"openapi": "3.0.0", "info": {"title": "pets", "version": "1", "description": "small"}, "paths": {}}
    assert api.import_rest_api(failOnWarnings=True, body=json.dumps(document))["name"] == "pets"
    del document["info"]
    assert code(api.import_rest_api, failOnWarnings=True, body=json.dumps(document)) == "BadRequestException"
