"""What every job would find out anew, found out once before the first: botocore's models, classes and first steps.

A job is a fork of the process that has done this. What it changes is copied page by page, so the less of it a job
touches, the sooner it is done: without this, a job spends most of its time on making its clients.
"""

import contextlib
import functools
import gc
import io
import os
from typing import Any

import boto3
import botocore.client
import botocore.hooks
import botocore.httpsession
import botocore.loaders
import botocore.session
from botocore.awsrequest import AWSResponse

#: Services that runbooks often call, each with an operation without parameters.
SERVICES = {
    "ec2": "describe_vpcs",
    "s3": "list_buckets",
    "s3control": "",
    "autoscaling": "describe_auto_scaling_groups",
    "kms": "list_keys",
    "ssm": "describe_instance_information",
    "sts": "get_caller_identity",
}


class NoAnswer:
    """The body of an answer, as urllib3 has it."""

    def __init__(self) -> None:
        self._body = io.BytesIO(b"<Answer/>")

    def stream(self, **_: Any) -> Any:
        """The whole in one piece."""
        yield self._body.read()


def warm() -> None:
    """Reads the models of common services and takes a client of each, made as a job makes it, through a call that never
    leaves this process. The environment is a job's."""
    remember()
    keys = {"AWS_ACCESS_KEY_ID": "warm", "AWS_SECRET_ACCESS_KEY": "warm"}
    os.environ.update(keys)
    for service, operation in SERVICES.items():
        client = boto3.Session().client(service)
        client.meta.events.register("before-send", lambda request, **_: AWSResponse(request.url, 200, {}, NoAnswer()))
        if operation:
            # What was said there is no answer; all that matters has been done by then.
            with contextlib.suppress(Exception):
                getattr(client, operation)()
    for key in keys:
        del os.environ[key]
    # Every first connection looks up a host name, which loads this codec.
    "warm".encode("idna")
    prepare_session()
    gc.collect()
    # Else the first collection in each child would touch, and so copy, all of it.
    gc.freeze()
    # A script makes little garbage, and its process ends soon.
    gc.set_threshold(20_000)


def prepare_session() -> None:
    """Makes the first session that a job asks for: until it is used, only its user agent depends on the job."""
    sessions: Any = botocore.session
    make = sessions.get_session
    ready = [make()]

    def get_session(env_vars: Any = None) -> Any:
        if not ready or env_vars is not None:
            return make(env_vars)
        session = ready.pop()
        session._register_user_agent_creator()
        return session

    sessions.get_session = get_session


def remember() -> None:
    """Lets botocore keep what depends on nothing but the service, the event or the function."""
    loader = botocore.loaders.create_loader()
    botocore.session.create_loader = functools.partial(lambda shared, _path=None: shared, loader)
    creator: Any = botocore.client.ClientCreator
    creator._load_service_model = by_arguments(creator._load_service_model)
    creator._create_client_class = by_arguments(creator._create_client_class)
    aliaser: Any = botocore.hooks.EventAliaser
    aliaser._alias_event_name = by_arguments(aliaser._alias_event_name)
    hooks: Any = botocore.hooks
    accepts = functools.lru_cache(1024)(hooks.accepts_kwargs)
    # Asked of a method's function, as a method would keep its object, and so its client.
    hooks.accepts_kwargs = lambda function: accepts(getattr(function, "__func__", function))
    # No job can reach anything by TLS: the emulator, which is all that it can reach, does not speak it.
    sessions: Any = botocore.httpsession
    sessions.create_urllib3_context = functools.cache(sessions.create_urllib3_context)


def by_arguments(method: Any) -> Any:
    """The method, whose result is kept for all objects of its class, by the arguments."""
    kept: dict[tuple[Any, ...], Any] = {}

    @functools.wraps(method)
    def remembering(self: Any, *args: Any) -> Any:
        try:
            return kept[args]
        except KeyError:
            kept[args] = result = method(self, *args)
            return result

    return remembering
