"""Runs moto as the emulator's AWS, with the gaps between moto and AWS patched.

    python patched_moto/serve.py [--socket PATH | --port 0] [--image-delay SECONDS] [--plain]

Prints one JSON line, {"port": N}, when it accepts connections on the Unix socket, or on 127.0.0.1 with port N.
Ends when its standard input is closed, so that nothing stays behind when the parent dies. `--plain` is moto without
the patches: their tests must fail on it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: How often a state that has changed is kept.
KEEP_SECONDS = 5.0
PATCHES = Path(__file__).resolve().parent / "patches"

# The folder of this file would offer `settings` and `patch` a second time, under other names.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != PATCHES.parent] + [str(ROOT)]

# moto asks for these when it is imported. Nothing here may reach AWS or read a person's credentials.
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",  # noqa: S106 (moto checks no signature)
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
    # Answers are not for web pages.
    MOTO_DISABLE_GLOBAL_CORS="true",
)
os.environ.pop("AWS_PROFILE", None)
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")


def patches() -> list[str]:
    """The names of the patches: the modules of the folder, sorted."""
    return sorted(path.stem for path in PATCHES.glob("*.py") if path.stem != "__init__")


def apply_patches() -> None:
    """Applies every patch: each module of patches/ has a function `apply`."""
    for name in patches():
        importlib.import_module(f"patched_moto.patches.{name}").apply()


def serve(port: int, socket: str | None, keep: Callable[[], None]) -> None:
    """Serves on the Unix socket, where one is given, else on the port, until standard input is closed.

    `keep` is called then.
    """
    # Not before the environment is set, above.
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415
    from werkzeug.serving import make_server  # noqa: PLC0415

    from patched_moto.closed import closed_to_pages  # noqa: PLC0415
    from patched_moto.handler import Handler  # noqa: PLC0415

    # A Unix socket knows no such thing.
    Handler.disable_nagle_algorithm = socket is None
    application: Any = DomainDispatcherApplication(create_backend_app)
    server: Any = make_server(
        "127.0.0.1" if socket is None else f"unix://{socket}",
        port,
        # A page can't reach the socket, and what the gateway passes on has been checked by it.
        closed_to_pages(application) if socket is None else application,
        threaded=True,
        request_handler=Handler,
    )
    if socket is not None:
        # Requests name a host and a port, which a socket has not.
        server.server_address = ("localhost", 80)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(json.dumps({"port": server.port}) + "\n")
    sys.stdout.flush()
    while sys.stdin.buffer.read(4096):
        pass
    keep()
    # A request in progress has nobody left to answer to.
    os._exit(0)


def _keeper(given: str | None) -> Callable[[], None]:
    """Puts the kept state back, and gives the function that keeps it; where no file is given, one that does nothing.

    The state is kept every few seconds while it changes, so that little is lost when the machine goes down.
    """
    if given is None:
        return lambda: None
    # Not before the environment is set, above.
    from patched_moto.patches.requests import LOCK, changes  # noqa: PLC0415
    from patched_moto.state import StateError, hold, load, save  # noqa: PLC0415

    file = Path(given)
    kept = [changes()]

    def keep() -> None:
        with LOCK:
            if changes() == kept[0]:
                return
            kept[0] = changes()
            try:
                save(file)
            except StateError as error:
                sys.stderr.write(f"{error}\n")

    def keep_on() -> None:
        while True:
            time.sleep(KEEP_SECONDS)
            keep()

    try:
        hold(file)
        load(file)
    except StateError as error:
        sys.exit(str(error))
    threading.Thread(target=keep_on, daemon=True).start()
    return keep


def main() -> None:
    """Parses the command line, applies the patches, serves."""
    parser = argparse.ArgumentParser(description="moto with its gaps patched, for this machine only")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free port")
    parser.add_argument("--socket", help="the path of a Unix socket to serve on instead")
    parser.add_argument("--state", help="a file in which the state is kept between starts")
    parser.add_argument("--plain", action="store_true", help="moto without the patches")
    parser.add_argument("--image-delay", type=float, help="seconds for which an image is pending")
    options = parser.parse_args()
    if options.image_delay is not None:
        os.environ["EMULATOR_IMAGE_DELAY"] = str(options.image_delay)
    from patched_moto.startup import lighten  # noqa: PLC0415

    lighten()
    if not options.plain:
        from patched_moto.settings import from_environment  # noqa: PLC0415

        from_environment()
        apply_patches()
    serve(options.port, options.socket, _keeper(options.state))


if __name__ == "__main__":
    main()
